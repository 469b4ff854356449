"""Serialised subassemblies: one place at a time, never inside themselves, history of both kept."""

from typing import Any

from firstoff.db.models import Assembly, UnitState
from tests.conftest import NOW
from tests.making import MINUTE
from tests.recording import post, rec, refused, sound, unit


def install(parent: str, child: str, **fields: Any) -> Any:
    return rec(
        "install", part="BOX", serial=parent, child={"part": "PCBA", "serial": child}, **fields
    )


def remove(parent: str, child: str, **fields: Any) -> Any:
    return rec(
        "remove", part="BOX", serial=parent, child={"part": "PCBA", "serial": child}, **fields
    )


def boxes(*serials: str) -> list[Any]:
    return [unit(serial, "BOX") for serial in serials]


def test_a_subassembly_is_fitted_and_taken_out_and_its_history_stays(world: Any) -> None:
    post(world, *boxes("B-1", "B-2"), unit("P-1"), install("B-1", "P-1", position="slot 1"))
    out = remove("B-1", "P-1", at=NOW + MINUTE, reason="dead")
    post(world, out, install("B-2", "P-1", at=NOW + 2 * MINUTE))
    rows = Assembly.objects.order_by("installed_at")
    assert [(a.parent.serial, a.position, a.removed_at) for a in rows] == [
        ("B-1", "slot 1", NOW + MINUTE),
        ("B-2", "", None),
    ]
    assert UnitState.objects.get().place == "installed"
    sound()


def test_double_installation_is_refused(world: Any) -> None:
    post(world, *boxes("B-1", "B-2"), unit("P-1"), install("B-1", "P-1"))
    found = refused(
        world, install("B-2", "P-1", at=NOW + MINUTE), install("B-1", "P-1", at=NOW + MINUTE)
    )
    assert found == [
        ("R-38", "P-1 is installed in B-1."),
        ("R-38", "P-1 is installed in this unit already."),
    ]
    sound()


def test_a_unit_never_holds_itself_through_any_depth(world: Any) -> None:
    post(world, *boxes("B-1", "B-2", "B-3"))

    def into(parent: str, child: str) -> Any:
        return rec("install", part="BOX", serial=parent, child={"part": "BOX", "serial": child})

    post(world, into("B-1", "B-2"), into("B-2", "B-3"))
    assert refused(world, into("B-3", "B-1"), into("B-1", "B-1")) == [
        (
            "R-38",
            "B-1 cannot be installed in B-3, which is inside B-1: a unit does not hold itself.",
        ),
        ("R-38", "B-1 cannot be installed in itself: a unit does not hold itself."),
    ]
    sound()


def test_what_is_not_in_it_cannot_be_taken_out(world: Any) -> None:
    post(world, *boxes("B-1", "B-2"), unit("P-1"), install("B-1", "P-1", at=NOW + MINUTE))
    assert refused(world, remove("B-2", "P-1", at=NOW + 2 * MINUTE), remove("B-1", "P-1")) == [
        ("R-38", "P-1 is not installed in B-2."),
        (
            "R-38",
            "P-1 was installed in B-1 at 2026-05-08T09:01:00+00:00; it cannot be removed at "
            "2026-05-08T09:00:00+00:00, before that.",
        ),
    ]


def test_a_replacement_goes_into_the_same_place(world: Any) -> None:
    post(world, *boxes("B-1"), unit("P-1"), unit("P-2"), install("B-1", "P-1", position="slot 1"))
    swap = remove("B-1", "P-1", at=NOW + MINUTE, replaced_by={"serial": "P-2"})
    post(world, swap)
    now = Assembly.objects.get(removed_at__isnull=True)
    assert (now.child.serial, now.position) == ("P-2", "slot 1")
    assert post(world, swap).answers[0].state == "already"
    sound()


def test_it_may_be_fitted_twice_into_one_unit_with_a_removal_between(world: Any) -> None:
    post(
        world,
        *boxes("B-1"),
        unit("P-1"),
        install("B-1", "P-1"),
        remove("B-1", "P-1", at=NOW + MINUTE),
    )
    post(world, install("B-1", "P-1", at=NOW + 2 * MINUTE))
    assert sorted(Assembly.objects.values_list("seq", flat=True)) == [1, 2]
    (found,) = refused(world, install("B-1", "P-1", at=NOW))
    assert found[0] == "R-38"
    sound()


def test_a_subassembly_that_failed_its_test_is_not_fitted(world: Any) -> None:
    post(world, *boxes("B-1"), unit("P-1"), measured("P-1", 9.0))
    assert refused(world, install("B-1", "P-1")) == [
        ("R-35", "P-1 failed ICT; it cannot be installed in B-1.")
    ]
    post(world, measured("P-1", 1.0, at=NOW + MINUTE), install("B-1", "P-1", at=NOW + MINUTE))
    sound()


def measured(serial: str, value: float, **fields: Any) -> Any:
    lines = [{"name": "u", "lower": "0.5", "upper": "1.5", "unit": "V"}]
    procedure = {"name": "ICT", "lines": lines}
    return rec("test", part="PCBA", serial=serial, procedure=procedure, values=[value], **fields)


def test_an_installation_taken_back_never_was(world: Any) -> None:
    wrong = install("B-1", "P-1")
    post(world, *boxes("B-1", "B-2"), unit("P-1"), wrong)
    post(world, rec("void", supersedes=wrong.id, reason="the other box"), install("B-2", "P-1"))
    assert [a.parent.serial for a in Assembly.objects.all()] == ["B-2"]
    sound()


def test_a_removal_taken_back_leaves_it_in(world: Any) -> None:
    wrong = remove("B-1", "P-1", at=NOW + MINUTE)
    post(world, *boxes("B-1"), unit("P-1"), install("B-1", "P-1"), wrong)
    post(world, rec("void", supersedes=wrong.id, reason="not this one", at=NOW + 2 * MINUTE))
    assert Assembly.objects.get().removed_at is None
    sound()


def test_what_rests_on_a_record_is_taken_back_first(world: Any) -> None:
    first = install("B-1", "P-1")
    post(world, *boxes("B-1"), unit("P-1"), first, remove("B-1", "P-1", at=NOW + MINUTE))
    again = rec("void", supersedes=first.id, reason="never fitted")
    assert refused(world, again) == [
        (
            "R-36",
            "The installation of P-1 cannot be taken back: something was recorded since that "
            "rests on it.",
        )
    ]
