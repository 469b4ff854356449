"""The process plan, an operation on its page, steps with pictures, test procedures, the line's
instruction."""

from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from firstoff.db.models import BomLine, DocumentVersion, Operation, Part, PartRevision
from firstoff.queries import plan as reads
from firstoff.rules.plan import (
    MaterialUse,
    ParameterFacts,
    PlanOperation,
    StepFacts,
    StepNeed,
)
from firstoff.services import plan
from tests.conftest import NOW, World
from tests.making import CROCK, make_pilot, start
from tests.web.conftest import Browse
from tests.web.reading import PageRead
from tests.web.test_definition_pages import grid, load

HERE = "/p/STOKE/CC-1/definition/"
OP = f"{HERE}operations/20/"


def png(colour: str = "red") -> SimpleUploadedFile:
    held = BytesIO()
    Image.new("RGB", (40, 30), colour).save(held, "PNG")
    return SimpleUploadedFile(f"{colour}.png", held.getvalue(), content_type="image/png")


def draft(world: World) -> int:
    return load(world, release_revision=False, release_plan=False)


def stored(world: World, program_id: int, seq: int = 20) -> PlanOperation:
    view = reads.definition(world.eli, program_id)
    return next(o for o in view.operations if o.seq == seq)


def bom(world: World) -> None:
    for place, number in enumerate(("10-2001", "20-0340", "20-0355"), start=1):
        part = Part.objects.create(site=world.site, number=number, name=f"Name {number}")
        BomLine.objects.create(
            revision=PartRevision.objects.get(),
            position=place,
            find_number=str(10 * place),
            part=part,
            quantity=Decimal(2),  # type: ignore[misc]
        )


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_the_plan_page_draws_the_route_and_links_every_gap(world: World, browse: Browse) -> None:
    draft(world)
    bom(world)
    page = text(browse(world.vic).get(f"{HERE}plan/"))
    read = PageRead(page)
    boxes = [a.attrs["aria-label"] for a in read.all("a") if "aria-label" in a.attrs]
    assert [b for b in boxes if b.startswith("20 ")] == ["20 Seat the lid, 2.5\u00a0min · J-02"]
    assert page.count('class="gen-l"') == 2
    links = {a.attrs["href"] for a in read.all("a")}
    assert f"{HERE}operations/10/?revision=C&plan=1#materials" in links
    assert "No operation consumes find number 10, 10-2001 Name 10-2001." in page


def test_a_plan_without_operations_says_what_to_do_next(world: World, browse: Browse) -> None:
    load(world, release_revision=False, release_plan=False, operations=())
    assert "No operation yet" in text(browse(world.eli).get(f"{HERE}plan/"))


def test_what_an_operation_is_can_be_changed(world: World, browse: Browse) -> None:
    program = draft(world)
    eli = browse(world.eli)
    sent = {
        "seq": "25",
        "name": "Seat the lid",
        "predecessors": "none",
        "jig": "-",
        "equipment": "L2-40",
        "characteristics": "1",
        "standard_minutes": "3",
    }
    answer = eli.post(f"{OP}about/?revision=C&plan=1", sent)
    assert answer["Location"] == f"{HERE}operations/25/?revision=C&plan=1#about"
    one = stored(world, program, 25)
    assert (one.predecessors, one.equipment, one.jig_not_needed) == ((), ("L2-40",), True)
    again = eli.post(f"{HERE}operations/25/about/", {**sent, "predecessors": "30"})
    assert (again.status_code, "wait for each other" in text(again)) == (422, True)
    odd = eli.post(f"{HERE}operations/25/about/", {**sent, "predecessors": "ten"})
    assert (odd.status_code, "are no numbers of operations" in text(odd)) == (422, True)


