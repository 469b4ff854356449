"""What every kind of chart has to do."""

import json
import os
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from firstoff.errors import InvalidInput
from firstoff.formats import charts
from firstoff.formats.charts import (
    break_even,
    build_time,
    control_chart,
    cusum,
    interval,
    lanes,
    operating_characteristic,
    plan_curves,
    prediction,
    stack_up,
    stock_over_time,
    weibull_plot,
)
from firstoff.formats.charts.kind import Kind
from firstoff.rules.sourcing import Demand, Material, PriceBreak, Way, stock_outlook
from firstoff.rules.sourcing import break_even as even

pytestmark = pytest.mark.slow  # draws, sets pages or repeats much: not for `make fast`

GOLDEN = Path(__file__).parent / "golden"
every_kind = pytest.mark.parametrize("kind", charts.KINDS, ids=lambda kind: kind.name)
SVG = "{http://www.w3.org/2000/svg}"


def drawn(kind: Kind[Any], **how: Any) -> ElementTree.Element:
    spec = charts.spec(kind.name, kind.example(), **{"theme": "paper", "width": 499, **how})
    return ElementTree.fromstring(charts.svg(spec))


@every_kind
def test_a_kind_draws_what_it_drew_before(kind: Kind[Any]) -> None:
    spec = charts.spec(kind.name, kind.example(), width=560)
    written = json.dumps(spec, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    golden = GOLDEN / f"{kind.name}.json"
    if os.environ.get("FIRSTOFF_GOLDEN") == "write":
        golden.write_text(written, encoding="utf-8")
    assert json.loads(written) == json.loads(golden.read_text(encoding="utf-8"))


@every_kind
def test_a_picture_is_an_image_with_title_and_finding(kind: Kind[Any]) -> None:
    picture = drawn(kind)
    data = kind.example()
    assert picture.get("role") == "img"
    assert picture.findtext(f"{SVG}title") == charts.title(kind.name, data)
    assert picture.findtext(f"{SVG}desc") == charts.finding(kind.name, data)


UNITS = {
    "operating_characteristic": "true reject rate of the process, %",
    "interval": "reject rate, %",
    "pareto": "units rejected",
    "build_time": "minutes per unit, in build order",
    "prediction": "rejects among 1,000 units",
    "step_times": "minutes; the line is the standard",
    "control_chart": "point, in the order made",
    "capability_histogram": "mm; upwards: values",
    "probability_plot": "mm",
    "plan_curves": "true reject rate, %",
    "gauge_study": "Range of the trials, mm",
    "weibull_plot": "h",
    "stack_up": "gap, mm; upwards: gaps drawn",
    "cusum": "sum of shifts, sigma; downwards below 0",
    "stock_over_time": "day; upwards: pieces on hand, below 0 missing",
    "break_even": "good units; upwards: cost of one, USD",
}


@every_kind
def test_a_picture_names_the_unit_of_its_axis_in_real_text(kind: Kind[Any]) -> None:
    texts = [node.text for node in drawn(kind).iter(f"{SVG}text")]
    assert UNITS[kind.name] in texts


@every_kind
def test_text_on_paper_is_set_in_the_type_of_the_page(kind: Kind[Any]) -> None:
    families = {node.get("font-family") for node in drawn(kind).iter(f"{SVG}text")}
    assert families == {"Libertinus Serif"}


@every_kind
def test_a_picture_is_as_wide_as_asked(kind: Kind[Any]) -> None:
    assert float(str(drawn(kind, width=344, theme="dark").get("width"))) == 344


@every_kind
def test_themes_differ_in_configuration_alone(kind: Kind[Any]) -> None:
    light, dark = (charts.spec(kind.name, kind.example(), theme=t) for t in ("light", "dark"))
    assert light["config"] != dark["config"]
    assert light | {"config": None} == dark | {"config": None}


@every_kind
def test_the_table_has_a_cell_for_every_column(kind: Kind[Any]) -> None:
    table = charts.table(kind.name, kind.example())
    assert {len(row) for row in table.rows} == {len(table.columns)}


@every_kind
def test_a_specification_is_json(kind: Kind[Any]) -> None:
    spec = charts.spec(kind.name, kind.example())
    assert json.loads(json.dumps(spec, allow_nan=False)) == spec


@every_kind
def test_every_kind_has_its_part_of_the_reference(kind: Kind[Any]) -> None:
    page = Path(__file__).parents[3] / "docs" / "reference" / "charts.md"
    assert f"`{kind.name}`" in page.read_text(encoding="utf-8")


def hrefs(spec: dict[str, Any], field: str) -> list[tuple[str, str]]:
    rows = [row for layer in spec["layer"] for row in layer["data"]["values"]]
    tipped = [row for row in rows if field in row and "href" in row]
    return sorted({(row[field], row["href"]) for row in tipped})


def test_a_point_names_its_unit_and_opens_it() -> None:
    spec = charts.spec("build_time", build_time.example())
    assert hrefs(spec, "unit")[0] == ("FO-0002", "/units/FO-0002")


def test_a_hundred_units_become_a_histogram() -> None:
    units = build_time._units(tuple(5 + (k % 20) / 10 for k in range(100)), 1)
    data = build_time.BuildTime((build_time.BatchTimes("Batch 1", units, 5.95),), 7.0)
    fewer = replace(data, batches=(replace(data.batches[0], units=units[:99]),))
    marks = [
        {layer["mark"]["type"] for layer in charts.spec("build_time", d)["layer"]}
        for d in (data, fewer)
    ]
    assert ["rect" in m for m in marks] == [True, False]
    assert ["point" in m for m in marks] == [False, True]


def test_a_histogram_of_ten_thousand_units_stays_small() -> None:
    units = build_time._units(tuple(5 + (k % 97) / 40 for k in range(10_000)), 1)
    data = build_time.BuildTime((build_time.BatchTimes("Batch 1", units, 6.2),), 7.0)
    assert len(json.dumps(charts.spec("build_time", data))) < 20_000
    assert len(charts.table("build_time", data).rows) == 10_000


nothing_compared = break_even.CostCurves(
    break_even.WayCurve("A", ()), break_even.WayCurve("B", ()), "USD"
)
free = break_even.WayCurve("Free", (break_even.CostPoint(1, 0.0, 0.0, 0.0),))


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("build_time", build_time.BuildTime((), None)),
        ("pareto", charts.chart_kind("pareto").data((), 0)),
        ("control_chart", control_chart.ControlPoints("Gap", "mm", (), (), (), ())),
        ("control_chart", control_chart.ControlPoints("Gap", "mm", *(((4.2,) * 500,) * 4))),
        ("step_times", charts.chart_kind("step_times").data(())),
        ("cusum", cusum.CusumSums("Gap", (), (), 5.0)),
        ("cusum", cusum.CusumSums("Gap", (0.0,), (0.0,), 5.0)),
        ("stack_up", stack_up.StackUp("Lid", "mm", ((0, 1, 4),), None, None, 0.5, None, ())),
        (
            "plan_curves",
            plan_curves.PlanCurves("1 unit", (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)),
        ),
        (
            "weibull_plot",
            weibull_plot.WeibullPlot(
                "Pump", "h", ((5, 0.3), (9, 0.7)), (), ((0.3, 5, 3, 7),), 1.0, 8.0, 0.9
            ),
        ),
        ("stock_over_time", stock_over_time.StockOverTime("C-100", ())),
        (
            "stock_over_time",
            stock_over_time.StockOverTime(
                "C-100", (stock_over_time.StockDay(date(2026, 4, 1), 0.0),)
            ),
        ),
        ("break_even", nothing_compared),
        ("break_even", replace(nothing_compared, first=free, second=free)),
        ("interval", interval.Interval((), 0.05)),
        ("interval", interval.Interval((interval.BatchRate("B", 0, 0, 0, 1, False),), 0.05)),
        ("prediction", prediction.Prediction(0, ((0, 1.0),), 0, 0, 0, 0)),
        (
            "operating_characteristic",
            operating_characteristic.OperatingCharacteristic(1, 0, 0.5, ((0, 1), (1, 0))),
        ),
    ],
)
def test_nothing_recorded_is_a_picture_too(kind: str, data: object) -> None:
    assert charts.svg(charts.spec(kind, data, theme="paper", width=400)).startswith(b"<svg")


