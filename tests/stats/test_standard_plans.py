import json
import runpy
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstoff import stats
from firstoff.stats import Caveat, LotOutcome, OutOfDomain
from firstoff.stats.standard_plans import INSPECTIONS, LEVELS, PROCEDURES, _read

MOST = min(40, settings.default.max_examples)
few = settings(derandomize=True, max_examples=MOST, deadline=None, database=None)
STRUCTURE = runpy.run_path(str(Path(__file__).with_name("mil_std_105e.py")))
PASSED, FAILED = LotOutcome(True, limit_met=True), LotOutcome(False)


def test_every_printed_cell_is_the_one_of_the_tables_structure() -> None:
    printed = [tuple(row) for row in _read("mil_std_105e_plans.csv")[1:]]
    built = [
        (procedure, inspection, letter, str(size or ""), *cells)
        for procedure, inspection, letter, size, cells in STRUCTURE["rows"]()
    ]
    assert printed == built


def test_the_plans_of_one_aql_step_keep_their_quality() -> None:
    # The tables' own law: at the same Ac the sample falls as the AQL grows, so that n x AQL stays.
    for inspection in ("normal", "tightened"):
        found: dict[int, list[float]] = {}
        for lot in (10, 20, 40, 80, 120, 200, 400, 1000, 3000, 9000, 30000, 100_000, 400_000):
            for aql in stats.aql_labels():
                plan = stats.standard_plan(lot, aql=aql, inspection=inspection)
                found.setdefault(plan.ac[0], []).append(plan.n[0] * float(aql))
        assert all(max(sizes) / min(sizes) < 6 for ac, sizes in found.items() if ac < 20)


def test_a_lot_of_a_thousand_at_one_percent_takes_eighty_and_two() -> None:
    plan = stats.standard_plan(1000, aql="1.0")
    assert (plan.letter, plan.n, plan.ac, plan.re) == ("J", (80,), (2,), (3,))


def test_an_arrow_takes_the_sample_of_the_row_it_reaches() -> None:
    plan = stats.standard_plan(200, aql=0.65)
    assert (plan.letter, plan.letter_used, plan.n, plan.ac) == ("G", "F", (20,), (0,))


def test_a_sample_that_reaches_the_lot_inspects_all() -> None:
    plan = stats.standard_plan(10, aql="0.10")
    assert (plan.n, plan.inspect_all, plan.most_inspected) == ((125,), True, 10)


def test_a_reduced_plan_accepts_in_its_gap() -> None:
    plan = stats.standard_plan(1000, aql="1.0", inspection="reduced")
    assert (plan.ac, plan.re, plan.c) == ((1,), (3,), (2,))


def test_five_multiple_plans_are_those_of_the_code_of_federal_regulations() -> None:
    # 46 CFR 160.066-12, distress signals; it has # where the second and third begin with 0.
    printed = [
        "#/4 1/5 2/6 3/7 5/8 7/9 9/10",
        "0/4 1/6 3/8 5/10 7/11 10/12 13/14",
        "0/5 3/8 6/10 8/13 11/15 14/17 18/19",
        "1/7 4/10 8/13 12/17 17/20 21/23 25/26",
        "2/9 7/14 13/19 19/25 25/29 31/33 37/38",
    ]
    cells = {
        cell
        for row in _read("mil_std_105e_plans.csv")
        if row[:2] == ["multiple", "normal"]
        for cell in row
    }
    assert [plan for plan in printed if plan not in cells] == []


def test_a_plan_of_one_printed_source_says_so() -> None:
    one = stats.standard_plan(1000, aql="1.0", inspection="reduced", procedure="multiple")
    other = stats.standard_plan(1000, aql="1.0", procedure="multiple")
    assert (one.caveats, other.caveats) == ((Caveat.ONE_SOURCE,), ())


