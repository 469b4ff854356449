"""B2MML: lots, sub-lots and what production used, out of the XML of a plant."""

import json
import os
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstoff.errors import InvalidInput
from firstoff.formats.testdata.b2mml import read
from firstoff.formats.testdata.drafts import ConsumptionDraft, LotDraft, ReadOptions
from firstoff.formats.testdata.summaries import summary_of
from tests.formats.testdata.b2mml_files import actual, document, lot, quantity

SHARED = Path(
    os.environ.get("FIRSTOFF_SHARED", Path(__file__).resolve().parents[3] / ".." / "shared")
)
CASES = SHARED / "cases" / "testdata" / "b2mml"
STATED = datetime(2026, 5, 4, 8, 0, tzinfo=UTC)


def take(content: bytes):
    return read(content, name="p.xml", options=ReadOptions())


def test_a_lot_is_read_whole():
    expiry = (
        "<MaterialLotProperty><ID>ExpiryDate</ID><Value><ValueString>2027-01-01T00:00:00Z"
        "</ValueString></Value></MaterialLotProperty>"
    )
    place = "<StorageLocation>Rack 4</StorageLocation>"
    given = "<Status>Released</Status>" + place + quantity() + expiry
    assert take(document(lot(inside=given))).drafts == (
        LotDraft(
            row=1,
            lot="L-7",
            part_number="GLZ",
            parent="",
            status="Released",
            quantity=Decimal("1.50"),
            unit="KG",
            expires_at=datetime(2027, 1, 1, tzinfo=UTC),
            location="Rack 4",
            stated_at=STATED,
            properties='{"ExpiryDate":"2027-01-01T00:00:00Z"}',
        ),
    )


def test_sub_lots_name_the_lot_they_are_in():
    inner = f"<MaterialSubLot><ID>L-7-1</ID>{quantity('0.5')}</MaterialSubLot>"
    found = take(document(lot(inside=inner))).lots
    assert [(d.lot, d.parent, d.part_number) for d in found] == [
        ("L-7", "", "GLZ"),
        ("L-7-1", "L-7", "GLZ"),
    ]


def test_a_material_actual_is_consumption():
    assert take(actual(quantity("0.02"))).drafts == (
        ConsumptionDraft(
            row=1,
            lot="L-7",
            parent="",
            part_number="GLZ",
            quantity=Decimal("0.02"),
            unit="KG",
            order="O-9",
            operation="Weighing",
            serial="",
            produced=False,
            at=datetime(2026, 5, 4, 9, 0, 0, 123_456, tzinfo=UTC),
            properties="{}",
        ),
    )


def test_what_was_produced_is_told_from_what_was_used():
    assert [
        take(actual(use=use)).consumptions[0].produced for use in ("Produced", "Consumed")
    ] == [
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (document(lot(name="")), "MaterialLot 1, ID: found nothing; expected the ID of the lot."),
        (
            actual(quantity("1,5")),
            "MaterialActual 1 'L-7', QuantityString: found '1,5'; expected a number.",
        ),
        (
            actual(use="Lent"),
            "MaterialActual 1 'L-7', MaterialUse: found 'Lent'; expected Consumed or Produced.",
        ),
    ],
)
def test_a_row_that_cannot_be_taken_is_named(content, sentence):
    result = take(content)
    assert ([row.sentence for row in result.refused], result.drafts) == ([sentence], ())


def test_a_definition_holds_no_record():
    result = take(document("<MaterialDefinition><ID>GLZ</ID></MaterialDefinition>"))
    assert result.nothing == (
        "p.xml holds 1 material definition: there is no record to take from it."
    )
    with pytest.raises(InvalidInput):
        result.demand_all()


def test_the_figures_count_lots_and_consumption():
    counts = summary_of(take(actual())).plain()["counts"]
    assert (counts["lots"], counts["consumptions"], counts["units"]) == (1, 1, 0)


def test_other_xml_is_refused():
    with pytest.raises(InvalidInput) as caught:
        take(b"<Reports/>")
    assert str(caught.value) == (
        "p.xml: found <Reports>; expected a B2MML document, with its namespace."
    )


def test_a_file_cut_off_anywhere_is_refused():
    content = actual(quantity())
    for end in range(1, len(content)):
        with pytest.raises(InvalidInput):
            take(content[:end])


@given(st.binary(max_size=100))
def test_any_content_is_read_or_refused(raw):
    with suppress(InvalidInput):
        take(document(lot()).replace(b"GLZ", raw))


@pytest.mark.skipif(not CASES.exists(), reason="the shared B2MML files are not here")
def test_real_files_are_lots_and_consumption():
    found = {
        file.name[:3]: read(file, name="", options=ReadOptions()) for file in CASES.glob("*.xml")
    }
    assert [(d.lot, d.quantity) for d in found["INV"].lots] == [
        ("CRBN0001_LOT01", None),
        ("CRBN0001_LOT01_01", Decimal("24.910")),
    ]
    assert [d.status for d in found["LOT"].lots] == ["Valid"]
    used = found["PES"].consumptions[0]
    assert (used.lot, used.quantity, used.unit) == ("430147330000056734", Decimal("0.41"), "KG")
    assert json.loads(used.properties)["Indice"] == "0010"
    assert [bool(found[kind].nothing) for kind in ("MAT", "PRO")] == [True, True]