def test_parameters_are_typed_into_a_grid(world: World, browse: Browse) -> None:
    program = draft(world)
    eli = browse(world.eli)
    row = {"name": "Force", "unit": "N", "lower": "200.0", "upper": "250", "recorded": "on"}
    eli.post(f"{OP}parameters/", grid("p", row, {"name": "Heat", "upper": "80"}))
    assert [(p.name, p.limits, p.recorded) for p in stored(world, program).parameters] == [
        ("Force", "200.0 to 250.0\u00a0N", True),
        ("Heat", "at most 80", False),
    ]
    wrong = eli.post(f"{OP}parameters/", grid("p", {**row, "lower": "300"}))
    assert (wrong.status_code, "the lower one is above" in text(wrong)) == (422, True)


def test_consumed_lines_are_picked(world: World, browse: Browse) -> None:
    program = draft(world)
    bom(world)
    eli = browse(world.eli)
    assert "Take all 3 lines that nobody consumes" in text(eli.get(OP))
    eli.post(f"{OP}materials/", {"line": ["1", "3"], "q-3": "0,5"})
    assert stored(world, program).materials == (
        MaterialUse(line=1, part="10-2001", find_number="10"),
        MaterialUse(line=3, part="20-0355", find_number="30", quantity=Decimal("0.5")),
    )
    assert 'value="0.5"' in text(eli.get(OP))
    eli.post(f"{HERE}operations/30/materials/", {"all": "1"})
    assert [m.line for m in stored(world, program, 30).materials] == [2]
    found = text(eli.get(f"{HERE}operations/30/?find=10-2001"))
    assert ("Name 10-2001" in found, "Name 20-0355" in found) == (True, False)
    wrong = eli.post(f"{OP}materials/", {"line": "1", "q-1": "much"})
    assert (wrong.status_code, "is no number" in text(wrong)) == (422, True)


def steps(*rows: dict[str, Any]) -> dict[str, Any]:
    return grid("s", *rows)


TURN = {"text": "Turn it home.", "tool": "T-03", "torque": "0.6 N·m", "asks": ["picture"]}
LOOK = {"text": "Look at the gap.", "characteristic": "1", "caution": "Sharp."}


def test_steps_are_written_with_pictures(world: World, browse: Browse) -> None:
    program = draft(world)
    eli = browse(world.eli)
    sent = {**steps(TURN, LOOK, {"text": ""}), "s-0-picture": png()}
    answer = eli.post(f"{OP}steps/", sent, follow=True)
    one = stored(world, program)
    assert [s.text for s in one.steps] == ["Turn it home.", "Look at the gap."]
    (picture,) = one.steps[0].pictures
    version = DocumentVersion.objects.get()
    assert (picture.sha256, picture.document) == (version.sha256, version.document.number)
    assert one.steps[0].lacks == ()
    page = PageRead(text(answer))
    (shown,) = [i for i in page.all("img") if "400" in i.attrs["src"]]
    drawn = eli.get(shown.attrs["src"])
    assert (drawn.status_code, drawn["Content-Type"]) == (200, "image/png")
    # Saved again as it stands, it keeps its picture; the same picture is no second document.
    kept = {**TURN, "keep": [picture.sha256]}
    eli.post(f"{OP}steps/", {**steps(kept, LOOK), "s-1-picture": png()})
    assert [len(s.pictures) for s in stored(world, program).steps] == [1, 1]
    assert DocumentVersion.objects.count() == 1


def test_steps_move_up_and_down_and_go(world: World, browse: Browse) -> None:
    program = draft(world)
    eli = browse(world.eli)
    last = {"text": "Third."}
    answer = eli.post(f"{OP}steps/", {**steps(TURN, LOOK, last), "move": "s-2:up"})
    assert answer["Location"].endswith("?revision=C&plan=1&moved=2#step-2")
    assert [s.text for s in stored(world, program).steps] == [
        "Turn it home.",
        "Third.",
        "Look at the gap.",
    ]
    assert "data-moved" in text(eli.get(answer["Location"]))
    eli.post(f"{OP}steps/", steps(TURN, {**LOOK, "remove": "on"}, last))
    assert [s.text for s in stored(world, program).steps] == ["Turn it home.", "Third."]


