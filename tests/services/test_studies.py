"""Studies recorded: once, exactly, by who may; what the tolerances and chains make of them."""

import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from firstoff.db.models import CapabilityStudy, LedgerEntry
from firstoff.errors import InvalidInput, NotAllowed, NotFound, Refused
from firstoff.queries import tolerance as reads
from firstoff.queries.ledger import verify
from firstoff.rules.plan import FrozenStack, FrozenStackLink
from firstoff.rules.tolerance import StudyFacts
from firstoff.services import plan, product, tolerance
from firstoff.terms import Verdict
from tests.conftest import NOW
from tests.services.test_plan import CLEARANCE, CROCK
from tests.services.test_tolerance import BORE

UID = UUID("01990000-0000-7000-8000-000000000001")
ON = date(2026, 3, 2)
VALUES = tuple(Decimal(v) for v in ("12.000", "12.001", "11.999", "12.0005", "11.9995") * 6)
STUDY = StudyFacts(VALUES, "mm", ON, "Haas VF-2", "Bore gauge", "Report 12")


@pytest.fixture
def program(world: Any) -> int:
    draft = replace(
        CROCK,
        characteristics=(CLEARANCE, BORE),
        release_revision=False,
        release_plan=False,
    )
    loaded = plan.load_definition(site_id=world.site.pk, definition=draft, by=world.eli, at=NOW)
    return loaded.program_id


def record(world: Any, study: StudyFacts = STUDY, **more: Any) -> CapabilityStudy:
    said = {"site_id": world.site.pk, "part": "CC-1", "characteristic": "7", "by": world.eli}
    return tolerance.record_study(study=study, at=NOW, **{**said, **more})


def held(world: Any, program: int, number: str = "7") -> Any:
    found = reads.tolerances(world.vic, program).holdings
    return next(h for h in found if h.number == number)


def test_a_study_is_kept_exactly_and_judges_its_characteristic(world: Any, program: int) -> None:
    row = record(world)

    view, facts = reads.study(world.vic, world.site.pk, row.uid)
    assert facts == STUDY
    assert (view.revision, view.name, view.pieces, view.by) == ("C", "Bore", 30, "Eli Novak")
    assert view.label == "Study of 30 pieces on Haas VF-2, 2026-03-02"
    found = held(world, program)
    assert (found.source, found.process, found.verdict) == ("study", view.label, Verdict.MET)
    entry = LedgerEntry.objects.latest("seq")
    assert (entry.verb, json.loads(entry.records)) == (
        "tolerance.record_study",
        {"firstoff_capabilitystudy": 1},
    )
    assert (json.loads(entry.details)["pieces"], verify().holds) == (30, True)