@few
@given(
    st.integers(2, 10**6),
    st.sampled_from(LEVELS),
    st.sampled_from(stats.aql_labels()),
    st.sampled_from(INSPECTIONS),
    st.sampled_from(PROCEDURES),
)
def test_every_arrow_ends_at_a_real_plan_whose_curve_falls(
    lot: int, level: str, aql: str, inspection: str, procedure: str
) -> None:
    plan = stats.standard_plan(
        lot,
        aql=aql,
        level=level,  # type: ignore[arg-type]
        inspection=inspection,  # type: ignore[arg-type]
        procedure=procedure,  # type: ignore[arg-type]
    )
    rates = [0.0, 0.01, 0.1, 0.3, 1.0]
    curve = stats.operating_characteristic(plan.n, plan.c, rates, r=plan.re, model="poisson")
    assert curve.acceptance[0] == 1.0
    assert all(
        a >= b - 1e-12 for a, b in zip(curve.acceptance, curve.acceptance[1:], strict=False)
    )


def test_nasty_inputs_are_refused() -> None:
    calls: list[Callable[[], object]] = [
        lambda: stats.code_letter(1),
        lambda: stats.code_letter(0),
        lambda: stats.code_letter(100, "IV"),  # type: ignore[arg-type]
        lambda: stats.standard_plan(1000, aql="0.3"),
        lambda: stats.standard_plan(1000, aql="one"),
        lambda: stats.standard_plan(1000, aql=float("nan")),
        lambda: stats.standard_plan(1000, aql="1.0", inspection="strict"),  # type: ignore[arg-type]
        lambda: stats.standard_plan(1000, aql="1.0", procedure="triple"),  # type: ignore[arg-type]
        lambda: stats.draw_sample(10, 11, seed="a"),
        lambda: stats.draw_sample(10, 0, seed="a"),
        lambda: stats.draw_sample(10, 2, seed=""),
        lambda: stats.start_switching("JIS"),  # type: ignore[arg-type]
        lambda: stats.switch(stats.start_switching("MIL-STD-105E"), LotOutcome(False, gap=True)),
        lambda: stats.switch(stats.start_switching("ISO 2859-1"), LotOutcome(True)),
        lambda: stats.find_variables_plan(aql=0.1, ltpd=0.05),
        lambda: stats.variables_acceptance(1, 2.0, [0.1]),
        lambda: stats.estimated_nonconforming(1, 1, 10),
        lambda: stats.m_from_k(1, 2.0, sigma="known"),
        lambda: stats.sequential_plan(aql=0.1, ltpd=0.1),
        lambda: stats.sequential_plan(aql=0.01, ltpd=0.1).decide(5, 6),
    ]
    for call in calls:
        with pytest.raises(OutOfDomain):
            call()


def test_a_drawn_sample_can_be_drawn_again() -> None:
    first = stats.draw_sample(500, 50, seed="RUN-008/final")
    assert first == stats.draw_sample(500, 50, seed="RUN-008/final")
    assert first[:5] == (7, 13, 33, 40, 45)
    assert len(set(first)) == 50


def test_a_whole_lot_is_drawn_whole() -> None:
    assert stats.draw_sample(7, 7, seed="x") == (1, 2, 3, 4, 5, 6, 7)


def test_each_unit_is_drawn_equally_often() -> None:
    seen = Counter(
        unit for k in range(2000) for unit in stats.draw_sample(10, 3, seed=f"seed {k}")
    )
    assert all(520 < seen[unit] < 680 for unit in range(1, 11))


def test_a_discontinued_inspection_stays_so() -> None:
    state = stats.switch_all(stats.start_switching("ANSI/ASQ Z1.4"), [FAILED] * 9)[-1]
    assert (state.severity, stats.switch(state, PASSED).severity) == ("discontinued",) * 2


def test_reduced_inspection_is_not_reached_without_the_limit_number() -> None:
    lots = [LotOutcome(True)] * 20
    assert stats.switch_all(stats.start_switching("MIL-STD-105E"), lots)[-1].severity == "normal"


def test_a_lot_in_the_gap_brings_normal_inspection_back() -> None:
    reduced = stats.start_switching("MIL-STD-105E", "reduced")
    after = stats.switch(reduced, LotOutcome(True, gap=True))
    assert (after.severity, after.reason) == ("normal", "A lot was accepted between Ac and Re.")


