"""The material of a unit against its bill of materials."""

from decimal import Decimal

from firstoff.rules.trace.material import (
    DesignedLine,
    Held,
    Material,
    material_differences,
    unapproved_source,
)

DESIGN = Material(
    top="BOX",
    lines={
        "BOX": (
            DesignedLine("BRD", Decimal(1), made=True),
            DesignedLine("SCREW", Decimal(2)),
            DesignedLine("KIT", Decimal(1), made=True, phantom=True),
        ),
        "BRD": (DesignedLine("RES", Decimal(3)), DesignedLine("CHIP", Decimal(1))),
        "KIT": (DesignedLine("SCREW", Decimal(2)),),
    },
    stands_for={"RES-2": ("RES",), "CHIP-2": ("CHIP",)},
    qualified=(("RES-2", "RES"),),
    approved={"RES": ("Yageo RC",)},
)


def told(held: dict[str, str], *opened: str, finished: bool = True) -> list[tuple[str, str]]:
    made = {part: Held(Decimal(n) if n else None, part in opened) for part, n in held.items()}
    return [(d.kind, d.sentence) for d in material_differences(DESIGN, made, finished=finished)]


def test_what_is_as_designed_differs_in_nothing() -> None:
    assert told({"BRD": "1", "SCREW": "4", "RES": "3", "CHIP": "1"}, "BRD") == []


def test_an_assembly_that_was_never_recorded_is_looked_for_by_its_parts() -> None:
    assert told({"SCREW": "4", "RES": "3", "CHIP": "1"}) == []


def test_an_assembly_that_came_in_whole_counts_as_itself() -> None:
    assert told({"SCREW": "4", "BRD": "1"}) == []


def test_what_is_short_and_what_has_no_record_is_missing() -> None:
    assert told({"SCREW": "3", "RES": ""}) == [
        ("missing", "SCREW: 3 of 4 are recorded."),
        ("missing", "CHIP has no record."),
    ]
    assert told({"SCREW": "4", "RES": "3"}, finished=False) == [
        ("missing", "CHIP has no record yet.")
    ]


def test_many_without_a_record_are_one_sentence() -> None:
    many = Material(
        top="BOX", lines={"BOX": tuple(DesignedLine(f"P{n}", Decimal(1)) for n in range(9))}
    )
    (one,) = material_differences(many, {"P0": Held(None)}, finished=True)
    assert one.sentence == (
        "8 of the 9 parts of the bill of materials have no record: P1, P2, P3, P4, P5 and 3 more."
    )


def test_what_nobody_designed_is_extra() -> None:
    found = told({"SCREW": "4", "BRD": "1", "TAPE": "1"})
    assert found == [("extra", "TAPE is not in the bill of materials.")]


def test_a_qualified_alternate_counts_and_another_is_told() -> None:
    assert told({"SCREW": "4", "RES-2": "3", "CHIP-2": "1"}) == [
        ("unapproved", "CHIP-2 is in place of CHIP; nobody qualified it as an alternate.")
    ]
    assert told({"SCREW": "4", "RES": "1", "RES-2": "2", "CHIP": "1"}) == []


def test_nothing_recorded_says_nothing() -> None:
    assert told({}) == []
    assert list(material_differences(Material(), {"X": Held(None)}, finished=True)) == []


def test_a_source_that_is_not_approved_is_told_where_any_is() -> None:
    assert unapproved_source(DESIGN, "RES", "Yageo RC") == ""
    assert unapproved_source(DESIGN, "CHIP", "Anybody") == ""
    assert unapproved_source(DESIGN, "RES", "Vishay CR") == (
        "Vishay CR (RES) is not approved; approved: Yageo RC."
    )
