"""Records over the API: any kind, one or many, safe to send again."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from firstoff.db.models import Consumption, FloorRecord, LedgerEntry, Site, Unit
from firstoff.services import access
from tests.api.test_execution import Caller
from tests.conftest import World

PATH = "/records"


def said(kind: str, **fields: Any) -> dict[str, Any]:
    at = timezone.now() - timedelta(minutes=1)
    return {"kind": kind, "id": str(uuid4()), "at": at.isoformat(), **fields}


def lot(code: str = "GLZ-1") -> list[dict[str, Any]]:
    return [
        said("lot", part="GLZ", lot=code, quantity="10"),
        said("lot_status", lot=code, status="accepted", reason="inspected"),
    ]


def consume(quantity: Any = "0.02", **fields: Any) -> dict[str, Any]:
    items = [{"lot": "GLZ-1", "quantity": quantity}]
    return said("consume", part="PCBA", serial="P-1", items=items, **fields)


@pytest.fixture
def ada(world: World) -> Caller:
    return Caller(world, "ada")


def test_a_mix_of_kinds_is_posted_and_answered_in_order(ada: Caller) -> None:
    records = [*lot(), said("unit", part="PCBA", serial="P-1"), consume()]
    status, body = ada("POST", PATH, {"records": records})
    assert (status, body["stored"], [a["kind"] for a in body["answers"]]) == (
        200,
        4,
        ["lot", "lot_status", "unit", "consume"],
    )
    assert [a["id"] for a in body["answers"]] == [r["id"] for r in records]


def test_a_single_record_is_posted_bare(ada: Caller) -> None:
    record = said("unit", part="PCBA", serial="records")
    first, again = ada("POST", PATH, record), ada("POST", PATH, record)
    assert [b["answers"][0]["state"] for _, b in (first, again)] == ["stored", "already"]


def test_a_refusal_names_rule_sentence_and_way_out(ada: Caller) -> None:
    ada("POST", PATH, {"records": [said("lot", part="GLZ", lot="GLZ-1", quantity=3)]})
    status, body = ada(
        "POST", PATH, {"records": [said("unit", part="PCBA", serial="P-1"), consume()]}
    )
    assert (status, body["code"], body["way_out"]) == (
        409,
        "R-22",
        "An inspector accepts it; a part that is not critical may be accepted as skip-lot.",
    )
    assert body["details"]["records"][0]["message"] == (
        "Lot GLZ-1 of GLZ waits in quarantine for its incoming inspection."
    )
    assert Unit.objects.count() == 0


@pytest.mark.parametrize(
    ("change", "sentence", "field"),
    [
        (
            {"items": [{"lot": "GLZ-1", "quantity": 0.02}]},
            "Record 2, items[0].quantity: expected int | str, got float.",
            "items[0].quantity",
        ),
        ({"colour": "red"}, "Record 2: object contains unknown field colour.", ""),
        ({"kind": "eat"}, "Record 2, kind: invalid value 'eat'.", "kind"),
        ({"id": "x"}, "Record 2, id: invalid UUID.", "id"),
        (
            {"at": "2026-11-20T08:00:00"},
            "Record 2, at: expected datetime with a timezone component.",
            "at",
        ),
    ],
)
def test_what_cannot_be_read_names_record_and_field(
    ada: Caller, change: dict[str, Any], sentence: str, field: str
) -> None:
    bad = {**consume(), **change}
    good = said("unit", part="PCBA", serial="P-1")
    status, body = ada("POST", PATH, {"records": [good, bad]})
    assert (status, body["title"], body["details"]["field"]) == (400, sentence, field)


def test_as_much_as_can_be_is_taken_beside_what_cannot_be_read(ada: Caller) -> None:
    bad = {**consume(), "colour": "red"}
    good = said("unit", part="PCBA", serial="P-1")
    status, body = ada("POST", PATH, {"mode": "best_effort", "records": [bad, good]})
    assert (status, [(a["index"], a["state"], a["id"]) for a in body["answers"]]) == (
        200,
        [(0, "refused", bad["id"]), (1, "stored", good["id"])],
    )


@pytest.mark.parametrize("mode", ["all", "best_effort"])
@pytest.mark.parametrize("count", [0, 10_001])
def test_none_and_too_many_are_said_to_be_so(ada: Caller, mode: str, count: int) -> None:
    records = [said("unit", part="PCBA", serial=f"P-{n}") for n in range(count)]
    status, body = ada("POST", PATH, {"mode": mode, "records": records})
    sentence = f"{count:,} records were posted; expected 1 to 10,000."
    assert (status, body["code"], body["title"]) == (400, "too-many-records", sentence)


def test_a_station_may_record_and_its_name_stays_on_the_ledger(world: World) -> None:
    made = access.create_token(
        site_id=world.site.pk,
        username="ben",
        name="ICT",
        scopes=("record",),
        station="ICT-1",
        by=world.adam,
        at=timezone.now(),
    )
    station = Caller(world, "ben", "record")
    station.client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {made.secret}"
    from django.test import Client

    client = Client(HTTP_HOST="localhost", headers={"Authorization": f"Bearer {made.secret}"})
    answer = client.post(
        "/api/v1/records",
        json.dumps(said("unit", part="PCBA", serial="P-1")),
        content_type="application/json",
    )
    entry = LedgerEntry.objects.order_by("seq").last()
    assert (answer.status_code, entry and entry.by) == (200, "ben at ICT-1")


def test_who_may_not_is_refused_and_another_site_does_not_exist(world: World) -> None:
    ben, cy, vic = Caller(world, "ben"), Caller(world, "cy"), Caller(world, "vic")
    unit = said("unit", part="PCBA", serial="P-1")
    assert ben("POST", PATH, {"records": lot()})[0] == 403
    assert vic("POST", PATH, unit)[0] == 403
    assert cy("POST", PATH, {"site": "STOKE", "records": [unit]})[0] == 404


def test_who_works_at_two_sites_names_one(world: World) -> None:
    from firstoff.api.records import record
    from firstoff.errors import InvalidInput
    from firstoff.queries.access import actor_named

    with pytest.raises(InvalidInput) as error:
        record(
            actor_named("adam"),
            json.dumps(said("unit", part="A", serial="1")).encode(),
            timezone.now(),
        )
    assert (Site.objects.count(), error.value.details["field"]) == (2, "site")


def test_the_form_of_every_kind_is_in_the_openapi_document(ada: Caller) -> None:
    _, document = ada("GET", "/openapi.json")
    schema = document["paths"]["/api/v1/records"]["post"]["requestBody"]
    named = document["components"]["schemas"]
    kinds = schema["content"]["application/json"]["schema"]["oneOf"][1]
    from firstoff.rules.genealogy import KINDS

    text = json.dumps(kinds) + json.dumps(named)
    assert [
        k.__struct_config__.tag for k in KINDS if f'"{k.__struct_config__.tag}"' not in text
    ] == []
    assert "Record.Consumed" in named


def test_records_are_listed_newest_first_in_pages(ada: Caller) -> None:
    ada(
        "POST",
        PATH,
        {"records": [*lot(), said("unit", part="PCBA", serial="P-1"), consume(), consume("1")]},
    )
    _, first = ada("GET", "/sites/STOKE/records?limit=1&kind=consume")
    _, then = ada("GET", f"/sites/STOKE/records?limit=1&kind=consume&cursor={first['next']}")
    assert (first["total"], first["items"][0]["content"]["items"][0]["quantity"]) == (2, "1")
    assert (then["items"][0]["serial"], then["next"]) == ("P-1", None)
    assert ada("GET", "/sites/STOKE/records?serial=nope")[0] == 404
    assert ada("GET", "/sites/STOKE/records?kind=eat")[0] == 400
    assert ada("GET", "/sites/STOKE/records?since=2026-05-08T09:00:00")[0] == 400
    assert ada("GET", "/sites/STOKE/records?since=2020-05-08T09:00:00Z")[1]["total"] == 2
    assert (FloorRecord.objects.count(), Consumption.objects.count()) == (2, 2)
