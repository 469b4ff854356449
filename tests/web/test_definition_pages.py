"""The first minutes of a product, the definition page, the equipment page."""

from dataclasses import replace
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from firstoff.db.models import PartRevision
from firstoff.queries import plan as reads
from firstoff.queries import product as programs
from firstoff.queries.product import characteristics_of
from firstoff.services import plan, product
from tests.conftest import NOW, World
from tests.making import CROCK
from tests.web.conftest import Browse
from tests.web.reading import PageRead

HERE = "/p/STOKE/CC-1/definition/"


def load(world: World, **changes: Any) -> int:
    return plan.load_definition(
        site_id=world.site.pk, definition=replace(CROCK, **changes), by=world.eli, at=NOW
    ).program_id


def draft(world: World) -> int:
    return load(world, release_revision=False, release_plan=False)


def grid(prefix: str, *rows: dict[str, str]) -> dict[str, str]:
    sent = {f"{prefix}-{n}-{k}": v for n, row in enumerate(rows) for k, v in row.items()}
    return {f"{prefix}-rows": str(len(rows)), **sent}


CLEARANCE = {
    "number": "1",
    "name": "Lid clearance",
    "kind": "variable",
    "classification": "critical",
    "lower": "0.30",
    "upper": "0.90",
    "unit": "mm",
    "method": "G-11",
}
BLANK = {"kind": "variable", "classification": "major"}


def read(answer: Any) -> PageRead:
    return PageRead(answer.content.decode())


def test_a_stranger_goes_from_nothing_to_a_frozen_baseline(world: World, browse: Browse) -> None:
    eli = browse(world.eli)
    assert "No program yet" in eli.get("/programs/").content.decode()

    sent = {"name": "Counter crock", "code": "CC-1", "revision": "C", "currency": "gbp"}
    made = eli.post("/programs/add/?site=STOKE", sent)
    assert (made.status_code, made["Location"]) == (302, HERE)
    eli.post(f"{HERE}characteristics/", grid("c", CLEARANCE, BLANK, BLANK))
    operation = {"seq": "10", "name": "Seat the lid", "jig": "-", "characteristics": "1"}
    eli.post(f"{HERE}operations/", grid("o", operation))
    eli.post(f"{HERE}codes/", grid("d", {"code": "D-1", "name": "Foul", "category": "fit"}))
    eli.post(f"{HERE}release-revision/")
    eli.post(f"{HERE}release-plan/")
    frozen = eli.post(f"{HERE}freeze/", follow=True)

    view = reads.definition(world.eli, programs.program(world.eli, "STOKE", "CC-1").id)
    assert view.frozen is not None
    assert f"Frozen as baseline {view.digest[:4]} {view.digest[4:8]}." in frozen.content.decode()
    assert [c.limits for c in view.characteristics] == ["0.30 to 0.90\u00a0mm"]
    assert [(o.jig_not_needed, o.characteristics) for o in view.operations] == [(True, ("1",))]


def test_entries_stay_and_the_error_stands_in_its_cell(world: World, browse: Browse) -> None:
    draft(world)
    wrong = {**CLEARANCE, "upper": "much"}
    other = {**CLEARANCE, "number": "2", "name": "", "lower": ""}

    answer = browse(world.eli).post(f"{HERE}characteristics/", grid("c", wrong, BLANK, other))

    assert answer.status_code == 422
    page = read(answer)
    fields = {e.attrs.get("name"): e for e in page.all("input")}
    assert fields["c-0-upper"].attrs["value"] == "much"
    assert fields["c-0-upper"].attrs["aria-invalid"] == "true"
    assert fields["c-2-name"].attrs["aria-invalid"] == "true"
    assert "aria-invalid" not in fields["c-1-name"].attrs
    assert page.problems() == []
    assert [c.number for c in programs.characteristics(world.eli, _id(world), "C")] == ["1", "2"]


def _id(world: World) -> int:
    return programs.program(world.eli, "STOKE", "CC-1").id


