"""Certificates kept, lists looked at and taken, operations with what they were done with."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from threading import Barrier, Thread
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from firstoff.db.models import (
    FloorRecord,
    LedgerEntry,
    Load,
    Lot,
    LotBalance,
    OperationRecord,
    ParameterReading,
)
from firstoff.errors import FirstoffError, InvalidInput, NotAllowed, NotFound, Refused
from firstoff.formats.receipts import read_receipts
from firstoff.queries.ledger import verify
from firstoff.queries.supply import free_code, lot_story, lots, our_parts
from firstoff.rules.genealogy import Parameter
from firstoff.services.genealogy.at_line import record_at_line
from firstoff.services.genealogy.receiving import (
    certificate_of,
    keep_certificate,
    preview_receipts,
    take_receipts,
)
from tests.conftest import NOW, World
from tests.making import MINUTE, opened_pilot
from tests.recording import LATER, lot, on_hand, post, rec

LIST = b"part,lot,quantity,mpn\nGLZ,R-1,100,\n,R-2,50,GRM188\n"


def receipts(content: bytes = LIST) -> Any:
    return read_receipts(content, name="lots.csv")


def test_a_preview_writes_nothing_and_says_what_taking_would(world: World) -> None:
    post(world, rec("lot", part="GLZ", lot="R-1", quantity="1", mpn="GRM188"))
    before = (LedgerEntry.objects.count(), Lot.objects.count())
    seen = preview_receipts(site_id=world.site.pk, receipts=receipts(), by=world.bo, at=LATER)
    assert [(s.part, s.state) for s in seen] == [("GLZ", "refused"), ("GLZ", "take")]
    assert "recorded already" in seen[0].sentence
    assert (LedgerEntry.objects.count(), Lot.objects.count()) == before


def test_a_list_is_one_entry_and_taken_twice_is_stored_once(world: World) -> None:
    given = {"site_id": world.site.pk, "receipts": receipts(), "by": world.bo}
    first = take_receipts(**given, at=LATER)
    again = take_receipts(**given, at=LATER + MINUTE)
    assert (first.count("stored"), again.count("already")) == (2, 2)
    assert [(v.part.number, v.code) for v in Lot.objects.order_by("pk")] == [
        ("GLZ", "R-1"),
        ("GRM188", "R-2"),
    ]
    assert verify().broken is None


def test_a_row_that_cannot_be_taken_stops_the_list(world: World) -> None:
    bad = receipts(LIST + b"GLZ,R-3,many,\n")
    with pytest.raises(Refused, match="row 4"):
        take_receipts(site_id=world.site.pk, receipts=bad, by=world.bo, at=LATER)
    assert Lot.objects.count() == 0


def test_an_operator_receives_nothing(world: World) -> None:
    for verb in (preview_receipts, take_receipts):
        with pytest.raises(NotAllowed):
            verb(site_id=world.site.pk, receipts=receipts(), by=world.ben, at=LATER)
    with pytest.raises(NotAllowed):
        keep_certificate(BytesIO(b"x"), name="x", site_id=world.site.pk, by=world.ben)


def test_a_certificate_is_given_to_who_sees_the_site(world: World) -> None:
    paper = keep_certificate(
        BytesIO(b"%PDF-1.7"), name="..\\..\\c:/coc.pdf", site_id=world.site.pk, by=world.bo
    )
    post(
        world,
        rec(
            "lot",
            part="GLZ",
            lot="A",
            quantity="1",
            certificate={"name": paper.name, "sha256": paper.sha256},
        ),
    )
    key = Lot.objects.get().pk
    given = {"lot_id": key, "site_id": world.site.pk}
    assert certificate_of(**given, by=world.vic) == ("coc.pdf", b"%PDF-1.7")
    with pytest.raises(NotFound):
        certificate_of(**given, by=world.cy)


def test_a_certificate_has_its_limit(world: World, monkeypatch: Any) -> None:
    monkeypatch.setattr("firstoff.services.genealogy.receiving.LARGEST_CERTIFICATE", 10)
    with pytest.raises(InvalidInput, match="are kept"):
        keep_certificate(BytesIO(b"a" * 11), name="a.txt", site_id=world.site.pk, by=world.bo)


def test_what_was_written_is_read_as_our_part(world: World) -> None:
    for part in ("GLZ", "LBL"):
        post(world, rec("lot", part=part, lot=part, quantity="1", mpn=f"M-{part}"))
    post(world, rec("lot", part="LBL", lot="B", quantity="1", mpn="M-GLZ", manufacturer="X"))
    written = {("GLZ", ""), ("M-LBL", ""), ("", "M-LBL"), ("", "M-GLZ"), ("NEW", "")}
    assert our_parts(world.bo, world.site.pk, written) == {
        ("GLZ", ""): "GLZ",
        ("M-LBL", ""): "LBL",
        ("", "M-LBL"): "LBL",
    }
    assert free_code(world.bo, world.site.pk, "GLZ", "GLZ") == "GLZ-2"


def test_lots_are_found_by_what_is_on_them(world: World) -> None:
    said = {"supplier": "Mouser", "supplier_lot": "L-9", "date_code": "2231", "mpn": "GRM"}
    post(world, rec("lot", part="GLZ", lot="A", quantity="1", expires="2026-01-01", **said))
    post(world, *lot("B"))

    def codes(**asked: Any) -> list[str]:
        found = lots(world.vic, world.site.pk, today=LATER.date(), **asked)
        return [i.code for i in found.items]

    assert codes() == ["A", "B"]
    asked = [
        {"search": "L-9"},
        {"search": "GRM"},
        {"search": "2231"},
        {"supplier": "mouser"},
        {"status": "quarantine"},
        {"expired": True},
    ]
    assert [codes(**a) for a in asked] == [["A"]] * 6


def test_a_lot_tells_where_it_went(world: World) -> None:
    opened_pilot(world)
    post(world, *lot("A", "10"))
    unit = {"batch": "CC1-P1", "serial": "CC1-P1-001"}
    post(world, rec("load", batch="CC1-P1", operation=10, lot="A", position="F1", per_unit="2"))
    post(
        world,
        rec("operation", **unit, operation=10, at=LATER - MINUTE, began_at=LATER - MINUTE),
        rec("consume", batch="CC1-P1", items=[{"lot": "A", "quantity": "1"}]),
    )
    story = lot_story(world.vic, "STOKE", "GLZ", "A", today=LATER.date())
    assert (story.units, story.in_batches, f"{story.lot.on_hand:.0f}") == (1, ("CC1-P1",), "7")
    assert [(w.batch, w.units, w.first, w.last) for w in story.went] == [
        ("CC1-P1", 1, "CC1-P1-001", "CC1-P1-001")
    ]
    assert [(p.batch, p.operation, p.position) for p in story.places] == [("CC1-P1", 10, "F1")]


# ---------------------------------------------------------------- at the line


def at_line(world: World, run_id: int, **given: Any) -> None:
    force = Parameter(name="Force", value=Decimal(231), unit="N", lower=Decimal(200))
    values = {
        "run_id": run_id,
        "serial": "CC1-P1-001",
        "seq": 10,
        "began_at": NOW + 5 * MINUTE,
        "ended_at": NOW + 6 * MINUTE,
        "outcome": "pass",
        "by": world.ben,
        "at": LATER,
        "uid": uuid4(),
        "parameters": [force],
        "tools": ["J-02"],
        **given,
    }
    record_at_line(**values)


def test_an_operation_keeps_what_it_was_done_with_once(world: World) -> None:
    pilot, uid = opened_pilot(world), uuid4()
    for minutes in (6, 7):  # sent again it would have ended later
        at_line(world, pilot.run_id, uid=uid, ended_at=NOW + minutes * MINUTE)
    record = OperationRecord.objects.get()
    assert (record.uid, record.context.tools) == (uid, '["J-02"]')
    assert [(p.name, f"{p.value:.0f}") for p in ParameterReading.objects.all()] == [
        ("Force", "231")
    ]


def test_a_tool_that_is_not_there_is_refused_and_nothing_kept(world: World) -> None:
    pilot = opened_pilot(world)
    with pytest.raises(FirstoffError):
        at_line(world, pilot.run_id, tools=["X-99"])
    assert (OperationRecord.objects.count(), ParameterReading.objects.count()) == (0, 0)


def test_who_may_not_record_units_records_none_at_the_line(world: World) -> None:
    pilot = opened_pilot(world)
    with pytest.raises(NotAllowed):
        at_line(world, pilot.run_id, by=world.vic)
    with pytest.raises(NotFound):
        at_line(world, pilot.run_id, by=world.cy)


def test_two_stations_at_one_place_leave_one_reel_on_it(lasting_world: World) -> None:
    world = lasting_world
    opened_pilot(world)
    post(world, *lot("A"), *lot("B"))
    barrier, errors = Barrier(2), []

    def load(code: str, seconds: int) -> None:
        barrier.wait()
        try:
            post(
                world,
                rec("load", batch="CC1-P1", operation=10, lot=code, position="GLZ", at=None),
                at=LATER + timedelta(seconds=seconds),
            )
        except FirstoffError as error:
            errors.append(str(error))
        finally:
            connection.close()

    both = [Thread(target=load, args=(c, n)) for n, c in enumerate("AB")]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    on = Load.objects.filter(unloaded_at__isnull=True).count()
    assert (errors, on, FloorRecord.objects.filter(kind="load").count()) == ([], 1, 2)
    assert LotBalance.objects.count() == 2
    assert on_hand("A") == "10"
