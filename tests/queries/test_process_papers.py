"""Work instructions and test procedures on paper: what they say, and of which state."""

import io
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pypdf
import pytest
from PIL import Image

from firstoff.errors import NotFound
from firstoff.formats.documents import seal
from firstoff.queries import plan as reads
from firstoff.queries.execution import runs
from firstoff.queries.execution.definition import frozen
from firstoff.queries.plan.papers import (
    draft_instruction,
    frozen_instruction,
    procedure_paper,
)
from firstoff.queries.product import program_by_id
from firstoff.rules.plan import (
    FrozenProcedure,
    FrozenTestStep,
    ParameterFacts,
    StepFacts,
    StepNeed,
)
from firstoff.services import plan
from tests.conftest import NOW, World
from tests.making import CROCK, make_pilot

FIRST, *REST = CROCK.operations
ASKED = ParameterFacts(name="Force", unit="N", lower=Decimal(200), upper=Decimal(250))
STEPS = (
    StepFacts(text="Lay it down.\nTurn it.", caution="Sharp edge.", parameter="Force"),
    StepFacts(text="Measure.", characteristic="1", asks=(StepNeed.PICTURE,)),
)
RING = replace(FIRST, parameters=(ASKED,), steps=STEPS)
WITH_STEPS = replace(CROCK, operations=(RING, *REST))


def said(pdf: bytes) -> str:
    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]
    return " ".join(" ".join(pages).split())


def load(world: World, **changes: Any) -> int:
    wanted = replace(WITH_STEPS, **changes)
    return plan.load_definition(
        site_id=world.site.pk, definition=wanted, by=world.eli, at=NOW
    ).program_id


def test_a_released_plan_is_printed_whole(world: World) -> None:
    view = reads.definition(world.vic, load(world))
    paper = draft_instruction(view, at=NOW)
    text = said(paper.pdf)
    for words in (
        "10 Fit the ring",
        "Lay it down.",
        "Sharp edge.",
        "Force 200 to 250",
        "1 Lid clearance, 0.30 to 0.90",
        "Picture to be taken",
        "20 Seat the lid",
        "J-02 Assembly jig",
        "Released the plan",
        "Eli Novak",
    ):
        assert words in text
    assert ("DRAFT" in text, paper.name) == (False, "WI-CC-1-C.1")
    assert seal.check(paper.evidence).kind == "work_instruction"


def test_a_draft_plan_says_so_on_every_page(world: World) -> None:
    view = reads.definition(world.vic, load(world, release_revision=False, release_plan=False))
    pdf = draft_instruction(view, 10, at=NOW).pdf
    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]
    assert ["DRAFT" in page for page in pages] == [True] * len(pages)
    with pytest.raises(NotFound, match="This plan has no operation 99"):
        draft_instruction(view, 99, at=NOW)


def test_a_step_shows_its_picture(world: World) -> None:
    program = load(world, release_revision=False, release_plan=False)
    held = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(held, "PNG")
    plan.set_steps(
        program_id=program,
        revision="C",
        plan="1",
        seq=10,
        steps=STEPS,
        pictures={1: [("ring.png", held.getvalue())]},
        by=world.eli,
        at=NOW,
    )
    paper = draft_instruction(reads.definition(world.vic, program), 10, at=NOW)
    images = [i for p in pypdf.PdfReader(io.BytesIO(paper.pdf)).pages for i in p.images]
    assert ("Picture to be taken" in said(paper.pdf), len(images)) == (False, 1)


def test_what_a_run_is_built_by_is_printed_as_it_was_frozen(world: World) -> None:
    pilot = make_pilot(world, definition=WITH_STEPS)
    run = runs.run_by_id(world.ben, pilot.run_id)
    paper = frozen_instruction(
        program_by_id(world.ben, run.program_id),
        frozen(run.baseline_id, run.baseline),
        at=NOW,
        batch=run.batch_id,
    )
    text = said(paper.pdf)
    assert ("CC1-P1" in text, run.baseline[:12] in text, "DRAFT" in text) == (True, True, False)


def test_a_test_procedure_says_what_passes(world: World) -> None:
    program = load(world)
    step = FrozenTestStep(name="Leak", unit="ml", upper=Decimal("0.50"), characteristic="1")
    wanted = FrozenProcedure(
        code="T-1", name="Leak test", label="1", pass_criteria="Below.", steps=(step,)
    )
    of = {"program_id": program, "revision": "C", "by": world.eli, "at": NOW}
    plan.create_procedure(**of, procedure=wanted)
    draft = said(procedure_paper(*reads.procedure(world.vic, program, code="T-1"), at=NOW).pdf)
    plan.release_procedure(**of, code="T-1", label="1")
    text = said(procedure_paper(*reads.procedure(world.vic, program, code="T-1"), at=NOW).pdf)
    assert ("DRAFT" in draft, "DRAFT" in text) == (True, False)
    assert ("at most 0.50 ml" in text, "1 Lid clearance" in text, "Below." in text) == (True,) * 3
