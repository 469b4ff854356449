"""Studies of a characteristic: what they say of its tolerance, against figures of R."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from firstoff.errors import InvalidInput
from firstoff.rules.plan import FrozenStack, FrozenStackLink
from firstoff.rules.product import CharacteristicFacts
from firstoff.rules.tolerance import (
    ProcessFacts,
    StudyFacts,
    chain_links,
    check_studied,
    check_study,
    holding,
    judge_chain,
)
from firstoff.terms import CharacteristicClass, CharacteristicKind, Verdict

TODAY = date(2026, 3, 10)
# 15 readings of viscosity, as ../shared/oracle/capability.json has them
VISCOSITY = (
    *("33.75", "33.05", "34.00", "33.81", "33.46", "34.02", "33.68", "33.27"),
    *("33.49", "33.20", "33.62", "33.00", "33.54", "33.12", "33.84"),
)
STUDY = StudyFacts(
    tuple(map(Decimal, VISCOSITY)), "mm", date(2026, 3, 2), "Haas VF-2", "Micrometer"
)
WIDTH = CharacteristicFacts(
    "3",
    "Width",
    CharacteristicKind.VARIABLE,
    CharacteristicClass.MAJOR,
    Decimal("33.5"),
    Decimal("32"),
    Decimal("35"),
    "mm",
)
MILLING = ProcessFacts("Milling", "mm", Decimal("0.1"), 50, date(2026, 3, 1), machine="M-07")


def of(*values: str, **more: Any) -> StudyFacts:
    return replace(STUDY, values=tuple(map(Decimal, values)), **more)


def test_a_study_is_judged_at_its_lower_bound() -> None:
    found = holding(WIDTH, study=STUDY)

    # R 4.2.2 with Bissell's bound: capability.capability_overall.007 of the oracle.
    assert found.index == pytest.approx(1.46690235220546, rel=1e-9)
    assert found.bound == pytest.approx(0.98944835474566, rel=1e-9)
    assert found.interval == pytest.approx((0.89798082389278, 2.03582388051814), rel=1e-9)
    assert found.outside == pytest.approx(8.21056563682004e-6, rel=1e-9)
    assert (found.verdict, found.source, found.values) == (Verdict.NOT_MET, "study", 15)
    assert found.sentence.startswith(
        "3 Width, 32 to 35\u00a0mm: Ppk is measured at 1.47 (Study of 15 pieces on Haas VF-2, "
        "2026-03-02), lower bound 0.99 at 95\u00a0%; under 1.33 asked. The process holds ±"
    )
    assert holding(WIDTH, study=STUDY, asked=Decimal("0.98")).verdict is Verdict.MET


def test_with_one_limit_the_bound_is_exact() -> None:
    strength = (
        *("52", "47", "53", "49.3", "50.1", "47", "51", "50.1", "51.2", "50.5"),
        *("49.6", "47.6", "49.9", "51.3", "47.8", "51.2", "52.6", "52.4", "53.6", "52.1"),
    )
    found = holding(replace(WIDTH, lower=Decimal(45), upper=None), study=of(*strength))

    # R 4.2.2, inversion of the noncentral t: capability.capability_one_sided.003 of the oracle.
    assert found.index == pytest.approx(0.925153170668359, rel=1e-9)
    assert found.bound == pytest.approx(0.6447056815830491, rel=1e-7)


def test_the_limits_as_they_stand_now_judge() -> None:
    wider = replace(WIDTH, lower=Decimal("31.5"), upper=Decimal("35.5"))
    assert holding(wider, study=STUDY).verdict is Verdict.MET
    assert holding(replace(wider, classification=CharacteristicClass.CRITICAL), study=STUDY).bound
    assert holding(replace(WIDTH, lower=None, upper=None), study=STUDY).index is None


def test_runs_go_before_a_study_and_a_study_before_the_library() -> None:
    run = [33.4, 33.5, 33.6] * 10
    assert holding(WIDTH, measured=run, study=STUDY, process=MILLING).source == "records"
    assert holding(WIDTH, measured=run[:1], study=STUDY, process=MILLING).source == "study"
    assert holding(WIDTH, study=None, process=MILLING).source == "library"


@pytest.mark.parametrize(
    ("study", "sentence"),
    [
        (
            of("33.5", machine=""),
            "3 Width: Study of 1 piece, 2026-03-02 shows no spread; at least 2 values are needed.",
        ),
        (
            of(*["33.5"] * 30),
            "3 Width: Study of 30 pieces on Haas VF-2, 2026-03-02: all values are equal; the "
            "gauge does not resolve the spread.",
        ),
        (
            replace(STUDY, unit="in"),
            "3 Width is in mm, what was measured of it is in in: Study of 15 pieces on Haas "
            "VF-2, 2026-03-02.",
        ),
    ],
)
def test_a_study_that_shows_no_spread_says_so_and_nothing_stands_for_it(
    study: StudyFacts, sentence: str
) -> None:
    found = holding(WIDTH, study=study, process=MILLING)
    assert (found.verdict, found.index) == (Verdict.NO_EVIDENCE, None)
    assert found.sentence == sentence


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"values": ()}, "values", "no values"),
        ({"values": (Decimal(1),) * 10_001}, "values", "10,001 values; expected at most 10,000"),
        ({"values": (Decimal(1), Decimal("NaN"))}, "values", "Value 2 is NaN; expected a number"),
        ({"values": (Decimal("1e11"),)}, "values", "Value 1 is 1E+11; expected a number"),
        ({"values": (Decimal("1e-999999"),)}, "values", "at most 9 decimals"),
        ({"measured_on": date(2026, 3, 11)}, "measured_on", "lies in the future"),
        ({"gauge": "a\nb"}, "gauge", "several lines"),
        ({"source": "s" * 301}, "source", "301 characters"),
    ],
)
def test_a_study_that_means_nothing_is_refused(
    change: dict[str, Any], field: str, words: str
) -> None:
    with pytest.raises(InvalidInput, match=words.replace("+", r"\+")) as refused:
        check_study(replace(STUDY, **change), today=TODAY)
    assert refused.value.details["field"] == field


def test_a_study_is_in_the_unit_of_what_it_is_of() -> None:
    assert [check_studied(WIDTH, unit) for unit in ("", "MM ", "mm")] == ["mm"] * 3
    with pytest.raises(InvalidInput, match="The study is in in, 3 Width is in mm") as refused:
        check_studied(WIDTH, "in")
    assert refused.value.details["field"] == "unit"
    with pytest.raises(InvalidInput, match="is judged, not measured"):
        check_studied(replace(WIDTH, kind=CharacteristicKind.ATTRIBUTE), "")


# --- chains

CHAIN = FrozenStack(
    code="ST-1",
    name="Gap",
    unit="mm",
    lower=Decimal("33.0"),
    links=(FrozenStackLink(characteristic="3"),),
)
KEY = ("P-1", "C", "3")


def judged(**known: Any) -> Any:
    links = chain_links(CHAIN, {KEY: WIDTH}, part="P-1", revision="C", **known)
    return judge_chain(CHAIN, links)


def test_a_chain_takes_the_spread_of_a_study() -> None:
    found = judged(studies={KEY: STUDY}, processes={KEY: MILLING})
    # A normal of mean 33.52333 and standard deviation 0.3355521 has 5.942 % under 33.0.
    assert found.stack.outside == pytest.approx(0.05942, rel=1e-3)
    assert found.rests_on == "studies"
    assert judged(processes={KEY: MILLING}).rests_on == "figures of the library"
    records = {KEY: (33.4, 33.5, 33.6)}
    assert judged(studies={KEY: STUDY}, measured=records).rests_on == "units measured"


@pytest.mark.parametrize("study", [of("33.5"), of("33.5", "33.5"), replace(STUDY, unit="in")])
def test_a_chain_passes_over_a_study_without_a_spread(study: StudyFacts) -> None:
    assert judged(studies={KEY: study}, processes={KEY: MILLING}).rests_on == (
        "figures of the library"
    )


def test_a_chain_takes_no_figures_of_the_library_in_another_unit() -> None:
    found = judged(processes={KEY: replace(MILLING, unit="in")})
    assert found.rests_on.startswith("the tolerances alone")


def test_a_chain_over_units_that_measured_all_alike_is_judged_by_what_else_is_known() -> None:
    found = judged(measured={KEY: (33.5, 33.5, 33.5)}, processes={KEY: MILLING})
    assert found.rests_on == "figures of the library"
