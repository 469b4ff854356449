"""Runs and their bars: created, repeated, set up, locked once."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from firstoff.db.models import Bar as BarRow
from firstoff.db.models import LedgerEntry, Run, RunEquipment, Signature
from firstoff.errors import InvalidInput, NotAllowed, NotFound, Refused
from firstoff.queries.ledger import verify
from firstoff.rules.execution import BarCapability
from firstoff.rules.ledger import digest
from firstoff.services import execution
from firstoff.services.execution.bars import bar_content
from tests.conftest import NOW, PASSWORD
from tests.making import BAR, CROCK, lock, make_pilot, make_program, start


def create(world: Any, program_id: int, **given: Any) -> Any:
    values = {"planned_quantity": 20, "line": "Line 2", "by": world.eli, "at": NOW, **given}
    return execution.create_run(program_id=program_id, **values)


@pytest.fixture
def program(world: Any) -> int:
    return make_program(world)[0]


def test_a_run_gets_its_batch_id_from_the_program_and_its_number(world: Any, program: int) -> None:
    made = create(world, program)
    again = create(world, program)
    assert (made.batch_id, again.batch_id, again.number) == ("CC1-P1", "CC1-P2", 2)


def test_a_batch_id_can_follow_a_pattern_or_be_given(world: Any, program: int) -> None:
    by_pattern = create(world, program, batch_pattern="{program}-B{n:02}")
    given = create(world, program, batch_id="SPRING-26")
    assert (by_pattern.batch_id, given.batch_id) == ("CC-1-B01", "SPRING-26")


def test_a_batch_id_names_one_batch_for_ever(world: Any, program: int) -> None:
    create(world, program, batch_id="CC1-P1")
    with pytest.raises(InvalidInput, match="There is a batch cc1-p1 at Stoke-on-Trent already"):
        create(world, program, batch_id="cc1-p1")


def test_a_batch_id_that_no_label_can_carry_is_made_with_a_warning(
    world: Any, program: int
) -> None:
    made = create(world, program, batch_id="Töpferei-P1")
    assert made.warnings == (
        "Töpferei-P1 holds ö, which GS1 labels cannot carry (character set 82).",
    )


def test_a_run_needs_a_baseline(world: Any) -> None:
    from firstoff.services import plan

    unfrozen = replace(CROCK, program=replace(CROCK.program, code="CC-2"), part="CC-2")
    loaded = plan.load_definition(site_id=world.site.pk, definition=unfrozen, by=world.eli, at=NOW)
    with pytest.raises(Refused, match="CC-2 has no baseline") as refused:
        create(world, loaded.program_id)
    assert refused.value.code == "R-30"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"planned_quantity": 0}, "The planned quantity is 0; expected 1 to 10,000,000."),
        ({"kind": "trial"}, "'trial' is no kind of run."),
        ({"equipment": ["NOPE"]}, "There is no equipment NOPE at this site."),
        ({"serial_pattern": "CC1"}, "The serial pattern CC1 has to hold the number once"),
        ({"bench_minutes": Decimal("NaN")}, "The time on the bench is NaN min"),
        ({"batch_id": "A/1"}, "The batch ID A/1 cannot be part of an address."),
        ({"batch_id": ".."}, "The batch ID .. cannot be part of an address."),
        ({"batch_id": "A 1"}, "The batch ID 'A 1' holds ' '"),
        ({"line": " "}, "The line is empty."),
        ({"baseline_id": 0}, "CC-1 has no such baseline."),
    ],
)
def test_what_cannot_be_a_run_is_refused_in_one_sentence(
    world: Any, program: int, given: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(InvalidInput) as error:
        create(world, program, **given)
    assert error.value.message.startswith(sentence)
    assert Run.objects.count() == 0


def test_operators_and_strangers_create_no_runs(world: Any, program: int) -> None:
    with pytest.raises(NotAllowed):
        create(world, program, by=world.ben)
    with pytest.raises(NotFound):
        create(world, program, by=world.cy)


def test_the_equipment_of_a_run_keeps_its_class_of_then(world: Any, program: int) -> None:
    made = create(world, program, equipment=["L2-40", "B-01", "L2-40"])
    rows = RunEquipment.objects.filter(run=made.id).order_by("pk")
    assert [(r.equipment.code, r.equipment_class) for r in rows] == [
        ("L2-40", "production"),
        ("B-01", "bench"),
    ]


def test_a_run_posted_twice_is_created_once(world: Any, program: int) -> None:
    uid = uuid4()
    first = create(world, program, uid=uid)
    again = create(world, program, uid=uid)
    assert (again, Run.objects.count()) == (first, 1)


def test_a_repeat_takes_everything_over_and_names_what_it_repeats(
    world: Any, program: int
) -> None:
    first = create(world, program, equipment=["L2-40"], bench_minutes=Decimal(4))
    made = execution.repeat_run(run_id=first.id, by=world.eli, at=NOW)
    run = Run.objects.get(pk=made.id)
    assert (run.batch_id, run.repeat_of_id, run.line, run.bench_minutes, run.number) == (
        "CC1-P2",
        first.id,
        "Line 2",
        Decimal("4.000"),
        2,
    )
    assert [e.equipment.code for e in run.equipment.all()] == ["L2-40"]


def test_the_setup_record_holds_the_latest_value_and_keeps_the_earlier_one(world: Any) -> None:
    pilot = make_pilot(world, bar=None)
    say = {"run_id": pilot.run_id, "by": world.ben, "at": NOW}
    first = execution.record_setup(lines={"programme": "kiln 7", "mould": "none"}, **say)
    again = execution.record_setup(lines={"programme": "kiln 8", "mould": "none"}, **say)
    assert (first, again) == (("programme", "mould"), ("programme",))
    run = Run.objects.get(pk=pilot.run_id)
    assert [line.value for line in run.setup_lines.order_by("pk")] == ["kiln 7", "none", "kiln 8"]


def test_the_setup_record_has_only_its_lines(world: Any) -> None:
    pilot = make_pilot(world, bar=None)
    with pytest.raises(InvalidInput, match="The setup record has no line colour"):
        execution.record_setup(run_id=pilot.run_id, lines={"colour": "x"}, by=world.ben, at=NOW)


def test_a_bar_is_locked_by_signature_bound_to_its_content(world: Any) -> None:
    pilot = make_pilot(world)
    bar = BarRow.objects.get(run=pilot.run_id)
    signature = Signature.objects.get(pk=bar.signature_id)
    run = Run.objects.select_related("baseline").get(pk=pilot.run_id)
    content = bar_content(run, replace(BAR, max_mean_minutes=Decimal("6.000")))
    assert (signature.meaning, signature.by_id, signature.content_digest) == (
        "This is the bar for batch CC1-P1.",
        world.ada.person_id,
        digest(content),
    )


def test_a_locked_bar_is_never_changed(world: Any) -> None:
    pilot = make_pilot(world)
    with pytest.raises(Refused) as refused:
        lock(world, pilot.run_id, replace(BAR, max_rejects=2))
    assert (refused.value.code, refused.value.message) == (
        "R-31",
        "The bar of CC1-P1 is locked since 2026-05-08 10:00: at most 1 of 20. "
        "It cannot be changed.",
    )


def test_the_same_bar_posted_twice_is_locked_once(world: Any) -> None:
    pilot = make_pilot(world, bar=None)
    uid = uuid4()
    say = {"run_id": pilot.run_id, "bar": BAR, "password": PASSWORD, "by": world.ada, "uid": uid}
    first = execution.lock_bar(**say, at=NOW)
    again = execution.lock_bar(**say, at=NOW + timedelta(minutes=1))
    assert (again, BarRow.objects.count()) == (first, 1)


def test_a_bar_needs_the_password_and_the_role(world: Any) -> None:
    pilot = make_pilot(world, bar=None)
    with pytest.raises(Refused) as wrong:
        execution.lock_bar(run_id=pilot.run_id, bar=BAR, password="no", by=world.ada, at=NOW)
    with pytest.raises(NotAllowed):
        execution.lock_bar(run_id=pilot.run_id, bar=BAR, password=PASSWORD, by=world.eli, at=NOW)
    assert (wrong.value.code, BarRow.objects.count()) == ("signature", 0)


def test_a_bar_asks_only_for_what_the_baseline_measures(world: Any) -> None:
    pilot = make_pilot(world, bar=None)
    asked = replace(BAR, capabilities=(BarCapability("2", Decimal("1.33")),))
    with pytest.raises(InvalidInput, match="measures no characteristic 2 with limits"):
        lock(world, pilot.run_id, asked)
    wanted = replace(BAR, capabilities=(BarCapability("1", Decimal("1.33")),))
    lock(world, pilot.run_id, wanted)
    assert [str(c) for c in BarRow.objects.get().capabilities.all()] == ["1 at least 1.330"]


def test_money_beyond_all_bounds_is_refused_before_the_database_sees_it(world: Any) -> None:
    pilot = make_pilot(world, bar=None)
    with pytest.raises(InvalidInput, match="bad_unit_cost is 1E\\+30"):
        lock(world, pilot.run_id, replace(BAR, bad_unit_cost=Decimal("1e30")))


def test_a_bar_before_the_first_unit_only(world: Any) -> None:
    # A unit without a bar cannot come to be through the product; this one is put in behind it.
    pilot = make_pilot(world)
    started = start(world, pilot, 1)
    other = make_run_with_unit_but_no_bar(world, pilot, started)
    with pytest.raises(Refused) as refused:
        lock(world, other)
    assert refused.value.message == (
        "CC1-P2 has 1 unit: a bar set after the first unit proves nothing."
    )


def make_run_with_unit_but_no_bar(world: Any, pilot: Any, started: Any) -> int:
    from firstoff.db.models import Unit
    from firstoff.services import ledger

    made = execution.repeat_run(run_id=pilot.run_id, by=world.eli, at=NOW)
    unit = Unit.objects.get(pk=started.id)
    unit.pk, unit.run_id, unit.serial, unit.uid = None, made.id, "CC1-P2-001", uuid4()
    with ledger.verb("test", by=world.ben, at=NOW, subject="test") as entry:
        entry.add(unit)
    return int(made.id)


def test_the_ledger_holds_and_names_the_run(world: Any) -> None:
    pilot = make_pilot(world)
    start(world, pilot, 1)
    entries = LedgerEntry.objects.filter(verb__startswith="execution.").order_by("seq")
    assert [(e.verb, e.subject) for e in entries] == [
        ("execution.create_run", "pilot run of CC-1"),
        ("execution.lock_bar", "run CC1-P1"),
        ("execution.start_unit", "run CC1-P1, unit CC1-P1-001"),
    ]
    assert verify().broken is None