def test_what_a_rule_refuses_stands_beside_its_cell_too(world: World, browse: Browse) -> None:
    draft(world)
    swapped = {**CLEARANCE, "number": "7", "lower": "0.90", "upper": "0.30"}

    answer = browse(world.eli).post(f"{HERE}characteristics/", grid("c", CLEARANCE, swapped))

    assert answer.status_code == 422
    said = {e.attrs.get("aria-describedby") for e in read(answer).all("input")}
    assert "id_c-1-lower-error" in said
    assert "the lower limit 0.9 is not below the upper 0.3" in answer.content.decode()


def test_a_jig_that_is_not_there_stands_beside_its_cell(world: World, browse: Browse) -> None:
    draft(world)
    row = {"seq": "10", "name": "Seat", "characteristics": "1, 9", "jig": "J-02"}

    answer = browse(world.eli).post(f"{HERE}operations/", grid("o", row))

    assert answer.status_code == 422
    assert "Operation 10 checks characteristic 9" in answer.content.decode()
    assert "id_o-0-characteristics-error" in {
        e.attrs.get("aria-describedby") for e in read(answer).all("input")
    }


def test_two_who_edit_at_once_do_not_overwrite_each_other_unseen(
    world: World, browse: Browse
) -> None:
    program = draft(world)
    eli = browse(world.eli)
    page = read(eli.get(HERE))
    seen = next(e.attrs["value"] for e in page.all("input") if e.attrs.get("name") == "seen")
    product.remove_characteristic(
        program_id=program, revision="C", number="2", by=world.ada, at=NOW
    )

    answer = eli.post(f"{HERE}characteristics/", {**grid("c", CLEARANCE), "seen": seen})

    assert answer.status_code == 409
    assert "Somebody else changed the characteristics" in answer.content.decode()
    again = {e.attrs["name"]: e.attrs.get("value", "") for e in read(answer).all("input")}
    assert again["c-0-name"] == "Lid clearance"
    saved = eli.post(f"{HERE}characteristics/", {**grid("c", CLEARANCE), "seen": again["seen"]})
    assert saved.status_code in (302, 409)


def test_an_address_that_is_only_posted_to_leads_back(world: World, browse: Browse) -> None:
    draft(world)
    vic = browse(world.vic)

    for act in ("characteristics/", "operations/", "codes/", "freeze/", "release-plan/"):
        assert vic.get(f"{HERE}{act}?revision=C")["Location"] == f"{HERE}?revision=C"


def test_a_row_marked_removed_goes_and_an_empty_one_is_none(world: World, browse: Browse) -> None:
    program = draft(world)
    gone = {**CLEARANCE, "number": "2", "upper": "not even a number", "remove": "on"}

    answer = browse(world.eli).post(f"{HERE}characteristics/", grid("c", CLEARANCE, gone, BLANK))

    assert answer.status_code == 302
    assert [c.number for c in programs.characteristics(world.eli, program, "C")] == ["1"]


@pytest.mark.parametrize("rows", ["", "-1", "99999999", "²", "x"])
def test_a_grid_that_says_nonsense_about_itself_is_refused(
    world: World, browse: Browse, rows: str
) -> None:
    draft(world)

    answer = browse(world.eli).post(f"{HERE}characteristics/", {"c-rows": rows})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "act",
    ["characteristics/", "operations/", "release-revision/", "release-plan/", "discard-plan/"],
)
def test_a_released_definition_refuses_with_the_rule(
    world: World, browse: Browse, act: str
) -> None:
    load(world)
    sent = {**grid("c", CLEARANCE), **grid("o", {"seq": "10", "name": "Other"})}

    answer = browse(world.eli).post(f"{HERE}{act}", sent)
    assert answer.status_code == 409
    assert "R-10" in answer.content.decode()


