"""Every command that draws writes a picture that says what the command found."""

import math
from pathlib import Path
from xml.etree import ElementTree

import pytest

from firstoff import stats
from firstoff.cli.shell import run
from firstoff.cli.stats.pictures import cusum_sums
from firstoff.formats.charts.cusum import CusumSums

SVG = "{http://www.w3.org/2000/svg}"
VALUES = (10.0, 10.2, 9.9, 10.1, 10.05, 9.95, 10.3, 9.8, 10.12, 9.93)


def _table(folder: Path, text: str) -> str:
    path = folder / "table.csv"
    path.write_text(text, encoding="utf-8")
    return str(path)


def _readings(folder: Path, appraisers: str = "AB") -> str:
    rows = ["appraiser,part,value"]
    for k, appraiser in enumerate(appraisers):
        for part in range(5):
            for trial in range(3):
                value = part + 0.1 * math.sin(7 * part + 3 * k + 5 * trial)
                rows.append(f"{appraiser},{part},{value:.3f}")
    return _table(folder, "\n".join(rows))


def _finding(folder: Path, *words: str) -> str:
    file = folder / "picture.svg"
    assert run(["stats", *words, "--chart", str(file)]) == 0
    return str(ElementTree.parse(file).getroot().findtext(f"{SVG}desc"))


def test_a_gauge_study_is_drawn_with_its_categories(tmp_path: Path) -> None:
    assert _finding(tmp_path, "gauge", _readings(tmp_path)).endswith(
        "it tells 28 categories apart."
    )


@pytest.mark.parametrize(
    ("words", "appraisers"),
    [(["--method", "average-range"], "ABC"), (["--nested"], "AB"), ([], "A")],
)
def test_a_gauge_study_of_every_kind_is_drawn(
    words: list[str], appraisers: str, tmp_path: Path
) -> None:
    assert "categor" in _finding(tmp_path, "gauge", _readings(tmp_path, appraisers), *words)


def test_a_nested_study_draws_no_part_of_all_appraisers(tmp_path: Path) -> None:
    _finding(tmp_path, "gauge", _readings(tmp_path), "--nested")
    said = "".join(ElementTree.parse(tmp_path / "picture.svg").getroot().itertext())
    assert ("By appraiser" in said, "By part" in said) == (True, False)


def test_a_weibull_fit_is_drawn_with_units_still_good(tmp_path: Path) -> None:
    table = _table(tmp_path, "time,failed\n100,1\n180,1\n240,1\n300,1\n300,0\n300,0\n")
    assert _finding(tmp_path, "weibull", table, "--failed", "failed").startswith(
        "4 of 6 failed; Weibull shape "
    )


def test_a_chain_is_drawn_with_the_link_that_decides(tmp_path: Path) -> None:
    table = _table(tmp_path, "name,nominal,plus,sensitivity\nbody,20,0.3,1\nlid,19.5,0.1,-1\n")
    said = _finding(
        tmp_path, "stackup", table, "--lower", "0.3", "--upper", "0.7", "--draws", "10000"
    )
    assert said.endswith("body makes 90\u00a0% of the variance.")


def test_a_plan_is_drawn_with_both_risks(tmp_path: Path) -> None:
    assert _finding(tmp_path, "plan", "--aql", "1%", "--ltpd", "10%") == (
        "AQL, 1\u00a0% rejects: accepted 98 in 100; LTPD, 10\u00a0% rejects: accepted 10 in 100."
    )


def test_a_published_plan_of_two_samples_is_drawn_with_what_goes_out(tmp_path: Path) -> None:
    said = _finding(tmp_path, "sampling", "1000", "--aql", "1.0", "--procedure", "double")
    assert said.startswith("AQL, 1\u00a0% rejects: accepted 9")
    assert said.endswith("go out when rejected lots are screened.")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["sampling", "1000", "--aql", "40"], "counts defects per 100 units; its chart"),
        (["sampling", "2", "--aql", "1.0"], "reaches the lot: there is no curve to draw"),
    ],
)
def test_a_plan_without_a_curve_is_refused(
    words: list[str], sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["stats", *words, "--chart", str(tmp_path / "a.svg")]) == 2
    assert sentence in capsys.readouterr().err


def test_a_pareto_is_drawn_by_its_causes(tmp_path: Path) -> None:
    table = _table(tmp_path, "cause\nlid\nlid\nglaze\n")
    assert _finding(tmp_path, "pareto", table) == "lid: 2 of 3; glaze: 1 of 3."


