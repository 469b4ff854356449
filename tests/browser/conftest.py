"""Browser tests are skipped where there is no Chromium, and fail in CI."""

import os

import pytest

from tests.browser.chromium import CHROMIUM, REASON

if CHROMIUM is None and os.environ.get("CI"):
    raise pytest.UsageError(f"{REASON}; CI needs one (see .ci/run).")
