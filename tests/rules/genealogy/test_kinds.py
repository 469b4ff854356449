"""Every kind of record: described, one of its name, and refused in words where it says nothing."""

from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest

from firstoff.errors import InvalidInput
from firstoff.rules.access import DEEDS
from firstoff.rules.genealogy import KINDS, Posted, kind_of

UID = UUID("019a9d3e-0000-7000-8000-000000000001")
PAGE = Path(__file__).resolve().parents[3] / "docs/reference/records.md"
_BY_KIND = {kind_of(kind): kind for kind in KINDS}


def said(kind: str, **fields: Any) -> Posted:
    return msgspec.convert({"id": UID, **fields}, _BY_KIND[kind])


@pytest.mark.parametrize("kind", KINDS, ids=kind_of)
def test_a_kind_is_described_on_the_page_and_has_its_permission(kind: type[Posted]) -> None:
    assert f"`{kind_of(kind)}`" in PAGE.read_text()
    assert kind.permission in DEEDS


def test_no_two_kinds_have_one_name() -> None:
    assert len(_BY_KIND) == len(KINDS)


@pytest.mark.parametrize("kind", KINDS, ids=kind_of)
def test_every_kind_is_one_file_with_a_sentence_about_it(kind: type[Posted]) -> None:
    module = __import__(kind.__module__, fromlist=["x"])
    assert (module.__doc__ or "")[:1].isupper()


ITEM = {"lot": "G-1", "quantity": "1"}
CHILD = {"serial": "P-1", "part": "PCBA"}
REFUSED = [
    ("unit", {"serial": "1"}, "1 is named without its part.", "part"),
    (
        "unit",
        {"serial": "", "part": "A"},
        "The serial number has 0 characters; expected 1 to 120.",
        "serial",
    ),
    ("consume", {"items": [ITEM]}, "The consumption names neither a unit nor a batch.", "serial"),
    ("consume", {"items": [], "batch": "B"}, "The consumption names no lot.", "items"),
    (
        "consume",
        {"items": [{"lot": "G-1", "quantity": "0"}], "batch": "B"},
        "items[0].quantity is 0; expected above 0, at most 9,000,000,000,000.",
        "items[0].quantity",
    ),
    (
        "consume",
        {"items": [{"lot": "G-1", "quantity": "0.0000001"}], "batch": "B"},
        "items[0].quantity is 0.0000001; a quantity has at most 6 places (R-67).",
        "items[0].quantity",
    ),
    (
        "consume",
        {"items": [{"lot": "G-1", "quantity": "1e3"}], "batch": "B"},
        "items[0].quantity is '1e3'; expected a plain number as text, such as 0.02.",
        "items[0].quantity",
    ),
    (
        "consume",
        {"items": [{"lot": "G-1 ", "quantity": "1"}], "batch": "B"},
        "The lot 'G-1 ' begins or ends with a space, or holds a character that nobody can see.",
        "items[0].lot",
    ),
    ("operation", {"operation": 10}, "Operation 10 names neither a unit nor a batch.", "batch"),
    (
        "operation",
        {"operation": 10, "batch": "B", "installs": [{"child": CHILD}]},
        "Defects, measured values and subassemblies belong to a unit; no serial is given.",
        "serial",
    ),
    (
        "operation",
        {
            "operation": 10,
            "batch": "B",
            "parameters": [{"name": "T", "value": "1", "lower": "3", "upper": "2"}],
        },
        "The limits of T are 3 to 2: the lower one is above.",
        "parameters[0].lower",
    ),
    (
        "lot_split",
        {"lot": "A", "into": [{"lot": "A", "quantity": 1}]},
        "Lot A would be split into itself.",
        "into",
    ),
    (
        "lot_merge",
        {"into": "M", "lots": [{"lot": "A", "quantity": 1}] * 2},
        "A lot is named twice.",
        "lots",
    ),
    (
        "lot_adjust",
        {"lot": "A", "by": 0, "reason": "x"},
        "by is 0; expected other than 0, at most 9,000,000,000,000.",
        "by",
    ),
    (
        "lot_adjust",
        {"lot": "A", "by": 1, "reason": " "},
        "A lot counted again has a reason; none is given.",
        "reason",
    ),
    (
        "install",
        {"serial": "B", "part": "BOX", "child": {"serial": "P"}},
        "P is named without its part.",
        "child",
    ),
    ("pack", {"package": "C-1"}, "Nothing is packed into C-1.", "units"),
    (
        "pack",
        {"package": "C-1", "packages": ["C-1"]},
        "C-1 would be packed into itself.",
        "packages",
    ),
    (
        "ship",
        {"shipment": "S", "customer": "H", "part": "A", "units": [{"serial": "1"}] * 2},
        "1 is named twice.",
        "units",
    ),
    (
        "scrap",
        {"serial": "1", "part": "A", "reason": ""},
        "Scrap has a reason; none is given.",
        "reason",
    ),
    (
        "label",
        {"expected": "x", "scanned": "x"},
        "The label belongs to nothing; expected a unit, a package or a batch.",
        "serial",
    ),
    (
        "test",
        {"serial": "1", "part": "A", "procedure": "abc", "values": []},
        "procedure is 'abc'; expected a SHA-256 in 64 hex digits.",
        "procedure",
    ),
    (
        "void",
        {"supersedes": UID, "reason": ""},
        "A record taken back has a reason; none is given.",
        "reason",
    ),
]


@pytest.mark.parametrize(("kind", "fields", "sentence", "field"), REFUSED)
def test_what_means_nothing_is_refused_with_its_field(
    kind: str, fields: dict[str, Any], sentence: str, field: str
) -> None:
    with pytest.raises(InvalidInput) as error:
        said(kind, **fields).check()
    assert (error.value.message, error.value.details["field"]) == (sentence, field)


def test_a_binary_float_is_no_quantity() -> None:
    with pytest.raises(msgspec.ValidationError):
        said("consume", batch="B", items=[{"lot": "G-1", "quantity": 0.02}])


@pytest.mark.parametrize("serial", ["007", "Ω-1", "A 1", "№/5", "e\u0301", "İ"])
def test_names_are_kept_as_they_are(serial: str) -> None:
    record = said("unit", serial=serial, part="A")
    record.check()
    assert record.about == serial
