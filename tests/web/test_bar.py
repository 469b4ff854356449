"""Pages of a run: created, its bar drawn, said in words and locked; set up, repeated, listed."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from firstoff.db.models import Bar, FirstArticle, Run, SetupLine
from firstoff.services import execution
from tests.conftest import NOW, PASSWORD, World
from tests.making import Pilot, judge, lock, make_pilot, make_program, opened_pilot, start
from tests.web.conftest import Browse
from tests.web.reading import PageRead

BAR_PAGE = "/runs/STOKE/CC1-P1/bar/"
TYPED = {"sample": "20", "max_rejects": "1", "commits": "1000", "password": PASSWORD}


def sent(client: Any, address: str, **values: str) -> dict[str, str]:
    """What the page's forms send, with these values."""
    read = PageRead(client.get(address).content.decode())
    hidden = {
        e.attrs["name"]: e.attrs.get("value", "")
        for e in read.all("input")
        if e.attrs.get("type") == "hidden" and e.attrs.get("name") not in ("csrfmiddlewaretoken",)
    }
    return {**hidden, **values}


@pytest.fixture
def pilot(world: World) -> Pilot:
    return make_pilot(world, bar=None)


def test_the_bar_page_draws_and_says_what_the_bar_lets_through(
    world: World, pilot: Pilot, browse: Browse
) -> None:
    page = browse(world.ada).get(BAR_PAGE).content.decode()
    assert "signed off 39 times in 100" in page
    assert "you need 0 rejects in 59, or 1 in 93, or 2 in 124." in page
    assert "1 in 20 (this bar)" in page
    assert "“This is the bar for batch CC1-P1.”" in page
    assert PageRead(page).problems() == []


def test_the_reading_follows_what_is_typed(world: World, pilot: Pilot, browse: Browse) -> None:
    ada = browse(world.ada)
    block = ada.get(f"{BAR_PAGE}reading/?sample=59&max_rejects=0&claim=5&confidence=90")
    assert "With 59 units and no reject" in block.content.decode()
    assert "To show 5\u00a0% with 90\u00a0% confidence you need" in block.content.decode()
    for query in ("sample=&max_rejects=1", "sample=20&max_rejects=20", "sample=x&max_rejects=1"):
        odd = ada.get(f"{BAR_PAGE}reading/?{query}")
        assert (odd.status_code, "expected" in odd.content.decode()) == (200, True)


def test_the_bar_is_locked_once_and_then_shown(world: World, pilot: Pilot, browse: Browse) -> None:
    ada = browse(world.ada)
    form = sent(ada, BAR_PAGE, **TYPED, min_first_pass_yield="95", **{"cap-1": "1.33"})
    done = ada.post(BAR_PAGE, form)
    again = ada.post(BAR_PAGE, {**form, "uid": sent(ada, BAR_PAGE).get("uid", "")})
    bar = Bar.objects.get()
    assert (done.status_code, bar.min_first_pass_yield, str(bar.capabilities.get())) == (
        302,
        Decimal("0.95"),
        "1 at least 1.330",
    )
    page = ada.get(BAR_PAGE).content.decode()
    assert "Locked by <bdi>Ada Okafor</bdi>" in page
    assert "It cannot be changed." in page
    assert PageRead(page).problems() == []
    assert again.status_code in (409, 422)


def test_a_bar_changed_after_the_lock_is_refused_on_the_page(
    world: World, pilot: Pilot, browse: Browse
) -> None:
    ada = browse(world.ada)
    form = sent(ada, BAR_PAGE, **TYPED)
    lock(world, pilot.run_id)
    late = ada.post(BAR_PAGE, {**form, "max_rejects": "2"})
    assert late.status_code == 409
    assert "The bar of CC1-P1 is locked since" in late.content.decode()
    assert Bar.objects.get().max_rejects == 1