def test_values_are_drawn_against_a_normal_model(tmp_path: Path) -> None:
    table = _table(tmp_path, "\n".join(["gap", *map(str, VALUES)]))
    assert _finding(tmp_path, "normality", table).startswith("No sign against a normal")


def test_a_cusum_says_when_the_shift_began(tmp_path: Path) -> None:
    shifted = [*VALUES, *(value + 0.5 for value in VALUES)]
    table = _table(tmp_path, "\n".join(["gap", *(f"{value:.2f}" for value in shifted)]))
    said = _finding(tmp_path, "chart", table, "--kind", "cusum", "--base", "10")
    assert said.startswith("A shift upwards is signalled first at point 13, which began at ")


def test_a_shift_downwards_is_drawn_downwards(tmp_path: Path) -> None:
    shifted = [*VALUES, *(value - 0.5 for value in VALUES)]
    table = _table(tmp_path, "\n".join(["gap", *(f"{value:.2f}" for value in shifted)]))
    said = _finding(tmp_path, "chart", table, "--kind", "cusum", "--base", "10")
    assert said.startswith("A shift downwards is signalled first at point 13")
    sums = cusum_sums(stats.cusum_chart(shifted, base=10), "gap")
    assert isinstance(sums, CusumSums)
    assert min(*sums.upper, *sums.lower) == 0
    assert max(sums.lower) > sums.limit


def test_an_ewma_chart_is_drawn(tmp_path: Path) -> None:
    table = _table(tmp_path, "\n".join(["gap", *map(str, VALUES)]))
    said = _finding(tmp_path, "chart", table, "--kind", "ewma")
    assert said == "None of 10 points breaks a rule."


def test_a_proportion_is_drawn_against_a_bar(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = _finding(tmp_path, "proportion", "1", "20", "--bar", "5%")
    assert said == (
        "20 units: 1 of 20 rejected, 5\u00a0%, interval 0.13\u00a0% to 24.9\u00a0%. "
        "The bar is 5\u00a0%."
    )
    assert "left open: it lies in the interval" in capsys.readouterr().out
    assert run(["stats", "proportion", "1", "20", "--chart", str(tmp_path / "a.svg")]) == 2
    assert "add --bar, such as 5%" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("x", "bar", "said"), [("0", "30%", "shown: the"), ("19", "5%", "broken: the")]
)
def test_an_interval_can_settle_a_bar(
    x: str, bar: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["stats", "proportion", x, "20", "--bar", bar]) == 0
    assert said in capsys.readouterr().out


def test_a_prediction_is_drawn(tmp_path: Path) -> None:
    said = _finding(tmp_path, "predict", "1", "20", "--quantity", "1000")
    assert said.endswith("90\u00a0% of the predictions lie from 8 to 181.")


KINDS: dict[str, tuple[str, list[str]]] = {
    "mr": ("gap", []),
    "xbar-r": ("gap", ["--subgroup", "2"]),
    "xbar-s": ("gap", ["--subgroup", "2", "--spread"]),
    "g": ("count", []),
    "t": ("gap", []),
    "ewma": ("gap", []),
    "cusum": ("gap", []),
    "c": ("count", ["--rules", "western-electric"]),
    "p": ("count", ["--size-column", "size"]),
    "np": ("count", ["--size-column", "size"]),
    "u": ("count", ["--size-column", "size"]),
    "p-laney": ("count", ["--size-column", "size"]),
    "u-laney": ("count", ["--size-column", "size"]),
    "dnom": ("gap", ["--part-column", "part", "--nominal-column", "nominal"]),
    "z-mr": ("gap", ["--part-column", "part", "--nominal-column", "nominal"]),
    "t2": ("gap", ["--columns", "gap,count"]),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_control_chart_is_drawn_from_a_file(kind: str, tmp_path: Path) -> None:
    rows = ["gap,count,size,part,nominal"]
    for place, value in enumerate(VALUES):
        part = "AB"[place % 2]
        rows.append(f"{value},{1 + 3 * place % 5},40,{part},10")
    column, words = KINDS[kind]
    told = ["--kind", kind, "--column", column, *words]
    said = _finding(tmp_path, "chart", _table(tmp_path, "\n".join(rows)), *told)
    assert said.endswith(".")


def test_a_part_with_two_nominals_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    table = _table(tmp_path, "x,part,nominal\n1,a,1\n2,a,2\n")
    words = ["--column", "x", "--part-column", "part", "--nominal-column", "nominal"]
    assert run(["stats", "chart", table, "--kind", "dnom", *words]) == 2
    assert "Part a has the nominals 1 and 2." in capsys.readouterr().err
