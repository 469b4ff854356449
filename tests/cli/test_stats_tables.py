"""Commands on tables with several columns: gauges, chains, life, batches."""

import json
from pathlib import Path

import pytest

from firstoff.cli.shell import run

Console = pytest.CaptureFixture[str]
SHEET = [  # part, appraiser, value: two trials
    (part, appraiser, base + off + wobble)
    for wobble in (0.0, 0.1)
    for appraiser, off in (("A", 0.0), ("B", 0.2))
    for part, base in (("1", 9.0), ("2", 10.0), ("3", 11.5))
]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return tmp_path / "table.csv"


def _rows(path: Path, header: str, rows: object) -> str:
    lines = [header, *(",".join(map(str, row)) for row in rows)]  # type: ignore[attr-defined]
    path.write_text("\n".join(lines), encoding="utf-8")
    return str(path)


def _said(console: Console, *words: str) -> dict[str, str]:
    assert run(["stats", *words]) == 0, console.readouterr().err
    lines = console.readouterr().out.splitlines()
    return {
        key.strip(): value.strip() for key, _, value in (line.partition("  ") for line in lines)
    }


def test_a_gauge_study_reads_three_columns(capsys: Console, table: Path) -> None:
    path = _rows(table, "part,appraiser,value", SHEET)
    said = _said(capsys, "gauge", path, "--tolerance", "5")
    assert said["Study"] == "3 parts, 2 appraisers, 2 trials; anova"
    assert said["Categories"] == "11"
    assert said["Repeatability"].endswith("of tolerance")
    assert said["R&R interval"].endswith("with 95\u00a0%")
    assert "Reproducibility" in _said(capsys, "gauge", path, "--method", "average-range")
    assert _said(capsys, "gauge", path, "--nested")["Study"].endswith("anova, nested")


def test_a_gauge_study_of_one_appraiser_counts_one(capsys: Console, table: Path) -> None:
    rows = [(part, "Ann", value) for part, value in (("1", 3), ("1", 4), ("2", 7), ("2", 9))]
    said = _said(capsys, "gauge", _rows(table, "part,appraiser,value", rows))
    assert said["Study"].startswith("2 parts, 1 appraiser, 2 trials;")


def test_a_hole_in_a_gauge_study_is_named(capsys: Console, table: Path) -> None:
    path = _rows(table, "part,appraiser,value", SHEET[:-1])
    assert run(["stats", "gauge", path]) == 2
    assert capsys.readouterr().err.startswith("appraiser B, part 3 is 'measured 1 times'")


def test_bias_gives_cg_and_cgk_with_a_tolerance(capsys: Console, table: Path) -> None:
    path = _rows(table, "reading", [[6.0], [6.1], [5.9], [6.2]])
    said = _said(capsys, "bias", path, "--reference", "6", "--tolerance", "4")
    assert (said["Bias"], said["Cg, Cgk"]) == ("0.05, not shown", "1.03, 0.90")


def test_linearity_shows_the_bias_at_each_reference(capsys: Console, table: Path) -> None:
    rows = [(2, 2.4), (2, 2.5), (6, 5.8), (6, 5.9), (10, 9.4), (10, 9.6)]
    said = _said(capsys, "linearity", _rows(table, "reference,reading", rows))
    assert (said["At 2"], said["Verdict"]) == ("mean bias 0.45", "the bias changes or is not 0")


def test_stability_names_the_first_signal(capsys: Console, table: Path) -> None:
    path = _rows(table, "x", [[v] for v in [10.0, 10.1, 9.9, 10.0, 10.1, 9.9, 12.0]])
    said = _said(capsys, "stability", path, "--base", "6", "--reference", "10")
    assert (said["First signal"], said["Stable"]) == ("point 7, rule 1", "no")


def test_agreement_counts_parts(capsys: Console, table: Path) -> None:
    rows = [
        (part, who, call, true)
        for part, true in ((1, "ok"), (2, "bad"), (3, "ok"))
        for who, call in (("Ann", true), ("Bo", "ok"))
    ]
    path = _rows(table, "part,appraiser,rating,truth", rows)
    said = _said(capsys, "agreement", path, "--standard", "truth", "--bad", "bad")
    assert said["Ann, with truth"].startswith("3 of 3")
    assert said["Bo, bad passed"].startswith("1 of 1")


