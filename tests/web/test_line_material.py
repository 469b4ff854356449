"""Material at the line by scanner: reels, subassemblies, tools, parameters, cards."""

from dataclasses import replace
from typing import Any

import pytest

from firstoff.db.models import (
    Assembly,
    Consumption,
    FloorRecord,
    Load,
    OperationContext,
    OperationRecord,
    ParameterReading,
)
from firstoff.formats.labels.internal import COMMAND, LOT, PLACE, UNIT, encode
from tests.conftest import World
from tests.making import CROCK, Pilot, make_pilot, opened_pilot, start
from tests.recording import lot, post, rec, unit
from tests.web.conftest import Browse
from tests.web.reading import PageRead

RS, GS, EOT = "\x1e", "\x1d", "\x04"


class Line:
    """The line as a scanner uses it: what is posted next is what the page holds."""

    def __init__(self, client: Any, pilot: Pilot) -> None:
        self.client = client
        self.address = f"/runs/STOKE/{pilot.batch_id}/line/"
        self.text = client.get(self.address).content.decode()

    @property
    def held(self) -> dict[str, str]:
        hidden = [e for e in PageRead(self.text).all("input") if e.attrs.get("type") == "hidden"]
        return {e.attrs["name"]: e.attrs.get("value", "") for e in hidden if "name" in e.attrs}

    @property
    def says(self) -> str:
        return " ".join(PageRead(self.text).all("h1")[0].text.split())

    def send(self, **given: str) -> str:
        answer = self.client.post(self.address, {**self.held, **given}, follow=True)
        assert answer.status_code < 500
        self.text = answer.content.decode()
        return self.says

    def scan(self, code: str, **more: str) -> str:
        session = self.client.session  # two scans of one code are minutes apart
        for name in [n for n, _ in session.items() if n.count("-") == 5]:
            del session[name]
        session.save()
        return self.send(scan=code, act="scan", **more)


@pytest.fixture
def line(world: World, browse: Browse) -> Line:
    pilot = opened_pilot(world)
    post(world, *lot("R-1", "4000"), *lot("R-2", "100"), *lot("LBL-9", "50", part="LBL"))
    return Line(browse(world.ben), pilot)


def places() -> list[tuple[str, str, int, bool]]:
    rows = Load.objects.order_by("loaded_at", "pk").select_related("lot")
    return [(r.lot.code, r.position, r.operation, r.unloaded_at is None) for r in rows]


def test_a_reel_goes_to_the_operation_of_the_unit_in_hand(line: Line) -> None:
    line.scan("CC1-P1-001")
    assert line.scan("R-1") == "Loaded"
    assert places() == [("R-1", "GLZ", 10, True)]
    assert "CC1-P1-001" in line.held["serial"]
    assert line.scan("*PASS*") == "Passed"
    assert Consumption.objects.get().lot.code == "R-1"


def test_the_next_reel_of_a_part_takes_its_place_and_another_part_has_its_own(line: Line) -> None:
    line.scan("CC1-P1-001")
    for code in ("R-1", "LBL-9", "R-2"):
        line.scan(code)
    assert places() == [
        ("R-1", "GLZ", 10, False),
        ("LBL-9", "LBL", 10, True),
        ("R-2", "GLZ", 10, True),
    ]


def test_the_same_reel_scanned_again_changes_nothing(line: Line) -> None:
    line.scan("CC1-P1-001")
    line.scan("R-1")
    line.scan("R-1")
    assert len(places()) == 1


def test_our_label_and_a_distributors_name_the_reel(line: Line, world: World) -> None:
    came = rec("lot", part="CAP", lot="R-77", quantity="10", mpn="GRM188", supplier_lot="L2209A")
    post(world, came, rec("lot_status", lot="R-77", status="accepted", reason="ok"))
    line.scan("CC1-P1-001")
    assert line.scan(encode(LOT, "R-1")) == "Loaded"
    assert line.scan(f"[)>{RS}06{GS}1PGRM188{GS}1TL2209A{GS}Q10{RS}{EOT}") == "Loaded"
    assert [p[0] for p in places()] == ["R-1", "R-77"]


