"""The golden pilot over the HTTP API alone: from an empty site to a certificate."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.api.test_execution import Caller
from tests.conftest import PASSWORD, World
from tests.golden import story
from tests.golden.story import FIRST, PROGRAM, SECOND, Pilot, Unit, plain

ONE = f"/sites/STOKE/programs/{PROGRAM}"
RUN1, RUN2 = f"/sites/STOKE/runs/{FIRST}", f"/sites/STOKE/runs/{SECOND}"
SIGNED = {"password": PASSWORD}


class Doors:
    """A caller for each person, each with a token of their own."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.callers: dict[str, Caller] = {}

    def __getattr__(self, name: str) -> Caller:
        if name not in self.callers:
            self.callers[name] = Caller(self.world, name)
        return self.callers[name]


@pytest.fixture
def people(world: World) -> Doors:
    return Doors(world)


def yes(answer: tuple[int, Any]) -> Any:
    status, body = answer
    assert status in (200, 201, 204), body
    return body


def no(answer: tuple[int, Any]) -> tuple[int, str, str]:
    status, body = answer
    return status, body["code"], plain(body["title"])


def define(people: Doors) -> None:
    """A product row by row, as a form elsewhere would post it; released and frozen."""
    eli, revision = people.eli, f"{ONE}/revisions/A"
    yes(eli("POST", "/sites/STOKE/programs", story.ABOUT))
    for equipment in story.EQUIPMENT:
        yes(eli("POST", "/sites/STOKE/equipment", equipment))
    yes(eli("PUT", f"{revision}/characteristics", story.CHARACTERISTICS))
    yes(eli("PUT", f"{revision}/plans/1/operations", story.OPERATIONS))
    yes(eli("POST", f"{ONE}/defect-codes", story.DEFECTS))
    assert no(eli("POST", f"{ONE}/baselines", {}))[0] == 409  # nothing is released yet
    yes(eli("POST", f"{revision}/release"))
    yes(eli("POST", f"{revision}/plans/1/release"))
    frozen = yes(eli("POST", f"{ONE}/baselines", {}))
    assert yes(eli("POST", f"{ONE}/baselines", {})) == frozen


def create(people: Doors, pilot: Pilot) -> None:
    body = {
        "planned_quantity": pilot.sample,
        "line": story.LINE,
        "equipment": [story.MACHINE],
        "bench_minutes": pilot.bench_minutes,
    }
    assert yes(people.eli("POST", f"{ONE}/runs", body))["batch_id"] == FIRST


def build(people: Doors, run: str, units: list[Unit]) -> None:
    """The first units one by one with the first article between, the rest in one post."""
    ben = people.ben
    first, second, *rest = units
    yes(ben("POST", f"{run}/units", {"serial": first.serial}))
    refused = no(ben("POST", f"{run}/units", {"serial": second.serial}))
    assert refused[:2] == (409, "R-35")  # the first article gates the rest
    article = {"serial": first.serial, "passed": True, "checked": 1, "conforming": 1}
    yes(people.ivy("POST", f"{run}/first-articles", article))
    yes(ben("POST", f"{run}/units", {"serial": second.serial}))
    for unit in (first, second):
        yes(ben("POST", f"{run}/judgements", record(unit)))
    post = {"records": [record(unit) for unit in rest]}
    assert yes(ben("POST", f"{run}/units/bulk", post))["stored"] == len(rest)
    assert yes(ben("POST", f"{run}/units/bulk", post))["already"] == len(rest)


def record(unit: Unit) -> dict[str, Any]:
    defects = [{"code": unit.code}] if unit.code else []
    return {
        "serial": unit.serial,
        **unit.result,
        "build_seconds": 60 * unit.minutes,
        "defects": defects,
        "uid": str(uuid4()),
    }


def causes(people: Doors, run: str, *codes: str) -> None:
    for code in codes:
        kind, cause = story.CAUSES[code]
        yes(people.ivy("POST", f"{run}/causes",
                       {"code": code, "cause_class": kind, "cause": cause}))  # fmt: skip


def first_batch(people: Doors, pilot: Pilot) -> None:
    define(people)
    create(people, pilot)
    yes(people.ada("POST", f"{RUN1}/bar", {**pilot.bar, **SIGNED}))
    build(people, RUN1, pilot.first)
    causes(people, RUN1, story.LID, story.GLAZE)


def act(people: Doors) -> None:
    for number, (code, what, evidence) in enumerate(story.ACTIONS, start=1):
        body = {"against": code, "cause_class": "process", "what": what}
        yes(people.eli("POST", f"{RUN1}/actions", body))
        yes(people.eli("POST", f"{ONE}/actions/{number}/effect", {"evidence": evidence}))


def second_batch(people: Doors, pilot: Pilot) -> None:
    yes(people.ada("POST", f"{RUN2}/bar", {**pilot.bar, **SIGNED}))
    build(people, RUN2, pilot.second)
    causes(people, RUN2, story.CHIP)


