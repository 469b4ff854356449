"""Containments over the API: opened, worked off, customers told, closed; safe to send again."""

import io
from typing import Any
from uuid import uuid4

import pytest
from openpyxl import load_workbook

from tests.api.test_execution import Caller
from tests.conftest import PASSWORD, World
from tests.containing import SUSPECT, floor

LIST = "/sites/STOKE/containments"
ONE = f"{LIST}/1"


@pytest.fixture
def ada(world: World) -> Caller:
    floor(world)
    return Caller(world, "ada")


def opened(caller: Caller, **given: Any) -> tuple[int, Any]:
    body = {"question": SUSPECT, "title": "Glaze crazing", "reason": "Cracks.", **given}
    return caller("POST", LIST, body)


def test_it_is_opened_once_under_its_id(ada: Caller) -> None:
    uid = str(uuid4())
    first, again = opened(ada, uid=uid), opened(ada, uid=uid)
    assert (first[0], again[0], first[1]["label"]) == (201, 200, "C-0001")
    assert first[1] == again[1]
    assert first[1]["numbers"]["at_risk"] == 6
    assert opened(ada, uid=uid, title="Another")[1]["code"] == "R-36"


def test_the_list_has_open_ones_and_says_how_many(ada: Caller) -> None:
    opened(ada)
    opened(ada, title="Another")
    status, body = ada("GET", f"{LIST}?open=true&limit=1")
    assert (status, [c["label"] for c in body["items"]], body["total"]) == (200, ["C-0002"], 2)
    _, rest = ada("GET", f"{LIST}?open=true&limit=1&cursor={body['next']}")
    assert ([c["label"] for c in rest["items"]], rest["next"]) == (["C-0001"], None)


def test_units_are_paged_and_sifted(ada: Caller) -> None:
    opened(ada)
    _, body = ada("GET", f"{ONE}/units?place=shipped&limit=2")
    assert ([u["serial"] for u in body["items"]], body["total"]) == (["P-3", "P-4"], 3)
    assert body["items"][1]["where"]["inside"] == {"part": "DEVICE", "serial": "D-4"}
    _, body = ada("GET", f"{ONE}/units?serial=D-")
    assert [u["serial"] for u in body["items"]] == ["D-1", "D-4"]


def test_a_unit_is_worked_off_and_the_answer_says_what_went_with_it(ada: Caller) -> None:
    opened(ada)
    uid = str(uuid4())
    finding = {"serial": "D-1", "outcome": "cleared", "uid": uid}
    first, again = ada("POST", f"{ONE}/findings", finding), ada("POST", f"{ONE}/findings", finding)
    assert (first[0], again[0]) == (201, 200)
    assert first[1] == {"units": 2, "inside": 1, "freed": 2, "serials": ["D-1", "P-2"]}
    status, body = ada("POST", f"{ONE}/findings", {"serial": "P-3", "outcome": "rework"})
    assert (status, body["code"]) == (409, "R-62")


def test_many_at_once_are_those_that_were_meant(ada: Caller) -> None:
    opened(ada)
    body = {"filter": {"place": "in_process"}, "outcome": "cleared", "expected": 2}
    status, answer = ada("POST", f"{ONE}/findings/bulk", body)
    assert (status, answer["details"]["field"]) == (400, "expected")
    assert ada("POST", f"{ONE}/findings/bulk", {**body, "expected": 3})[0] == 201


def test_customers_are_told_and_it_is_closed_by_signature(ada: Caller) -> None:
    opened(ada)
    assert ada("POST", f"{ONE}/notices", {"customer": "Brown", "reference": "L-1"})[0] == 201
    early = ada("POST", f"{ONE}/closure", {"password": PASSWORD})
    assert (early[0], early[1]["code"], early[1]["details"]["open"]) == (409, "R-62", 6)
    for serial, outcome in (
        ("P-1", "cleared"), ("D-1", "scrap"), ("P-3", "unreachable"), ("D-4", "replaced")
    ):  # fmt: skip
        ada("POST", f"{ONE}/findings", {"serial": serial, "outcome": outcome})
    status, body = ada("POST", f"{ONE}/closure", {"password": PASSWORD, "note": "Done."})
    assert (status, body["closed_by"], body["closure"]["numbers"]["worked_off"]) == (
        201,
        "Ada Okafor",
        6,
    )
    assert [c["told_at"] is not None for c in body["customers"]] == [False, True]


def test_files_hold_what_was_shipped_to_a_customer(ada: Caller) -> None:
    _, body = opened(ada)
    brown = next(c["id"] for c in body["customers"] if c["customer"] == "Brown")
    answer = ada.client.get(f"/api/v1{ONE}/units.xlsx?customer={brown}")
    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    assert [row[2].value for row in sheet.iter_rows()] == ["Serial", "P-4", "D-4"]
    answer = ada.client.get(f"/api/v1{ONE}/units.csv")
    assert len(b"".join(answer.streaming_content).splitlines()) == 7
    for path in (f"{ONE}/report.pdf", f"{ONE}/customers/{brown}/letter.pdf"):
        assert ada.client.get(f"/api/v1{path}").content[:5] == b"%PDF-"


def test_bad_input_is_one_sentence_and_changes_nothing(ada: Caller) -> None:
    opened(ada)
    for path, body, code in (
        (LIST, {"title": "x", "reason": "y", "question": {"where": [{"kind": "x"}]}}, 400),
        (LIST, {"title": "x", "reason": "y", "question": {"where": []}}, 400),
        (LIST, {"title": "", "reason": "y", "question": SUSPECT}, 400),
        (f"{ONE}/findings", {"serial": "P-1", "outcome": "mended"}, 400),
        (f"{ONE}/findings", {"serial": "P-99", "outcome": "cleared"}, 404),
        (f"{ONE}/findings", {"serial": "\x00", "outcome": "cleared"}, 400),
        (f"{ONE}/units", {"units": [], "reason": "x"}, 400),
        (f"{LIST}/99999999999999999999/findings", {"serial": "P-1", "outcome": "cleared"}, 400),
        (f"{LIST}/7/findings", {"serial": "P-1", "outcome": "cleared"}, 404),
    ):
        status, problem = ada("POST", path, body)
        assert (path, status, bool(problem["title"])) == (path, code, True)
    assert ada("GET", ONE)[1]["numbers"]["worked_off"] == 0


def test_others_see_nothing_and_who_reads_writes_nothing(world: World) -> None:
    floor(world)
    ada = Caller(world, "ada")
    opened(ada)
    cy, vic = Caller(world, "cy"), Caller(world, "vic")
    assert (cy("GET", ONE)[0], cy("GET", LIST)[0]) == (404, 404)
    assert (vic("GET", ONE)[0], opened(vic)[0]) == (200, 403)
    station = Caller(world, "ada", "record")
    finding = {"serial": "P-1", "outcome": "use_as_is", "note": "x", "password": PASSWORD}
    assert station("POST", f"{ONE}/findings", finding)[0] == 403
