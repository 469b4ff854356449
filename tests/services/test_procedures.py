"""Test procedures: drafted, released once, taken along; which records were made to one."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from msgspec.structs import replace

from firstoff.db.models import LedgerEntry, Program, TestProcedure, TestStep
from firstoff.errors import InvalidInput, NotAllowed, NotFound, Refused, StaleState
from firstoff.queries import plan as reads
from firstoff.rules.plan import FrozenProcedure, FrozenTestStep, ProcedureSeen, read_baseline
from firstoff.rules.product import CharacteristicFacts, state_of
from firstoff.services import plan, product
from firstoff.terms import CharacteristicClass, CharacteristicKind, RevisionStatus
from tests.conftest import NOW
from tests.making import CROCK
from tests.recording import post, rec, unit

RAIL = FrozenTestStep(
    name="3V3 rail",
    instruction="Measure at TP3.",
    unit="V",
    lower=Decimal("3.20"),
    upper=Decimal("3.40"),
    decimals=2,
    characteristic="7",
)
LAMP = FrozenTestStep(name="Lamp", expected="lit green")
FCT = FrozenProcedure(
    code="FCT-1",
    name="Functional test",
    label="1",
    purpose="Shows that it works.",
    equipment="Bed of nails F-2",
    pass_criteria="All steps pass.",
    steps=(RAIL, LAMP),
)


@pytest.fixture
def program(world: Any) -> Any:
    made = product.create_program(
        site_id=world.site.pk, code="CC-1", name="Crock", revision="C", by=world.eli, at=NOW
    )
    rail = CharacteristicFacts(
        "7", "3V3 rail", CharacteristicKind.VARIABLE, CharacteristicClass.MAJOR,
        lower=Decimal("3.2"), upper=Decimal("3.4"), unit="V",
    )  # fmt: skip
    product.set_characteristics(
        program_id=made.pk, revision="C", characteristics=[rail], by=world.eli, at=NOW
    )
    return made


def of(world: Any, program: Any, **more: Any) -> dict[str, Any]:
    return {"program_id": program.pk, "revision": "C", "by": world.eli, "at": NOW, **more}


def stored(world: Any, program: Any, **more: str) -> reads.ProcedureView:
    return reads.procedure(world.vic, program.pk, code="FCT-1", **more)[1]


def test_a_procedure_is_drafted_and_read_back(world: Any, program: Any) -> None:
    plan.create_procedure(**of(world, program), procedure=FCT)
    found = stored(world, program)
    assert (found.facts, found.status, found.gaps, found.stops) == (
        FCT,
        RevisionStatus.DRAFT,
        (),
        (),
    )


def test_the_same_code_is_there_once(world: Any, program: Any) -> None:
    plan.create_procedure(**of(world, program), procedure=FCT)
    with pytest.raises(InvalidInput, match="There is a test procedure 'fct-1' of revision C alre"):
        plan.create_procedure(**of(world, program), procedure=replace(FCT, code="fct-1"))


def test_all_of_a_draft_is_set_at_once_unless_somebody_moved_it(world: Any, program: Any) -> None:
    plan.create_procedure(**of(world, program), procedure=FCT)
    seen = state_of([ProcedureSeen(FCT)])
    changed = replace(FCT, steps=(LAMP,), name="Function")
    plan.set_procedure(**of(world, program), procedure=changed, seen=seen)
    assert stored(world, program).facts == changed
    with pytest.raises(StaleState):
        plan.set_procedure(**of(world, program), procedure=FCT, seen=seen)


@pytest.mark.parametrize(
    ("wrong", "sentence", "step"),
    [
        (replace(RAIL, lower=Decimal(4)), "The limits of step 1 of FCT-1 are 4 to 3.40", 1),
        (replace(RAIL, name=" "), "The name of step 1 of FCT-1 is empty.", 1),
        (replace(RAIL, expected="on"), "Step 1 of FCT-1 has limits and expects 'on'", 1),
        (replace(LAMP, name="lamp"), "FCT-1 measures 'Lamp' twice", 2),
        (replace(RAIL, characteristic="9"), "Step 1, 3V3 rail, measures characteristic 9", 1),
    ],
)
def test_a_step_that_cannot_be_is_named(
    world: Any, program: Any, wrong: FrozenTestStep, sentence: str, step: int
) -> None:
    with pytest.raises(InvalidInput) as found:
        plan.create_procedure(**of(world, program), procedure=replace(FCT, steps=(wrong, LAMP)))
    assert (found.value.message.startswith(sentence), found.value.details["step"]) == (True, step)
    assert TestProcedure.objects.count() == 0


def test_what_says_nothing_of_passing_is_not_released(world: Any, program: Any) -> None:
    bare = replace(FCT, pass_criteria="", steps=(FrozenTestStep(name="Look"),))
    plan.create_procedure(**of(world, program), procedure=bare)
    with pytest.raises(Refused) as found:
        plan.release_procedure(**of(world, program), code="FCT-1", label="1")
    assert "Step 1, Look, has no limits and says not what is expected." in found.value.message
    assert "It does not say when the unit has passed." in found.value.message


def test_a_released_procedure_stays_and_the_next_one_supersedes_it(
    world: Any, program: Any
) -> None:
    plan.create_procedure(**of(world, program), procedure=FCT)
    plan.release_procedure(**of(world, program), code="FCT-1", label="1")
    with pytest.raises(Refused, match="is released"):
        plan.set_procedure(**of(world, program), procedure=FCT)
    with pytest.raises(DatabaseError), transaction.atomic():
        TestStep.objects.all().delete()
    made = plan.next_procedure(**of(world, program), code="FCT-1")
    assert stored(world, program).facts == replace(FCT, label="2")
    plan.release_procedure(**of(world, program), code="FCT-1", label=made.label)
    assert [
        (p.facts.label, p.status) for p in reads.procedures(world.vic, program.pk).procedures
    ] == [
        ("2", RevisionStatus.RELEASED),
        ("1", RevisionStatus.SUPERSEDED),
    ]


def test_one_draft_at_a_time(world: Any, program: Any) -> None:
    plan.create_procedure(**of(world, program), procedure=FCT)
    with pytest.raises(Refused, match="FCT-1 1 is still a draft"):
        plan.next_procedure(**of(world, program), code="FCT-1")
    plan.discard_procedure(**of(world, program), code="FCT-1", label="1")
    with pytest.raises(NotFound):
        stored(world, program)


def test_the_next_revision_begins_with_drafts_of_the_procedures(world: Any, program: Any) -> None:
    plan.create_procedure(**of(world, program), procedure=FCT)
    plan.release_procedure(**of(world, program), code="FCT-1", label="1")
    product.release_revision(program_id=program.pk, revision="C", by=world.eli, at=NOW)
    product.create_revision(program_id=program.pk, by=world.eli, at=NOW)
    found = stored(world, program, revision="D")
    assert (found.facts, found.status) == (FCT, RevisionStatus.DRAFT)


def test_who_only_looks_changes_nothing_and_every_verb_is_in_the_ledger(
    world: Any, program: Any
) -> None:
    with pytest.raises(NotAllowed):
        plan.create_procedure(**of(world, program, by=world.ben), procedure=FCT)
    with pytest.raises(NotFound):
        plan.create_procedure(**of(world, program, by=world.cy), procedure=FCT)
    plan.create_procedure(**of(world, program), procedure=FCT)
    newest = LedgerEntry.objects.order_by("-seq").first()
    assert newest is not None
    assert newest.verb == "plan.create_procedure"


# ---------------------------------------------------------------- records made to it


def taken(serial: str, upper: str = "3.4", name: str = "functional TEST") -> Any:
    lines = [
        {"name": "3V3 rail", "unit": "V", "lower": "3.2", "upper": upper},
        {"name": "Ripple", "unit": "mV"},
    ]
    return rec(
        "test", part="CC-1", serial=serial, procedure={"name": name, "lines": lines},
        values=[3.3, 12.0],
    )  # fmt: skip


def test_records_with_its_name_and_its_limits_were_made_to_it(world: Any, program: Any) -> None:
    post(world, *(unit(f"U-{n}", part="CC-1") for n in (1, 2, 3)))
    post(world, taken("U-1"), taken("U-1"), taken("U-2"))
    post(world, taken("U-3", upper="3.5"), taken("U-3", name="Burn-in"))
    (found,) = reads.records_made_to(FCT, Program.objects.get().part_id)
    assert (found.name, found.records, found.units) == ("functional TEST", 3, 2)


def test_a_freeze_takes_the_released_one(world: Any) -> None:
    loaded = plan.load_definition(site_id=world.site.pk, definition=CROCK, by=world.eli, at=NOW)
    of_it = {"program_id": loaded.program_id, "revision": "C", "by": world.eli, "at": NOW}
    wanted = replace(FCT, steps=(LAMP,))
    plan.create_procedure(**of_it, procedure=wanted)
    plan.release_procedure(**of_it, code="FCT-1", label="1")
    made = plan.freeze_baseline(program_id=loaded.program_id, by=world.eli, at=NOW)
    assert read_baseline(made.content).contents.procedures == (wanted,)