def test_the_finding_of_an_interval_says_counts_and_arms() -> None:
    assert charts.finding("interval", interval.example()) == (
        "Batch 1: 5 of 20 rejected, 25\u00a0%, interval 8.7\u00a0% to 49.1\u00a0%. "
        "Batch 2: 1 of 20 rejected, 5\u00a0%, interval 0.13\u00a0% to 24.9\u00a0%. "
        "The bar is 5\u00a0%."
    )


def test_names_are_text_and_never_markup() -> None:
    name = '<script>alert("x")</script> & "quoted"'
    row = interval.BatchRate(name, 1, 20, 0.001, 0.25, cleared=True)
    picture = charts.svg(charts.spec("interval", interval.Interval((row,), 0.05), width=560))
    assert b"<script" not in picture
    assert name in "".join(ElementTree.fromstring(picture).itertext())


def test_an_unknown_kind_is_refused_by_name() -> None:
    with pytest.raises(InvalidInput, match="no chart kind “pie”; the kinds are operating_"):
        charts.spec("pie", object())


def test_data_of_another_kind_is_refused() -> None:
    with pytest.raises(InvalidInput, match="Chart pareto takes Pareto, not Interval"):
        charts.spec("pareto", interval.example())


def test_a_specification_that_does_not_compile_is_refused() -> None:
    with pytest.raises(InvalidInput, match="does not compile"):
        charts.svg({"mark": 3})


