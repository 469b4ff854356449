"""Data of the documents, as a service would give them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
Data = dict[str, Any]


@pytest.fixture
def sample() -> Callable[[str], Data]:
    """``sample("pilot_hold")``: a fresh copy, to be changed at will."""

    def read(name: str) -> Data:
        data: Data = json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))
        return data

    return read