def test_a_step_that_cannot_be_comes_back_with_what_was_typed(
    world: World, browse: Browse
) -> None:
    program = draft(world)
    eli = browse(world.eli)
    bare = eli.post(f"{OP}steps/", {**steps(TURN, {"text": ""}), "s-1-picture": png()})
    assert (bare.status_code, "Step 2 has a picture and no text." in text(bare)) == (422, True)
    odd = SimpleUploadedFile("notes.png", b"nothing of the kind", content_type="image/png")
    answer = eli.post(f"{OP}steps/", {**steps(TURN), "s-0-picture": odd})
    assert (answer.status_code, "Turn it home." in text(answer)) == (422, True)
    assert (stored(world, program).steps, DocumentVersion.objects.count()) == ((), 0)


def test_two_who_write_steps_at_once_are_told(world: World, browse: Browse) -> None:
    draft(world)
    eli = browse(world.eli)
    seen = next(
        i.attrs["value"]
        for i in PageRead(text(eli.get(OP))).all("input")
        if i.attrs.get("name") == "seen"
    )
    eli.post(f"{OP}steps/", steps(TURN))
    answer = eli.post(f"{OP}steps/", {**steps(LOOK), "seen": seen})
    assert answer.status_code == 409
    assert "Somebody else changed the operation 20 since you opened them." in text(answer)
    told = answer.context["seen"]
    assert told != seen
    assert eli.post(f"{OP}steps/", {**steps(LOOK), "seen": told}).status_code == 302


def test_an_operation_can_be_removed(world: World, browse: Browse) -> None:
    draft(world)
    answer = browse(world.eli).post(f"{OP}remove/", follow=True)
    assert "Operation 20 is gone from the draft." in text(answer)
    assert list(Operation.objects.order_by("seq").values_list("seq", flat=True)) == [10, 30]


def test_who_only_looks_reads_and_a_released_plan_stays(world: World, browse: Browse) -> None:
    load(world)
    vic = text(browse(world.vic).get(OP))
    assert ("<textarea" in vic, "Seat the lid" in vic) == (False, True)
    assert "<textarea" not in text(browse(world.eli).get(OP))
    refused = browse(world.eli).post(f"{OP}steps/", steps(TURN))
    assert (refused.status_code, "is released" in text(refused)) == (409, True)
    assert browse(world.vic).post(f"{OP}steps/", steps(TURN)).status_code == 403
    assert browse(world.cy).get(OP).status_code == 404
    assert browse(world.eli).get(f"{HERE}operations/99/").status_code == 404


def test_the_instruction_is_a_pdf_that_says_it_is_a_draft(world: World, browse: Browse) -> None:
    draft(world)
    eli = browse(world.eli)
    for address in (f"{OP}instruction.pdf", f"{HERE}instructions.pdf"):
        answer = eli.get(address)
        assert (answer["Content-Type"], answer.content[:5]) == ("application/pdf", b"%PDF-")
    assert eli.get(f"{HERE}operations/99/instruction.pdf").status_code == 404


# ---------------------------------------------------------------- test procedures

TESTS = f"{HERE}procedures/"


def test_a_test_procedure_is_drafted_filled_in_and_released(world: World, browse: Browse) -> None:
    load(world)
    eli = browse(world.eli)
    assert "No test procedure yet" in text(eli.get(TESTS))
    made = eli.post(TESTS, {"code": "T-1", "name": "Leak test"})
    one = f"{TESTS}T-1/1/"
    assert made["Location"] == f"{one}?revision=C"
    head = {"name": "Leak test", "pass_criteria": "All pass."}
    wrong = eli.post(one, {**head, **grid("t", {"name": "Leak", "lower": "2", "upper": "1"})})
    assert (wrong.status_code, "the lower one is above" in text(wrong)) == (422, True)
    rows = ({"name": "Leak", "upper": "0.50", "unit": "ml"}, {"name": "Lamp", "expected": "lit"})
    assert eli.post(one, {**head, **grid("t", *rows)}).status_code == 302
    assert 'value="0.50"' in text(eli.get(one))
    assert eli.get(f"{one}paper.pdf").content[:5] == b"%PDF-"
    eli.post(f"{one}release/")
    page = text(eli.get(one))
    assert ("at most 0.50\u00a0ml" in page, "Draft the next one" in page) == (True, True)
    answer = eli.post(f"{one}next/")
    assert answer["Location"] == f"{TESTS}T-1/2/?revision=C"
    assert "The draft is gone." in text(eli.post(f"{TESTS}T-1/2/discard/", follow=True))


