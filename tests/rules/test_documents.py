"""Who sees a document, what a version and a balloon may be."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from firstoff.errors import InvalidInput, Refused
from firstoff.rules.access import Actor
from firstoff.rules.documents import (
    BalloonFacts,
    DocumentFacts,
    check_balloons,
    check_document,
    check_hidden_from,
    check_label_free,
    check_version,
    visible_at,
)
from firstoff.terms import DocumentKind, DocumentVisibility, Role

DRAWING = DocumentFacts("DRW-1", "Crock", DocumentKind.DRAWING)
HALF = Decimal("0.5")
ONE = BalloonFacts("1", 1, HALF, HALF, HALF, HALF)


def somebody(*roles: Role, person: int = 1) -> Actor:
    return Actor(person, "a", "A", {1: frozenset(roles)})


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        (Role.VIEWER, ["site"]),
        (Role.OPERATOR, ["site"]),
        (Role.BUYER, ["site", "office"]),
        (Role.ADMINISTRATOR, ["site", "office"]),
        (Role.INSPECTOR, ["site", "office", "quality"]),
        (Role.ENGINEER, ["site", "office", "quality"]),
        (Role.QUALITY_MANAGER, ["site", "office", "quality"]),
    ],
)
def test_a_role_sees_what_it_may(role: Role, sees: list[str]) -> None:
    assert list(visible_at(somebody(role), 1)) == sees


def test_somebody_without_a_role_at_the_site_sees_nothing() -> None:
    assert visible_at(somebody(Role.QUALITY_MANAGER), 2) == ()


def test_whoever_can_read_the_data_folder_sees_all() -> None:
    console = somebody(Role.VIEWER, person=0)
    assert visible_at(console, 1) == tuple(DocumentVisibility)


def test_nobody_hides_a_document_from_themselves() -> None:
    with pytest.raises(InvalidInput):
        check_hidden_from(somebody(Role.BUYER), 1, DocumentVisibility.QUALITY)


@pytest.mark.parametrize("number", ["", "a/b", "..", "x" * 121, "a\nb"])
def test_a_number_stands_in_an_address(number: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_document(replace(DRAWING, number=number))
    assert refused.value.details["field"] == "number"


def test_a_label_stands_for_one_content() -> None:
    with pytest.raises(Refused) as refused:
        check_label_free("DRW-1", "b", ["A", "B"])
    assert (refused.value.code, refused.value.details["field"]) == ("R-68", "label")


def test_a_version_is_trimmed() -> None:
    assert check_version(" B ", " wall thicker\r\nlid higher ") == (
        "B",
        "wall thicker\nlid higher",
    )


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"characteristic": "9"}, "characteristic"),
        ({"page": 0}, "page"),
        ({"page": 3}, "page"),
        ({"x": Decimal("1.01")}, "x"),
        ({"to_y": Decimal("-0.1")}, "to_y"),
        ({"y": Decimal("NaN")}, "y"),
    ],
)
def test_a_balloon_stands_on_the_page(change: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_balloons([replace(ONE, **change)], pages=2, numbers=["1", "2"])
    assert (refused.value.details["field"], refused.value.details["row"]) == (field, 0)


def test_a_characteristic_has_one_balloon_on_a_drawing() -> None:
    with pytest.raises(InvalidInput) as refused:
        check_balloons([ONE, replace(ONE, page=2)], pages=2, numbers=["1"])
    assert refused.value.details["row"] == 1


def test_balloons_are_rounded_and_sorted_by_their_numbers() -> None:
    third = Decimal(1) / Decimal(3)
    found = check_balloons(
        [replace(ONE, characteristic="10", x=third), ONE], pages=1, numbers=["1", "10"]
    )
    assert [(b.characteristic, b.x) for b in found] == [("1", HALF), ("10", Decimal("0.333333"))]
