"""The evidence file, its digest, and the digest in the PDF."""

import json
import re
import zlib
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from firstoff.errors import InvalidInput
from firstoff.formats import documents
from firstoff.formats.documents import seal
from firstoff.terms import Verdict

Sample = Callable[[str], dict[str, Any]]
RECORDS: dict[str, list[dict[str, Any]]] = {
    "unit": [{"serial": "FO-0002", "minutes": Decimal("11.90"), "result": Verdict.MET}],
    "signature": [{"at": datetime(2026, 3, 10, 17, 5, tzinfo=timezone(timedelta(hours=1)))}],
}


def evidence(data: dict[str, Any]) -> bytes:
    return seal.evidence_json(
        kind="certificate", data=data, records=RECORDS, product="Firstoff 0.1.0"
    )


def test_the_canonical_form_is_one_for_one_value() -> None:
    value = {
        "b": Decimal("1.50"),
        "a": datetime(2026, 3, 10, 16, 5, tzinfo=UTC),
        "c": [UUID(int=1), date(2026, 3, 10), None, True, "é\ud800"],
    }
    assert seal.canonical(value) == (
        b'{"a":"2026-03-10T16:05:00Z","b":"1.50",'
        b'"c":["00000000-0000-0000-0000-000000000001","2026-03-10",null,true,"\\u00e9\\ud800"]}'
    )


@pytest.mark.parametrize("value", [datetime(2026, 3, 10), float("nan"), object(), {1, 2}])  # noqa: DTZ001
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(InvalidInput):
        seal.canonical({"x": value})


def test_an_evidence_file_checks_without_a_database(sample: Sample) -> None:
    data = sample("certificate")
    checked = seal.check(evidence(data))
    assert (checked.kind, checked.number, checked.revision) == ("certificate", "FO-SC-0001", "A")
    assert checked.records["unit"][0]["minutes"] == "11.90"
    assert checked.records["signature"][0]["at"] == "2026-03-10T16:05:00Z"


def test_the_layout_of_the_file_is_not_the_evidence(sample: Sample) -> None:
    content = evidence(sample("certificate"))
    assert seal.check(json.dumps(json.loads(content)).encode()) == seal.check(content)


def test_one_changed_record_shows(sample: Sample) -> None:
    content = evidence(sample("certificate")).replace(b'"11.90"', b'"6.90"')
    with pytest.raises(InvalidInput, match="The evidence was changed: its content gives digest"):
        seal.check(content)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "it is not JSON"),
        (b"\xff\xfe", "it is not JSON"),
        (b"[" * 100_000, "it is not JSON"),
        (b"[]", "does not say"),
        (b'{"format": "firstoff-evidence/1"}', "has no kind"),
        (b'{"format": "x", "format": "firstoff-evidence/1"}', "a key is given twice"),
    ],
)
def test_another_file_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        seal.check(content)


def test_the_pdf_alone_says_which_evidence_it_speaks_of(sample: Sample) -> None:
    data = sample("certificate")
    content = evidence(data)
    pdf = documents.render("certificate", seal.sealed(data, content))
    assert seal.digest_in_pdf(pdf) == seal.check(content).claim


def test_the_evidence_makes_the_pdf_again_byte_for_byte(sample: Sample) -> None:
    data = sample("certificate")
    content = evidence(data)
    pdf = documents.render("certificate", seal.sealed(data, content))
    checked = seal.check(content)
    assert documents.reproduces(pdf, checked)
    assert not documents.reproduces(pdf.replace(b"rev A", b"rev B"), checked)


def test_the_digest_is_found_when_another_program_packed_the_metadata() -> None:
    claim = seal.Claim("FO-1", "A", "ab" * 32)
    packed = zlib.compress(claim.keyword().encode())
    pdf = b"%PDF-1.7\n1 0 obj <<>> stream\n" + packed + b"\nendstream"
    assert seal.digest_in_pdf(pdf) == claim


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04", "This is no PDF file"),
        (b"%PDF-1.7 nothing", "carries no evidence digest"),
        (
            b"%PDF-1.7 " + b" ".join(f"firstoff:N:A:sha256:{c * 64}".encode() for c in "ab"),
            "two different evidence digests",
        ),
    ],
)
def test_a_pdf_of_another_kind_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        seal.digest_in_pdf(content)


def test_an_odd_number_cannot_break_the_claim(sample: Sample) -> None:
    data = sample("certificate")
    data["doc"]["number"] = "FO:1 ü\n" + "x" * 40
    content = evidence(data)
    pdf = documents.render("certificate", seal.sealed(data, content))
    found = seal.digest_in_pdf(pdf)
    assert found.digest == seal.check(content).digest
    assert re.fullmatch(r"FO_1___x{40}", found.number)