# ---------------------------------------------------------------- at the line

STEPS = (
    StepFacts(text="Lay the lid upside down.", caution="Sharp edge.", tool="Jig"),
    StepFacts(text="Press.", parameter="Force", characteristic="1", asks=(StepNeed.CAUTION,)),
)


@pytest.fixture
def line(world: World, browse: Browse) -> tuple[Client, str]:
    first, *rest = CROCK.operations
    force = ParameterFacts(name="Force", unit="N", lower=Decimal(200), upper=Decimal(250))
    one = replace(first, instruction="", parameters=(force,), steps=STEPS)
    pilot = make_pilot(world, definition=replace(CROCK, operations=(one, *rest)))
    start(world, pilot, 1)
    return browse(world.ben), f"/runs/STOKE/{pilot.batch_id}/line/"


def test_the_line_leads_to_the_steps_and_back(line: tuple[Client, str]) -> None:
    ben, here = line
    page = text(ben.get(f"{here}?serial=CC1-P1-001"))
    assert "Read it step by step, 2 steps" in page
    first = text(ben.get(f"{here}operation/10/?serial=CC1-P1-001"))
    assert ("Lay the lid upside down." in first, "Sharp edge." in first) == (True, True)
    links = {a.attrs.get("rel", ""): a.attrs["href"] for a in PageRead(first).all("a")}
    second = text(ben.get(links["next"]))
    assert "Force 200 to 250\u00a0N" in second
    assert "1 Lid clearance, 0.30 to 0.90\u00a0mm" in second
    assert f'href="{here}?serial=CC1-P1-001&amp;operation=10"' in second


def test_the_instruction_stays_as_it_was_frozen(world: World, line: tuple[Client, str]) -> None:
    ben, here = line
    program_id = PartRevision.objects.get().part.programs.get().pk
    plan.create_plan(program_id=program_id, revision="C", by=world.eli, at=NOW)
    plan.set_steps(
        program_id=program_id,
        revision="C",
        plan="2",
        seq=10,
        steps=[StepFacts(text="Another way.")],
        by=world.eli,
        at=NOW,
    )
    page = text(ben.get(f"{here}operation/10/"))
    assert ("Lay the lid" in page, "Another way." in page) == (True, False)


def test_a_scan_at_the_instruction_is_a_scan_at_the_line(line: tuple[Client, str]) -> None:
    ben, here = line
    page = PageRead(text(ben.get(f"{here}operation/10/?serial=CC1-P1-001")))
    held = {i.attrs["name"]: i.attrs.get("value", "") for i in page.all("input")}
    assert (held["serial"], held["seq"]) == ("CC1-P1-001", "10")
    answer = ben.post(here, {**held, "scan": "*PASS*"}, follow=True)
    assert "Force is asked for here and not entered" in text(answer)


def test_an_operation_without_steps_shows_its_instruction(line: tuple[Client, str]) -> None:
    ben, here = line
    page = text(ben.get(f"{here}operation/20/?step=9"))
    assert ("Slide the lid down the posts." in page, "glazed edge chips" in page) == (True, True)
    assert ben.get(f"{here}operation/25/").status_code == 400


def test_only_pictures_of_the_run_are_served_at_the_line(
    world: World, line: tuple[Client, str]
) -> None:
    ben, here = line
    assert ben.get(f"{here}picture/{'ab' * 32}.png").status_code == 404
    assert ben.get(f"{here}instructions.pdf").content[:5] == b"%PDF-"


# ---------------------------------------------------------------- the grid of the definition page


