"""The library of processes, tolerances judged by it, chains of tolerances."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace as changed

from firstoff.db.models import ProcessCapability
from firstoff.errors import InvalidInput, NotAllowed, NotFound, Refused
from firstoff.queries import tolerance as reads
from firstoff.queries.ledger import verify
from firstoff.queries.plan import definition
from firstoff.rules.plan import FrozenStack, FrozenStackLink
from firstoff.rules.product import CharacteristicFacts
from firstoff.rules.tolerance import ProcessFacts
from firstoff.services import plan, product, tolerance
from firstoff.terms import CharacteristicClass, CharacteristicKind, Verdict
from tests.conftest import NOW
from tests.services.test_plan import CLEARANCE, CROCK

MILLING = ProcessFacts(
    "CNC milling, bore", "mm", Decimal("0.006"), 50, date(2026, 3, 1), machine="M-07"
)
BORE = CharacteristicFacts(
    "7",
    "Bore",
    CharacteristicKind.VARIABLE,
    CharacteristicClass.CRITICAL,
    Decimal("12.00"),
    Decimal("11.99"),
    Decimal("12.01"),
    "mm",
    "Bore gauge",
)
CHAIN = FrozenStack(
    code="ST-1",
    name="Lid clearance",
    unit="mm",
    lower=Decimal("0.10"),
    consequence="the lid fouls",
    links=(
        FrozenStackLink(characteristic="1"),
        FrozenStackLink(
            name="Shim", lower=Decimal("0.1"), upper=Decimal("0.2"), sensitivity=Decimal(-1)
        ),
    ),
)


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


def record(world: Any, process: ProcessFacts = MILLING) -> None:
    tolerance.record_process(site_id=world.site.pk, process=process, by=world.eli, at=NOW)


def assign(world: Any, program: int, **more: Any) -> None:
    said = {"revision": "C", "number": "7", "process": "CNC milling, bore", "machine": "M-07"}
    tolerance.assign_process(program_id=program, by=world.eli, at=NOW, **{**said, **more})


def test_what_the_machine_cannot_hold_is_told_with_its_figure(world: Any, program: int) -> None:
    record(world)
    assign(world, program)

    view = reads.tolerances(world.vic, program)

    worst = view.holdings[0]
    assert (worst.number, worst.verdict, worst.source) == ("7", Verdict.NOT_MET, "library")
    assert "Cpk is predicted at 0.56" in worst.sentence
    assert [h.number for h in view.unknown] == ["1"]
    assert verify().holds


def test_the_latest_figures_hold_and_the_same_again_writes_nothing(
    world: Any, program: int
) -> None:
    record(world)
    record(world)
    assert ProcessCapability.objects.count() == 1
    better = replace(MILLING, spread=Decimal("0.0015"), values=80, measured_on=date(2026, 5, 1))
    record(world, better)
    assign(world, program)

    listed, total = reads.library(world.vic, world.site.pk)
    assert ([v.facts for v in listed], total) == ([better], 1)
    assert reads.tolerances(world.vic, program).holdings[-1].verdict is Verdict.MET


def test_a_retired_process_is_reckoned_with_no_more(world: Any, program: int) -> None:
    record(world)
    assign(world, program)
    tolerance.retire_process(
        site_id=world.site.pk,
        process="CNC milling, bore",
        machine="M-07",
        by=world.eli,
        at=NOW,
    )

    assert reads.library(world.vic, world.site.pk) == ((), 0)
    assert reads.library(world.vic, world.site.pk, retired=True)[1] == 1
    told = {h.number: h.sentence for h in reads.tolerances(world.vic, program).holdings}
    assert told["7"] == "7 Bore: the library has no figures of CNC milling, bore."
    with pytest.raises(NotFound):
        tolerance.retire_process(
            site_id=world.site.pk, process="Honing", machine="", by=world.eli, at=NOW
        )


def test_a_machine_that_is_equipment_is_known_by_its_code(world: Any, program: int) -> None:
    on_jig = replace(MILLING, machine="J-02")
    record(world, on_jig)
    record(world, replace(on_jig, spread=Decimal("0.002")))
    row = ProcessCapability.objects.latest("pk")
    assert (row.equipment.code, row.machine) == ("J-02", "")  # type: ignore[union-attr]  # named above
    assert reads.library(world.vic, world.site.pk)[1] == 1


def test_the_index_may_be_asked_otherwise_and_the_process_taken_away(
    world: Any, program: int
) -> None:
    record(world)
    assign(world, program, required=Decimal("0.4"))
    assert reads.tolerances(world.vic, program).assigned["7"].required == Decimal("0.4")
    assert reads.tolerances(world.vic, program).not_held == ()

    assign(world, program, process="")
    assert reads.tolerances(world.vic, program).assigned == {}
    with pytest.raises(InvalidInput):
        assign(world, program, required=Decimal(0))
    with pytest.raises(NotFound):
        assign(world, program, number="99")


def test_a_chain_is_judged_and_frozen_with_the_definition(world: Any, program: int) -> None:
    tolerance.set_chain(program_id=program, revision="C", chain=CHAIN, by=world.eli, at=NOW)
    before = plan_digest(world, program)

    view = reads.tolerances(world.vic, program)
    (chain,) = view.chains
    assert chain.verdict is not None
    # 0.30 to 0.90 less 0.1 to 0.2 is 0.45 with sd sqrt(0.1^2 + 0.0167^2): 0.0278 % lie under 0.10.
    assert chain.verdict.stack.outside == pytest.approx(0.000278, rel=0.01)
    assert chain.verdict.verdict is Verdict.MET

    wider = CHAIN.links[:1]
    tolerance.set_chain(
        program_id=program,
        revision="C",
        chain=changed(CHAIN, links=wider),
        by=world.eli,
        at=NOW,
    )
    assert plan_digest(world, program) != before

    product.release_revision(program_id=program, revision="C", by=world.eli, at=NOW)
    with pytest.raises(Refused) as refused:
        tolerance.set_chain(program_id=program, revision="C", chain=CHAIN, by=world.eli, at=NOW)
    assert refused.value.code == "R-10"
    with pytest.raises(Refused):
        tolerance.remove_chain(program_id=program, revision="C", code="ST-1", by=world.eli, at=NOW)


def plan_digest(world: Any, program: int) -> str:
    return definition(world.vic, program).digest


def test_a_chain_over_what_is_not_there_is_refused_and_nothing_is_kept(
    world: Any, program: int
) -> None:
    astray = changed(CHAIN, links=(FrozenStackLink(characteristic="99"),))
    with pytest.raises(InvalidInput, match="no characteristic '99'"):
        tolerance.set_chain(program_id=program, revision="C", chain=astray, by=world.eli, at=NOW)
    assert reads.tolerances(world.vic, program).chains == ()

    tolerance.set_chain(program_id=program, revision="C", chain=CHAIN, by=world.eli, at=NOW)
    tolerance.remove_chain(program_id=program, revision="C", code="ST-1", by=world.eli, at=NOW)
    assert reads.tolerances(world.vic, program).chains == ()


def test_who_does_not_define_does_not_say_what_a_process_holds(world: Any, program: int) -> None:
    with pytest.raises(NotAllowed):
        tolerance.record_process(site_id=world.site.pk, process=MILLING, by=world.ben, at=NOW)
    with pytest.raises(NotFound):
        reads.tolerances(world.cy, program)


def test_more_processes_make_no_more_queries(
    world: Any, program: int, django_assert_num_queries: Any
) -> None:
    many = [replace(MILLING, machine=f"M-{n}") for n in range(30)]
    new = tolerance.record_processes(site_id=world.site.pk, processes=many, by=world.eli, at=NOW)
    assert new == 30
    with django_assert_num_queries(2):
        assert reads.library(world.vic, world.site.pk)[1] == 30
    with django_assert_num_queries(10):
        reads.tolerances(world.vic, program)