def test_a_label_of_another_maker_is_not_taken_for_the_reel(line: Line, world: World) -> None:
    came = rec("lot", part="CAP", lot="R-77", quantity="10", mpn="GRM188", supplier_lot="L2209A")
    post(world, came, rec("lot_status", lot="R-77", status="accepted", reason="ok"))
    line.scan("CC1-P1-001")
    assert line.scan(f"[)>{RS}06{GS}1PCL10B{GS}1TL2209A{RS}{EOT}") == "Not this reel"
    assert places() == []


@pytest.mark.parametrize(
    ("records", "said"),
    [
        ([{"kind": "none"}], "waits in quarantine"),
        ([{"kind": "lot_status", "status": "rejected", "reason": "cracked"}], "is rejected"),
    ],
)
def test_a_reel_that_is_not_accepted_is_refused_big_with_the_way_out(
    line: Line, world: World, records: list[dict[str, str]], said: str
) -> None:
    post(world, *lot("BAD-1", accepted=False))
    for given in records:
        if given["kind"] != "none":
            post(world, rec(lot="BAD-1", **given))
    line.scan("CC1-P1-001")
    assert line.scan("BAD-1") == "Not this reel"
    assert said in line.text
    assert "Nothing was recorded" in line.text
    assert places() == []


def test_an_expired_reel_is_refused(line: Line, world: World) -> None:
    came = rec("lot", part="GLZ", lot="OLD", quantity="5", expires="2026-01-01")
    post(world, came, rec("lot_status", lot="OLD", status="accepted", reason="ok"))
    line.scan("CC1-P1-001")
    assert (line.scan("OLD"), "expired on 2026-01-01" in line.text) == ("Not this reel", True)


def test_a_reel_on_its_place_that_is_rejected_later_stands_out(line: Line, world: World) -> None:
    line.scan("CC1-P1-001")
    line.scan("R-1")
    post(world, rec("lot_status", lot="R-1", status="rejected", reason="cracked"))
    line.scan("CC1-P1-001")
    assert ('<li class="bad">' in line.text, "left, rejected" in line.text) == (True, True)


def test_without_a_unit_the_operation_is_asked_and_a_card_answers(line: Line) -> None:
    line.scan("R-1")
    assert "At which operation is" in line.text
    assert line.scan(encode(COMMAND, "OP20")) == "Loaded"
    assert places() == [("R-1", "GLZ", 20, True)]
    line.scan("R-2")
    assert places()[-1] == ("R-2", "GLZ", 20, True)


def test_a_place_is_scanned_before_its_reel(line: Line) -> None:
    line.scan("CC1-P1-001")
    line.scan(encode(PLACE, "F12"))
    assert "scan its reel" in line.text
    line.scan("R-1")
    line.scan(encode(PLACE, "F13"))
    line.scan("R-2")
    assert places() == [("R-1", "F12", 10, True), ("R-2", "F13", 10, True)]


def test_what_a_unit_takes_is_kept_from_reel_to_reel(line: Line, world: World) -> None:
    load = rec("load", batch="CC1-P1", operation=10, lot="R-1", position="GLZ", per_unit="0.5")
    post(world, load)
    line.scan("CC1-P1-001")
    line.scan("R-2")
    assert Load.objects.get(lot__code="R-2").per_unit == Load.objects.get(lot__code="R-1").per_unit


def test_a_reel_comes_off_by_its_card(line: Line) -> None:
    line.scan("CC1-P1-001")
    line.scan("R-1")
    assert line.scan("*UNLOAD*") == "Taken off"
    assert places() == [("R-1", "GLZ", 10, False)]


