"""What gates read of a definition is kept while units are built, and not an entry longer."""

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from firstoff.db.models import LedgerEntry
from firstoff.queries import ledger, techpack
from firstoff.queries.product import program_by_id
from firstoff.queries.techpack import BUILDING, definition_evidence
from firstoff.rules.criteria.base import DefinitionEvidence, SupplyEvidence
from firstoff.services import execution, product, review, tolerance
from firstoff.services import ledger as entries
from firstoff.services.execution import PostedDefect, PostedMeasure, PostedStep, PostedUnit
from tests.conftest import NOW
from tests.making import CROCK, MINUTE, Pilot, judge, make_program, opened_pilot, start
from tests.recording import post as recorded
from tests.recording import rec
from tests.services.test_review import hold
from tests.services.test_tolerance import MILLING

LATER = NOW + 300 * MINUTE
Verb = Callable[[Any, Pilot], object]


def evidence(world: Any, pilot: Pilot) -> DefinitionEvidence:
    seq = ledger.version(pilot.program_id)
    version = ledger.hashes([seq]).get(seq, "")
    view = program_by_id(world.ada, pilot.program_id)
    return definition_evidence(view, version, techpack.state(), now=LATER)


def anew(world: Any, pilot: Pilot) -> DefinitionEvidence:
    techpack.forget()
    return evidence(world, pilot)


def start_one(world: Any, pilot: Pilot) -> None:
    start(world, pilot, 2)


def judge_one(world: Any, pilot: Pilot) -> None:
    judge(world, pilot, 1, fit="fail", defects=(PostedDefect("D-101"),))


def operate(world: Any, pilot: Pilot) -> None:
    began = NOW + 5 * MINUTE
    execution.record_operation(
        run_id=pilot.run_id,
        serial=f"{pilot.batch_id}-001",
        seq=10,
        began_at=began,
        ended_at=began + MINUTE,
        outcome="pass",
        measures=(PostedMeasure("1", Decimal("0.5")),),
        by=world.ben,
        at=LATER,
    )


def post(world: Any, pilot: Pilot) -> None:
    execution.record_units(
        run_id=pilot.run_id,
        records=[
            PostedUnit(
                serial=f"{pilot.batch_id}-{number:03}",
                started_at=NOW + number * MINUTE,
                judged_at=NOW + (number + 5) * MINUTE,
                operator="ben",
                fit="fail",
                finish="pass",
                function="pass",
                build_seconds=Decimal(240),
                defects=(PostedDefect("D-101", "rocks", "process", "The faces foul."),),
                steps=tuple(PostedStep(seq, Decimal(60)) for seq in (10, 20, 30)),
                measures=(PostedMeasure("1", Decimal("0.5") + number / Decimal(100)),),
            )
            for number in (3, 4, 5)
        ],
        by=world.ivy,
        at=LATER,
    )


def station(world: Any, pilot: Pilot) -> None:
    """A lot from a maker that nobody knew, and what is done with it."""
    came = rec("lot", part="GLZ", lot="G-9", quantity="10", manufacturer="New Ltd", mpn="N-1")
    taken = {"part": "GLZ", "lot": "G-9", "status": "accepted", "reason": "inspected"}
    one = {"batch": pilot.batch_id, "serial": f"{pilot.batch_id}-090"}
    items = [{"lot": "G-9", "quantity": 1}]
    recorded(
        world,
        came,
        rec("lot_status", **taken),
        rec("unit", **one),
        rec("consume", items=items, **one),
    )


BUILT: tuple[Verb, ...] = (operate, start_one, judge_one, post, station)


def redraw(world: Any, pilot: Pilot) -> None:
    product.create_revision(
        program_id=pilot.program_id, label="D", copy_from="C", by=world.eli, at=LATER
    )


def ask(world: Any, pilot: Pilot) -> None:
    review.ask(
        program_id=pilot.program_id,
        question="Why?",
        asked_by="",
        about="x",
        by=world.eli,
        at=LATER,
    )


def find(world: Any, pilot: Pilot) -> None:
    hold(world, pilot.program_id)


def assign(world: Any, pilot: Pilot) -> None:
    tolerance.assign_process(
        program_id=pilot.program_id,
        revision="D",
        number="1",
        process=MILLING.process,
        machine=MILLING.machine,
        by=world.eli,
        at=LATER,
    )


def know(world: Any, pilot: Pilot) -> None:
    tolerance.record_process(site_id=world.site.pk, process=MILLING, by=world.eli, at=LATER)


def drop(world: Any, pilot: Pilot) -> None:
    product.remove_characteristic(
        program_id=pilot.program_id, revision="D", number="2", by=world.eli, at=LATER
    )


DEFINED: tuple[Verb, ...] = (redraw, ask, find, assign, know, drop)


