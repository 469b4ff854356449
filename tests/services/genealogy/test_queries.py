"""The number of queries does not follow the number of records."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.making import opened_pilot
from tests.recording import LATER, lot, post, rec, sound, unit

PROCEDURE = {"name": "ICT", "lines": [{"name": "u", "lower": "0", "upper": "2"}]}
ITEM = [{"lot": "GLZ-7781", "quantity": "0.001"}]


def serials(label: str, count: int) -> list[str]:
    return [f"{label}-{n}" for n in range(count)]


def units(world: Any, label: str, count: int) -> list[Any]:
    return [unit(serial) for serial in serials(label, count)]


def consumed(world: Any, label: str, count: int) -> list[Any]:
    post(world, *units(world, label, count))
    return [rec("consume", part="PCBA", serial=s, items=ITEM) for s in serials(label, count)]


def measured(world: Any, label: str, count: int) -> list[Any]:
    post(world, *units(world, label, count))
    return [
        rec("test", part="PCBA", serial=s, procedure=PROCEDURE, values=[1.0])
        for s in serials(label, count)
    ]


def installed(world: Any, label: str, count: int) -> list[Any]:
    post(world, *units(world, label, count))
    boxes = [f"B{s}" for s in serials(label, count)]
    post(world, *(unit(box, "BOX") for box in boxes))
    return [
        rec("install", part="BOX", serial=box, child={"part": "PCBA", "serial": s})
        for box, s in zip(boxes, serials(label, count), strict=True)
    ]


def packed(world: Any, label: str, count: int) -> list[Any]:
    post(world, *units(world, label, count))
    return [
        rec("pack", package=f"C{s}", part="PCBA", units=[{"serial": s}])
        for s in serials(label, count)
    ]


def shipped(world: Any, label: str, count: int) -> list[Any]:
    post(world, *packed(world, label, count))
    return [
        rec("ship", shipment=f"S{label}", customer="Harrods", packages=[f"C{s}"])
        for s in serials(label, count)
    ]


def lots(world: Any, label: str, count: int) -> list[Any]:
    found = [lot(code) for code in serials(label, count)]
    return [record for pair in found for record in pair]


def operated(world: Any, label: str, count: int) -> list[Any]:
    """Units that begin and are at their first operation, all in one post."""
    first = {"A": 1000, "B": 2000, "C": 3000}[label]
    names = [f"CC1-P1-{first + n}" for n in range(count)]
    begun = [rec("unit", batch="CC1-P1", serial=name, at=LATER) for name in names]
    done = [
        rec("operation", batch="CC1-P1", serial=name, operation=10, consumes=ITEM, at=LATER)
        for name in names
    ]
    return begun + done


KINDS: tuple[Callable[[Any, str, int], list[Any]], ...] = (
    units,
    consumed,
    measured,
    installed,
    packed,
    shipped,
    lots,
    operated,
)


@pytest.mark.parametrize("made", KINDS)
def test_as_many_queries_for_three_hundred_as_for_one(
    world: Any, made: Callable[[Any, str, int], list[Any]]
) -> None:
    if connection.vendor == "postgresql":
        pytest.skip("COPY and executemany are told otherwise there")
    opened_pilot(world)
    post(world, *lot(quantity="1000"))
    counts = []
    for label, count in (("C", 1), ("B", 3), ("A", 300)):
        records = made(world, label, count)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            post(world, *records)
        counts.append(len(seen))
    # The first post of a kind also reads what is kept for the next one.
    assert (counts[1] <= counts[0], counts[2]) == (True, counts[1])
    sound()
