"""Whatever is sent, it is answered in words: never an error of our own."""

import json
from typing import Any
from uuid import uuid4

import pytest

from tests.api.test_execution import Caller
from tests.api.test_records import PATH, consume, lot, said
from tests.conftest import World

HUGE = 10**4000
NASTY: list[dict[str, Any]] = [
    consume(quantity=HUGE),
    consume(quantity=-HUGE),
    consume(quantity="9" * 5000),
    consume(quantity="\u0661"),
    consume(operation=2**31),
    consume(operation=2**31 - 1),
    consume(at="0001-01-01T00:00:00+14:00"),
    consume(at="9999-12-31T23:59:59-14:00"),
    said("unit", part="P" * 500, serial="1"),
    said("unit", part="PCBA", serial="S" * 500),
    said("unit", part="PCBA", serial="S\u200b1"),
    said("unit", part="PCBA", serial="1", instruction="i" * 100),
    said("unit", part="PCBA", serial="1", previous_serial="s" * 500),
    said("lot", part="GLZ", lot="L" * 500, quantity=1),
    said("lot", part="P" * 500, lot="L", quantity=1, supplier="S" * 500),
    said("lot", part="GLZ", lot="L", quantity=1, mpn="M" * 500, manufacturer="X"),
    said("lot", part="GLZ", lot="L", quantity=1, expires="0001-01-01"),
    said("operation", batch="CC1-P1", operation=2**63),
    said("operation", batch="B" * 500, operation=10),
    said("test", part="PCBA", serial="P-1", procedure={"name": "", "lines": []}, values=[]),
    said(
        "test",
        part="PCBA",
        serial="P-1",
        procedure={"name": "T", "lines": [{"name": "u", "lower": "1e-999999"}]},
        values=[1],
    ),
    said(
        "test",
        part="PCBA",
        serial="P-1",
        procedure={"name": "T", "lines": [{"name": "u", "upper": "NaN"}]},
        values=[1],
    ),
    said(
        "test",
        part="PCBA",
        serial="P-1",
        procedure={"name": "T", "lines": [{"name": "u"}]},
        values=[1e308],
        began_at="0001-01-01T00:00:00+14:00",
    ),
    said(
        "test",
        part="PCBA",
        serial="P-1",
        procedure={"name": "T" * 900, "lines": [{"name": "u" * 900}]},
        values=["x" * 9000],
        station="s" * 500,
    ),
    said("pack", package="C", part="PCBA", units=[{"serial": "nobody"}]),
    said("ship", shipment="S" * 500, customer="C", packages=["C"]),
    said("file", name="x", content=""),
    said("file", name="x.json", content="bm90aGluZw==", part="A"),
    said("file", name="n" * 900, content="bm90aGluZw==", sha256="0" * 64),
    said("void", supersedes=str(uuid4()), reason="x"),
    said("calibration", equipment="nobody", result="pass"),
    said("label", expected="x", scanned="y", package="nobody"),
    said("load", batch="nobody", operation=10, lot="GLZ-1", position="p" * 500),
    said("return", part="PCBA", serial="P-1", customer="c" * 900),
    {"kind": "unit"},
    {},
]


@pytest.mark.parametrize("number", range(len(NASTY)))
def test_it_is_answered_in_words(world: World, number: int) -> None:
    ada = Caller(world, "ada")
    ada("POST", PATH, {"records": [*lot(), said("unit", part="PCBA", serial="P-1")]})
    body = json.dumps({"mode": "best_effort", "records": [NASTY[number]]})
    answer = ada.client.post(f"/api/v1{PATH}", body, content_type="application/json")
    found = json.loads(answer.content)
    assert answer.status_code in (200, 400), found
    refused = found["answers"][0]["message"] if answer.status_code == 200 else found["title"]
    taken = answer.status_code == 200 and found["stored"] == 1
    assert taken or (refused.endswith(".") and len(refused) < 500)
