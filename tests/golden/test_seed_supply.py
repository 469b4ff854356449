"""What the seeds say of definition and supply stops its gate, with the figure.

seed_rules.md 5: a specialty capacitor of 16 weeks with a minimum order of $2,000 needs an
alternate that is qualified and stocked. 58: a tolerance of ±0.01 mm that the machine cannot hold.
"""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from firstoff.errors import Refused
from firstoff.queries import release
from firstoff.rules.plan import (
    Contents,
    Definition,
    FrozenLine,
    FrozenPart,
    FrozenSource,
)
from firstoff.rules.product import CharacteristicFacts, ProgramFacts
from firstoff.rules.tolerance import ProcessFacts
from firstoff.services import plan, tolerance
from firstoff.services import release as verbs
from firstoff.terms import CharacteristicClass, CharacteristicKind, Verdict
from tests.conftest import NOW, PASSWORD
from tests.recording import lot, post, rec
from tests.sourcing_case import approve, product, source, sourced

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
CONVERTER = Definition(
    program=ProgramFacts("DC-1", "Converter", "12 V, 20 A.", 500, NOW.date() + timedelta(days=60)),
    part="DC-1",
    part_name="Converter",
    revision="1",
    characteristics=(BORE,),
    contents=Contents(
        lines=(
            FrozenLine(
                part="CAP-1000U", name="Output capacitor", quantity=Decimal(1), find_number="10"
            ),
        )
    ),
    parts=(
        FrozenPart(
            number="CAP-1000U",
            name="Output capacitor",
            sources=(
                FrozenSource(
                    manufacturer="Panasonic", mpn="EEU-FR1V102", lifecycle="active", rank=1
                ),
                FrozenSource(manufacturer="Nichicon", mpn="UHE1V102", lifecycle="active", rank=2),
            ),
        ),
    ),
)


CHEAP = ((Decimal(1), Decimal("0.10")),)


@pytest.fixture
def converter(world: Any) -> int:
    loaded = plan.load_definition(
        site_id=world.site.pk, definition=CONVERTER, by=world.eli, at=NOW
    )
    return loaded.program_id


def findings(world: Any, gate: int, code: str = "DC-1") -> dict[str, Any]:
    road = release.road(world.vic, "STOKE", code, now=NOW)
    return {f.finding.kind: f.finding for f in road.gate(gate).findings}


def test_a_hundredth_that_the_machine_cannot_hold_stops_gate_4(world: Any, converter: int) -> None:
    milling = ProcessFacts(
        "CNC milling, bore", "mm", Decimal("0.006"), 50, date(2026, 3, 1), machine="M-07"
    )
    tolerance.record_process(site_id=world.site.pk, process=milling, by=world.eli, at=NOW)
    tolerance.assign_process(
        program_id=converter,
        revision="1",
        number="7",
        process="CNC milling, bore",
        machine="M-07",
        by=world.eli,
        at=NOW,
    )

    found = findings(world, 4)["tolerances_held"]
    assert found.verdict is Verdict.NOT_MET
    assert "Cpk is predicted at 0.56" in found.sentence
    assert "lower bound 0.44" in found.sentence

    better = replace(milling, spread=Decimal("0.0015"), values=80)
    tolerance.record_process(site_id=world.site.pk, process=better, by=world.eli, at=NOW)
    assert findings(world, 4)["tolerances_held"].verdict is Verdict.MET


def test_a_sixteen_week_capacitor_stops_gate_3_until_an_alternate_is_qualified_and_stocked(
    world: Any,
) -> None:
    product(world, {"CAP": "2"})
    sourced(world, "CAP", "GRM188", lead_time_days=112, minimum_value=Decimal(2000), breaks=CHEAP)

    def verdicts() -> list[Verdict]:
        found = findings(world, 3, "BOX")
        return [found[k].verdict for k in ("lines_covered", "alternates_stocked", "terms_fit")]

    assert verdicts() == [Verdict.MET, Verdict.NOT_MET, Verdict.NOT_MET]
    told = findings(world, 3, "BOX")["terms_fit"].sentence
    assert ("16 weeks" in told, "$2,000" in told) == (True, True)

    source(world, "CAP", "C0603", maker="Other", rank=2)
    approve(world, "CAP", "C0603", maker="Other", qualified=True)
    assert verdicts()[1:] == [Verdict.NOT_MET, Verdict.NOT_MET]  # qualified, and not stocked

    came = rec("lot", part="CAP", lot="R-1", quantity="2000", mpn="C0603", manufacturer="Other")
    post(world, came, lot("R-1", "2000", part="CAP")[1])
    assert verdicts() == [Verdict.MET, Verdict.MET, Verdict.MET]


def test_no_statement_stands_against_the_records_of_supply(world: Any) -> None:
    made = product(world, {"CAP": "2"})
    with pytest.raises(Refused) as refused:
        verbs.state_criterion(
            program_id=made.pk,
            gate=3,
            criterion="statement:sources",
            holds=True,
            evidence="I am sure.",
            password=PASSWORD,
            by=world.eli,
            at=NOW,
        )
    assert refused.value.code == "R-1"
    assert "Records decide this" in refused.value.message
