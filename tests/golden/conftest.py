"""The golden pilot, told to each door."""

from pathlib import Path

import pytest

from tests.golden.story import Pilot, read_pilot
from tests.web.conftest import browse as browse


@pytest.fixture(scope="session")
def pilot(shared: Path) -> Pilot:
    return read_pilot(shared)