@pytest.mark.parametrize(
    ("typed", "status", "sentence"),
    [
        ({"commits": ""}, 422, "A pass commits is missing."),
        ({"max_rejects": "20"}, 422, "The rejects allowed is 20; expected 0 to 19."),
        ({"password": "wrong"}, 409, "That is not your password; nothing was recorded."),
        ({"sample": "twenty"}, 422, "Units that count is no whole number"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_the_entries_stay(
    world: World, pilot: Pilot, browse: Browse, typed: dict[str, str], status: int, sentence: str
) -> None:
    ada = browse(world.ada)
    page = ada.post(BAR_PAGE, sent(ada, BAR_PAGE, **{**TYPED, "batch_cost": "1640", **typed}))
    text = page.content.decode()
    assert (page.status_code, sentence in text, 'value="1640"' in text) == (status, True, True)
    assert PASSWORD not in text
    assert Bar.objects.count() == 0


def test_only_a_quality_manager_locks(world: World, pilot: Pilot, browse: Browse) -> None:
    eli = browse(world.eli)
    page = eli.get(BAR_PAGE).content.decode()
    assert "A quality manager locks the bar by signature." in page
    assert eli.post(BAR_PAGE, sent(eli, BAR_PAGE, **TYPED)).status_code == 403


def test_a_repeat_is_offered_the_bar_and_says_when_it_differs(
    world: World, browse: Browse
) -> None:
    first = make_pilot(world)
    execution.repeat_run(run_id=first.run_id, by=world.eli, at=NOW)
    ada, page = browse(world.ada), "/runs/STOKE/CC1-P2/bar/"
    shown = ada.get(page).content.decode()
    assert "Offered is the bar of CC1-P1." in shown
    assert 'name="bad_unit_cost" value="61.4"' in shown
    ada.post(page, sent(ada, page, **{**TYPED, "max_rejects": "2", "max_mean_minutes": "6"}))
    assert "It differs from the bar of CC1-P1: c 2 instead of 1." in ada.get(page).content.decode()


# ---------------------------------------------------------------- runs


def test_a_run_is_created_on_its_page_once(world: World, browse: Browse) -> None:
    make_program(world)
    eli, page = browse(world.eli), "/p/STOKE/CC-1/runs/new/"
    read = PageRead(eli.get(page).content.decode())
    assert read.problems() == []
    digest = read.all("option")
    baseline = next(e.attrs["value"] for e in digest if len(e.attrs.get("value", "")) == 64)
    form = sent(
        eli,
        page,
        kind="pilot",
        planned_quantity="20",
        line="Line 2",
        baseline=baseline,
        equipment="L2-40",
        serial_pattern="{batch}-{n:03}",
    )
    first = eli.post(page, form)
    again = eli.post(page, form)
    assert first["Location"] == again["Location"] == BAR_PAGE
    assert Run.objects.count() == 1
    assert browse(world.ben).get(page).status_code == 403


def test_without_a_baseline_the_way_to_one_is_shown(world: World, browse: Browse) -> None:
    from firstoff.services import product

    product.create_program(
        site_id=world.site.pk, code="CC-9", name="New", revision="A", by=world.eli, at=NOW
    )
    page = browse(world.eli).get("/p/STOKE/CC-9/runs/new/").content.decode()
    assert "Nothing is frozen yet" in page
    assert PageRead(page).problems() == []


def test_the_runs_of_a_program_say_where_each_stands(world: World, browse: Browse) -> None:
    first = opened_pilot(world)
    execution.repeat_run(run_id=first.run_id, by=world.eli, at=NOW)
    page = browse(world.vic).get("/p/STOKE/CC-1/runs/").content.decode()
    assert "Running" in page
    assert "Draft" in page
    assert PageRead(page).problems() == []


def test_a_batch_is_repeated_on_its_page(world: World, pilot: Pilot, browse: Browse) -> None:
    eli, page = browse(world.eli), "/runs/STOKE/CC1-P1/repeat/"
    assert PageRead(eli.get(page).content.decode()).problems() == []
    done = eli.post(page, sent(eli, page, planned_quantity="20"))
    assert (done["Location"], Run.objects.get(number=2).repeat_of_id) == (
        "/runs/STOKE/CC1-P2/bar/",
        pilot.run_id,
    )


def test_the_setup_record_is_filled_in_line_by_line(
    world: World, pilot: Pilot, browse: Browse
) -> None:
    ben, page = browse(world.ben), "/runs/STOKE/CC1-P1/setup/"
    assert "6 of 6 lines are not filled in." in ben.get(page).content.decode()
    ben.post(page, {"programme": "Kiln 7 <b>rev 2</b>", "mould": "none"})
    shown = ben.get(page).content.decode()
    assert "4 of 6 lines are not filled in." in shown
    assert "Kiln 7 &lt;b&gt;rev 2&lt;/b&gt;" in shown
    assert (SetupLine.objects.count(), PageRead(shown).problems()) == (2, [])
    assert PageRead(browse(world.vic).get(page).content.decode()).problems() == []


def test_the_batch_id_is_a_code_that_scans(world: World, pilot: Pilot, browse: Browse) -> None:
    answer = browse(world.vic).get("/runs/STOKE/CC1-P1/code.svg?kind=qr")
    assert (answer["Content-Type"], answer.content[:4]) == ("image/svg+xml", b"<svg")
    assert browse(world.vic).get("/runs/STOKE/CC1-P1/code.svg?kind=x").status_code == 400


# ---------------------------------------------------------------- records of a run


def test_the_first_article_is_judged_characteristic_by_characteristic(
    world: World, browse: Browse
) -> None:
    pilot = make_pilot(world, at=timezone.now() - timedelta(hours=1))
    start(world, pilot, 1, at=timezone.now() - timedelta(minutes=5))
    ivy, page = browse(world.ivy), "/runs/STOKE/CC1-P1/first-article/"
    assert 'value="CC1-P1-001"' in ivy.get(page).content.decode()
    ivy.post(page, sent(ivy, page, serial="CC1-P1-001", **{"c-1": "pass", "c-2": "fail"}))
    failed = FirstArticle.objects.get()
    assert (failed.passed, failed.checked, failed.conforming, failed.note) == (
        False,
        2,
        1,
        "Does not conform: 2.",
    )
    ivy.post(page, sent(ivy, page, serial="CC1-P1-001", **{"c-1": "pass", "c-2": "pass"}))
    shown = ivy.get(page).content.decode()
    assert "2 of 2 characteristics conform" in shown
    assert PageRead(shown).problems() == []
    nothing = ivy.post(page, sent(ivy, page, serial="CC1-P1-001"))
    assert (
        nothing.status_code,
        "looks at one characteristic or more" in nothing.content.decode(),
    ) == (
        422,
        True,
    )


def test_adjustments_and_releases_are_recorded_on_their_pages(
    world: World, browse: Browse
) -> None:
    opened_pilot(world)
    ben, page = browse(world.ben), "/runs/STOKE/CC1-P1/adjustments/"
    text = {"what": "Press", "before": "30 N", "after": "35 N", "reason": "Loose."}
    ben.post(page, sent(ben, page, **text))
    assert "35 N" in ben.get(page).content.decode()
    ada, page = browse(world.ada), "/runs/STOKE/CC1-P1/releases/"
    asked = f"{page}?lift=order&subject=CC1-P1-001"
    assert 'value="CC1-P1-001"' in ada.get(asked).content.decode()
    done = ada.post(
        page,
        sent(ada, page, lift="order", subject="CC1-P1-001", reason="r", password=PASSWORD),
    )
    shown = ada.get(page).content.decode()
    assert (done.status_code, "CC1-P1-001" in shown, PageRead(shown).problems()) == (302, True, [])
    assert browse(world.vic).post(page, {}).status_code == 403


# ---------------------------------------------------------------- units


def test_the_units_page_shows_what_was_asked_and_hands_it_out(
    world: World, browse: Browse
) -> None:
    pilot = opened_pilot(world)
    start(world, pilot, 2)
    judge(world, pilot, 2)
    start(world, pilot, 3, serial="CC1-P1-X03", equipment="B-01")
    vic, page = browse(world.vic), "/runs/STOKE/CC1-P1/units/"
    shown = vic.get(f"{page}?show=not-counting&sort=-time&page=99").content.decode()
    assert "built on bench equipment (B-01)" in shown
    assert PageRead(shown).problems() == []
    csv = vic.get("/runs/STOKE/CC1-P1/units.csv?show=not-counting")
    lines = b"".join(csv.streaming_content).decode("utf-8-sig").splitlines()
    assert (len(lines), lines[1].split(",")[0]) == (2, "CC1-P1-X03")
    assert vic.get("/runs/STOKE/CC1-P1/units.xlsx").content[:2] == b"PK"
    assert vic.get("/runs/STOKE/CC1-P1/units.pdf").status_code == 404
    assert vic.get(f"{page}?show=nonsense&sort=nonsense&q=%25").status_code == 200


def test_a_unit_page_tells_everything_and_can_leave_it_out(world: World, browse: Browse) -> None:
    pilot = opened_pilot(world)
    ben, page = browse(world.ben), "/units/STOKE/CC-1/CC1-P1-001/"
    assert "Declare that it does not count" in ben.get(page).content.decode()
    ben.post(page, sent(ben, page, reason="Dropped <i>hard</i>."))
    shown = ben.get(page).content.decode()
    assert "Dropped &lt;i&gt;hard&lt;/i&gt;." in shown
    assert PageRead(shown).problems() == []
    judge(world, pilot, 1)
    assert "Declare that it does not count" not in ben.get(page).content.decode()


def test_a_result_is_corrected_by_signature_on_its_page(world: World, browse: Browse) -> None:
    from firstoff.services.execution import PostedDefect

    pilot = opened_pilot(world)
    judged = judge(world, pilot, 1, fit="", defects=[PostedDefect("D-101")])
    ada = browse(world.ada)
    page = f"/units/STOKE/CC-1/CC1-P1-001/correct/{judged.uid}/"
    assert PageRead(ada.get(page).content.decode()).problems() == []
    good = {"fit": "pass", "finish": "pass", "function": "pass", "build_minutes": "5"}
    form = sent(ada, page, **good, reason="Wrong row.", password=PASSWORD)
    assert ada.post(page, form).status_code == 302
    shown = ada.get("/units/STOKE/CC-1/CC1-P1-001/").content.decode()
    assert "Correction: <bdi>Wrong row.</bdi>" in shown
    assert "Superseded" in shown


def test_a_serial_with_anything_in_it_has_a_page(world: World, browse: Browse) -> None:
    from django.urls import reverse

    pilot = make_pilot(world, serial_pattern="")
    for number, serial in enumerate(("A/1 é_Ω?#", "..", "50%"), start=1):
        start(world, pilot, number, serial=serial, equipment="B-01")
        page = browse(world.vic).get(reverse("unit", args=["STOKE", "CC-1", serial]))
        assert page.status_code == 200, serial
        found = browse(world.vic).get("/trace/", {"serial": serial})
        assert found.status_code == 302, serial


def test_a_page_that_grew_old_can_find_out(world: World, browse: Browse) -> None:
    pilot = opened_pilot(world)
    vic, page = browse(world.vic), "/runs/STOKE/CC1-P1/version/"
    before = vic.get(page).json()["version"]
    judge(world, pilot, 1)
    assert vic.get(page).json()["version"] == before + 1


def test_another_site_finds_none_of_it(world: World, browse: Browse) -> None:
    opened_pilot(world)
    cy = browse(world.cy)
    for page in ("bar/", "setup/", "units/", "units.csv", "import/", "line/", "version/"):
        assert cy.get(f"/runs/STOKE/CC1-P1/{page}").status_code == 404, page
    assert cy.get("/units/STOKE/CC-1/CC1-P1-001/").status_code == 404
    assert "Nothing is called so" in cy.get("/trace/?serial=CC1-P1-001").content.decode()