def test_what_is_kept_while_units_are_built_is_what_is_read_anew(world: Any) -> None:
    pilot = opened_pilot(world)
    evidence(world, pilot)
    for done in BUILT:
        done(world, pilot)
        with CaptureQueriesContext(connection) as asked:
            found = evidence(world, pilot)
        assert len(asked) < (60 if done is station else 15), done.__name__
        assert found == anew(world, pilot), done.__name__
    verbs = LedgerEntry.objects.values_list("verb", flat=True)
    assert set(BUILDING) <= set(verbs)


def test_what_changes_a_definition_is_read_at_once(world: Any) -> None:
    pilot = opened_pilot(world)
    for n, done in enumerate(DEFINED):
        evidence(world, pilot)
        start(world, pilot, 2 + n)
        before = evidence(world, pilot)
        done(world, pilot)
        start(world, pilot, 12 + n)  # the newest entry tells of a unit again
        after = evidence(world, pilot)
        assert after == anew(world, pilot), done.__name__
        assert after != before, done.__name__


def test_what_is_done_in_another_program_may_reach_into_this_one(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pilot = opened_pilot(world)
    evidence(world, pilot)
    read: list[int] = []
    real = techpack._read
    monkeypatch.setattr(techpack, "_read", lambda view: (read.append(view.id), real(view))[1])
    start(world, pilot, 2)
    evidence(world, pilot)
    assert read == []
    other = replace(CROCK, program=replace(CROCK.program, code="CX-1"), part="CX-1", equipment=())
    make_program(world, other, at=LATER)
    start(world, pilot, 3)
    evidence(world, pilot)
    assert read == [pilot.program_id]


def test_what_others_define_and_take_is_seen(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """At once where it is a definition. Stock that units of others take can be a minute behind on
    a board, and not at all where somebody signs."""
    pilot = opened_pilot(world)
    gathered: list[int] = []
    supplied = DefinitionEvidence("D", supply=SupplyEvidence(500, None, ()))
    monkeypatch.setattr(
        techpack, "_gather", lambda view, *_: (gathered.append(view.id), supplied)[1]
    )
    view = program_by_id(world.ada, pilot.program_id)

    def look(minutes: float = 0, *, sure: bool = False) -> int:
        gathered.clear()
        seq = ledger.version(pilot.program_id)
        version = ledger.hashes([seq])[seq]
        now = LATER + minutes * MINUTE
        definition_evidence(view, version, techpack.state(), now=now, sure=sure)
        return len(gathered)

    other = replace(CROCK, program=replace(CROCK.program, code="CX-1"), part="CX-1", equipment=())
    program, _ = make_program(world, other, at=LATER)
    assert (look(), look()) == (1, 0)
    ask(world, replace(pilot, program_id=program))
    assert (look(), look()) == (1, 0)
    for minutes, sure, expected in ((0.5, False, 0), (1.5, False, 1), (2, False, 0), (2, True, 1)):
        with entries.verb(
            "genealogy.post_records", by=world.ben, at=LATER, subject="x", program=program
        ):
            pass
        assert look(minutes, sure=sure) == expected
    assert look(9) == 0  # nothing was taken since


def test_what_was_rolled_back_is_not_kept(world: Any) -> None:
    pilot = opened_pilot(world)
    before = evidence(world, pilot)

    def interrupted() -> None:
        with transaction.atomic():
            ask(world, pilot)
            assert len(evidence(world, pilot).queries) == 1
            raise InterruptedError

    with pytest.raises(InterruptedError):
        interrupted()
    assert evidence(world, pilot) == before
    start(world, pilot, 2)  # an entry with the number of the one that was rolled back
    assert evidence(world, pilot).queries == ()


def test_no_verb_of_building_writes_what_a_definition_is_read_from(world: Any) -> None:
    pilot = opened_pilot(world)
    with CaptureQueriesContext(connection) as wrote:
        for done in BUILT:
            done(world, pilot)
    written = _tables(wrote, r'(?:INSERT INTO|UPDATE|DELETE FROM) "?(\w+)')
    assert {"firstoff_unit", "firstoff_judgement", "firstoff_testrecord"} <= written
    for done in DEFINED:
        done(world, pilot)
    with CaptureQueriesContext(connection) as asked:
        techpack._read(program_by_id(world.ada, pilot.program_id))
    read = _tables(asked, r'(?:FROM|JOIN) "?(\w+)')
    assert {"firstoff_characteristic", "firstoff_operation", "firstoff_bomline"} <= read
    # A lot that comes in can name a source that nobody knew, which is told by its number, and a
    # part that no definition has yet.
    assert written & read == {"firstoff_manufacturerpart", "firstoff_part"}
    assert _tables(wrote, r'(?:UPDATE|DELETE FROM) "?(\w+)') & read == set()


def _tables(done: CaptureQueriesContext, pattern: str) -> set[str]:
    return {name for query in done for name in re.findall(pattern, query["sql"])}
