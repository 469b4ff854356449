"""Control plans: proposed out of operations and the one list, set whole, carried on."""

from dataclasses import replace
from decimal import Decimal
from threading import Thread
from typing import Any

import pytest
from msgspec.structs import replace as with_

from firstoff.errors import InvalidInput, NotAllowed, NotFound, Refused, StaleState
from firstoff.queries.ledger import verify
from firstoff.queries.plan.controls import control_plan
from firstoff.queries.review import pfmea
from firstoff.rules.plan import FrozenControl, ParameterFacts
from firstoff.rules.product import state_of
from firstoff.rules.review import FailureModeFacts
from firstoff.services import plan, product, review
from firstoff.services.plan.controls import (
    propose_controls,
    set_control_head,
    set_controls,
)
from tests.conftest import NOW, World
from tests.making import CROCK

FORCE = ParameterFacts(name="Press force", unit="N", lower=Decimal(200), upper=Decimal(250))


def drafted(world: World) -> int:
    """The crock with a draft plan, whose first operation holds a force."""
    first, *rest = CROCK.operations
    made = replace(
        CROCK, operations=(replace(first, parameters=(FORCE,)), *rest), release_plan=False
    )
    loaded = plan.load_definition(site_id=world.site.pk, definition=made, by=world.eli, at=NOW)
    return loaded.program_id


def of(world: World, program: int) -> dict[str, Any]:
    return {"program_id": program, "revision": "C", "plan": "1", "by": world.eli, "at": NOW}


@pytest.mark.django_db
def test_lines_are_proposed_from_what_operations_check_and_hold(world: World) -> None:
    program = drafted(world)
    assert len(control_plan(world.vic, program).gaps) == 3  # nothing is controlled yet

    propose_controls(**of(world, program))
    found = control_plan(world.vic, program)
    assert [
        (r.control.operation, r.control.characteristic or r.control.parameter, r.special)
        for r in found.rows()
    ] == [(10, "Press force", ""), (20, "1", "CC"), (20, "2", "SC")]
    force, lid, _ = found.rows()
    assert (force.specification, lid.specification) == (
        "200 to 250\u00a0N",
        "0.30 to 0.90\u00a0mm",
    )
    assert (lid.control.technique, lid.machines) == ("Feeler gauge G-11", "J-02")

    written = with_(
        lid.control,
        reaction_plan="Hold every lid since the last good one.",
        reaction_owner="Line lead",
    )
    set_controls(**of(world, program), controls=[written])
    propose_controls(**of(world, program))  # what a person wrote stays
    assert [c.reaction_owner for c in control_plan(world.vic, program).controls] == [
        "",
        "Line lead",
        "",
    ]
    assert verify().broken is None


@pytest.mark.django_db
def test_a_line_has_to_name_one_thing_that_is_there(world: World) -> None:
    program = drafted(world)
    one = FrozenControl(operation=20, characteristic="1", phases=("production",))
    wrong: tuple[tuple[FrozenControl, str], ...] = (
        (with_(one, operation=25), "operation"),
        (with_(one, characteristic="99"), "characteristic"),
        (with_(one, parameter="Press force"), "characteristic"),
        (with_(one, characteristic="", parameter="Press force"), "parameter"),
        (with_(one, phases=()), "phases"),
        (with_(one, phases=("later",)), "phases"),
        (with_(one, frequency="x" * 200), "frequency"),
    )
    for bad, field in wrong:
        with pytest.raises(InvalidInput) as refused:
            set_controls(**of(world, program), controls=[one, bad])
        assert (refused.value.details["field"], refused.value.details["row"]) == (field, 1)
    with pytest.raises(InvalidInput, match="twice"):
        set_controls(**of(world, program), controls=[one, one])
    assert control_plan(world.vic, program).controls == ()


@pytest.mark.django_db
def test_who_may_and_what_a_release_closes(world: World) -> None:
    program = drafted(world)
    one = FrozenControl(operation=20, characteristic="1", phases=("production",))
    with pytest.raises(NotAllowed):
        set_controls(**{**of(world, program), "by": world.ben}, controls=[one])
    with pytest.raises(NotFound):
        set_controls(**{**of(world, program), "by": world.cy}, controls=[one])
    with pytest.raises(NotFound):
        control_plan(world.cy, program)
    plan.release_plan(**of(world, program))
    with pytest.raises(Refused) as refused:
        propose_controls(**of(world, program))
    assert refused.value.code == "R-10"
    said = {"team": "Manufacturing, quality"}  # who approved comes after the release
    assert set_control_head(**of(world, program), said=said) == said
    with pytest.raises(InvalidInput, match="no field"):
        set_control_head(**of(world, program), said={"colour": "blue"})


@pytest.mark.django_db
def test_the_next_plan_and_the_next_revision_take_both_along(world: World) -> None:
    program = drafted(world)
    propose_controls(**of(world, program))
    set_control_head(**of(world, program), said={"number": "CP-1"})
    row = FailureModeFacts("Lid sits askew", operation=20, severity=8, occurrence=4, detection=6)
    review.set_failure_modes(**of(world, program), rows=[row])
    plan.release_plan(**of(world, program))
    plan.create_plan(program_id=program, revision="C", by=world.eli, at=NOW)
    product.create_revision(program_id=program, by=world.eli, at=NOW)
    for revision, label in (("C", "2"), ("D", "1")):
        found = control_plan(world.vic, program, revision=revision, plan=label)
        assert (len(found.controls), found.head) == (3, {"number": "CP-1"}), revision
        assert pfmea(world.vic, program, revision=revision, plan=label).rows == (row,)


def test_of_two_who_save_at_once_one_is_told(lasting_world: World) -> None:
    world = lasting_world
    program = drafted(world)
    seen = state_of(())
    rows_seen = state_of(())
    one = FrozenControl(operation=20, characteristic="1", phases=("production",))
    answers: list[str] = []

    def both(technique: str) -> None:
        from django.db import connection

        mine: dict[str, Any] = {"controls": [with_(one, technique=technique)], "seen": seen}
        rows: dict[str, Any] = {"rows": [FailureModeFacts(technique)], "seen": rows_seen}
        for verb, more in ((set_controls, mine), (review.set_failure_modes, rows)):
            try:
                verb(**of(world, program), **more)
                answers.append("done")
            except StaleState:
                answers.append("stale")
        connection.close()

    threads = [Thread(target=both, args=(name,)) for name in ("Feeler", "Calliper")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["done", "done", "stale", "stale"]
    assert len(control_plan(world.eli, program).controls) == 1
