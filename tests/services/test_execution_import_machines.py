"""Files of measuring machines and of endpoints on the line, taken into a run."""

import json
from typing import Any

import pytest

from firstoff.db.models import TestRecord
from firstoff.errors import InvalidInput
from firstoff.formats.testdata.packing import read_procedure, unpack
from firstoff.services import execution
from tests.conftest import NOW
from tests.formats.testdata import cfx_messages, dfq_files, qif_files
from tests.making import opened_pilot

pytestmark = pytest.mark.django_db
SERIAL = "CC1-P1-001"  # the unit that the pilot has begun


def take(world: Any, pilot: Any, raw: bytes, name: str, verb: Any = None, **given: Any) -> Any:
    verb = verb or execution.import_file
    return verb(run_id=pilot.run_id, raw=raw, by=world.ben, at=NOW, name=name, **given)


def values() -> list[tuple[str, float | None, str, float | None]]:
    """Name, value, outcome and upper limit of each measurement of the one record."""
    record = TestRecord.objects.select_related("procedure").get()
    lines = read_procedure(record.procedure.definition).lines
    read = unpack(lines, record.values, record.outcomes, record.extras)
    return [
        (
            r.line.name,
            r.value,
            str(r.outcome),
            None if r.line.upper is None else float(r.line.upper),
        )
        for r in read
    ]


def test_a_set_of_q_das_values_is_a_test_record(world: Any) -> None:
    pilot = opened_pilot(world)
    lines = [line.replace("SN-1", SERIAL) for line in dfq_files.FIRST_SET]
    done = take(world, pilot, dfq_files.of(*dfq_files.HEAD, *lines), "m.dfq")
    record = TestRecord.objects.get()
    assert (done.taken, record.source, record.outcome) == (1, "dfq", "fail")
    assert values() == [("12", 10.01, "pass", 10.02), ("13", 0.06, "fail", 0.05)]


def test_qif_results_are_taken_with_the_limits_of_their_plan(world: Any) -> None:
    pilot = opened_pilot(world)
    bare = qif_files.characteristic(1, balloon="112", uuid="u-12")
    held = [qif_files.results(qif_files.measured(1))]
    raw = qif_files.document([bare], held, [qif_files.component(SERIAL)], head="")
    done = take(world, pilot, raw, "r.qif", companion=qif_files.document([qif_files.BORE]))
    assert (done.taken, TestRecord.objects.get().source) == (1, "qif")
    assert values() == [("112", 10.01, "pass", 10.02)]


def test_results_without_any_time_are_dated_by_their_import(world: Any) -> None:
    pilot = opened_pilot(world)
    raw = qif_files.document([], [qif_files.results()], [qif_files.component(SERIAL)])
    done = take(world, pilot, raw, "r.qif")
    assert (TestRecord.objects.get().began_at, done.warnings) == (
        NOW,
        ("Record 1: the file says no time; it is dated by its import.",),
    )


@pytest.mark.parametrize("verb", [execution.import_file, execution.preview_import])
def test_a_plan_is_refused_as_records_and_told_where_it_goes(world: Any, verb: Any) -> None:
    pilot = opened_pilot(world)
    with pytest.raises(InvalidInput) as caught:
        take(world, pilot, qif_files.document([qif_files.BORE]), "p.qif", verb)
    assert str(caught.value) == (
        "p.qif holds 1 characteristic, 2 datums and no results of a unit. "
        "A plan belongs to the definition of the product; give it beside its results."
    )


def test_a_test_of_an_endpoint_is_taken_and_what_is_no_test_is_not_left_out_quietly(
    world: Any,
) -> None:
    pilot = opened_pilot(world)
    tested = json.loads(
        json.dumps(cfx_messages.ict(cfx_messages.numeric())).replace("U-1", SERIAL)
    )
    take(world, pilot, json.dumps(tested).encode(), "t.json")
    assert values() == [("R21", 28.3, "pass", 28.4)]
    gone = cfx_messages.message("UnitsDisqualified", Units=[cfx_messages.unit(SERIAL)])
    with pytest.raises(InvalidInput) as caught:
        take(world, pilot, json.dumps([tested, gone]).encode(), "b.json")
    assert caught.value.message == (
        "b.json holds 1 floor record; a run takes units and test records."
    )