def test_of_two_reels_the_one_scanned_comes_off(line: Line) -> None:
    line.scan("CC1-P1-001")
    line.scan("R-1")
    line.scan("LBL-9")
    line.scan(encode(COMMAND, "UNLOAD"))
    assert "Which reel is taken off?" in line.text
    line.scan("LBL-9")
    assert places() == [("R-1", "GLZ", 10, True), ("LBL-9", "LBL", 10, False)]


def test_the_last_scan_is_taken_back(line: Line) -> None:
    line.scan("CC1-P1-001")
    line.scan("R-1")
    line.scan("R-2")
    assert line.scan("*UNDO*") == "Loading taken back"
    assert [p for p in places() if p[3]] == [("R-1", "GLZ", 10, True)]
    assert line.scan("*UNDO*") == "Not this one"


def test_sent_again_it_is_recorded_once(line: Line) -> None:
    line.scan("CC1-P1-001")
    held = line.held
    for _ in range(2):
        line.scan("R-1", uid=held["uid"])
    assert (line.says, FloorRecord.objects.filter(kind="load").count()) == ("Loaded", 1)


# ---------------------------------------------------------------- subassemblies


def test_a_subassembly_is_fitted_taken_out_and_fitted_elsewhere(line: Line, world: World) -> None:
    post(world, unit("P-1"))
    line.scan("CC1-P1-001")
    assert line.scan("P-1") == "Fitted"
    line.scan("CC1-P1-001")
    assert "inside" in line.text
    assert line.scan("P-1") == "Not this part"
    line.scan("CC1-P1-001")
    line.scan("*REMOVE*")
    line.scan("P-1")
    assert "Why is" in line.text
    assert line.scan("D-300") == "Taken out"
    row = Assembly.objects.get()
    assert (row.parent.serial, row.removed_at is not None) == ("CC1-P1-001", True)
    assert '"reason":"D-300 Leaks"' in FloorRecord.objects.get(kind="remove").content


def test_a_part_without_a_unit_in_hand_says_what_to_do(line: Line, world: World) -> None:
    post(world, unit("P-1"))
    assert line.scan("P-1") == "Not this part"
    assert "Scan the unit first" in line.text


def test_a_label_of_a_part_that_nobody_recorded_begins_it(line: Line, world: World) -> None:
    post(world, unit("P-1"))
    line.scan("CC1-P1-001")
    assert line.scan(encode(UNIT, "PCBA", "P-2")) == "Fitted"
    assert Assembly.objects.get().child.serial == "P-2"


def test_a_part_that_is_in_another_unit_is_refused(line: Line, world: World) -> None:
    post(world, unit("P-1"))
    line.scan("CC1-P1-001")
    line.scan("P-1")
    line.scan("*CLEAR*")
    line.scan("CC1-P1-002")
    assert line.scan("P-1") == "Not this part"
    assert "installed in CC1-P1-001" in line.text


# ---------------------------------------------------------------- tools and parameters


def asking() -> Any:
    first, *rest = CROCK.operations
    text = "Press the ring on.\nRecord: Press force 200 to 250 N\nRecord: Room at most 30 °C"
    return replace(CROCK, operations=(replace(first, instruction=text), *rest))


@pytest.fixture
def pressing(world: World, browse: Browse) -> Line:
    pilot = make_pilot(world, definition=asking())
    start(world, pilot, 1)
    return Line(browse(world.ben), pilot)


def test_parameters_are_asked_with_their_limits_and_kept(pressing: Line) -> None:
    pressing.scan("CC1-P1-001")
    page = PageRead(pressing.text)
    known = {e.attrs["name"]: e.attrs for e in page.all("input") if "data-lower" in e.attrs}
    assert (known["p-1"]["data-lower"], known["p-1"]["data-upper"]) == ("200", "250")
    assert "200 to 250" in pressing.text
    assert pressing.scan("*PASS*", **{"p-1": "231,5", "p-2": "21"}) == "Passed"
    rows = ParameterReading.objects.order_by("pk")
    assert [(r.name, f"{r.value:.1f}", r.measured_in) for r in rows] == [
        ("Press force", "231.5", "N"),
        ("Room", "21.0", "°C"),
    ]


