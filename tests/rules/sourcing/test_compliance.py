"""Declared, missing, expired: by part, and over the product."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from firstoff.rules.sourcing.compliance import (
    SCHEMES,
    ComplianceState,
    LineCompliance,
    Scheme,
    SchemeStanding,
    part_compliance,
    product_compliance,
)
from firstoff.rules.sourcing.values import Declaration, ManufacturerPartFacts
from firstoff.terms import ComplianceStatus

D = Decimal
ON = date(2026, 4, 1)
ROHS = Scheme("RoHS")
TDK = ManufacturerPartFacts("tdk", "C3216", "TDK")
MURATA = ManufacturerPartFacts("murata", "GRM31", "Murata")
GOOD = Declaration("RoHS", ComplianceStatus.COMPLIANT, "CoC-7", declared_on=date(2025, 1, 1))


def rohs(
    *declared: Declaration, sources: tuple[ManufacturerPartFacts, ...] = (TDK,)
) -> SchemeStanding:
    (found,) = part_compliance("C-100", sources, declared, [ROHS], on=ON)
    return found


def test_a_declaration_with_evidence_holds_until_it_expires() -> None:
    found = rohs(replace(GOOD, expires=ON))
    assert (found.state, found.sentence, found.evidence, found.expires) == (
        ComplianceState.DECLARED,
        "RoHS: TDK C3216 is declared compliant by CoC-7, until 2026-04-01.",
        ("CoC-7",),
        ON,
    )
    over = rohs(replace(GOOD, expires=date(2026, 3, 31)))
    assert (over.state, over.sentence, over.way_out) == (
        ComplianceState.EXPIRED,
        "RoHS: expired for TDK C3216 on 2026-03-31.",
        "Ask for a new RoHS declaration.",
    )


def test_a_declaration_without_evidence_is_missing() -> None:
    found = rohs(replace(GOOD, evidence=" "))
    assert (found.state, found.sentence) == (
        ComplianceState.MISSING,
        "RoHS: declared for TDK C3216 without evidence.",
    )
    assert rohs().sentence == "RoHS: nothing is declared for TDK C3216."


def test_exempt_needs_its_number_and_not_applicable_nothing() -> None:
    exempt = replace(GOOD, status=ComplianceStatus.EXEMPT, evidence="6(c)")
    assert rohs(exempt).state is ComplianceState.EXEMPT
    none = Declaration("rohs ", ComplianceStatus.NOT_APPLICABLE)
    assert rohs(none).state is ComplianceState.NOT_APPLICABLE


def test_the_latest_declaration_holds() -> None:
    bad = replace(GOOD, status=ComplianceStatus.NOT_COMPLIANT, declared_on=date(2026, 1, 1))
    assert rohs(GOOD, bad).state is ComplianceState.NOT_COMPLIANT
    assert rohs(bad, GOOD).state is ComplianceState.NOT_COMPLIANT


def test_every_source_that_may_go_in_is_asked() -> None:
    own = replace(GOOD, manufacturer_part="tdk")
    found = rohs(own, sources=(TDK, MURATA))
    assert (found.state, found.sentence) == (
        ComplianceState.MISSING,
        "RoHS: nothing is declared for Murata GRM31.",
    )
    assert rohs(own, GOOD, sources=(TDK, MURATA)).state is ComplianceState.DECLARED


def test_the_product_counts_its_lines_and_names_the_worst_first() -> None:
    standings = [
        rohs(GOOD),
        rohs(),
        rohs(replace(GOOD, expires=date(2026, 1, 1))),
        rohs(replace(GOOD, status=ComplianceStatus.EXEMPT)),
    ]
    lines = [LineCompliance(str(i), f"P-{i}", (s,)) for i, s in enumerate(standings)]
    (found,) = product_compliance("SENSOR", lines, [], [ROHS], on=ON)
    assert (found.state, found.sentence) == (
        ComplianceState.EXPIRED,
        "RoHS: 2 of 4 lines declared, exempt or not applicable, 1 expired, 1 missing.",
    )
    assert [line.part for line, _ in found.open] == ["P-2", "P-1"]


def test_ce_is_declared_for_the_product_and_asks_no_line() -> None:
    assert part_compliance("C-100", [TDK], [], SCHEMES[3:], on=ON) == ()
    ce = Declaration("CE", ComplianceStatus.COMPLIANT, "DoC-12")
    (found,) = product_compliance("SENSOR", [], [ce], SCHEMES[3:4], on=ON)
    assert (found.state, found.sentence) == (
        ComplianceState.DECLARED,
        "CE: SENSOR is declared compliant by DoC-12.",
    )


def test_a_product_without_lines_has_declared_nothing() -> None:
    (found,) = product_compliance("SENSOR", [], [], [ROHS], on=ON)
    assert found.state is ComplianceState.MISSING