def test_posting_again_records_once_and_another_content_is_refused(
    world: Any, program: int
) -> None:
    first = record(world, uid=UID)
    product.remove_characteristic(
        program_id=program, revision="C", number="7", by=world.eli, at=NOW
    )
    again = record(world, uid=UID)
    assert (again.pk, CapabilityStudy.objects.count()) == (first.pk, 1)

    other = (*VALUES[:6], Decimal("12.003"), *VALUES[7:])
    changes: list[tuple[dict[str, Any], str]] = [
        ({"study": replace(STUDY, values=other)}, "value 7: 12.001, not 12.003"),
        ({"study": replace(STUDY, values=VALUES[:-1])}, "number of values: 30, not 29"),
        ({"study": replace(STUDY, machine="M-07")}, "machine: Haas VF-2, not M-07"),
        ({"study": replace(STUDY, unit="in")}, "unit: mm, not in"),
        ({"characteristic": "1"}, "characteristic: 7, not 1"),
        ({"revision": "B"}, "revision: C, not B"),
    ]
    for change, words in changes:
        with pytest.raises(Refused, match=f"stored already with another {words}") as refused:
            record(world, uid=UID, **change)
        assert refused.value.code == "R-36"
    assert CapabilityStudy.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"study": replace(STUDY, unit="in")}, InvalidInput, "expected the unit of the char"),
        ({"study": replace(STUDY, values=())}, InvalidInput, "no values"),
        (
            {"study": replace(STUDY, values=(*VALUES[:6], Decimal("Infinity")))},
            InvalidInput,
            "Value 7 is Infinity; expected a number",
        ),
        (
            {"study": replace(STUDY, measured_on=NOW.date() + timedelta(days=2))},
            InvalidInput,
            "in the future",
        ),
        ({"part": "NO-1"}, NotFound, "no part"),
        ({"characteristic": "99"}, NotFound, "no characteristic '99'"),
        ({"revision": "Z"}, NotFound, "no revision 'Z'"),
        ({"supersedes": UID}, InvalidInput, "no study"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(
    world: Any, program: int, change: dict[str, Any], error: type[Exception], words: str
) -> None:
    before = LedgerEntry.objects.count()
    with pytest.raises(error, match=words):
        record(world, **change)
    assert (CapabilityStudy.objects.count(), LedgerEntry.objects.count()) == (0, before)


def test_only_who_defines_records_and_only_who_is_of_the_site_reads(
    world: Any, program: int
) -> None:
    for person in (world.ben, world.vic):
        with pytest.raises(NotAllowed):
            record(world, by=person)
    with pytest.raises(NotFound):
        record(world, by=world.cy)
    row = record(world)
    for read in (reads.studies, lambda by, site: reads.study(by, site, row.uid)):
        with pytest.raises(NotFound):
            read(world.cy, world.site.pk)


def test_a_study_is_never_changed_and_never_deleted(world: Any, program: int) -> None:
    row = record(world)
    for statement in ("UPDATE firstoff_capabilitystudy SET unit = 'in'", "DELETE FROM {}"):
        with (
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement.format("firstoff_capabilitystudy"))
    assert CapabilityStudy.objects.get().unit == row.unit


def test_the_limits_of_a_draft_move_and_the_study_judges_the_new_ones(
    world: Any, program: int
) -> None:
    record(world)
    tight = replace(BORE, lower=Decimal("11.999"), upper=Decimal("12.001"))
    changed = {"program_id": program, "revision": "C", "number": "7", "by": world.eli, "at": NOW}
    product.update_characteristic(**changed, characteristic=tight)
    assert held(world, program).verdict is Verdict.NOT_MET

    # Another thing under the same number has nothing of it; a draft may drop what was studied.
    product.update_characteristic(**changed, characteristic=replace(tight, name="Rim"))
    assert held(world, program).source == "none"
    product.remove_characteristic(**changed)
    assert reads.studies(world.vic, world.site.pk, characteristic="7")[1] == 1


def test_the_next_revision_is_judged_by_the_studies_of_the_one_before(
    world: Any, program: int
) -> None:
    record(world)
    product.release_revision(program_id=program, revision="C", by=world.eli, at=NOW)
    product.create_revision(program_id=program, by=world.eli, at=NOW)
    assert reads.tolerances(world.vic, program).revision == "D"
    assert held(world, program).source == "study"


def test_the_latest_measured_holds_unless_it_was_corrected(world: Any, program: int) -> None:
    later = record(world, replace(STUDY, values=VALUES[:10], measured_on=date(2026, 4, 1)))
    record(world)  # entered afterwards, and older
    assert held(world, program).values == 10

    right = record(world, replace(STUDY, values=VALUES[:12]), supersedes=later.uid)
    assert held(world, program).values == 12
    views, total = reads.studies(world.vic, world.site.pk, part="CC-1", revision="C")
    assert (total, [v.superseded for v in views]) == (3, [True, False, False])
    assert views[1].supersedes == later.uid

    with pytest.raises(Refused, match="corrected already") as refused:
        record(world, supersedes=later.uid)
    assert str(right.uid) in refused.value.way_out


def test_a_machine_that_is_equipment_is_known_by_its_code(world: Any, program: int) -> None:
    row = record(world, replace(STUDY, machine="J-02"))
    assert (row.equipment.code, row.machine) == ("J-02", "")  # type: ignore[union-attr]  # named above
    assert reads.study(world.vic, world.site.pk, row.uid)[1].machine == "J-02"


def test_a_chain_takes_studies_of_this_part_and_of_others(world: Any, program: int) -> None:
    lid = replace(
        CROCK,
        program=replace(CROCK.program, code="LID-1"),
        part="LID-1",
        part_name="Lid",
        characteristics=(BORE,),
        operations=(),
        release_plan=False,
    )
    plan.load_definition(site_id=world.site.pk, definition=lid, by=world.eli, at=NOW)
    chain = FrozenStack(
        code="ST-1",
        name="Clearance",
        unit="mm",
        lower=Decimal(0),
        links=(
            FrozenStackLink(characteristic="7"),
            FrozenStackLink(
                characteristic="7", part="LID-1", revision="C", sensitivity=Decimal(-1)
            ),
        ),
    )
    tolerance.set_chain(program_id=program, revision="C", chain=chain, by=world.eli, at=NOW)
    record(world)

    def judged() -> Any:
        (view,) = reads.tolerances(world.vic, program).chains
        assert view.verdict is not None, view.problem
        return view.verdict

    assert judged().rests_on == "studies and tolerances"
    record(world, part="LID-1")
    assert judged().rests_on == "studies"


def test_more_studies_make_no_more_queries(
    world: Any, program: int, django_assert_num_queries: Any
) -> None:
    for days in range(8):
        record(world, replace(STUDY, measured_on=ON + timedelta(days=days)))
    with django_assert_num_queries(2):
        assert reads.studies(world.vic, world.site.pk, limit=5)[1] == 8
    with django_assert_num_queries(10):
        assert held(world, program).values == 30