def test_a_chain_is_judged_and_drawn(capsys: Console, table: Path) -> None:
    rows = [("body", 50, 0.1, 1), ("lid", 20, 0.05, -1), ("board", 29.5, 0.05, -1)]
    path = _rows(table, "name,nominal,plus,sensitivity", rows)
    words = ["stackup", path, "--lower", "0.4", "--upper", "0.6", "--draws", "20000"]
    said = _said(capsys, *words)
    assert said["Worst case"] == "0.3 to 0.7, does not fit"
    assert said["Drawn"] == "20,000 gaps, seed 1"
    assert run(["stats", *words, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["worst_holds"], shown["simulation"]["draws"]) == (False, 20000)


def test_measured_links_give_the_rejects_to_expect(capsys: Console, table: Path) -> None:
    rows = [("body", 50, 0.1, 50.02, 0.03, 20), ("lid", -49.5, 0.1, -49.5, 0.03, 30)]
    path = _rows(table, "name,nominal,plus,mean,sigma,n", rows)
    said = _said(capsys, "stackup", path, "--upper", "0.6", "--draws", "0")
    assert said["Rejects to expect"].startswith("2.97\u00a0% (0.79\u00a0% to 10.5")


def test_a_bad_link_is_named(capsys: Console, table: Path) -> None:
    path = _rows(table, "name,nominal,plus", [("body", 50, 0.1), ("lid", 20, -0.1)])
    assert run(["stats", "stackup", path]) == 2
    said = capsys.readouterr().err
    assert said == ("table.csv, row 3, link lid: plus is -0.1; expected a number of at least 0.\n")


LIFE = [(54, 1, 1), (187, 1, 1), (216, 1, 1), (335, 1, 1), (500, 0, 4)]


def test_weibull_takes_units_still_good(capsys: Console, table: Path) -> None:
    path = _rows(table, "time,failed,units", LIFE)
    columns = ["--failed", "failed", "--count", "units"]
    said = _said(capsys, "weibull", path, *columns, "--at", "100")
    assert said["Units"] == "4 failed of 8; maximum likelihood"
    assert said["Good at 100"].startswith("88.3")
    assert _said(capsys, "survival", path, *columns)["Median"] == "335"


def test_weibull_takes_intervals_with_open_ends(capsys: Console, table: Path) -> None:
    rows = [(0, 100), (100, 200), (200, 300), (300, 400), (500, "")]
    path = _rows(table, "from,to", rows)
    said = _said(capsys, "weibull", path, "--time", "from", "--upto", "to")
    assert said["Units"] == "4 failed of 5; maximum likelihood, intervals"


def test_warranty_counts_what_will_come_back(capsys: Console, table: Path) -> None:
    path = _rows(table, "time,failed,units", LIFE)
    said = _said(capsys, "warranty", path, "--usage", "100", "--count", "units", "--periods", "2")
    assert (said["At risk"], "Period 2" in said) == ("4 units", True)


def test_demonstration_asks_for_units_or_time(capsys: Console, table: Path) -> None:
    told = ["demonstration", "90%", "--mission", "1000", "--shape", "2"]
    assert _said(capsys, *told, "--test", "1000")["Test"].startswith("22 units")
    assert _said(capsys, *told, "--units", "22")["Test"].startswith("22 units for 996.")
    assert run(["stats", *told]) == 2
    assert "Give --test" in capsys.readouterr().err
    assert _said(capsys, "success-run", "95%")["Test"] == "45 units, at most 0 failures"
    assert (
        _said(capsys, "mtbf", "0", "1000", "--confidence", "95")["At least, 95\u00a0%"] == "333.8"
    )
    path = _rows(table, "time", [[1000]] * 10)
    said = _said(capsys, "weibayes", path, "--shape", "2", "--at", "500")
    assert said["Scale, at least, 90\u00a0%"] == "2083.97"


def test_batches_are_compared(capsys: Console, table: Path) -> None:
    rows = [
        (b, v) for b, values in (("a", (5.1, 4.9, 5.0)), ("b", (6.2, 6.0, 6.1))) for v in values
    ]
    said = _said(capsys, "batches", _rows(table, "batch,value", rows))
    assert (said["Consistent"], said["Mean of b"]) == ("no", "6.1")


@pytest.mark.parametrize(
    ("words", "key", "value"),
    [
        (["summary"], "Column", "x, 6 values"),
        (["demand"], "Demand", "6 periods, mean 8.5, smooth"),
        (["learning", "--at", "12"], "Learning", "shown"),
        (["process-time", "--standard", "8.5"], "Of the standard", "100\u00a0%"),
    ],
)
def test_a_column_is_described(
    words: list[str], key: str, value: str, capsys: Console, table: Path
) -> None:
    path = _rows(table, "x", [[v] for v in (12, 9, 8, 7.5, 7.5, 7)])
    assert _said(capsys, words[0], path, *words[1:])[key] == value
    assert run(["stats", words[0], path, *words[1:], "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["n"] == 6


def test_causes_are_counted(capsys: Console, table: Path) -> None:
    path = _rows(table, "cause", [["lid"], ["glaze"], ["lid"]])
    said = _said(capsys, "pareto", path)
    assert said["lid"] == "2, 66.7\u00a0%, 66.7\u00a0% with those above"


def test_inspection_has_a_break_even(capsys: Console) -> None:
    said = _said(capsys, "inspection-cost", "1%", "--inspect", "0.5", "--escape", "25")
    assert (said["Decision"], said["Break-even rate"]) == ("inspect none", "2\u00a0%")


def test_yields_are_kept_apart(capsys: Console) -> None:
    said = _said(capsys, "yields", "20", "--first", "15", "--final", "19")
    assert (said["First pass"][:8], said["Recovered"]) == ("15 of 20", "4 units")
    assert _said(capsys, "rolled", "95/100", "98/100")["Rolled yield"].startswith("93.1")
    assert _said(capsys, "dpmo", "12", "--units", "400")["Per million chances"] == "30,000"
    assert _said(capsys, "rate", "0", "1000")["95\u00a0% interval"] == "0 to 0.003689, two-sided"


def test_a_step_is_passed_of_entered(capsys: Console) -> None:
    assert run(["stats", "rolled", "95"]) == 2
    said = "A step is '95'; expected passed/entered, such as 95/100.\n"
    assert capsys.readouterr().err == said


def test_a_column_named_failed_or_count_is_meant(capsys: Console, table: Path) -> None:
    path = _rows(table, "time,failed,count", [(10, 1, 1), (20, 1, 2), (30, 0, 40)])
    assert _said(capsys, "weibull", path)["Units"].startswith("3 failed of 43;")
    path = _rows(table, "cause,count", [("dent", 12), ("paint", 88)])
    assert _said(capsys, "pareto", path)["paint"].startswith("88, 88")
