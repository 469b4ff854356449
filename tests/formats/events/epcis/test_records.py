"""What happened, as records: each is one that the site's own rules take."""

from typing import Any

import msgspec
import pytest

from firstoff.errors import InvalidInput
from firstoff.formats.events.epcis import happenings as h
from firstoff.formats.events.epcis.records import record_of
from firstoff.rules import genealogy
from tests.formats.events.epcis.what_happened import EVERY, VOID

KINDS = {genealogy.kind_of(kind): kind for kind in genealogy.KINDS}
POSTED = [one for one in (*EVERY, VOID) if not isinstance(one, h.Held | h.Released)]


def taken(record: dict[str, Any]) -> genealogy.Posted:
    """The record as the ingest decodes it: no field that its kind does not know."""
    kind = KINDS[record["kind"]]
    found = msgspec.json.decode(msgspec.json.encode(record), type=kind, strict=False)
    found.check()
    return found


def test_every_kind_of_record_is_a_happening() -> None:
    # A file is no event: what was in it is.
    assert {kind.kind for kind in h.KINDS} - {"hold", "release"} == set(KINDS) - {"file"}


@pytest.mark.parametrize("happening", POSTED, ids=[one.kind for one in POSTED])
def test_a_happening_is_a_record_that_the_rules_take(happening: h.Happening) -> None:
    found = taken(record_of(happening))
    assert (found.id, found.at, found.operator) == (
        happening.id,
        happening.at,
        happening.operator,
    )


def test_a_consumption_keeps_its_exact_quantities() -> None:
    consumed = next(one for one in EVERY if isinstance(one, h.Consumed))
    found = taken(record_of(consumed))
    assert isinstance(found, genealogy.Consumed)
    assert found.items == (
        genealogy.Item(lot="GLZ-7781", quantity="0.02", part="glaze"),
        genealogy.Item(lot="R-77", quantity="2", part="R10k", designators=("R1", "R2")),
    )


def test_a_test_has_its_values_beside_the_lines_of_its_procedure() -> None:
    tested = next(one for one in EVERY if isinstance(one, h.Tested))
    record = record_of(tested)
    assert record["values"] == [0.2, True, "grey", 3.0, None]
    assert record["procedure"]["lines"][0] == {
        "name": "gap",
        "phase": "cold",
        "unit": "mm",
        "lower": "0.1",
        "upper": "0.30",
    }


def test_a_hold_is_no_record() -> None:
    with pytest.raises(InvalidInput) as caught:
        record_of(EVERY[-2])
    assert str(caught.value) == (
        "A hold cannot be posted as a record. Open or close a containment."
    )
