"""The two engines that every question is asked of."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ibis
import pytest

from firstoff.history.engine import duckdb
from firstoff.history.files import Folder


@pytest.fixture(params=["duckdb", "polars"])
def engine(request: pytest.FixtureRequest) -> Iterator[Any]:
    if request.param == "polars":
        yield ibis.polars.connect()
        return
    found = duckdb()
    yield found
    found.disconnect()


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "history")
