"""Is a line covered? The 16-week capacitor with a $2,000 MOQ, and everything round it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from firstoff.rules.sourcing.buying import PartNeed
from firstoff.rules.sourcing.compliance import Scheme, part_compliance
from firstoff.rules.sourcing.coverage import Coverage, LineCoverage, judge_line
from firstoff.rules.sourcing.standing import CheckKind, Colour, LineFacts, shortest_lead
from firstoff.rules.sourcing.stockout import Demand, stock_outlook
from firstoff.rules.sourcing.values import (
    Approval,
    Build,
    Declaration,
    LineNeed,
    ManufacturerPartFacts,
    Offer,
    PriceBreak,
    Source,
)
from firstoff.terms import CharacteristicClass, ComplianceStatus, Lifecycle, RunKind

D = Decimal
TODAY = date(2026, 4, 1)
BUILD = Build(RunKind.PRODUCTION, 500, TODAY, date(2026, 7, 1))
LINE = LineNeed("line-1", "C-100", D(1), setup=D(10))
NEED = PartNeed("C-100", D(510))
QUALIFIED = (Approval(form=True, fit=True, function=True, evidence=("TR-17",)),)


def offer(name: str, price: str, days: int | None, **more: object) -> Offer:
    breaks = (PriceBreak(D(1), D(price)),)
    asked = {"lead_time_days": days, **more}
    return Offer(name, name, "n", name, "USD", breaks, **asked)  # type: ignore[arg-type]


def source(name: str, *offers: Offer, **more: object) -> Source:
    lifecycle = more.pop("lifecycle", Lifecycle.ACTIVE)
    made = ManufacturerPartFacts(name, name, "", lifecycle)  # type: ignore[arg-type]
    asked = {"approvals": (Approval(),), "offers": offers, **more}
    return Source(made, **asked)  # type: ignore[arg-type]


CAPACITOR = source("KEMET", offer("Acme", "0.40", 112, minimum_value=D(2000)))
STOCKED = offer("Bolt", "0.90", 14, in_stock=D(4000))


def judged(*sources: Source, build: Build = BUILD, **more: object) -> LineCoverage:
    asked = {"line": LINE, "need": NEED, **more}
    return judge_line(LineFacts(sources=sources, **asked), build)  # type: ignore[arg-type]


def colours(found: LineCoverage) -> dict[str, str]:
    return {check.kind.value: check.colour.value for check in found.checks}


def sentence(found: LineCoverage, kind: CheckKind) -> str:
    check = found.check(kind)
    assert check is not None
    return check.sentence


def test_the_16_week_capacitor_with_a_2000_dollar_moq_is_red() -> None:
    found = judged(CAPACITOR)
    assert (found.verdict, found.colour) == (Coverage.AT_RISK, Colour.RED)
    assert colours(found) == {
        "coverage": "green",
        "lead_time": "red",
        "single_source": "red",
        "lifecycle": "green",
        "moq": "red",
    }
    assert found.sentence == (
        "C-100: 510 missing, 16 weeks away; 13 weeks left until 2026-07-01, 3 weeks too late."
    )
    assert found.way_out == (
        "Qualify an alternate that is stocked, find 510 in stock, or move the build to 2026-07-22."
    )
    assert sentence(found, CheckKind.MOQ) == (
        "C-100: MOQ or multiple makes $2,000 of the $204 needed; 4,490 left over."
    )
    assert sentence(found, CheckKind.SINGLE_SOURCE) == (
        "C-100 is long-lead and has no alternate that is qualified and stocked. None is named."
    )
    assert (found.blocked_units, found.days_late) == (500, 21)


def test_it_stays_red_with_an_alternate_that_is_stocked_and_not_qualified() -> None:
    found = judged(CAPACITOR, source("TDK", STOCKED, alternate=True))
    assert (found.colour, found.has_stocked_alternate) == (Colour.RED, False)
    assert sentence(found, CheckKind.SINGLE_SOURCE).endswith(
        "TDK is stocked and is no qualified alternate: form, fit, function and evidence not shown."
    )
    check = found.check(CheckKind.SINGLE_SOURCE)
    assert check is not None
    assert check.way_out == "Qualify TDK: form, fit and function with evidence."


def test_it_stays_red_with_an_alternate_that_is_qualified_and_not_stocked() -> None:
    waited = source("TDK", offer("Bolt", "0.90", 14), alternate=True, approvals=QUALIFIED)
    found = judged(CAPACITOR, waited)
    assert (found.colour, colours(found)["lead_time"]) == (Colour.RED, "green")
    assert found.sentence.endswith("TDK is qualified and not stocked.")
    assert found.way_out == "Stock 510 of TDK."


def test_an_alternate_that_is_qualified_and_stocked_turns_it_green() -> None:
    both = source("TDK", STOCKED, alternate=True, approvals=QUALIFIED)
    found = judged(CAPACITOR, both)
    assert (found.verdict, found.colour) == (Coverage.COVERED, Colour.GREEN)
    assert (found.needs_stocked_alternate, found.has_stocked_alternate) == (True, True)
    assert set(colours(found).values()) == {"green"}
    assert (found.blocked_units, found.days_late) == (0, 0)


@pytest.mark.parametrize("left_out", ["form", "fit", "function", "evidence"])
def test_form_fit_function_and_evidence_are_all_needed(left_out: str) -> None:
    given: dict[str, Any] = {left_out: () if left_out == "evidence" else False}
    lacking = replace(QUALIFIED[0], **given)
    found = judged(CAPACITOR, source("TDK", STOCKED, alternate=True, approvals=(lacking,)))
    assert found.sources[1].reason == f"is no qualified alternate: {left_out} not shown"
    assert found.colour is Colour.RED


def test_time_enough_does_not_make_a_long_lead_line_green() -> None:
    found = judged(CAPACITOR, build=replace(BUILD, needed_by=date(2027, 1, 1)))
    assert (colours(found)["lead_time"], colours(found)["single_source"]) == ("green", "red")


def test_what_is_here_or_on_order_waits_for_nobody() -> None:
    need = replace(NEED, on_hand=D(300), on_order=D(300))
    found = judged(CAPACITOR, need=need)
    assert (found.verdict, found.colour) == (Coverage.SINGLE_SOURCE, Colour.AMBER)
    assert sentence(found, CheckKind.LEAD_TIME) == "C-100: 600 here or on order, enough."
    assert found.sentence == "C-100 has one source: KEMET."


def test_a_critical_line_needs_a_stocked_alternate_whatever_its_lead_time() -> None:
    critical = replace(LINE, classification=CharacteristicClass.CRITICAL)
    found = judged(source("KEMET", STOCKED), line=critical)
    assert (found.colour, found.sentence) == (
        Colour.RED,
        "C-100 is critical and has no alternate that is qualified and stocked. None is named.",
    )


def test_a_line_without_a_manufacturer_part_is_not_covered() -> None:
    found = judged()
    assert (found.verdict, found.colour, found.sentence) == (
        Coverage.NOT_COVERED,
        Colour.RED,
        "C-100 has no source for production.",
    )
    assert found.way_out == "Name a manufacturer part of C-100, approve it and ask for an offer."


def test_a_source_counts_only_for_the_kind_of_run_it_is_approved_for() -> None:
    pilot = source("KEMET", STOCKED, approvals=(Approval(frozenset({RunKind.PILOT})),))
    found = judged(pilot)
    assert (found.verdict, found.sentence) == (
        Coverage.NOT_COVERED,
        "C-100 has no source for production. KEMET is not approved for production.",
    )
    assert judged(pilot, build=replace(BUILD, kind=RunKind.PILOT)).verdict is (
        Coverage.SINGLE_SOURCE
    )


def test_an_offer_that_ran_out_covers_nothing() -> None:
    found = judged(source("KEMET", replace(STOCKED, valid_until=date(2026, 3, 31))))
    assert (found.verdict, found.way_out) == (
        Coverage.NOT_COVERED,
        "Ask for an offer for C-100.",
    )


def test_two_sources_that_come_in_time_cover_a_line() -> None:
    found = judged(source("KEMET", STOCKED), source("TDK", offer("Bolt", "1", 30)))
    assert (found.verdict, found.colour) == (Coverage.COVERED, Colour.GREEN)
    assert found.sentence == "C-100 has 2 approved sources: KEMET and TDK."


@pytest.mark.parametrize(
    ("lifecycle", "colour"),
    [
        (Lifecycle.ACTIVE, "green"),
        (Lifecycle.NRND, "amber"),
        (Lifecycle.UNKNOWN, "amber"),
        (Lifecycle.LAST_TIME_BUY, "red"),
        (Lifecycle.OBSOLETE, "red"),
    ],
)
def test_a_part_that_is_no_longer_made_puts_the_line_at_risk(
    lifecycle: Lifecycle, colour: str
) -> None:
    found = judged(source("KEMET", STOCKED, lifecycle=lifecycle))
    assert colours(found)["lifecycle"] == colour
    at_risk = lifecycle is not Lifecycle.ACTIVE
    assert found.verdict is (Coverage.AT_RISK if at_risk else Coverage.SINGLE_SOURCE)
    second = judged(source("KEMET", STOCKED, lifecycle=lifecycle), source("TDK", STOCKED))
    assert colours(second)["lifecycle"] == ("amber" if at_risk else "green")


def test_little_time_to_spare_is_amber() -> None:
    found = judged(source("KEMET", offer("Acme", "1", 80)), source("TDK", offer("Bolt", "1", 80)))
    assert (found.colour, found.sentence) == (
        Colour.AMBER,
        "C-100: 510 missing, 80 days away; 11 days to spare.",
    )
    assert found.way_out == "Order within 11 days."


def test_a_minimum_that_costs_little_is_minded_by_nobody() -> None:
    reel = offer("Acme", "0.01", 7, minimum=D(5000), multiple=D(5000))
    assert colours(judged(source("KEMET", reel)))["moq"] == "green"
    dear = offer("Acme", "0.10", 7, minimum=D(2000))
    assert colours(judged(source("KEMET", dear)))["moq"] == "amber"


def test_a_currency_without_a_rate_is_said_and_stops_no_page() -> None:
    euro = source("KEMET", replace(STOCKED, currency="EUR"))
    found = judged(euro)
    assert sentence(found, CheckKind.MOQ) == (
        "C-100 is offered in EUR, and the plan counts in USD; no rate is given. "
        "Give a rate for one EUR in USD."
    )
    assert found.bought is None


def test_a_stock_out_that_ordering_no_longer_prevents_is_red() -> None:
    lead = shortest_lead([CAPACITOR], RunKind.PRODUCTION, TODAY, D(100))
    outlook = stock_outlook(
        "C-100",
        on_hand=D(600),
        demand=[Demand(date(2026, 6, 1), D(700))],
        today=TODAY,
        lead_time_days=lead,
    )
    found = judged(CAPACITOR, need=replace(NEED, on_hand=D(600)), outlook=outlook)
    assert (lead, colours(found)["stock_out"]) == (112, "red")
    both = source("TDK", STOCKED, alternate=True, approvals=QUALIFIED)
    assert shortest_lead([CAPACITOR, both], RunKind.PRODUCTION, TODAY, D(100)) == 0


def test_compliance_that_is_missing_is_red_and_that_runs_out_before_is_amber() -> None:
    rohs = Scheme("RoHS")
    declared = Declaration("RoHS", ComplianceStatus.COMPLIANT, "CoC", expires=date(2026, 6, 1))
    kemet = [CAPACITOR.part]
    missing = part_compliance("C-100", kemet, [], [rohs], on=TODAY)
    ending = part_compliance("C-100", kemet, [declared], [rohs], on=TODAY)
    two = (source("KEMET", STOCKED), source("TDK", STOCKED))
    assert judged(*two, compliance=missing).colour is Colour.RED
    found = judged(*two, compliance=ending)
    assert (found.colour, found.sentence) == (
        Colour.AMBER,
        "RoHS of C-100 runs out on 2026-06-01, before 2026-07-01.",
    )


def test_units_are_blocked_as_far_as_nothing_brings_the_part() -> None:
    found = judged(CAPACITOR, need=replace(NEED, on_hand=D(102)))
    assert found.blocked_units == 400
    shelf = source("KEMET", offer("Acme", "0.40", 112, in_stock=D(255)))
    assert judged(shelf, need=replace(NEED, on_hand=D(102))).blocked_units == 150


def test_what_nobody_needs_is_covered_by_nothing() -> None:
    found = judged(need=replace(NEED, need=D(0)))
    assert (found.verdict, found.sentence) == (Coverage.COVERED, "C-100: none is needed.")
    assert (len(found.checks), found.blocked_units) == (1, 0)


def test_a_day_that_has_passed_is_said_so() -> None:
    found = judged(CAPACITOR, build=replace(BUILD, needed_by=date(2026, 3, 1)))
    assert found.sentence == (
        "C-100: 510 missing, 16 weeks away; 2026-03-01 has passed, 143 days too late."
    )
