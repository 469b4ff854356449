"""A page asks the database as often for three of everything as for one."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver

from firstoff.db.models import Baseline, Customer, Judgement, LabelJob, Order, Part, PartRevision
from firstoff.queries.access import actor_named
from firstoff.queries.evidence import verdict
from firstoff.queries.execution import units
from firstoff.queries.trace import batch_record
from firstoff.rules.plan import EquipmentFacts
from firstoff.rules.trace import read_question
from firstoff.services import access, change, execution, plan, trace
from firstoff.services.execution import PostedDefect, PostedMeasure, PostedStep, PostedUnit
from firstoff.services.genealogy.receiving import keep_certificate
from firstoff.terms import EquipmentClass, EquipmentKind, Role
from tests.conftest import NOW, PASSWORD, World
from tests.drawing import make_drawing
from tests.making import CROCK, MINUTE, Pilot, make_program, opened_pilot
from tests.packing import finish, ship_some
from tests.process_case import more_process
from tests.recording import LATER, post, rec, unit
from tests.sourcing_case import more_supply
from tests.web.conftest import Browse

# Addresses without something to show here: files that came with a record, the certificate of a
# run that nobody signed off, and what is only posted to.
ELSEWHERE = {
    "unit-file",
    "run-certificate",
    "run-certificate-evidence",
    "line-picture",  # of a step: tests/web/test_process_pages.py
    "at-risk-file",  # asked with a question: tests/web/test_trace.py
    "unit-parts",
    # tests/web/test_review_pages.py counts these
    "dfm-review",
    "dfm-report",
    "dfm-finding",
    "query",
    "definition-inspection",
    "definition-inspection-paper",
    "definition-inspection-propose",
    "definition-inspection-release",
    "definition-inspection-discard",
    "supply-part",  # of a line that is bought: tests/web/test_deciding_supply.py
}


def routes(patterns: Any = None, before: str = "") -> Iterator[tuple[str, str]]:
    """Name and route of every page that can be read."""
    for found in get_resolver().url_patterns if patterns is None else patterns:
        route = before + str(found.pattern)
        if isinstance(found, URLResolver):
            if found.namespace != "api":
                yield from routes(found.url_patterns, route)
        elif isinstance(found, URLPattern):
            guard = getattr(found.callback, "guard", None)
            if guard is not None and guard.get and found.name not in ELSEWHERE:
                yield str(found.name), route


def address(name: str, route: str, known: dict[str, str]) -> str:
    """The route with something that is there in each of its places."""

    def fill(found: re.Match[str]) -> str:
        keyword = found[1].rpartition(":")[2]
        return known.get(f"{name}:{keyword}") or known[keyword]

    return "/" + re.sub(r"<([^>]+)>", fill, route)


def known_of(pilot: Pilot) -> dict[str, str]:
    return {
        "site": "STOKE",
        "code": "CC-1",
        "equipment-edit:code": "J-02",
        "equipment-calibrate:code": "J-02",
        "lot": "R-1",
        "lot:part": "GLZ",
        "lot-move:part": "GLZ",
        "lot-move:act": "split",
        "lot-certificate:part": "GLZ",
        "lot-inspect:part": "GLZ",
        "supplier": "Mouser 1",
        "source:part": "GLZ",
        "mpn": "M-1",
        "source-alternate:part": "GLZ",
        "alternate": "ALT-1",
        "order:uid": str(Order.objects.order_by("pk")[0].uid),
        "username": "ben",
        "batch_id": pilot.batch_id,
        "part": "CC-1",
        "revision": "C",
        "part-act:act": "review",
        "serial": f"{pilot.batch_id}-001",
        "digest": Baseline.objects.get(pk=pilot.baseline_id).digest,
        "judgement": str(Judgement.objects.order_by("pk")[0].uid),
        "number": "7",
        "ending": "csv",
        "pack-package:code": "C-00010",
        "pack-shipment:code": "S-00010",
        "pack-shipment-file:code": "S-00010",
        "uid": str(LabelJob.objects.order_by("pk")[0].uid),
        "form": "zpl",
        "definition-controls-paper:ending": "xlsx",
        "pfmea-paper:ending": "xlsx",
        "containment:number": "1",
        "containment-work:number": "1",
        "containment-units:number": "1",
        "containment-report:number": "1",
        "containment-report:ending": "pdf",
        "containment-letter:number": "1",
        "containment-letter:ending": "pdf",
        "seq": "10",
        "procedure": "T-1",
        "label": "1",
        "tolerance-study:number": "1",
        "document": "DRW-1",
        "version": "A",
        "document-page:number": "1",
        "change:number": "1",
        "customer": str(Customer.objects.get(name="Acme").pk),
    }


def counts(browser: Any, pilot: Pilot) -> dict[str, int]:
    known = known_of(pilot)
    found = {}
    for name, route in routes():
        page = address(name, route, known)
        browser.get(page)  # what a process keeps for ever is read
        verdict.forget()
        units.forget()
        batch_record.forget()
        with CaptureQueriesContext(connection) as seen:
            answer = browser.get(page)
            content = b"".join(answer) if answer.streaming else answer.content
        if answer.status_code == 302:
            continue  # posted to, or hands on to another page of this walk
        assert (answer.status_code, bool(content)) == (200, True), page
        found[name] = len(seen)
    return found


def one_more(world: World, pilot: Pilot, number: int) -> None:
    """A unit, a person, a machine, a program with a run: each with what hangs on it."""
    at = NOW + timedelta(hours=number)
    adam = actor_named("adam")
    name = f"pia{number}"
    access.create_person(
        site_id=world.site.pk,
        username=name,
        name=f"Pia {number}",
        password=PASSWORD,
        roles=[Role.OPERATOR, Role.VIEWER],
        by=adam,
        at=at,
    )
    for skill in ("glaze", "jig"):
        access.record_training(
            site_id=world.site.pk,
            username=name,
            skill=skill,
            valid_from=at.date(),
            by=world.ada,
            at=at,
        )
    access.create_token(
        site_id=world.site.pk, username=name, name="station", scopes=["read"], by=adam, at=at
    )
    machine = EquipmentFacts(
        f"M-{number}", "Machine", EquipmentKind.MACHINE, EquipmentClass.PRODUCTION
    )
    plan.add_equipment(site_id=world.site.pk, equipment=machine, by=world.eli, at=at)
    make_drawing(world, number=f"DRW-{number}")
    more_process(world, number)
    more_material(world, pilot, number, at)
    record_unit(world, pilot, number, at)
    other_program(world, number, at)
    finish(world, pilot, 8 + 2 * number, 9 + 2 * number, at=at)
    ship_some(world, pilot, 8 + 2 * number, at=at)
    contained(world, number)
    more_supply(world, "GLZ", number)
    alternate = Part.objects.get(number=f"ALT-{number}")
    PartRevision.objects.get_or_create(part=alternate, label="A")
    change.request(
        program_id=pilot.program_id,
        title=f"Glaze {number}",
        reason="The old one crazes.",
        items=[change.Changed(f"ALT-{number}", "A", before="-")],
        by=world.eli,
        at=LATER,
    )


def contained(world: World, number: int) -> None:
    """A unit at a customer, at risk by the first containment; and a containment more."""
    serial = f"W-{number}"
    post(
        world,
        unit(serial, part="WIDGET"),  # shipped with the same post: later it would be held
        rec(
            "ship",
            shipment=f"SH-{number}",
            customer="Acme",
            units=[{"serial": serial, "part": "WIDGET"}],
        ),
    )
    where = {"kind": "serial", "serial": "W-1", "to_serial": "W-9"}
    trace.open_containment(
        site_id=world.site.pk,
        question=read_question({"where": [where]}),
        title=f"Widgets {number}",
        reason="They crack.",
        by=world.ada,
        at=LATER,
    )


def more_material(world: World, pilot: Pilot, number: int, at: Any) -> None:
    """A lot, split and loaded; a part in a unit; a calibration."""
    paper = keep_certificate(
        BytesIO(b"%PDF-1.7"), name="coc.pdf", site_id=world.site.pk, by=world.ada
    )
    certificate = {"name": paper.name, "sha256": paper.sha256}
    code, serial = f"R-{number}", f"P-{number}"
    first = {"serial": f"{pilot.batch_id}-001", "batch": pilot.batch_id}
    post(
        world,
        rec("lot", at=at, part="GLZ", lot=code, quantity="9", certificate=certificate),
        rec("lot_status", at=at, lot=code, status="accepted", reason="inspected"),
        rec("lot_split", at=at, lot="R-1", into=[{"lot": f"R-1-{number}", "quantity": "1"}]),
        rec("load", at=at, batch=pilot.batch_id, operation=10, lot="R-1", position=code),
        rec("unit", at=at, part="PCBA", serial=serial),
        rec("consume", at=at, **first, items=[{"lot": "R-1", "quantity": "1"}]),
        rec("install", at=at, **first, child={"part": "PCBA", "serial": serial}),
        rec("calibration", at=at, equipment="J-02", result="fail", as_left="pass"),
        at=at,
    )


def record_unit(world: World, pilot: Pilot, number: int, at: Any) -> None:
    execution.record_units(
        run_id=pilot.run_id,
        records=[
            PostedUnit(
                serial=f"{pilot.batch_id}-{number:03}",
                started_at=NOW + number * MINUTE if number > 1 else None,
                judged_at=at,
                operator="ben",
                fit="fail",
                finish="pass",
                function="pass",
                build_seconds=Decimal(240),
                defects=(PostedDefect("D-101", "rocks", "process", "The faces foul."),),
                steps=tuple(PostedStep(seq, Decimal(60)) for seq in (10, 20, 30)),
                measures=(PostedMeasure("1", Decimal("0.95")),),
            )
        ],
        by=world.ivy,
        at=at,
    )
    execution.record_adjustment(
        run_id=pilot.run_id,
        what="Driver",
        before="1.1",
        after="1.2",
        reason="Nominal.",
        by=world.ben,
        at=at,
    )


def other_program(world: World, number: int, at: Any) -> None:
    code = f"CX-{number}"
    definition = replace(CROCK, program=replace(CROCK.program, code=code), part=code, equipment=())
    program, _ = make_program(world, definition, at=at)
    execution.create_run(
        program_id=program, planned_quantity=20, line="Line 2", by=world.eli, at=at
    )


@pytest.mark.slow
def test_no_page_asks_more_often_for_more(world: World, browse: Browse) -> None:
    access.set_roles(
        site_id=world.site.pk, username="ada", roles=list(Role), by=world.adam, at=NOW
    )
    pilot = opened_pilot(world)
    browser = browse(world.ada)
    one_more(world, pilot, 1)
    one = counts(browser, pilot)
    for number in (2, 3):
        one_more(world, pilot, number)
    assert counts(browser, pilot) == one
    assert {"board", "programs", "people", "run", "run-units", "line-run", "unit"} <= one.keys()
