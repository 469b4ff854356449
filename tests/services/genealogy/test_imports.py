"""Files of stations become records: their ids follow from the file, so twice is once."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from firstoff.db.models import TestRecord, Unit
from firstoff.errors import InvalidInput, Refused
from firstoff.formats.testdata.posting import Placing
from firstoff.services.genealogy.imports import import_file
from tests.recording import sound

TODAY = datetime(2026, 11, 20, tzinfo=UTC)
FILES = {
    "testdata/openhtf/PCB01A69658.openhtf_test.2025-01-20.json": 1,
    "testdata/stdf/lot2.stdf.gz": 1569,
    "testdata/stdf/synthetic_le_5parts.stdf": 5,
    "testdata/wats/uut-wsjf-export.json": 1,
    "testdata/wats/uut-wsxf-export.xml": 1,
}


def taken(world: Any, path: Path, **given: Any) -> Any:
    return import_file(
        site_id=world.site.pk,
        raw=path,
        name=path.name,
        by=world.ada,
        at=TODAY,
        placing=Placing(part="DUT"),
        **given,
    )


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_taken_once_however_often_it_comes(world: Any, shared: Path, name: str) -> None:
    path = shared / "cases" / name
    first = taken(world, path, start_missing=True)
    again = taken(world, path, start_missing=True)
    assert (TestRecord.objects.count(), again.stored, again.refused) == (FILES[name], 0, ())
    assert (first.stored, again.already) == (FILES[name] + first.begun, first.stored - first.begun)
    sound()


def test_units_that_nobody_started_are_refused_unless_asked_for(world: Any, shared: Path) -> None:
    path = shared / "cases/testdata/stdf/synthetic_le_5parts.stdf"
    with pytest.raises(Refused) as error:
        taken(world, path)
    assert (error.value.code, Unit.objects.count()) == ("records-refused", 0)


def test_a_repair_file_and_its_test_in_one_unit(world: Any, shared: Path) -> None:
    path = shared / "cases/testdata/wats/uur_repair_example.json"
    found = taken(world, path, start_missing=True)
    assert (found.stored - found.begun > 0, found.refused) == (True, ())
    sound()


def test_a_unit_log_belongs_to_a_run(world: Any, tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("serial,fit\nA-1,pass\n")
    with pytest.raises(InvalidInput) as error:
        taken(world, path)
    assert error.value.way_out == "Name the run that it belongs to, with --run."