def test_the_next_revision_and_plan_are_drafts_with_everything(
    world: World, browse: Browse
) -> None:
    load(world)
    eli = browse(world.eli)

    made = eli.post(f"{HERE}new-plan/?revision=C&plan=1", {"label": ""})
    assert made["Location"] == f"{HERE}?revision=C#operations"
    assert eli.post(f"{HERE}renumber/?plan=2").status_code == 302
    assert eli.post(f"{HERE}discard-plan/?revision=C&plan=2").status_code == 302
    assert eli.post(f"{HERE}new-revision/", {"label": "E"}).status_code == 302
    assert [r.label for r in programs.revisions(world.eli, _id(world))] == ["E", "C"]
    assert read(eli.get(f"{HERE}?revision=C")).problems() == []
    assert eli.get(f"{HERE}?revision=Z").status_code == 404


def test_a_defect_code_is_retired_and_offered_again(world: World, browse: Browse) -> None:
    load(world)
    eli = browse(world.eli)

    eli.post(f"{HERE}retire-code/", {"code": "D-101"})
    assert "D-101" not in [
        c.code for c in reads.defect_codes(world.eli, _id(world), retired=False)
    ]
    eli.post(f"{HERE}restore-code/", {"code": "D-101"})
    assert "D-101" in [c.code for c in reads.defect_codes(world.eli, _id(world), retired=False)]
    assert eli.post(f"{HERE}retire-code/", {"code": "nope"}).status_code == 404


@pytest.mark.parametrize("who", ["ben", "vic", "adam"])
def test_who_may_not_define_sees_no_field_and_is_refused(
    world: World, browse: Browse, who: str
) -> None:
    draft(world)
    client = browse(getattr(world, who))

    page = read(client.get(HERE))
    assert [e for e in page.all("input") if e.attrs.get("name", "").startswith("c-")] == []
    assert client.post(f"{HERE}characteristics/", grid("c", CLEARANCE)).status_code == 403
    assert client.post(f"{HERE}freeze/").status_code == 403
    assert client.get("/programs/add/").status_code == 403


def test_for_another_site_there_is_no_such_page(world: World, browse: Browse) -> None:
    draft(world)
    cy = browse(world.cy)

    for address in (HERE, f"{HERE}baselines/compare/", "/p/STOKE/CC-1/about/"):
        assert cy.get(address).status_code == 404
    assert cy.post(f"{HERE}freeze/").status_code == 404


def test_two_baselines_are_compared(world: World, browse: Browse) -> None:
    program = load(world)
    plan.freeze_baseline(program_id=program, by=world.eli, at=NOW)
    eli = browse(world.eli)
    assert "not two baselines yet" in eli.get(f"{HERE}baselines/compare/").content.decode()
    load(world, plan="2", operations=CROCK.operations[:2])
    frozen = plan.freeze_baseline(program_id=program, by=world.eli, at=NOW)

    page = eli.get(f"{HERE}baselines/compare/")
    assert "Operation 30" in page.content.decode()
    assert eli.get(f"{HERE}baselines/{frozen.digest}/").status_code == 200
    assert eli.get(f"{HERE}baselines/{'0' * 64}/").status_code == 404


def test_what_a_program_says_of_itself_is_changed(world: World, browse: Browse) -> None:
    load(world)
    eli = browse(world.eli)
    sent = {"name": "Crock", "owner": "ada", "first_quantity": "none", "currency": "EUR"}

    wrong = eli.post("/p/STOKE/CC-1/about/", sent)
    assert wrong.status_code == 422
    assert "Units owed first is no whole number" in wrong.content.decode()
    eli.post("/p/STOKE/CC-1/about/", {**sent, "first_quantity": "500"})
    seen = programs.program(world.eli, "STOKE", "CC-1")
    assert (seen.name, seen.owner_username, seen.first_quantity) == ("Crock", "ada", 500)


# --- equipment


def _equip(client: Client, **more: str) -> Any:
    sent = {"code": "K/2 ö", "name": "Kiln", "kind": "machine", "equipment_class": "production"}
    return client.post("/equipment/STOKE/add/", {**sent, **more})