def test_a_pilot_is_held_repeated_signed_off_and_printed(people: Doors, pilot: Pilot) -> None:
    define(people)
    create(people, pilot)
    # No bar, no unit; and nothing to sign off either.
    refused = no(people.ben("POST", f"{RUN1}/units", {"serial": f"{FIRST}-001"}))
    assert refused == (409, "R-31", story.NO_BAR)
    signing = {"decision": "sign_off", **SIGNED}
    assert no(people.ada("POST", f"{RUN1}/decision", signing)) == (409, "R-40", story.NO_UNIT)

    locked = yes(people.ada("POST", f"{RUN1}/bar", {**pilot.bar, **SIGNED}))
    assert locked["batch_id"] == FIRST
    build(people, RUN1, pilot.first)
    causes(people, RUN1, story.LID, story.GLAZE)

    verdict = yes(people.vic("GET", f"{RUN1}/verdict"))
    figures = verdict["figures"]
    assert (verdict["verdict"], verdict["headline"], figures["rate"], figures["expected"]) == (
        "hold",
        "No. Hold.",
        0.25,
        250.0,
    )
    assert [(bar["code"], bar["rejects"]) for bar in verdict["pareto"]] == [
        (story.LID, 3),
        (story.GLAZE, 2),
    ]
    assert (verdict["build_time"]["mean"], verdict["build_time"]["bench"]) == (11.0, 4.0)

    refused = no(people.ada("POST", f"{RUN1}/decision", signing))
    assert refused == (409, "R-40", story.NO_SIGN_OFF)
    yes(people.ada("POST", f"{RUN1}/decision", {"decision": "hold", **SIGNED}))

    # The repeat: same bar, fresh units, a change of the process before it.
    assert yes(people.eli("POST", f"{RUN1}/repeat", {}))["batch_id"] == SECOND
    offered = yes(people.ada("GET", f"{RUN2}/bar/offered"))
    assert (offered["sample"], offered["max_rejects"]) == (20, 1)
    yes(people.ada("POST", f"{RUN2}/bar", {**pilot.bar, **SIGNED}))
    refused = no(people.ben("POST", f"{RUN2}/units", {"serial": f"{SECOND}-001"}))
    assert refused == (409, "R-46", story.UNCHANGED)
    act(people)
    status, body = people.ben("POST", f"{RUN2}/units", {"serial": f"{FIRST}-003"})
    assert (status, body["code"], body["title"], body["way_out"]) == (
        409,
        "R-41",
        story.REWORKED,
        story.FRESH,
    )
    build(people, RUN2, pilot.second)
    causes(people, RUN2, story.CHIP)

    verdict = yes(people.vic("GET", f"{RUN2}/verdict"))
    figures = verdict["figures"]
    assert (verdict["verdict"], verdict["headline"], verdict["may_sign_off"]) == (
        "sign_off",
        "Sign-off is possible.",
        True,
    )
    assert (round(figures["lower"], 4), round(figures["upper"], 3)) == (0.0013, 0.249)
    assert plain(verdict["comparison"]["sentence"]) == story.DIFFERENCE
    done = yes(people.ada("POST", f"{RUN2}/decision", {**signing, "seen": verdict["version"]}))
    assert done["decision"] == "sign_off"
    assert yes(people.vic("GET", f"{RUN2}/verdict"))["headline"] == "Yes. Signed off."


def test_the_papers_say_what_was_signed_and_verify(people: Doors, pilot: Pilot) -> None:
    first_batch(people, pilot)
    yes(people.ada("POST", f"{RUN1}/decision", {"decision": "hold", **SIGNED}))
    yes(people.eli("POST", f"{RUN1}/repeat", {}))
    act(people)
    second_batch(people, pilot)
    assert people.vic.client.get(f"/api/v1{RUN2}/certificate.pdf").status_code == 409
    yes(people.ada("POST", f"{RUN2}/decision", {"decision": "sign_off", **SIGNED}))

    client = people.vic.client
    for run, name in ((RUN1, "report"), (RUN2, "report"), (RUN2, "certificate")):
        pdf = client.get(f"/api/v1{run}/{name}.pdf")
        assert (pdf.status_code, pdf.content[:5]) == (200, b"%PDF-")
        evidence = client.get(f"/api/v1{run}/{name}.json").content
        assert json.loads(evidence)
        file = SimpleUploadedFile(f"{name}.pdf", pdf.content, "application/pdf")
        checked = client.post("/api/v1/verify", {"file": file}).json()
        assert checked["holds"], checked
        beside = {
            "file": SimpleUploadedFile(f"{name}.pdf", pdf.content, "application/pdf"),
            "beside": SimpleUploadedFile(f"{name}.json", evidence, "application/json"),
        }
        assert client.post("/api/v1/verify", beside).json()["holds"]
    text = pages(client.get(f"/api/v1{RUN2}/report.pdf").content)
    for words in ("1 of 20", "0.13 % to 24.9 %", "Ada Okafor", f"{SECOND}-013"):
        assert words in text, words


def pages(pdf: bytes) -> str:
    """The text of a PDF, its spaces made plain."""
    import io

    from pypdf import PdfReader

    return plain("\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages))