def test_the_grid_keeps_what_it_does_not_show(world: World, browse: Browse) -> None:
    program = draft(world)
    eli = browse(world.eli)
    eli.post(f"{OP}steps/", steps(TURN))
    eli.post(f"{HERE}operations/30/about/", {"seq": "30", "name": "Label", "predecessors": "20"})
    rows = (
        {"seq": "10", "was": "10", "name": "Fit the ring", "jig": "-"},
        {"seq": "25", "was": "20", "name": "Seat the lid", "jig": "-", "characteristics": "1"},
        {"seq": "40", "was": "30", "name": "Label", "jig": "-"},
        {"seq": "50", "was": "", "name": "Pack", "jig": "-"},
    )
    assert eli.post(f"{HERE}operations/", grid("o", *rows)).status_code == 302
    view = reads.definition(world.eli, program)
    assert [(o.seq, len(o.steps), o.predecessors) for o in view.operations] == [
        (10, 0, None),
        (25, 1, None),
        (40, 0, (25,)),
        (50, 0, None),
    ]
    assert 'name="o-1-was" value="25"' in text(eli.get(HERE))


def test_what_waited_for_a_row_that_goes_waits_for_what_came_before(
    world: World, browse: Browse
) -> None:
    program = draft(world)
    eli = browse(world.eli)
    eli.post(f"{HERE}operations/30/about/", {"seq": "30", "name": "Label", "predecessors": "20"})
    rows = (
        {"seq": "10", "was": "10", "name": "Fit the ring", "jig": "-"},
        {"seq": "20", "was": "20", "name": "Seat", "jig": "-", "remove": "on"},
        {"seq": "30", "was": "30", "name": "Label", "jig": "-"},
    )
    assert eli.post(f"{HERE}operations/", grid("o", *rows)).status_code == 302
    assert stored(world, program, 30).predecessors == (10,)


def test_a_baseline_shows_the_steps_that_it_froze(world: World, browse: Browse) -> None:
    program = load(world, operations=(replace(CROCK.operations[0], steps=STEPS[:1]),))
    made = plan.freeze_baseline(program_id=program, by=world.eli, at=NOW)
    page = text(browse(world.vic).get(f"{HERE}baselines/{made.digest}/"))
    assert ("Lay the lid upside down." in page, "Sharp edge." in page) == (True, True)


# ---------------------------------------------------------------- branches at the line


def bare(seq: int, name: str, waits: tuple[int, ...] | None) -> PlanOperation:
    return PlanOperation(seq, name, Decimal(1), "Do it.", jig_not_needed=True, predecessors=waits)


DIAMOND = (
    bare(10, "Fit the ring", None),
    bare(20, "Seat the lid", (10,)),
    bare(30, "Print the label", (10,)),
    bare(40, "Apply the label", (20, 30)),
)


def test_the_line_offers_each_open_branch(world: World, browse: Browse) -> None:
    pilot = make_pilot(world, definition=replace(CROCK, operations=DIAMOND))
    start(world, pilot, 1)
    ben, here = browse(world.ben), f"/runs/STOKE/{pilot.batch_id}/line/"
    unit = f"{here}?serial=CC1-P1-001"

    def send(address: str, **more: str) -> str:
        page = PageRead(text(ben.get(address)))
        held = {i.attrs["name"]: i.attrs.get("value", "") for i in page.all("input")}
        return text(ben.post(here, {**held, **more}, follow=True))

    assert "Passed" in send(unit, act="pass")
    page = text(ben.get(unit))
    assert ("Seat the lid" in page, "Also open on this unit" in page) == (True, True)
    other = text(ben.get(f"{unit}&operation=30"))
    assert "<h1><bdi>Print the label</bdi></h1>" in other
    # To fail it asks for the defect, of the branch that is in hand.
    assert "<h1><bdi>Print the label</bdi></h1>" in send(f"{unit}&operation=30", act="fail")
    assert "Passed" in send(f"{unit}&operation=30", act="pass")
    last = text(ben.get(unit))
    assert ("<h1><bdi>Seat the lid</bdi></h1>" in last, "Also open" in last) == (True, False)
    refused = send(unit, act="pass", seq="40")
    assert "has no record of operation 20, Seat the lid." in refused
    assert "Passed" in send(unit, act="pass")
    assert "<h1><bdi>Apply the label</bdi></h1>" in text(ben.get(unit))
