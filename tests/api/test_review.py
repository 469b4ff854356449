"""Reviews, PFMEA, queries, control plans and inspection plans over the API."""

import json
from typing import Any

import pytest
from django.test import Client

from firstoff.services import access
from firstoff.terms import Role
from tests.conftest import PASSWORD, World
from tests.services.test_controls import drafted

pytestmark = pytest.mark.django_db
HERE = "/api/v1/sites/STOKE/programs/CC-1"
PLAN = f"{HERE}/revisions/C/plans/1"
PART = "/api/v1/sites/STOKE/parts/CC-1/revisions/C/inspection-plans"


@pytest.fixture
def api(world: World) -> Any:
    from django.utils import timezone

    drafted(world)
    now = timezone.now()
    access.create_person(
        site_id=world.site.pk,
        username="max",
        name="Max",
        password=PASSWORD,
        roles=[Role.QUALITY_MANAGER],
        by=world.adam,
        at=now,
    )
    made = access.create_token(
        site_id=world.site.pk,
        username="max",
        name="all",
        scopes=("read", "record", "define", "sign"),
        by=world.adam,
        at=now,
    )
    client = Client(headers={"Authorization": f"Bearer {made.secret}"}, HTTP_HOST="localhost")

    def ask(method: str, address: str, body: Any = None) -> tuple[int, Any]:
        answer = client.generic(
            method, address, json.dumps(body) if body is not None else "", "application/json"
        )
        shown = answer["Content-Type"].split(";")[0] if answer.content else ""
        return answer.status_code, json.loads(answer.content) if "json" in shown else shown

    return ask


def test_a_finding_waits_until_somebody_signs(api: Any) -> None:
    assert len(api("GET", "/api/v1/dfm-checklist")[1]) > 20
    review = {
        "revision": "C",
        "title": "Before the tool",
        "held_on": "2026-05-01",
        "checklist": {"housing.draft": "finding"},
        "findings": [{"category": "housing", "severity": "blocker", "text": "No draft angle."}],
    }
    status, made = api("POST", f"{HERE}/dfm-reviews", review)
    assert (status, made["open"], made["findings"][0]["label"]) == (201, 1, "DFM-001")
    assert api("POST", f"{HERE}/dfm-reviews", {**review, "checklist": {"x": "good"}})[0] == 400
    more = [{"category": "finish", "severity": "minor", "text": "Is the foot glazed?"}]
    assert api("POST", f"{HERE}/dfm-reviews/1/findings", more)[1][0]["number"] == 2
    answer = {"state": "accepted", "text": "As the sample."}
    assert api("POST", f"{HERE}/dfm-findings/1/answer", answer)[0] == 409
    signed = {**answer, "password": PASSWORD}
    assert api("POST", f"{HERE}/dfm-findings/1/answer", signed)[1]["signed"] is True
    listed = api("GET", f"{HERE}/dfm-findings?only_open=true")[1]
    assert [f["label"] for f in listed["items"]] == ["DFM-002"]
    assert api("GET", f"{HERE}/dfm-reviews/1/report.pdf") == (200, "application/pdf")
    assert api("GET", f"{HERE}/dfm-reviews/9")[0] == 404


def test_a_pfmea_and_a_control_plan_are_put_whole(api: Any) -> None:
    rows = [{"failure_mode": "Lid askew", "severity": 8, "occurrence": 6, "detection": 6}]
    status, shown = api("PUT", f"{PLAN}/pfmea", {"rows": rows})
    assert (status, shown["open"], shown["priorities"]["H"]) == (200, 1, 1)
    assert api("PUT", f"{PLAN}/pfmea", {"rows": [], "seen": "x"})[0] == 409
    assert api("PUT", f"{PLAN}/pfmea", {"rows": [{**rows[0], "severity": 11}]})[0] == 400
    assert api("PUT", f"{PLAN}/pfmea/head", {"head": {"team": "Q"}})[1] == {"team": "Q"}
    assert api("GET", f"{PLAN}/pfmea.pdf") == (200, "application/pdf")
    lines = api("POST", f"{PLAN}/control-plan/propose")[1]["lines"]
    assert [line["specification"] for line in lines[:2]] == [
        "200 to 250\u00a0N",
        "0.30 to 0.90\u00a0mm",
    ]
    state = api("GET", f"{PLAN}/control-plan")[1]["state"]
    kept = {"lines": [{"operation": 20, "characteristic": "1"}], "seen": state}
    assert len(api("PUT", f"{PLAN}/control-plan", kept)[1]["lines"]) == 1
    assert api("PUT", f"{PLAN}/control-plan", kept)[0] == 409
    assert api("GET", f"{PLAN}/control-plan.xlsx")[1].endswith("sheet")
    assert api("GET", f"{PLAN}/control-plan?phase=never")[0] == 400


def test_inspection_plans_and_queries(api: Any) -> None:
    assert api("POST", PART, {"kind": "final"})[0] == 201
    assert api("POST", PART, {"kind": "final"})[0] == 409
    shown = api("GET", f"{PART}/final/1?lot=500")[1]
    assert (shown["sample"]["size"], shown["sample"]["accept"]) == (50, 1)
    wrong = {"sampling": {"kind": "interval"}, "lines": []}
    assert api("PUT", f"{PART}/final/1", wrong)[0] == 400
    assert api("PUT", f"{PART}/final/1", {"sampling": {"kind": "all"}})[1]["lines"] == []
    assert api("POST", f"{PART}/final/1/release")[0] == 409
    assert len(api("POST", f"{PART}/final/1/propose")[1]["lines"]) == 2
    assert api("POST", f"{PART}/final/1/release")[1]["status"] == "released"
    assert api("GET", f"{PART}/final/1/form.pdf?lot=90") == (200, "application/pdf")
    assert api("DELETE", f"{PART}/final/1")[0] == 409
    asked = api("POST", f"{HERE}/queries", {"question": "Which glaze?", "about": "glaze"})[1]
    assert (asked["label"], asked["asked_by"], asked["open"]) == ("Q-001", "Max", True)
    assert api("POST", f"{HERE}/queries/1/answer", {"text": "G-4"})[1]["open"] is True
    assert api("POST", f"{HERE}/queries/1/answer", {"revision": "C"})[0] == 409
    assert api("GET", f"{HERE}/queries?only_open=true")[1]["total"] == 1
    assert api("GET", f"{HERE}/queries.pdf") == (200, "application/pdf")