def test_walds_plan_is_the_one_of_the_handbook() -> None:
    # NIST/SEMATECH e-Handbook 6.2.3.5: x_a = -0.939 + 0.0397 n, x_r = 1.205 + 0.0397 n
    plan = stats.sequential_plan(aql=0.01, ltpd=0.10, alpha=0.05, beta=0.10)
    assert (
        round(plan.accept_intercept, 3),
        round(plan.reject_intercept, 3),
        round(plan.slope, 4),
    ) == (0.939, 1.205, 0.0397)
    assert plan.units_without_reject() == 24
    assert [plan.decide(n, d) for n, d in ((24, 0), (23, 0), (14, 2), (26, 2))] == [
        "accept",
        "continue",
        "reject",
        "continue",
    ]


def test_a_sequential_plan_keeps_its_risks_and_spends_little() -> None:
    plan = stats.sequential_plan(aql=0.01, ltpd=0.10)
    curve = stats.sequential_characteristic(plan, [0.0, 0.01, plan.slope, 0.10, 1.0])
    assert [round(float(chance), 3) for chance in curve.acceptance[[0, 1, 3, 4]]] == [
        1.0,
        0.95,
        0.1,
        0.0,
    ]
    assert curve.asn[1] < stats.find_plan(aql=0.01, ltpd=0.10).n
    assert np.all(np.diff(curve.acceptance) < 0)


def test_walds_mean_sample_is_near_a_simulated_one() -> None:
    plan = stats.sequential_plan(aql=0.02, ltpd=0.08)
    rng = np.random.default_rng(6)
    taken = []
    for _ in range(600):
        found = np.cumsum(rng.random(2000) < 0.05)
        n = np.arange(1, 2001)
        done = (found <= plan.slope * n - plan.accept_intercept) | (
            found >= plan.slope * n + plan.reject_intercept
        )
        taken.append(int(np.argmax(done)) + 1)
    expected = stats.sequential_characteristic(plan, 0.05).asn[0]
    assert expected == pytest.approx(float(np.mean(taken)), rel=0.15)


def test_a_variables_plan_needs_fewer_units_than_counting() -> None:
    plan = stats.find_variables_plan(aql=0.01, ltpd=0.10)
    chances = stats.variables_acceptance(plan.n, plan.k, [0.01, 0.10])
    assert (plan.n, stats.find_plan(aql=0.01, ltpd=0.10).n) == (21, 52)
    assert chances[0] >= 0.95
    assert chances[1] <= 0.10


def test_the_limits_of_rates_are_sure() -> None:
    for sigma in ("known", "unknown"):
        chances = stats.variables_acceptance(10, 1.5, [0.0, 1.0], sigma=sigma)
        assert chances.tolist() == [1.0, 0.0]


def test_the_case_files_disputed_cells_are_decided_the_same_way() -> None:
    folder = Path(__file__).resolve().parents[2].joinpath("..", "shared", "oracle")
    file = folder / "mil_std_105e.json"
    if not file.exists():
        pytest.skip(f"no {file.name} in {folder}")
    tables = json.loads(file.read_text(encoding="utf-8"))["tables"]
    signs = {"up": "^", "down": "v", "use_single": "*", "use_double": "++"}
    differing = []
    for procedure, inspection, letter, *rest in _read("mil_std_105e_plans.csv")[1:]:
        row = tables[procedure][inspection][letter]
        for aql, cell in zip(STRUCTURE["AQL"], rest[1:], strict=True):
            theirs = _written(row[aql], signs) if aql in row else ("", cell and rest[0])
            ours = (cell, rest[0] if "/" in cell else "")
            if theirs != ours:
                differing.append((procedure, inspection, letter, aql, ours, theirs))
    assert differing == []


def _written(cell: dict[str, object], signs: dict[str, str]) -> tuple[str, str]:
    if cell["t"] != "plan":
        return signs[str(cell["t"])], ""
    listed = [
        value if isinstance(value, list) else [value]
        for value in (cell["n"], cell["ac"], cell["re"])
    ]
    stages = " ".join(
        f"{'#' if ac is None else ac}/{re}" for ac, re in zip(*listed[1:], strict=True)
    )
    return stages, str(listed[0][0])