def test_every_strip_of_a_gauge_study_has_its_heading_at_every_width() -> None:
    texts = [node.text for node in drawn(charts.chart_kind("gauge_study"), width=720).iter()]
    headings = [t for t in texts if t and (t.startswith(("Range", "Mean", "By")))]
    assert [heading.split(",")[0] for heading in headings] == [
        "Range of the trials",
        "Mean of the trials",
        "By part",
        "By appraiser",
        "Mean of each part by appraiser",
    ]


def test_round_figures_lie_inside_and_are_few() -> None:
    assert lanes.ticks(0.13, 0.71) == [0.2, 0.4, 0.6]
    assert lanes.ticks(-3, 9_000, 5) == [0, 2000, 4000, 6000, 8000]


def test_names_that_would_overlap_are_moved_apart_within_the_strip() -> None:
    assert lanes.apart([95, 96, 20], 14, 0, 100) == [86, 100, 20]


def test_the_finding_of_a_gauge_study_counts_categories() -> None:
    said = charts.finding("gauge_study", charts.chart_kind("gauge_study").example())
    assert said.endswith("Parts 96\u00a0% of the study's spread; it tells 4 categories apart.")


def test_the_finding_of_a_stock_says_until_when_ordering_helps() -> None:
    data = stock_over_time.example()
    assert charts.finding("stock_over_time", data) == (
        "C-100 runs out on 2026-09-01; 350 pieces are missing then. Reorder by 2026-05-12."
    )
    late = replace(data, reorder_by=date(2026, 3, 1))
    assert charts.finding("stock_over_time", late).endswith(
        "The last day to reorder was 2026-03-01."
    )
    lasts = replace(data, stock_out=None, reorder_by=None, days=data.days[:2])
    assert charts.finding("stock_over_time", lasts) == (
        "C-100 does not run out: 120 pieces are left on 2026-05-01, the last day with a need or "
        "an order."
    )


def test_the_finding_of_a_break_even_names_every_crossing() -> None:
    data = break_even.example()
    assert charts.finding("break_even", data) == (
        "Soft tooling costs less up to 1,850; Hard tooling from 1,851 on, 15.08 USD each there."
    )
    assert charts.finding("break_even", replace(data, crossings=())) == (
        "Soft tooling costs less at all quantities up to 10,097."
    )


def test_an_outlook_is_drawn_as_it_was_computed() -> None:
    outlook = stock_outlook(
        "C-100",
        on_hand=Decimal(300),
        demand=[Demand(date(2026, 9, 1), Decimal(700))],
        today=date(2026, 4, 1),
        lead_time_days=112,
        safety=Decimal(50),
    )
    data = stock_over_time.from_outlook(outlook)
    assert (data.days[-1], data.safety) == (
        stock_over_time.StockDay(date(2026, 9, 1), -400.0, 0.0, 700.0),
        50.0,
    )
    assert charts.finding("stock_over_time", data) == (
        "C-100 runs out on 2026-09-01; 400 pieces are missing then. Reorder by 2026-05-12."
    )


def test_two_ways_are_drawn_with_every_crossing() -> None:
    def bought(name: str, each: str, tooling: int) -> Way:
        material = Material("piece", Decimal(1), (PriceBreak(Decimal(1), Decimal(each)),))
        return Way(name, (material,), tooling=Decimal(tooling))

    soft, hard = bought("Soft tooling", "14", 2000), bought("Hard tooling", "4", 20500)
    found = even(soft, hard, limit=10_000)
    data = break_even.from_ways(found, soft, hard, currency="USD")
    assert charts.finding("break_even", data) == (
        "Soft tooling costs less up to 1,850; Hard tooling from 1,851 on, 15.08 USD each there."
    )
    assert {1850, 1851, 10_000} <= {point.quantity for point in data.first.points}
