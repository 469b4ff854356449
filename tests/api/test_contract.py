"""The API against its own description: whatever is sent, it answers as it says it does.

Schemathesis makes the requests from the OpenAPI document; half of the names and passwords in
them are put right, so that they get past the door. The same requests every time.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from firstoff.queries import product as reads
from firstoff.rules.plan import FrozenProcedure
from firstoff.rules.trace import read_question
from firstoff.services import access, demo, documents, genealogy, plan, review, trace
from firstoff.services.plan.inspection import create_inspection_plan
from firstoff.services.review import NewFinding
from firstoff.terms import Role
from tests.drawing import facts, pdf
from tests.recording import rec

pytestmark = pytest.mark.once

EXAMPLES = 6  # of each operation
PASSWORD = "counter crock CC-1"
KNOWN: dict[str, tuple[Any, ...]] = {
    "site": ("STOKE", "LEEDS"),
    "code": ("CC-1", "L2"),
    "batch_id": ("CC1-P1", "CC1-P2"),
    "revision": ("C",),
    "with_revision": ("C",),
    "plan_label": ("1", "2"),
    "gate": (1, 7, 9),
    "number": (1, 2),
    "seq": (10, 40),
    "serial": ("CC1-P1-003", "CC1-P2-021"),
    "username": ("ben", "vic"),
    "part": ("CC-1",),
    "program": ("CC-1",),
    "password": (PASSWORD,),
    "defect": ("D-101",),
    "ending": ("csv",),
    "sort": ("serial",),
    "show": ("rejects",),
    "limit": (2,),
    "sample": (20,),
    "max_rejects": (1,),
    "claim": (0.1,),
    "confidence": (0.9,),
    "cursor": ("",),
    "of": ("CC-1",),
    "as_of": ("ever",),
    "where": ([{"kind": "batch", "batch": "CC1-P1"}],),
    "outcome": ("cleared",),
    "state": ("open",),
    "lot": ("GLZ-X",),
    "shipment": ("SH-X",),
    "procedure": ("T-1",),
    "document": ("DRW-1",),
    "version": ("A",),
    "procedure_label": ("1",),
    "inspection": ("final",),
    "phase": ("production",),
    "supplier": ("Mouser",),
    "mpn": ("GRM188",),
    "manufacturer": ("",),
    "characteristic": ("1", "7"),
}
ROLES = [Role.QUALITY_MANAGER, Role.ADMINISTRATOR, Role.OPERATOR, Role.INSPECTOR]
# What ends the token itself, or everybody's, comes last.
LAST = ("/tokens", "/people", "/sites", "/account")


@pytest.fixture
def token(db: None, _quick_hashes: None, monkeypatch: pytest.MonkeyPatch) -> str:
    """The demo, and a token of somebody who may do everything at Stoke."""
    from firstoff.db.models import Customer, Site
    from firstoff.queries.access import actor_named

    now = timezone.now()
    demo.load(at=now)
    site = Site.objects.get(code="STOKE").pk
    adam = actor_named("adam")
    access.create_person(
        site_id=site, username="max", name="Max", password=PASSWORD, roles=ROLES, by=adam, at=now
    )
    contain(site, actor_named("max"), now)
    # Their keys do not begin at 1 where an earlier test has committed some.
    keys = Customer.objects.filter(site=site).order_by("pk").values_list("pk", flat=True)
    monkeypatch.setitem(KNOWN, "customer", tuple(keys))
    supply(site, actor_named("max"), now)
    draft_test(site, actor_named("max"), now)
    draw(site, actor_named("max"), now)
    look_at(site, actor_named("max"), now)
    made = access.create_token(
        site_id=site,
        username="max",
        name="contract",
        scopes=("read", "record", "define", "sign", "manage"),
        by=adam,
        at=now,
    )
    return f"Bearer {made.secret}"


def draw(site: int, by: Any, at: Any) -> None:
    """A drawing of two pages."""
    documents.add_document(
        site_id=site, document=facts(), content=pdf("1", "2"), file_name="a.pdf", by=by, at=at
    )


def draft_test(site: int, by: Any, at: Any) -> None:
    """A test procedure, so that its address leads somewhere."""
    program = reads.program(by, "STOKE", "CC-1")
    plan.create_procedure(
        program_id=program.id,
        revision="C",
        procedure=FrozenProcedure(code="T-1", name="Leak test", label="1"),
        by=by,
        at=at,
    )


def look_at(site: int, by: Any, at: Any) -> None:
    """A review with a finding, a query, and a final inspection plan."""
    of: dict[str, Any] = {"program_id": reads.program(by, "STOKE", "CC-1").id, "by": by, "at": at}
    found = NewFinding("finish", "minor", "Nobody says whether the foot is glazed.")
    held: dict[str, Any] = {"revision": "C", "title": "Before the tool", "held_on": at.date()}
    review.hold_review(**of, **held, findings=[found])
    review.ask(**of, question="Which glaze?", asked_by="Kiln", about="glaze")
    create_inspection_plan(**of, revision="C", kind="final", label="1")


def contain(site: int, by: Any, at: Any) -> None:
    """A containment with a unit at a customer, and one in house."""
    named = [{"serial": "X-1", "part": "CC-1"}]
    records = [
        rec("lot", at=None, part="CC-1", lot="GLZ-X", quantity="5"),
        rec("unit", at=None, part="CC-1", serial="X-1"),
        rec("unit", at=None, part="CC-1", serial="X-2"),
        rec("ship", at=None, shipment="SH-X", customer="Acme", units=named),
    ]
    genealogy.post_records(site_id=site, records=records, by=by, at=at)
    where = {"kind": "serial", "serial": "X-1", "to_serial": "X-9"}
    trace.open_containment(
        site_id=site,
        question=read_question({"where": [where]}),
        title="Glaze crazing",
        reason="Cracks.",
        by=by,
        at=at,
    )


def supply(site: int, by: Any, at: Any) -> None:
    """A supplier, and a source of the part."""
    from firstoff.services.sourcing.manufacturer_parts import add_manufacturer_part
    from firstoff.services.sourcing.suppliers import create_supplier

    create_supplier(site_id=site, name="Mouser", by=by, at=at)
    add_manufacturer_part(site_id=site, part="CC-1", mpn="GRM188", by=by, at=at)


@pytest.fixture
def document(token: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    openapi = pytest.importorskip("schemathesis").openapi
    from django.core import signals
    from django.db import close_old_connections

    from firstoff.site.wsgi import application

    # As Django's own test client does: the transaction of the test outlives each request.
    ends = (signals.request_started, signals.request_finished)
    for signal in ends:
        signal.disconnect(close_old_connections)
    monkeypatch.setattr("firstoff.site.straight.close_old_connections", lambda: None)
    yield openapi.from_wsgi("/api/v1/openapi.json", app=application, headers=_heads(token))
    for signal in ends:
        signal.connect(close_old_connections)


def test_every_operation_answers_as_the_document_says(document: Any, token: str) -> None:
    operations = sorted((found.ok() for found in document.get_all_operations()), key=_late)
    assert len(operations) > 80
    answered: dict[str, set[int]] = {}
    for operation in operations:
        _try(operation, token, answered.setdefault(operation.label, set()))
    # It is worth something only where the door was passed: every address is read, but those
    # that need a name nobody can guess. What is posted is told by the golden pilot.
    shut = {label for label, codes in answered.items() if not any(code < 300 for code in codes)}
    reads = {label for label in shut if label.startswith("GET") and not _secret(label)}
    assert reads == set()


def _secret(label: str) -> bool:
    return any(
        word in label for word in ("attachments", "certificate", "baselines/", "{uid}", "health/")
    )


def _late(operation: Any) -> tuple[bool, str]:
    late = any(word in operation.path for word in LAST) and operation.method != "get"
    return late, operation.label


def _try(operation: Any, token: str, codes: set[int]) -> None:
    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), right=st.randoms(use_true_random=False))
    def sent(case: Any, right: Any) -> None:
        for given_ in (case.path_parameters, case.query, case.body):
            _put_right(given_, right)
        case.headers = {**(case.headers or {}), **_heads(token)}
        answer = case.call()
        codes.add(answer.status_code)
        _check(case, answer)

    sent()


def _heads(token: str) -> dict[str, str]:
    return {"Authorization": token, "Host": "localhost", "Accept-Encoding": "identity"}


def _put_right(values: Any, right: Any) -> None:
    if not isinstance(values, dict):
        return
    for name in values:
        if name in KNOWN and right.random() < 0.9:
            values[name] = right.choice(KNOWN[name])


def _check(case: Any, answer: Any) -> None:
    """No bug of ours; an error is a problem, a list is a page, and all is as described."""
    said = f"{case.as_curl_command()}\n{answer.status_code} {answer.content[:800]!r}"
    kind = answer.headers.get("content-type", [""])[0]
    assert answer.status_code < 500, said
    if answer.status_code >= 400:
        assert kind == "application/problem+json", said
        case.validate_response(answer, checks=[_schema_check()])
        problem = json.loads(answer.content)
        assert {"title", "status", "code"} <= set(problem), said
        assert problem["status"] == answer.status_code, said
        assert problem["title"], said
        return
    if answer.status_code == 204:
        assert answer.content == b"", said
        return
    case.validate_response(answer, checks=[_schema_check()])
    body = json.loads(answer.content) if kind.startswith("application/json") else None
    if isinstance(body, dict) and "items" in body:
        assert set(body) >= {"items", "next", "total"}, said
        assert len(body["items"]) <= body["total"], said


def _schema_check() -> Any:
    from schemathesis.specs.openapi.checks import response_schema_conformance

    return response_schema_conformance


@pytest.fixture(scope="module")
def described() -> Any:
    """The document by itself: nobody has to be there for it."""
    from firstoff.api import api

    return api.get_openapi_schema()


def test_lists_come_in_pages_that_lead_on(described: Any) -> None:
    """Every operation whose answer is described as a page has the three fields of one."""
    pages = {
        name: set(schema["properties"])
        for name, schema in described["components"]["schemas"].items()
        if name.startswith("Page")
    }
    assert pages
    assert {name: fields for name, fields in pages.items() if fields != PAGE} == {}


PAGE = {"items", "next", "total"}


def test_every_operation_says_what_a_refusal_looks_like(described: Any) -> None:
    silent = [
        (path, method)
        for path, operations in described["paths"].items()
        for method, operation in operations.items()
        if "application/problem+json" not in operation["responses"]["default"]["content"]
    ]
    assert silent == []


def test_no_two_shapes_share_a_name() -> None:
    """The document knows shapes by their names alone: of two, one would be described wrongly."""
    import importlib
    import pkgutil

    from ninja import Schema

    import firstoff.api

    found: dict[str, set[str]] = {}
    for module in pkgutil.walk_packages(firstoff.api.__path__, "firstoff.api."):
        for name, kind in vars(importlib.import_module(module.name)).items():
            if isinstance(kind, type) and issubclass(kind, Schema):
                found.setdefault(name, set()).add(f"{kind.__module__}.{kind.__qualname__}")
    assert {name: kinds for name, kinds in found.items() if len(kinds) > 1} == {}
