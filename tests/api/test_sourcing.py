"""Supply over the API: suppliers, sources, offers, orders, stock, inspections, programs."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.api.test_execution import Caller
from tests.api.test_records import said
from tests.conftest import PASSWORD, World
from tests.sourcing_case import part, product

CAP = {"part": "CAP", "manufacturer": "Maker", "mpn": "GRM188/X"}
OFFER = {
    **CAP,
    "supplier": "Mouser / EU",
    "currency": "USD",
    "breaks": [{"quantity": "1", "price": "0.10"}, {"quantity": "1000", "price": "0.012"}],
    "minimum": "10",
    "lead_time_days": 14,
}


@pytest.fixture
def ada(world: World) -> Caller:
    product(world, {"CAP": "2"}, due=timezone.localdate() + timedelta(days=60))
    return Caller(world, "ada")


def day(days: int) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def test_a_supplier_is_taken_on_renamed_and_retired(ada: Caller) -> None:
    assert ada("POST", "/sites/STOKE/suppliers", {"name": "A/B"})[0] == 201
    status, body = ada("PATCH", "/sites/STOKE/suppliers/A%252FB", {"name": "C", "retired": True})
    assert (status, body["name"], body["acceptance"]) == (200, "C", None)
    assert ada("GET", "/sites/STOKE/suppliers")[1]["total"] == 0
    assert ada("GET", "/sites/STOKE/suppliers?retired=true")[1]["total"] == 1
    assert ada("GET", "/sites/STOKE/suppliers/C")[1]["name"] == "C"
    assert ada("GET", "/sites/STOKE/suppliers/D")[0] == 404


def test_a_source_is_approved_and_offered(ada: Caller) -> None:
    status, body = ada("POST", "/sites/STOKE/sources", {**CAP, "lifecycle": "active"})
    assert (status, body["standing"]) == (201, "none")
    decided = {**CAP, "decision": "approved", "form": True, "fit": True}
    status, body = ada("POST", "/sites/STOKE/approvals", decided)
    assert (status, body["missing"]) == (201, ["function", "evidence"])
    signed = {**decided, "function": True, "evidence": "R-12", "password": PASSWORD}
    status, body = ada("POST", "/sites/STOKE/approvals", {**signed, "seen": body["uid"]})
    assert (status, body["missing"], body["signed"]) == (201, [], True)
    assert ada("POST", "/sites/STOKE/approvals", {**signed, "seen": ""})[0] == 409
    asked = "part=CAP&manufacturer=Maker&mpn=GRM188%2FX"
    held = ada("GET", f"/sites/STOKE/approvals?{asked}")[1]["items"]
    assert [a["holds"] for a in held] == [True, False]
    status, body = ada("PUT", "/sites/STOKE/sources", {**CAP, "rank": 1, "retired": False})
    assert (body["rank"], body["standing"], body["retired_at"]) == (1, "qualified", None)
    status, body = ada("POST", "/sites/STOKE/offers", OFFER)
    assert (status, body["breaks"], body["minimum"]) == (
        201,
        [["1", "0.1"], ["1000", "0.012"]],
        "10",
    )
    assert ada("POST", f"/sites/STOKE/offers/{body['uid']}/withdrawal", {})[0] == 204
    assert ada("GET", "/sites/STOKE/offers?part=CAP")[1]["total"] == 0
    assert ada("GET", "/sites/STOKE/sources?search=grm")[1]["items"][0]["offers"] == 0


def test_a_list_is_looked_at_and_taken(ada: Caller) -> None:
    ada("POST", "/sites/STOKE/sources", CAP)
    content = b"MPN,Price,Currency\nGRM188/X,0.1,USD\nOTHER,1,USD\n"

    def post(**more: str) -> tuple[int, Any]:
        return ada.send("/sites/STOKE/offers/lists", content, supplier="Mouser", **more)

    status, body = post(dry_run="true")
    assert (status, body["new"], body["unknown_mpns"]) == (200, 1, ["OTHER"])
    assert [r["state"] for r in body["rows"]] == ["new", "unknown"]
    assert [post()[0], post()[0]] == [201, 200]


def test_an_order_is_placed_moved_received_and_cancelled(ada: Caller) -> None:
    order = {"part": "CAP", "number": "4711", "quantity": "1000.5", "due": day(5)}
    status, body = ada("POST", "/sites/STOKE/orders", {**order, "supplier": "Mouser"})
    assert (status, body["state"], body["open"]) == (201, "open", "1000.5")
    one = f"/sites/STOKE/orders/{body['uid']}"
    status, body = ada("POST", f"{one}/dates", {"due": day(9)})
    assert (body["due"], body["asked"], body["confirmed"]) == (day(9), day(5), True)
    ada("POST", "/records", said("lot", part="CAP", lot="R-1", quantity="400", order="4711"))
    assert ada("POST", f"{one}/cancellation", {"note": "late"})[1]["state"] == "cancelled"
    body = ada("GET", one)[1]
    assert [e["what"] for e in body["events"]] == ["confirmed", "received", "cancelled"]
    assert ada("GET", "/sites/STOKE/orders?state=cancelled")[1]["total"] == 1
    assert ada("GET", "/sites/STOKE/orders?state=soon")[0] == 400


def test_stock_lies_somewhere(ada: Caller) -> None:
    ada("POST", "/records", said("lot", part="CAP", lot="R-1", quantity="400"))
    moved = {"place": "A-3", "lots": [{"lot": "R-1"}]}
    assert ada("POST", "/sites/STOKE/stock/places", moved)[1] == {"moved": 1}
    (item,) = ada("GET", "/sites/STOKE/stock?place=A-3")[1]["items"]
    assert (item["place"], item["lot"]["on_hand"]) == ("A-3", "400")
    (item,) = ada("GET", "/sites/STOKE/stock/parts")[1]["items"]
    assert (item["waiting"], item["usable"]) == ("400", "0")


def test_a_lot_is_inspected_by_its_plan(ada: Caller, world: World) -> None:
    from tests.services.sourcing.test_inspecting import FIVE, GOOD, plan

    part(world, "PIN")
    plan(FIVE)
    ada("POST", "/records", said("lot", part="PIN", lot="P-1", quantity="500"))
    status, body = ada("GET", "/sites/STOKE/inspections/PIN/P-1?seed=s")
    assert (status, body["sample"]["size"], len(body["drawn"])) == (200, 5, 5)
    assert [line["limits"] for line in body["lines"]] == ["9.90 to 10.10\u00a0mm", ""]
    results = [
        {"number": "1", "values": [str(v) for v in GOOD]},
        {"number": "2", "nonconforming": 0},
    ]
    status, body = ada("POST", "/sites/STOKE/inspections/PIN/P-1", {"results": results})
    assert (status, body["status"]) == (201, "accepted")
    status, body = ada("POST", "/sites/STOKE/inspections/PIN/P-1", {"results": results})
    assert (status, body["code"]) == (409, "R-22")


def test_a_program_says_how_its_supply_stands(ada: Caller) -> None:
    ada("POST", "/sites/STOKE/sources", {**CAP, "lifecycle": "active"})
    ada("POST", "/sites/STOKE/approvals", {**CAP, "decision": "approved"})
    ada("POST", "/sites/STOKE/offers", OFFER)
    one = "/sites/STOKE/programs/BOX"
    status, body = ada("GET", f"{one}/health?units=100")
    assert (status, body["total"], body["units"]) == (200, 1, 100)
    assert (body["items"][0]["part"], body["buildable"]["units"]) == ("CAP", 0)
    assert {c["kind"] for c in body["items"][0]["checks"]} >= {"coverage", "lead_time"}
    body = ada("GET", f"{one}/health/CAP")[1]
    assert (body["sources"][0]["lead_time_days"], len(body["outlook"]["points"])) == (14, 2)
    assert ada("GET", f"{one}/health?colour=blue")[0] == 400
    plan = ada("GET", f"{one}/buying?units=100")[1]["plan"]
    assert (plan["total"], plan["buys"][0]["quantity"]) == ("12", "1000")
    labour = {"assumptions": {"labour_minutes": "6", "labour_rate": "50"}}
    assert ada("PUT", f"{one}/cost/soft tool", labour)[0] == 200
    body = ada("GET", f"{one}/cost?quantities=1000")[1]
    assert body["ways"][0]["prices"][0]["each"] == "5.024"
    assert ada("GET", f"{one}/cost?quantities=many")[0] == 400
    assert ada("PUT", f"{one}/schemes", {"schemes": [{"scheme": "RoHS"}]})[1]["total"] == 1
    declared = {**CAP, "scheme": "RoHS", "status": "compliant", "declared_on": day(0)}
    status, body = ada("POST", "/sites/STOKE/declarations", {**declared, "reference": "D-1"})
    assert (status, body["holds"]) == (201, True)
    body = ada("GET", f"{one}/compliance")[1]
    assert [(s["scheme"]["name"], s["state"]) for s in body["schemes"]] == [("RoHS", "declared")]
    assert ada("POST", f"{one}/needs", {"quantity": 50, "due": day(90)})[0] == 201
    assert ada("GET", f"{one}/needs")[1]["total"] == 1
    assert ada("GET", f"{one}/material-identity")[1]["identity"]["rows"][0]["part"] == "CAP"
    rate = {"currency": "EUR", "into": "USD", "rate": "1.08"}
    assert ada("POST", "/sites/STOKE/rates", rate)[1]["rate"] == "1.08"


def test_another_site_and_a_viewer_do_nothing(ada: Caller, world: World) -> None:
    assert Caller(world, "cy")("GET", "/sites/STOKE/suppliers")[0] == 404
    assert Caller(world, "vic")("POST", "/sites/STOKE/suppliers", {"name": "X"})[0] == 403
