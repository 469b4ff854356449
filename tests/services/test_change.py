"""Change orders: their way, what they keep, and what is refused without them."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from firstoff.db.models import Bar, Baseline, ChangeStep
from firstoff.db.models.ledger import new_uid
from firstoff.errors import InvalidInput, NotAllowed, NotFound, Refused
from firstoff.queries import change as reads
from firstoff.queries.ledger import verify
from firstoff.services import access, change, execution, plan, product
from firstoff.services.change import Changed
from firstoff.terms import ChangeState, RunKind
from tests.conftest import NOW, PASSWORD
from tests.making import lock
from tests.recording import lot, post
from tests.services.test_plan import CROCK, SEAT

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def program(world: Any) -> int:
    loaded = plan.load_definition(site_id=world.site.pk, definition=CROCK, by=world.eli, at=NOW)
    plan.freeze_baseline(program_id=loaded.program_id, by=world.eli, at=NOW)
    return loaded.program_id


def run(world: Any, program: int, batch: str = "CC1-X1", **more: Any) -> Any:
    said: dict[str, Any] = {
        "program_id": program,
        "kind": RunKind.PRODUCTION,
        "planned_quantity": 50,
        "line": "Line 2",
        "batch_id": batch,
        "by": world.eli,
        "at": NOW,
    }
    return execution.create_run(**{**said, **more})


def draft(world: Any, program: int) -> None:
    """Revision D: the lid is seated slower."""
    product.create_revision(program_id=program, by=world.eli, at=LATER)
    plan.set_operations(
        program_id=program,
        revision="D",
        plan="1",
        operations=[replace(SEAT, standard_minutes=Decimal(3))],
        by=world.eli,
        at=LATER,
    )


def ask(world: Any, program: int, **more: Any) -> Any:
    said: dict[str, Any] = {
        "title": "Slower seat",
        "reason": "Rims chip at 2.5 min.",
        "items": [Changed("CC-1", "D")],
    }
    return change.request(program_id=program, by=world.eli, at=LATER, **{**said, **more})


def assess(world: Any, program: int, number: int = 1, **more: Any) -> Any:
    said = {"effectivity": "date", "effective_from": "2026-05-20"}
    return change.assess(
        program_id=program, number=number, by=world.eli, at=LATER, **{**said, **more}
    )


def approve(world: Any, program: int, number: int = 1) -> Any:
    return change.approve(
        program_id=program,
        number=number,
        confirmed=access.confirm(world.ada, PASSWORD, LATER),
        by=world.ada,
        at=LATER,
    )


def release(world: Any, program: int) -> Any:
    where: dict[str, Any] = {"program_id": program, "by": world.eli, "at": LATER}
    product.release_revision(**where, revision="D")
    plan.release_plan(**where, revision="D", plan="1")
    return plan.freeze_baseline(**where)


def in_force(world: Any, program: int, **more: Any) -> Any:
    return change.put_in_force(program_id=program, number=1, by=world.eli, at=LATER, **more)


def test_a_change_goes_from_its_request_to_a_new_baseline(world: Any, program: int) -> None:
    run(world, program)
    draft(world, program)
    asked = ask(world, program)
    assert (asked.label, asked.state, asked.items[0].label) == (
        "ECO-0001",
        ChangeState.REQUESTED,
        "CC-1 C to D",
    )
    view = reads.order(world.vic, program, 1)
    assert ("Operation 40, standard minutes", "2.5", "3") in [
        (d.what, d.before, d.after) for d in view.redline or ()
    ]
    assert [r.batch_id for r in view.impact.open_runs] == ["CC1-X1"]

    assert assess(world, program).effective == "from 2026-05-20"
    approved = approve(world, program)
    assert (approved.state, approved.steps[-1].signed) == (ChangeState.APPROVED, True)
    frozen = release(world, program)
    done = in_force(world, program)
    assert (done.state, done.baseline_after) == (ChangeState.IN_FORCE, frozen.digest)
    listed = reads.orders(world.vic, program)
    assert (listed.total, listed.open) == (1, 0)
    assert verify().holds


def test_another_definition_is_not_frozen_without_its_order(world: Any, program: int) -> None:
    run(world, program)
    draft(world, program)
    with pytest.raises(Refused) as refused:
        release(world, program)
    assert refused.value.code == "R-12"
    assert "takes a change order" in refused.value.message
    assert Baseline.objects.count() == 1


def test_before_anything_was_made_to_it_a_definition_is_frozen_anew(
    world: Any, program: int
) -> None:
    draft(world, program)
    release(world, program)
    assert Baseline.objects.count() == 2


def test_an_order_that_is_not_approved_or_names_something_else_opens_nothing(
    world: Any, program: int
) -> None:
    run(world, program)
    draft(world, program)
    ask(world, program)
    assess(world, program)
    with pytest.raises(Refused, match="takes a change order"):
        release(world, program)
    approve(world, program)
    plan.freeze_baseline(program_id=program, by=world.eli, at=LATER)
    assert Baseline.objects.count() == 2


def test_stock_has_a_disposition_before_the_change_is_approved(world: Any, program: int) -> None:
    post(world, *lot("L-1", "12", part="CC-1", accepted=False))
    draft(world, program)
    ask(world, program)
    with pytest.raises(Refused) as refused:
        assess(world, program)
    assert refused.value.message == "Nobody says what becomes of the stock of CC-1."
    with pytest.raises(InvalidInput):
        assess(world, program, dispositions={"CC-1": "hide"})
    done = assess(world, program, dispositions={"CC-1": "use_up"})
    assert (done.dispositions, done.impact.stocked) == ({"CC-1": "use_up"}, ("CC-1",))


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"effectivity": "soon"}, "effectivity"),
        ({"effectivity": "serial", "effective_from": " "}, "effective_from"),
        ({"effectivity": "date", "effective_from": "20.5.2026"}, "effective_from"),
    ],
)
def test_a_change_says_from_when_it_holds(
    world: Any, program: int, given: dict[str, str], field: str
) -> None:
    draft(world, program)
    ask(world, program)
    with pytest.raises(InvalidInput) as refused:
        assess(world, program, **given)
    assert refused.value.details["field"] == field
    assert ChangeStep.objects.count() == 1


def test_steps_are_taken_in_their_order(world: Any, program: int) -> None:
    draft(world, program)
    ask(world, program)
    with pytest.raises(Refused, match="ECO-0001 is requested; it cannot become approved"):
        approve(world, program)
    assess(world, program)
    approve(world, program)
    with pytest.raises(Refused, match="makes what is not released: CC-1 C to D"):
        in_force(world, program)
    with pytest.raises(NotAllowed):
        change.reject(
            program_id=program,
            number=1,
            text="No.",
            confirmed=access.confirm(world.eli, PASSWORD, LATER),
            by=world.eli,
            at=LATER,
        )
    gone = change.withdraw(
        program_id=program, number=1, text="Not needed.", by=world.eli, at=LATER
    )
    assert (gone.state, gone.open) == (ChangeState.WITHDRAWN, False)
    with pytest.raises(Refused, match="Ask for another change"):
        assess(world, program)


def test_a_run_that_the_change_names_starts_no_unit_any_more(world: Any, program: int) -> None:
    first = run(world, program, kind=RunKind.PROTOTYPE, batch="CC1-X1")
    other = run(world, program, kind=RunKind.PROTOTYPE, batch="CC1-X2")
    start(world, first, "CC1-X1-001")
    draft(world, program)
    ask(world, program)
    assess(world, program)
    approve(world, program)
    release(world, program)
    in_force(world, program, runs=["CC1-X1"])

    with pytest.raises(Refused) as refused:
        start(world, first, "CC1-X1-002")
    assert refused.value.code == "R-37b"
    start(world, other, "CC1-X2-001")


def start(world: Any, made: Any, serial: str) -> None:
    if not Bar.objects.filter(run=made.id).exists():
        lock(world, made.id)
    execution.start_unit(
        run_id=made.id,
        serial=serial,
        by=world.ben,
        at=LATER,
    )


def test_from_its_date_no_run_is_made_to_what_was_replaced(world: Any, program: int) -> None:
    run(world, program)
    before = Baseline.objects.get()
    draft(world, program)
    ask(world, program)
    assess(world, program)
    approve(world, program)
    release(world, program)
    in_force(world, program)

    run(world, program, "CC1-X2", baseline_id=before.pk, at=LATER)
    with pytest.raises(Refused) as refused:
        run(world, program, "CC1-X3", baseline_id=before.pk, at=NOW + timedelta(days=20))
    assert refused.value.code == "R-12"
    run(world, program, "CC1-X4", at=NOW + timedelta(days=20))


def test_from_its_serial_no_unit_is_made_to_what_was_replaced(world: Any, program: int) -> None:
    made = run(world, program, kind=RunKind.PROTOTYPE)
    draft(world, program)
    ask(world, program)
    assess(world, program, effectivity="serial", effective_from="CC1-X1-010")
    approve(world, program)
    release(world, program)
    in_force(world, program)

    start(world, made, "CC1-X1-009")
    with pytest.raises(Refused) as refused:
        start(world, made, "CC1-X1-011")
    assert refused.value.code == "R-12"


def test_the_same_request_posted_twice_is_one_order(world: Any, program: int) -> None:
    draft(world, program)
    uid = new_uid()
    assert ask(world, program, uid=uid).number == ask(world, program, uid=uid).number == 1
    assert reads.orders(world.vic, program).total == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"title": ""}, "title"),
        ({"items": []}, "items"),
        ({"items": [Changed("CC-1", "Z")]}, "items"),
        ({"items": [Changed("CC-1", "D"), Changed("CC-1", "D")]}, "items"),
    ],
)
def test_a_request_that_changes_nothing_is_refused(
    world: Any, program: int, given: dict[str, Any], field: str
) -> None:
    draft(world, program)
    with pytest.raises(InvalidInput) as refused:
        ask(world, program, **given)
    assert refused.value.details["field"] == field
    with pytest.raises(NotFound):
        reads.orders(world.cy, program)


def test_more_orders_make_no_more_queries(
    world: Any, program: int, django_assert_num_queries: Any
) -> None:
    draft(world, program)
    for _ in range(3):
        ask(world, program)
    with django_assert_num_queries(8):
        assert len(reads.orders(world.vic, program).items) == 3
