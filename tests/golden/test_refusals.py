"""What must be refused, through every door: the same rule and the same sentence.

A case says what happened before, what somebody tries, and how each door is asked. Where a door
has no place to try it at all, it has no column; that is a refusal too, and it is the page's.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from firstoff.errors import Refused
from firstoff.rules.execution import Bar
from firstoff.services import evidence, execution
from firstoff.terms import RunVerdict
from tests.api.test_execution import Caller
from tests.conftest import NOW, PASSWORD, World
from tests.deciding import SMALL, act, first_batch, hold, second_batch
from tests.golden.story import plain
from tests.golden.test_cli import Terminal
from tests.making import CROCK, judge, lock, make_pilot, opened_pilot, start
from tests.web.conftest import Browse
from tests.web.reading import PageRead

pytestmark = pytest.mark.once  # it asks the doors; the rules below them are asked on both

ONE, TWO = "CC1-P1", "CC1-P2"
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Case:
    """Who tries what, the rule that says no and its sentence, and how each door is asked.

    verb: the service's verb and what it takes; api: method, path after the run, body; cli: the
    words after `firstoff run`; web: the page after the run's address, and its form.
    """

    name: str
    before: Callable[[World], Any]
    who: str
    code: str
    sentence: str
    verb: tuple[Callable[..., Any], dict[str, Any]]
    api: tuple[str, str, dict[str, Any]]
    cli: str
    web: tuple[str, dict[str, Any]] | None
    batch: str = ONE
    signed: bool = False
    status: int = 409
    typed: str = PASSWORD
    posted: dict[str, Any] = field(default_factory=dict)


# ---------------------------------------------------------------- what happened before


def a_run_without_a_bar(world: World) -> None:
    make_pilot(world, bar=None)


def a_locked_bar(world: World) -> None:
    make_pilot(world, bar=SMALL)


def one_unit_of_the_bench(world: World) -> None:
    pilot = make_pilot(world, bar=SMALL)
    start(world, pilot, 1, by=world.eli, equipment="B-01")
    judge(world, pilot, 1)


def a_first_unit_waits_for_inspection(world: World) -> None:
    start(world, make_pilot(world, bar=SMALL), 1)


def an_open_batch(world: World) -> None:
    judge(world, opened_pilot(world, bar=SMALL), 1)


def a_missed_bar(world: World) -> None:
    first_batch(world)


def a_held_batch(world: World) -> None:
    before = first_batch(world)
    hold(world, before.pilot.run_id, at=before.ended)


def a_repeat_without_a_change(world: World) -> None:
    before = first_batch(world)
    hold(world, before.pilot.run_id, at=before.ended)
    repeated(world, before.pilot.run_id)


def a_repeat_after_a_change(world: World) -> None:
    before = first_batch(world)
    hold(world, before.pilot.run_id, at=before.ended)
    act(world, before.pilot.run_id, at=before.ended + DAY)
    repeated(world, before.pilot.run_id)


def a_repeat_with_an_action_only_proposed(world: World) -> None:
    before = first_batch(world)
    hold(world, before.pilot.run_id, at=before.ended)
    act(world, before.pilot.run_id, at=before.ended + DAY, force=False)
    repeated(world, before.pilot.run_id)


def a_cleared_bar_that_cy_cannot_see(world: World) -> None:
    second_batch(world)


def repeated(world: World, run_id: int) -> None:
    made = execution.repeat_run(run_id=run_id, by=world.eli, at=NOW + 7 * DAY)
    lock(world, made.id, SMALL, at=NOW + 7 * DAY)


# ---------------------------------------------------------------- what is tried


BAR = {"sample": 4, "max_rejects": 2, "commits": 1000}


def changing_the_bar(**more: Any) -> dict[str, Any]:
    return {
        "verb": (execution.lock_bar, {"bar": Bar(**BAR), "password": PASSWORD}),
        "api": ("POST", "/bar", BAR),
        "cli": "lock {batch} --sample 4 --max-rejects 2 --commits 1000",
        "web": ("bar/", BAR),
        "signed": True,
        "who": "ada",
        **more,
    }


def starting(serial: str, **more: Any) -> dict[str, Any]:
    return {
        "verb": (execution.start_unit, {"serial": serial}),
        "api": ("POST", "/units", {"serial": serial}),
        "cli": f"start {{batch}} {serial}",
        "web": ("line/", {"scan": serial, "act": "scan"}),
        "who": "ben",
        **more,
    }


def signing_off(decision: str = "sign_off", **more: Any) -> dict[str, Any]:
    asked = {"decision": decision, "reason": ""}
    return {
        "verb": (evidence.decide_run, {**asked, "password": PASSWORD}),
        "api": ("POST", "/decision", asked),
        "cli": "sign-off {batch}" if decision == "sign_off" else "hold {batch}",
        "web": ("decide/", asked),
        "signed": True,
        "who": "ada",
        **more,
    }


GOOD = {"fit": "pass", "finish": "pass", "function": "pass"}
CASES = (
    Case(
        "a unit before the bar",
        a_run_without_a_bar,
        code="R-31",
        sentence="CC1-P1 has no locked bar, so no unit may be started.",
        **starting("CC1-P1-001"),
    ),
    Case(
        "a bar changed once it is locked",
        a_locked_bar,
        code="R-31",
        sentence="The bar of CC1-P1 is locked since 2026-05-08 10:00: at most 1 of 4. It cannot "
        "be changed.",
        **changing_the_bar(),
    ),
    Case(
        "a bar changed after the first unit",
        an_open_batch,
        code="R-31",
        sentence="The bar of CC1-P1 is locked since 2026-05-08 10:00: at most 1 of 4. It cannot "
        "be changed.",
        **changing_the_bar(),
    ),
    Case(
        "a bar locked by who may not",
        a_run_without_a_bar,
        code="not-allowed",
        status=403,
        sentence="Eli Novak may not lock a bar here.",
        **changing_the_bar(who="eli"),
    ),
    Case(
        "a sign-off with no bar and no unit",
        a_run_without_a_bar,
        code="R-40",
        sentence="No counting unit of CC1-P1 is judged; there is nothing to decide on.",
        **signing_off(),
    ),
    Case(
        "a sign-off on one bench-built unit",
        one_unit_of_the_bench,
        code="R-40",
        sentence="No counting unit of CC1-P1 is judged; there is nothing to decide on.",
        **signing_off(),
    ),
    Case(
        "a sign-off of a missed bar",
        a_missed_bar,
        code="R-40",
        sentence="CC1-P1 cannot be signed off: rejects 3 of 4 (bar: at most 1 of 4).",
        **signing_off(),
    ),
    Case(
        "a sign-off by the operator",
        a_missed_bar,
        code="not-allowed",
        status=403,
        sentence="Ben Tams may not sign off or hold a run here.",
        **signing_off(who="ben"),
    ),
    Case(
        "a hold by the engineer",
        a_missed_bar,
        code="not-allowed",
        status=403,
        sentence="Eli Novak may not sign off or hold a run here.",
        **signing_off("hold", who="eli"),
    ),
    Case(
        "a second signature",
        a_held_batch,
        code="stale-state",
        sentence="Ada Okafor signed “hold” for CC1-P1 at 2026-05-08 11:30.",
        **signing_off("hold"),
    ),
    Case(
        "a unit after the decision",
        a_held_batch,
        code="R-40",
        sentence="CC1-P1 was held by Ada Okafor at 2026-05-08 11:30; it takes no more units.",
        **starting("CC1-P1-005"),
    ),
    Case(
        "a unit of the first batch in the second",
        a_repeat_after_a_change,
        code="R-41",
        sentence="CC1-P1-004 was built in batch CC1-P1 (rejected).",
        batch=TWO,
        **starting("CC1-P1-004"),
    ),
    Case(
        "a repeat with no process change",
        a_repeat_without_a_change,
        code="R-46",
        sentence="No process change is recorded since batch CC1-P1 was held.",
        batch=TWO,
        **starting("CC1-P2-001"),
    ),
    Case(
        "a repeat before its action is in force",
        a_repeat_with_an_action_only_proposed,
        code="R-41",
        sentence="CA-0001 against Lid does not seat of batch CC1-P1 is not in force yet.",
        batch=TWO,
        **starting("CC1-P2-001"),
    ),
    Case(
        "a second unit before the first article",
        a_first_unit_waits_for_inspection,
        code="R-35",
        sentence="The first article of CC1-P1 is not inspected yet; it gates the rest of the "
        "batch.",
        **starting("CC1-P1-002"),
    ),
    Case(
        "a viewer on the line",
        a_locked_bar,
        code="not-allowed",
        status=403,
        sentence="Vic Moreau may not record units here.",
        **starting("CC1-P1-001", who="vic"),
    ),
    Case(
        "a first result over another one",
        an_open_batch,
        who="ben",
        code="R-48",
        sentence="CC1-P1-001 was judged already: fit passed.",
        verb=(execution.judge_unit, {"serial": "CC1-P1-001", **GOOD}),
        api=("POST", "/judgements", {"serial": "CC1-P1-001", **GOOD}),
        cli="judge {batch} CC1-P1-001 --fit pass --finish pass --function pass",
        web=None,  # the line offers a judged unit nothing but its rework
    ),
    Case(
        "a judged unit left out",
        an_open_batch,
        who="ben",
        code="R-33",
        sentence="CC1-P1-001 is judged already; it can no longer be left out.",
        verb=(execution.leave_out_unit, {"serial": "CC1-P1-001", "reason": "Dropped"}),
        api=("POST", "/exclusions", {"serial": "CC1-P1-001", "reason": "Dropped"}),
        cli="leave-out {batch} CC1-P1-001 --reason Dropped",
        web=("/units/STOKE/CC-1/CC1-P1-001/", {"reason": "Dropped"}),
    ),
    Case(
        "a signature with a wrong password",
        a_missed_bar,
        code="signature",
        sentence="That is not your password; nothing was recorded.",
        typed="not it",
        **signing_off("hold"),
    ),
    Case(
        "a quality manager of another site",
        a_cleared_bar_that_cy_cannot_see,
        code="not-found",
        status=404,
        sentence="",
        batch=TWO,
        **signing_off(who="cy"),
    ),
)


def _named(case: Case) -> str:
    return case.name


cases = pytest.mark.parametrize("case", CASES, ids=_named)


@cases
def test_the_service_refuses(world: World, case: Case) -> None:
    from firstoff.db.models import Run
    from firstoff.errors import FirstoffError

    case.before(world)
    verb, given = case.verb
    given = {**given, **({"password": case.typed} if case.signed else {})}
    with pytest.raises(FirstoffError) as caught:
        verb(
            run_id=Run.objects.get(batch_id=case.batch).pk,
            by=getattr(world, case.who),
            at=timezone.now(),
            **given,
        )
    said = (caught.value.code, caught.value.status)
    assert said == (case.code, case.status)
    assert plain(caught.value.message).startswith(case.sentence)


@cases
def test_the_api_refuses(world: World, case: Case) -> None:
    case.before(world)
    method, path, body = case.api
    if case.signed:
        body = {**body, "password": case.typed}
    status, found = Caller(world, case.who)(method, f"/sites/STOKE/runs/{case.batch}{path}", body)
    assert (status, found["code"], found["status"]) == (case.status, case.code, case.status)
    assert plain(found["title"]).startswith(case.sentence)


@cases
def test_the_command_line_refuses(world: World, case: Case, capsys: Any, monkeypatch: Any) -> None:
    case.before(world)
    words = ["run", *case.cli.format(batch=case.batch).split(), "--as", case.who, "--json"]
    if case.signed:
        words.append("--password-stdin")
    terminal = Terminal(capsys, monkeypatch)
    code, out, _ = terminal(*words, typed=f"{case.typed}\n")
    found = json.loads(out)
    assert (code, found["code"]) == (3 if case.status == 404 else 4, case.code)
    assert plain(found["title"]).startswith(case.sentence)
    code, _, err = terminal(*words[:-1] if not case.signed else without(words, "--json"),
                            typed=f"{case.typed}\n")  # fmt: skip
    assert case.sentence in err


def without(words: list[str], word: str) -> list[str]:
    return [w for w in words if w != word]


@pytest.mark.parametrize("case", [c for c in CASES if c.web is not None], ids=_named)
def test_the_pages_refuse(world: World, case: Case, browse: Browse) -> None:
    case.before(world)
    assert case.web is not None
    page, form = case.web
    address = page if page.startswith("/") else f"/runs/STOKE/{case.batch}/{page}"
    sent = {"uid": str(uuid4()), **form, **({"password": case.typed} if case.signed else {})}
    answer = browse(getattr(world, case.who)).post(address, sent)
    assert answer.status_code == case.status
    found = plain(" ".join(e.text for e in PageRead(answer.content.decode()).all("main")))
    assert case.sentence in " ".join(found.split())


# ---------------------------------------------------------------- left out, visibly


@pytest.mark.parametrize(
    ("number", "given", "reason"),
    [
        (
            2,
            {"equipment": "B-01"},
            "built on bench equipment (B-01), not on production equipment",
        ),
        (3, {"by": "eli"}, "built by an engineer, not by a line operator"),
        (4, {"by": "ivy"}, "built by somebody who is no line operator"),
        (
            5,
            {"instruction": "0" * 64},
            "built to other instructions than those released with the baseline",
        ),
        (
            6,
            {"previous_serial": "CC1-P0-003"},
            "made out of CC1-P0-003: rework does not make a fresh unit",
        ),
    ],
)
def test_what_does_not_count_is_kept_and_shown_with_its_reason_at_every_door(
    world: World,
    number: int,
    given: dict[str, Any],
    reason: str,
    capsys: Any,
    monkeypatch: Any,
    browse: Browse,
) -> None:
    pilot = opened_pilot(world, bar=SMALL)
    judge(world, pilot, 1)
    by = getattr(world, given.pop("by", "ben"))
    serial = f"{ONE}-{number:03}"
    made = start(world, pilot, number, by=by, **given)
    judge(world, pilot, number, fit="fail", defects=[execution.PostedDefect(code="D-101")])
    assert made.reasons == (reason,)

    vic = Caller(world, "vic", "read")
    verdict = vic("GET", f"/sites/STOKE/runs/{ONE}/verdict")[1]
    assert (verdict["left_out"], verdict["figures"]["rejects"], verdict["counts"]["judged"]) == (
        [{"serial": serial, "reasons": [reason]}],
        0,
        1,
    )
    _, out, _ = Terminal(capsys, monkeypatch)("run", "units", ONE, "--show", "not-counting")
    assert (out.split("\t")[0], out.rstrip("\n").split("\t")[-1]) == (serial, reason)
    for address in (f"/runs/STOKE/{ONE}/?show=not-counting", f"/units/STOKE/CC-1/{serial}/"):
        text = browse(world.vic).get(address).content.decode()
        assert (serial in text, reason.lower() in text.lower()) == (True, True), address


def test_a_first_article_that_does_not_count_opens_nothing(world: World) -> None:
    pilot = make_pilot(world, bar=SMALL)
    start(world, pilot, 1, by=world.eli)
    with pytest.raises(Refused, match="cannot be the first article: built by an engineer"):
        execution.record_first_article(
            run_id=pilot.run_id,
            serial=f"{ONE}-001",
            passed=True,
            checked=2,
            conforming=2,
            by=world.ivy,
            at=NOW + DAY,
        )


def test_the_definition_of_the_cases_is_the_crock() -> None:
    """The sentences above name its codes."""
    assert {c.code for c in CROCK.defect_codes} >= {"D-101"}
    assert {v.value for v in RunVerdict} == {"sign_off", "hold"}
