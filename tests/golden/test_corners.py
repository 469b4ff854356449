"""What a sceptical quality engineer tries: corners of a batch, each read at every door."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from firstoff.errors import FirstoffError, InvalidInput, Refused
from firstoff.services import execution, nonconformity
from firstoff.services.execution import PostedDefect
from tests.api.test_execution import Caller
from tests.conftest import NOW, PASSWORD, World
from tests.deciding import SMALL, act, build, first_batch, hold, second_batch, sign_off
from tests.golden.story import plain
from tests.golden.test_api import pages
from tests.golden.test_cli import Terminal
from tests.making import (
    MINUTE,
    Pilot,
    judge,
    make_pilot,
    make_program,
    opened_pilot,
    order_change,
    pass_first_article,
    start,
)
from tests.web.conftest import Browse

DAY = timedelta(days=1)
ODD = "Ä-№ 7/日本 (سلام) <b>&\"'%2F?#"
LID = PostedDefect(code="D-101")


# ---------------------------------------------------------------- corners of a batch


def nothing_but_a_name(world: World) -> Pilot:
    return make_pilot(world, bar=None)


def only_a_bar(world: World) -> Pilot:
    return make_pilot(world, bar=SMALL)


def one_unit_that_nobody_judged(world: World) -> Pilot:
    return opened_pilot(world, bar=SMALL)


def judged_without_a_build_time(world: World) -> Pilot:
    pilot = opened_pilot(world, bar=SMALL)
    judge(world, pilot, 1, build_seconds=None)
    return pilot


def a_sample_of_one(world: World) -> Pilot:
    pilot = make_pilot(world, bar=replace(SMALL, sample=1, max_rejects=0))
    return build(world, pilot, units=1).pilot


def no_reject_allowed_and_none_found(world: World) -> Pilot:
    return build(world, make_pilot(world, bar=replace(SMALL, max_rejects=0))).pilot


def every_unit_rejected(world: World) -> Pilot:
    return first_batch(world, rejects=4).pilot


def a_reject_beyond_the_sample(world: World) -> Pilot:
    return build(world, make_pilot(world, bar=SMALL), units=5, rejects=1).pilot


def a_bar_of_two_numbers_alone(world: World) -> Pilot:
    bar = replace(
        SMALL, max_mean_minutes=None, bad_unit_cost=None, batch_cost=None, delay_days=None,
        delay_day_cost=None,
    )  # fmt: skip
    return build(world, make_pilot(world, bar=bar), rejects=3).pilot


def the_largest_commitment(world: World) -> Pilot:
    bar = replace(SMALL, commits=10_000_000, bad_unit_cost=Decimal("999999999.99"))
    return build(world, make_pilot(world, bar=bar), rejects=3).pilot


def serials_of_somebody_else(world: World) -> Pilot:
    pilot = make_pilot(world, bar=SMALL, serial_pattern="")
    start(world, pilot, 1, serial=ODD)
    pass_first_article(world, pilot, ODD)
    judge(world, pilot, 1, serial=ODD, fit="fail", defects=[replace(LID, note=ODD)])
    return pilot


def a_sample_run(world: World) -> Pilot:
    return build(world, make_pilot(world, bar=SMALL, kind="sample")).pilot


def a_repeat_that_waits(world: World) -> Pilot:
    before = first_batch(world)
    hold(world, before.pilot.run_id, at=before.ended)
    made = execution.repeat_run(run_id=before.pilot.run_id, by=world.eli, at=NOW + DAY)
    return Pilot(0, 0, made.id, made.batch_id)


def over_time_alone(world: World) -> Pilot:
    pilot = opened_pilot(world, bar=replace(SMALL, max_unit_minutes=Decimal(5)))
    judge(world, pilot, 1, build_seconds=Decimal(301))
    return pilot


CORNERS: tuple[tuple[Callable[[World], Pilot], str], ...] = (
    (nothing_but_a_name, "Not yet: no bar is locked."),
    (only_a_bar, "Not yet: 0 of 4 counting units judged."),
    (one_unit_that_nobody_judged, "Not yet: 0 of 4 counting units judged."),
    (judged_without_a_build_time, "Not yet: 0 of 4 counting units judged."),
    (a_sample_of_one, "Sign-off is possible."),
    (no_reject_allowed_and_none_found, "Sign-off is possible."),
    (every_unit_rejected, "No. Hold."),
    (a_reject_beyond_the_sample, "Sign-off is possible."),
    (a_bar_of_two_numbers_alone, "No. Hold."),
    (the_largest_commitment, "No. Hold."),
    (serials_of_somebody_else, "Not yet: 1 of 4 counting units judged."),
    (a_repeat_that_waits, "Not yet: no bar is locked."),
    (over_time_alone, "Not yet: 1 of 4 counting units judged."),
    (a_sample_run, "Yes. The bar is cleared."),
)


@pytest.mark.parametrize(("corner", "headline"), CORNERS, ids=lambda v: getattr(v, "__name__", ""))
def test_a_corner_reads_the_same_at_every_door(
    world: World,
    corner: Callable[[World], Pilot],
    headline: str,
    browse: Browse,
    capsys: Any,
    monkeypatch: Any,
) -> None:
    pilot = corner(world)
    batch = pilot.batch_id
    ada, ben = browse(world.ada), browse(world.ben)
    for page in ("", "bar/", "units/", "first-article/", "setup/", "report.pdf", "report.json"):
        answer = ada.get(f"/runs/STOKE/{batch}/{page}")
        assert answer.status_code == 200, page
    assert ben.get(f"/runs/STOKE/{batch}/line/").status_code == 200
    assert headline in plain(ada.get(f"/runs/STOKE/{batch}/").content.decode())
    status, found = Caller(world, "ada")("GET", f"/sites/STOKE/runs/{batch}/verdict")
    assert (status, plain(found["headline"])) == (200, headline)
    terminal = Terminal(capsys, monkeypatch)
    code, out, _ = terminal("run", "verdict", batch)
    assert (code, out.splitlines()[0]) == (0 if found["verdict"] == "sign_off" else 4, headline)
    assert json.loads(terminal("run", "show", batch, "--json")[1])["run"]["run"]["batch_id"]


def test_any_serial_is_found_again_at_every_door(
    world: World,
    browse: Browse,
    capsys: Any,
    monkeypatch: Any,
) -> None:
    serials_of_somebody_else(world)
    from django.urls import reverse

    ada = browse(world.ada)
    page = ada.get(reverse("unit", args=["STOKE", "CC-1", ODD]))
    assert page.status_code == 200
    assert "<b>&" not in page.content.decode()
    assert ada.get("/find/", {"q": ODD, "site": "STOKE"}, follow=True).status_code == 200
    assert ODD in b"".join(ada.get("/runs/STOKE/CC1-P1/units.csv").streaming_content).decode(
        "utf-8-sig"
    ).replace('""', '"')
    from urllib.parse import quote

    call = Caller(world, "ada")
    status, found = call("GET", f"/sites/STOKE/trace?part=CC-1&serial={quote(ODD)}")
    assert (status, found["serial"]) == (200, ODD)
    out = Terminal(capsys, monkeypatch)("run", "unit", "CC1-P1", ODD, "--json")[1]
    assert json.loads(out)["serial"] == ODD
    text = pages(ada.get("/runs/STOKE/CC1-P1/report.pdf").content)
    assert "日本" in text


# ---------------------------------------------------------------- the other way round


def test_a_unit_is_judged_only_in_its_own_run(world: World) -> None:
    first = opened_pilot(world, bar=SMALL)
    other = execution.create_run(
        program_id=first.program_id, planned_quantity=4, line="L", by=world.eli, at=NOW
    )
    with pytest.raises(FirstoffError, match="CC1-P1-001 is not started in CC1-P2") as caught:
        judge(world, Pilot(0, 0, other.id, other.batch_id), 1, serial="CC1-P1-001")
    assert caught.value.code == "not-found"


def test_a_new_run_is_no_way_round_the_repeat(world: World) -> None:
    before = first_batch(world)
    hold(world, before.pilot.run_id, at=before.ended)
    made = execution.create_run(
        program_id=before.pilot.program_id,
        planned_quantity=4,
        line="L",
        equipment=["L2-40"],
        by=world.eli,
        at=NOW + DAY,
    )
    execution.lock_bar(run_id=made.id, bar=SMALL, password=PASSWORD, by=world.ada, at=NOW + DAY)
    with pytest.raises(Refused) as caught:
        start(world, Pilot(0, 0, made.id, made.batch_id), 1, at=NOW + 2 * DAY)
    assert caught.value.code == "R-46"


def test_stopping_half_way_and_beginning_afresh_is_a_try(world: World) -> None:
    """An abandoned batch counts: otherwise one would stop at the second reject."""
    abandoned = build(world, make_pilot(world, bar=SMALL), units=3, rejects=2)
    made = execution.repeat_run(run_id=abandoned.pilot.run_id, by=world.eli, at=NOW + DAY)
    execution.lock_bar(run_id=made.id, bar=SMALL, password=PASSWORD, by=world.ada, at=NOW + DAY)
    with pytest.raises(Refused, match="was built and not signed off"):
        start(world, Pilot(0, 0, made.id, made.batch_id), 1, at=NOW + 2 * DAY)


def test_only_the_first_units_started_are_the_sample(world: World) -> None:
    """Judging the good ones first, or building more of them, outruns no reject."""
    pilot = opened_pilot(world, bar=replace(SMALL, max_rejects=0))
    for number in range(2, 8):
        start(world, pilot, number)
    for number in range(4, 8):
        judge(world, pilot, number)
    found = verdict(world, pilot)
    assert (found["counts"]["judged"], found["counts"]["beyond"], found["verdict"]) == (
        1,
        3,
        "hold",
    )


def test_a_reject_beyond_the_sample_is_shown_and_needs_its_cause(world: World) -> None:
    pilot = build(world, make_pilot(world, bar=SMALL), units=5, rejects=1, cause_class="").pilot
    found = verdict(world, pilot)
    assert (found["counts"]["rejects"], found["verdict"]) == (0, "hold")
    nonconformity.record_cause(
        run_id=pilot.run_id, code="D-101", cause_class="handling", cause="Dropped.",
        by=world.ivy, at=NOW + DAY,
    )  # fmt: skip
    assert verdict(world, pilot)["verdict"] == "sign_off"


def verdict(world: World, pilot: Pilot) -> Any:
    return Caller(world, "vic", "read")("GET", f"/sites/STOKE/runs/{pilot.batch_id}/verdict")[1]


def test_another_bar_for_the_repeat_is_called_what_it_is(world: World) -> None:
    before = first_batch(world)
    hold(world, before.pilot.run_id, at=before.ended)
    act(world, before.pilot.run_id, at=before.ended + MINUTE)
    made = execution.repeat_run(run_id=before.pilot.run_id, by=world.eli, at=NOW + DAY)
    looser = replace(SMALL, max_rejects=2)
    execution.lock_bar(run_id=made.id, bar=looser, password=PASSWORD, by=world.ada, at=NOW + DAY)
    after = Pilot(0, 0, made.id, made.batch_id)
    build(world, after, rejects=2, at=NOW + 2 * DAY)
    found = verdict(world, after)
    assert found["bar_differences"] == ["This bar differs from that of CC1-P1: c 2 instead of 1."]


def test_a_corrected_reject_is_told_beside_the_verdict(world: World) -> None:
    pilot = build(world, make_pilot(world, bar=replace(SMALL, max_rejects=0)), rejects=1).pilot
    call = Caller(world, "ada")
    status, unit = call("GET", "/sites/STOKE/trace?part=CC-1&serial=CC1-P1-004")
    path = f"/sites/STOKE/runs/CC1-P1/judgements/{unit['judgements'][0]['uid']}/correction"
    body = {"reason": "Wrong row of the sheet.", "fit": "pass", "password": PASSWORD}
    assert (status, call("POST", path, body)[0]) == (200, 201)
    found = verdict(world, pilot)
    assert (found["verdict"], len(found["corrections"])) == ("sign_off", 1)
    assert "corrected" in found["corrections"][0]


def test_rework_into_good_changes_the_final_yield_alone(world: World) -> None:
    pilot = first_batch(world, rejects=2).pilot
    for number in (3, 4):
        judge(world, pilot, number, attempt="rework", build_seconds=None, at=NOW + DAY)
    yields = verdict(world, pilot)["yields"]
    assert (yields["first_good"], yields["final_good"]) == (2, 4)
    assert verdict(world, pilot)["verdict"] == "hold"


def test_what_a_unit_was_built_on_stays_what_it_was(world: World) -> None:
    """Calling the bench production afterwards makes no evidence of it."""
    from firstoff.rules.plan import EquipmentFacts
    from firstoff.services import plan
    from firstoff.terms import EquipmentClass, EquipmentKind

    pilot = opened_pilot(world, bar=SMALL)
    start(world, pilot, 2, equipment="B-01")
    facts = EquipmentFacts("B-01", "Bench", EquipmentKind.MACHINE, EquipmentClass.PRODUCTION)
    plan.update_equipment(
        site_id=world.site.pk, code="B-01", equipment=facts, by=world.eli, at=NOW + DAY
    )
    assert verdict(world, pilot)["counts"]["left_out"] == 1


def test_an_action_made_up_after_the_batch_makes_it_no_fresh_one(world: World) -> None:
    before, after = second_batch(world)
    late = nonconformity.propose_action(
        run_id=before.pilot.run_id, against="D-101", cause_class="process", what="Polish",
        by=world.eli, at=after.ended + MINUTE,
    )  # fmt: skip
    with pytest.raises(Refused, match="cannot be put in force from"):
        nonconformity.put_action_in_force(
            action_id=late.id, evidence="Seen.", effective_at=NOW + DAY, by=world.eli,
            at=after.ended + 2 * MINUTE,
        )  # fmt: skip
    found = verdict(world, after.pilot)
    assert found["verdict"] == "hold"  # the action is decided, and was not in force


def test_signing_twice_with_one_record_is_one_signature(world: World) -> None:
    from uuid import uuid4

    _, after = second_batch(world)
    uid = uuid4()
    first, second = (
        sign_off(world, after.pilot.run_id, at=after.ended + MINUTE, uid=uid) for _ in range(2)
    )
    assert (first.uid, first.entry) == (second.uid, second.entry)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("sample", 0, "The number of units that count is 0; expected 1 to 100,000."),
        ("max_rejects", 20, "The rejects allowed is 20; expected 0 to 19."),
        ("max_rejects", -1, "The rejects allowed is -1; expected 0 to 19."),
        ("commits", 0, "The quantity a pass commits is 0; expected 1 to 10,000,000."),
        ("max_mean_minutes", Decimal(0), "The limit on mean build time is 0; expected minutes "
         "above 0."),
        ("min_first_pass_yield", Decimal(95), "The first-pass yield is 95; expected above 0 %, "
         "at most 100 %."),
        ("bad_unit_cost", Decimal("NaN"), "The cost of a bad unit is NaN; expected an amount of "
         "0 or more."),
    ],
)  # fmt: skip
def test_a_bar_that_can_decide_nothing_is_refused_in_a_sentence(
    world: World, field: str, value: Any, sentence: str
) -> None:
    pilot = make_pilot(world, bar=None)
    bar = replace(replace(SMALL, sample=20), **{field: value})
    with pytest.raises(InvalidInput) as caught:
        execution.lock_bar(run_id=pilot.run_id, bar=bar, password=PASSWORD, by=world.ada, at=NOW)
    assert (plain(caught.value.message), caught.value.details["field"]) == (sentence, field)


def test_an_empty_bar_says_what_is_missing_beside_each_field(
    world: World,
    browse: Browse,
) -> None:
    make_pilot(world, bar=None)
    answer = browse(world.ada).post("/runs/STOKE/CC1-P1/bar/", {"password": PASSWORD})
    text = answer.content.decode()
    assert answer.status_code == 422
    for words in ("Units that count is missing.", "A pass commits is missing."):
        assert words in text, words
    answer = browse(world.ada).post(
        "/runs/STOKE/CC1-P1/bar/",
        {"sample": "20 units", "max_rejects": "1", "commits": "1,000", "password": PASSWORD},
    )
    assert "Units that count is no whole number" in answer.content.decode()


@pytest.mark.parametrize("when", [timedelta(minutes=-1), timedelta(minutes=6)])
def test_a_unit_lies_neither_before_its_bar_nor_in_the_future(
    world: World, when: timedelta
) -> None:
    pilot = make_pilot(world, bar=SMALL)
    at = NOW + DAY
    stated = (NOW if when < timedelta(0) else at) + when
    with pytest.raises(FirstoffError) as caught:
        start(world, pilot, 1, at=at, started_at=stated)
    assert caught.value.code == ("R-31" if when < timedelta(0) else "invalid-input")


def test_a_product_without_any_characteristic_can_be_piloted_on_the_pages(
    world: World,
    browse: Browse,
) -> None:
    """Nothing to measure is no reason to be stuck before the second unit."""
    from dataclasses import replace as changed

    from tests.making import CROCK

    operations = tuple(changed(o, characteristics=()) for o in CROCK.operations)
    plainest = changed(CROCK, characteristics=(), operations=operations)
    pilot = make_pilot(world, definition=plainest, bar=SMALL)
    start(world, pilot, 1)
    ivy = browse(world.ivy)
    page = ivy.get("/runs/STOKE/CC1-P1/first-article/").content.decode()
    sent = {"serial": "CC1-P1-001", "uid": "0198d3f4-0000-7000-8000-000000000001"}
    assert 'name="whole"' in page
    answer = ivy.post("/runs/STOKE/CC1-P1/first-article/", {**sent, "whole": "pass"})
    assert answer.status_code == 302
    start(world, pilot, 2, at=NOW + DAY)


def test_a_program_is_made_once(world: World) -> None:
    program, baseline = make_program(world)
    assert make_program(world) == (program, baseline)


def test_a_run_that_is_no_pilot_releases_no_process(world: World) -> None:
    """A sample or a prototype run answers to no earlier try: it cannot stand in for the pilot."""
    before = first_batch(world)
    hold(world, before.pilot.run_id, at=before.ended)
    made = execution.create_run(
        program_id=before.pilot.program_id, planned_quantity=4, line="L", kind="sample",
        equipment=["L2-40"], by=world.eli, at=NOW + DAY,
    )  # fmt: skip
    sample = Pilot(0, 0, made.id, made.batch_id)
    execution.lock_bar(run_id=made.id, bar=SMALL, password=PASSWORD, by=world.ada, at=NOW + DAY)
    done = build(world, sample, at=NOW + 2 * DAY)
    with pytest.raises(Refused) as caught:
        sign_off(world, sample.run_id, at=done.ended)
    assert (caught.value.code, caught.value.message) == (
        "R-40",
        "CC1-S1 is a sample run; only a pilot run releases a process.",
    )
    found = verdict(world, sample)
    assert (found["verdict"], found["may_sign_off"], found["may_hold"]) == (
        "sign_off",
        False,
        True,
    )
    hold(world, sample.run_id, at=done.ended, reason="The glaze is not the production glaze.")


def test_a_repeat_takes_the_plan_and_the_jig_of_the_process_change_at_every_door(
    world: World,
    browse: Browse,
    capsys: Any,
    monkeypatch: Any,
) -> None:
    from firstoff.db.models import Run
    from tests.making import CROCK

    before = first_batch(world)
    steps = tuple(replace(o, instruction=f"{o.instruction} In the jig.") for o in CROCK.operations)
    order_change(world, before.pilot.program_id, "C", at=before.ended)
    _, baseline = make_program(world, replace(CROCK, operations=steps, plan="2"))
    digest = Run.objects.get().baseline.program.baselines.get(pk=baseline).digest
    asked = {"baseline": digest, "equipment": ["L2-40", "J-02"]}
    assert Caller(world, "eli")("POST", "/sites/STOKE/runs/CC1-P1/repeat", asked)[0] == 201
    words = ("--baseline", digest, "--equipment", "L2-40", "--equipment", "J-02", "--as", "eli")
    assert Terminal(capsys, monkeypatch)("run", "repeat", "CC1-P1", *words)[0] == 0
    page = "/runs/STOKE/CC1-P1/repeat/"
    sent = {**asked, "planned_quantity": "4", "uid": "0198d3f4-0000-7000-8000-000000000002"}
    assert browse(world.eli).post(page, sent).status_code == 302
    runs = Run.objects.filter(repeat_of=before.pilot.run_id).order_by("pk")
    assert [
        (r.baseline.digest, sorted(e.equipment.code for e in r.equipment.all())) for r in runs
    ] == [(digest, ["J-02", "L2-40"])] * 3


def test_a_download_that_cannot_be_meant_is_refused_before_it_begins(
    world: World,
    browse: Browse,
) -> None:
    a_sample_of_one(world)
    call = Caller(world, "vic", "read")
    for ending in ("csv", "xlsx"):
        answer = call.client.get(f"/api/v1/sites/STOKE/runs/CC1-P1/units.{ending}?show=bad")
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid-input")


def test_recording_the_good_units_first_is_told_beside_the_pass(world: World) -> None:
    """The sample is the first n recorded: rejects that are kept back until then still show."""
    from firstoff.services.execution import PostedUnit

    pilot = opened_pilot(world, bar=SMALL)
    judge(world, pilot, 1)

    def post(number: int, hours: int, **given: Any) -> None:
        whole = {"fit": "pass", "finish": "pass", "function": "pass", **given}
        began = NOW + timedelta(hours=hours)
        record = PostedUnit(
            serial=f"CC1-P1-{number:03}", started_at=began, judged_at=began + 5 * MINUTE,
            build_seconds=Decimal(300), **whole,
        )  # fmt: skip
        execution.record_units(run_id=pilot.run_id, records=[record], by=world.ben, at=NOW + DAY)

    for number in (4, 5, 6):
        post(number, hours=number)
    for number in (2, 3):
        post(number, hours=number, fit="fail", defects=(LID,))
    nonconformity.record_cause(
        run_id=pilot.run_id, code="D-101", cause_class="process", cause="The faces foul.",
        by=world.ivy, at=NOW + DAY,
    )  # fmt: skip
    found = verdict(world, pilot)
    assert found["verdict"] == "sign_off"
    assert found["cautions"][0] == {
        "title": "2 of 2 units beyond the sample were rejected.",
        "sentence": "The bar reads the first 4 that count, in the order they were recorded. "
        "2 of the others were started before units of the sample, and recorded after them.",
    }


def test_a_unit_of_an_earlier_batch_is_refused_before_the_machine_is_asked_for(
    world: World,
    browse: Browse,
) -> None:
    before = first_batch(world)
    hold(world, before.pilot.run_id, at=before.ended)
    act(world, before.pilot.run_id, at=before.ended + MINUTE)
    made = execution.repeat_run(
        run_id=before.pilot.run_id, equipment=["L2-40", "J-02"], by=world.eli, at=NOW + DAY
    )
    execution.lock_bar(run_id=made.id, bar=SMALL, password=PASSWORD, by=world.ada, at=NOW + DAY)
    ben, line = browse(world.ben), "/runs/STOKE/CC1-P2/line/"
    asked = ben.post(line, {"scan": "CC1-P2-001", "act": "scan"}, follow=True)
    assert "Which machine is this station?" in asked.content.decode()
    answer = ben.post(line, {"scan": "CC1-P1-004", "act": "scan"})
    assert (answer.status_code, "was built in batch CC1-P1" in answer.content.decode()) == (
        409,
        True,
    )
