"""Formats of events are told apart by their content."""

import json

import pytest

from firstoff.formats.events import FORMATS
from tests.formats.events.epcis import documents_of_our_own as own


@pytest.mark.parametrize("name", own.all_documents())
def test_an_epcis_document_is_found_by_its_content(name: str) -> None:
    head = json.dumps(own.all_documents()[name]).encode("utf-8-sig")
    assert [format_.name for format_ in FORMATS if format_.sniff(head)] == ["epcis"]


@pytest.mark.parametrize(
    "head",
    [
        b'{"dut_id": "1", "phases": []}',
        b'{"MessageName": "CFX.Production.UnitsProcessed"}',
        b'serial,"EPCISDocument"\n',
        b"%PDF-1.7",
        b"",
    ],
)
def test_another_file_is_none_of_them(head: bytes) -> None:
    assert [format_.name for format_ in FORMATS if format_.sniff(head)] == []