def test_what_is_asked_for_has_to_be_there_to_pass(pressing: Line) -> None:
    pressing.scan("CC1-P1-001")
    pressing.scan("*PASS*", **{"p-1": "231"})
    assert "Room is asked for here and not entered" in pressing.text
    assert OperationRecord.objects.count() == 0


def test_outside_its_limits_it_does_not_pass_and_fails_with_what_was_read(pressing: Line) -> None:
    pressing.scan("CC1-P1-001")
    pressing.scan("*PASS*", **{"p-1": "260", "p-2": "21"})
    assert "Press force is 260 N; expected 200 to 250" in pressing.text
    assert pressing.scan("D-101", **{"p-1": "260", "p-2": "21"}) == "Failed"
    assert ParameterReading.objects.get(name="Press force").value == 260


def test_an_operation_with_parameters_sent_again_is_recorded_once(pressing: Line) -> None:
    pressing.scan("CC1-P1-001")
    held = pressing.held
    for _ in range(2):
        pressing.scan("*PASS*", **{**held, "p-1": "231", "p-2": "21"})
    assert (pressing.says, OperationRecord.objects.count()) == ("Passed", 1)


def test_a_unit_that_failed_is_reworked_with_its_parameters(pressing: Line, world: World) -> None:
    pressing.scan("CC1-P1-001")
    pressing.scan("D-101", **{"p-1": "240", "p-2": "21"})
    pressing.scan("CC1-P1-001")
    pressing.scan("*REWORK*")
    assert pressing.scan("*PASS*", **{"p-1": "240", "p-2": "21"}) == "Passed"
    rows = OperationRecord.objects.order_by("pk").values_list("attempt", "outcome")
    assert list(rows) == [(1, "fail"), (2, "pass")]


def test_a_tool_that_was_scanned_stands_in_the_record(line: Line) -> None:
    line.scan("CC1-P1-001")
    line.scan("J-02")
    assert line.scan("*PASS*") == "Passed"
    assert OperationContext.objects.get().tools == '["J-02"]'


def test_a_gauge_out_of_calibration_is_refused_at_the_operation(line: Line) -> None:
    line.scan("CC1-P1-001")
    line.scan("G-11")
    assert line.scan("*PASS*").startswith("Not this")
    assert OperationRecord.objects.count() == 0


# ---------------------------------------------------------------- cards


def test_the_cards_can_be_printed_and_say_what_the_line_hears(line: Line) -> None:
    answer = line.client.get("/line/commands/?site=STOKE&batch=CC1-P1")
    page = PageRead(answer.content.decode())
    assert page.problems() == []
    for said in ("*PASS*", "*UNLOAD*", "*OP20*", "D-101", "Damaged"):
        assert said in answer.content.decode()


def test_a_unit_label_of_ours_is_the_unit(line: Line) -> None:
    assert line.scan(encode(UNIT, "CC-1", "CC1-P1-001")) == "Fit the ring"


def test_a_broken_label_says_so(line: Line) -> None:
    assert line.scan("[)>06PGLZ1TL1") == "Not this label"


def test_ids_are_made_anew_for_every_page(line: Line) -> None:
    first = line.held["uid"]
    line.scan("CC1-P1-001")
    assert first != line.held["uid"]


def test_a_unit_that_is_scanned_instead_of_a_reason_takes_nothing_out(
    line: Line, world: World
) -> None:
    post(world, unit("P-1"))
    line.scan("CC1-P1-001")
    line.scan("P-1")
    line.scan("*REMOVE*")
    line.scan("P-1")
    assert line.scan("CC1-P1-002") == "Fit the ring"
    assert Assembly.objects.get().removed_at is None
