"""Chains of tolerances: worst case, sum of squares, simulation; what each link rests on."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from firstoff.errors import InvalidInput
from firstoff.rules.plan import FrozenStack, FrozenStackLink
from firstoff.rules.product import CharacteristicFacts
from firstoff.rules.tolerance import ProcessFacts, chain_links, judge_chain
from firstoff.terms import CharacteristicClass, CharacteristicKind, Verdict

BODY = FrozenStackLink(
    name="Body", nominal=Decimal(120), lower=Decimal("119.5"), upper=Decimal("120.5")
)
LID = CharacteristicFacts(
    "4",
    "Lid diameter",
    CharacteristicKind.VARIABLE,
    CharacteristicClass.MAJOR,
    Decimal("119.3"),
    Decimal("118.9"),
    Decimal("119.7"),
    "mm",
)
CHAIN = FrozenStack(
    code="ST-1",
    name="Lid clearance",
    unit="mm",
    lower=Decimal("0.3"),
    consequence="the lid fouls",
    links=(BODY, FrozenStackLink(characteristic="4", sensitivity=Decimal(-1))),
)
KNOWN = {("CC-1", "C", "4"): LID}


def test_the_share_that_fouls_is_named_with_what_it_rests_on() -> None:
    found = judge_chain(CHAIN, chain_links(CHAIN, KNOWN, part="CC-1", revision="C"))

    # The gap is 0.7 with a standard deviation of sqrt((0.5/3)^2 + (0.4/3)^2) = 0.2134: under 0.3
    # lies the normal fraction at -1.874, 3.05 % (tables of the normal distribution).
    assert found.stack.outside == pytest.approx(0.0305, abs=0.0001)
    assert found.interval[0] <= 0.0305 <= found.interval[1]
    assert found.stack.worst_low == pytest.approx(-0.2)
    assert found.verdict is Verdict.NOT_MET
    assert found.sentence == (
        "Lid clearance: the lid fouls on 3.1\u00a0% of assemblies, reckoned with the tolerances "
        "alone, each filled at three sigma."
    )


def test_a_worst_case_that_holds_needs_no_luck() -> None:
    roomy = replace_chain(lower=Decimal("-0.3"))
    found = judge_chain(roomy, chain_links(roomy, KNOWN, part="CC-1", revision="C"))
    assert (found.stack.worst_holds, found.verdict) == (True, Verdict.MET)
    assert found.sentence.startswith("Lid clearance: the worst case holds")


def test_the_library_and_measured_units_take_the_place_of_the_tolerance() -> None:
    turning = ProcessFacts("Turning", "mm", Decimal("0.02"), 60, date(2026, 2, 1))
    key = ("CC-1", "C", "4")
    by_library = chain_links(CHAIN, KNOWN, part="CC-1", revision="C", processes={key: turning})
    by_records = chain_links(
        CHAIN, KNOWN, part="CC-1", revision="C", measured={key: (119.3, 119.31, 119.29)}
    )
    assert judge_chain(CHAIN, by_library).rests_on == "figures of the library and tolerances"
    assert judge_chain(CHAIN, by_records).rests_on == "units measured and tolerances"


def test_the_same_chain_gives_the_same_figure_twice() -> None:
    links = chain_links(CHAIN, KNOWN, part="CC-1", revision="C")
    assert judge_chain(CHAIN, links) == judge_chain(CHAIN, links)


def replace_chain(**changes: Any) -> FrozenStack:
    return msgspec.structs.replace(CHAIN, **changes)


@pytest.mark.parametrize(
    ("chain", "field"),
    [
        (replace_chain(links=()), "links"),
        (replace_chain(lower=None), "lower"),
        (replace_chain(links=(FrozenStackLink(name="Shim", upper=Decimal(1)),)), "links"),
        (
            replace_chain(
                links=(
                    FrozenStackLink(
                        name="Shim",
                        lower=Decimal(0),
                        upper=Decimal(1),
                        distribution="lopsided",
                    ),
                )
            ),
            "distribution",
        ),
    ],
)
def test_a_chain_that_adds_to_nothing_is_refused(chain: FrozenStack, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        judge_chain(chain, chain_links(chain, KNOWN, part="CC-1", revision="C"))
    assert refused.value.details["field"] == field


def test_a_link_without_a_limit_on_each_side_says_which() -> None:
    open_ended = {("CC-1", "C", "4"): replace(LID, lower=None)}
    with pytest.raises(InvalidInput, match="Chain ST-1, link 2, 4 Lid diameter: it has no limit"):
        chain_links(CHAIN, open_ended, part="CC-1", revision="C")