def test_equipment_is_added_changed_retired_and_taken_back(world: World, browse: Browse) -> None:
    eli = browse(world.eli)
    assert "No equipment yet" in eli.get("/equipment/").content.decode()
    assert _equip(eli).status_code == 302
    code = quote("K/2 ö")

    changed = {"name": "Kiln 2", "kind": "machine", "equipment_class": "bench", "line": "L2"}
    assert eli.post(f"/equipment/STOKE/edit/{code}/", changed).status_code == 302
    listed = eli.get("/equipment/?class=bench").content.decode()
    assert "Kiln 2" in listed
    assert PageRead(listed).problems() == []
    eli.post(f"/equipment/STOKE/retire/{code}/")
    assert "Kiln 2" in eli.get("/equipment/?retired=1").content.decode()
    refused = eli.post(f"/equipment/STOKE/edit/{code}/", changed)
    assert (refused.status_code, "K/2 ö is retired" in refused.content.decode()) == (409, True)
    eli.post(f"/equipment/STOKE/reinstate/{code}/")
    assert "Kiln 2" in eli.get("/equipment/").content.decode()


def test_a_code_that_is_taken_is_said_beside_the_field(world: World, browse: Browse) -> None:
    eli = browse(world.eli)
    _equip(eli)

    answer = _equip(eli, name="Another")
    assert answer.status_code == 422
    assert "There is equipment &#x27;K/2 ö&#x27; at this site already." in answer.content.decode()
    assert 'value="Another"' in answer.content.decode()
    assert _equip(browse(world.ben)).status_code == 403
    assert _equip(browse(world.cy)).status_code == 404


@pytest.mark.parametrize("places", [1, 3])
def test_the_definition_page_takes_a_fixed_number_of_queries(
    world: World, browse: Browse, django_assert_max_num_queries: Any, places: int
) -> None:
    more = tuple(replace(CROCK.operations[0], seq=100 + n) for n in range(places))
    load(world, operations=more, release_revision=False, release_plan=False)
    eli = browse(world.eli)
    eli.get(HERE)

    with django_assert_max_num_queries(36):
        assert eli.get(HERE).status_code == 200


def test_a_callout_is_typed_as_words_and_read_back_as_its_frame(
    world: World, browse: Browse
) -> None:
    draft(world)
    client = browse(world.eli)
    sent = {
        "c-rows": "1",
        "c-0-number": "7",
        "c-0-name": "Bore",
        "c-0-kind": "variable",
        "c-0-classification": "major",
        "c-0-unit": "mm",
        "c-0-callout": "position dia 0.10 (M) A B(M)",
        "c-0-zone": "B4",
        "c-0-gauge": "G-11",
    }
    answer = client.post(f"{HERE}characteristics/", sent)
    page = client.get(HERE).content.decode()
    (found,) = characteristics_of(PartRevision.objects.get().pk)
    assert (answer.status_code, found.requirement, found.upper, found.zone) == (
        302,
        "⌖\u00a0⌀\u00a00.10\u00a0Ⓜ | A | B\u00a0Ⓜ",
        Decimal("0.10"),
        "B4",
    )
    assert 'value="⌖\u00a0⌀\u00a00.10\u00a0Ⓜ | A | B\u00a0Ⓜ"' in page


@pytest.mark.parametrize(
    ("callout", "says"),
    [
        ("position", "cannot be read"),
        ("position 0", "expected one above 0"),
        ("flatness 0.1 A", "takes no datum"),
        ("25 ±0.1", "cannot be read"),
    ],
)
def test_what_is_wrong_with_a_callout_stands_beside_it(
    world: World, browse: Browse, callout: str, says: str
) -> None:
    draft(world)
    sent = {
        "c-rows": "1",
        "c-0-number": "7",
        "c-0-name": "Bore",
        "c-0-kind": "variable",
        "c-0-classification": "major",
        "c-0-callout": callout,
    }
    answer = browse(world.eli).post(f"{HERE}characteristics/", sent)
    text = answer.content.decode()
    assert (answer.status_code, 'id="id_c-0-callout-error"' in text, says in text) == (
        422,
        True,
        True,
    )
