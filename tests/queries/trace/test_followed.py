"""What was counted of a containment is kept as long as nothing moved, and not a record longer."""

from collections.abc import Sequence
from typing import Any

import pytest
from django.db import transaction

from firstoff.db.models import ContainedUnit, Containment
from firstoff.queries.trace import containments
from firstoff.queries.trace.contained import Filter, members
from firstoff.queries.trace.unmoved import Unmoved
from firstoff.rules.trace import Question
from firstoff.rules.trace.conditions import Lot
from firstoff.rules.trace.containment import MemberState
from firstoff.services import trace
from firstoff.terms import ContainmentOutcome
from tests.conftest import NOW
from tests.recording import LATER, lot, post, rec, unit


@pytest.fixture
def plant(lasting_world: Any) -> Any:
    world = lasting_world
    item = [{"lot": "GLZ-7781", "quantity": "1"}]
    post(world, *lot(), *(unit(f"P-{n}") for n in range(4)))
    post(world, *(rec("consume", part="PCBA", serial=f"P-{n}", items=item) for n in range(2)))
    trace.open_containment(
        site_id=world.site.pk,
        question=Question((Lot("GLZ-7781"),)),
        title="Glaze",
        reason="It cracks.",
        by=world.ada,
        at=LATER,
    )
    return world


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[Sequence[int]]:
    found: list[Sequence[int]] = []
    real = containments._counted

    def count(keys: Sequence[int]) -> Any:
        found.append(keys)
        return real(keys)

    monkeypatch.setattr(containments, "_counted", count)
    monkeypatch.setattr(containments, "_kept", Unmoved())
    return found


def places(world: Any) -> dict[str, int]:
    view = containments.containment(world.ada, "STOKE", 1)
    return {p.place.value: p.units for p in containments.progress(view).places}


def where(world: Any) -> dict[str, int]:
    key = Containment.objects.get().pk
    found: dict[str, int] = {}
    for group in containments.groups([key])[key]:
        found[group.place.value] = found.get(group.place.value, 0) + group.units
    return found


def test_what_moves_nothing_is_not_counted_again(plant: Any, counted: list[Any]) -> None:
    procedure = {"name": "ICT", "lines": [{"name": "u", "upper": "2"}]}
    tested: dict[str, Any] = {"part": "PCBA", "procedure": procedure, "values": [1.0]}
    assert where(plant) == {"in_process": 2}
    post(plant, rec("test", serial="P-1", **tested), unit("P-9"))
    post(plant, rec("scrap", part="PCBA", serial="P-3", reason="fell", at=LATER))  # not in it
    assert (where(plant), len(counted)) == ({"in_process": 2}, 1)


@pytest.mark.parametrize(
    ("record", "there"),
    [
        (("scrap", {"reason": "fell"}), {"in_process": 1, "scrapped": 1}),
        (("pack", {"package": "CARTON-1"}), {"in_process": 1, "packed": 1}),
    ],
)
def test_what_moves_a_unit_is_counted(
    plant: Any, counted: list[Any], record: Any, there: dict[str, int]
) -> None:
    where(plant)
    release(plant, "P-1")
    post(plant, _of(record))
    assert (where(plant), len(counted)) == (there, 2)


def _of(record: Any) -> Any:
    kind, given = record
    if kind == "pack":
        return rec("pack", units=[{"part": "PCBA", "serial": "P-1"}], at=LATER, **given)
    return rec(kind, part="PCBA", serial="P-1", at=LATER, **given)


def release(world: Any, serial: str) -> None:
    member = ContainedUnit.objects.get(unit__serial=serial)
    trace.record_finding(
        containment_id=member.containment_id,
        serial=serial,
        outcome=ContainmentOutcome.CLEARED,
        note="Looked at.",
        found_at=LATER,
        by=world.ada,
        at=LATER,
    )


def test_a_unit_that_joins_is_counted(plant: Any, counted: list[Any]) -> None:
    where(plant)
    item = [{"lot": "GLZ-7781", "quantity": "1"}]
    post(plant, rec("consume", part="PCBA", serial="P-2", items=item))
    assert where(plant) == {"in_process": 3}


def test_what_was_taken_back_is_not_kept(plant: Any, counted: list[Any]) -> None:
    item = [{"lot": "GLZ-7781", "quantity": "1"}]
    with transaction.atomic():
        post(plant, rec("consume", part="PCBA", serial="P-2", items=item))
        assert where(plant) == {"in_process": 3}
        transaction.set_rollback(True)
    assert where(plant) == {"in_process": 2}


def test_units_sifted_by_state_are_those_that_are_in_it_now(plant: Any) -> None:
    view = containments.containment(plant.ada, "STOKE", 1)
    still = Filter(state=MemberState.OPEN)

    def serials() -> list[str]:
        return [row.serial for row in members(view, sift=still)[0]]

    assert (serials(), serials()) == (["P-0", "P-1"], ["P-0", "P-1"])
    release(plant, "P-1")
    assert (serials(), places(plant), NOW < LATER) == (["P-0"], {"in_process": 2}, True)
