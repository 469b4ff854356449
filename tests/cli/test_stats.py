import json
import subprocess
import sys
from pathlib import Path

import pytest

from firstoff.cli.shell import run

Console = pytest.CaptureFixture[str]


def _said(console: Console, *words: str) -> dict[str, str]:
    assert run(["stats", *words]) == 0
    lines = console.readouterr().out.splitlines()
    return {key.strip(): value for key, _, value in (line.partition("  ") for line in lines)}


def _file(folder: Path, text: str) -> str:
    path = folder / "gap.csv"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_proportion_shows_the_arms(capsys: Console) -> None:
    said = _said(capsys, "proportion", "1", "20")
    assert said["95\u00a0% interval"].strip() == "0.13\u00a0% to 24.9\u00a0%"


def test_predict_shows_what_a_thousand_will_bring(capsys: Console) -> None:
    said = _said(capsys, "predict", "1", "20", "--quantity", "1000")
    assert said["90\u00a0% prediction"].strip() == "8 to 181"


def test_oc_counts_in_hundreds(capsys: Console) -> None:
    said = _said(capsys, "oc", "20", "1", "--rates", "10%")
    assert said["10\u00a0%"].strip() == "passes 39 times in 100"


def test_sample_size_takes_percent(capsys: Console) -> None:
    said = _said(capsys, "sample-size", "5%", "--confidence", "95")
    assert said["Sample"].strip() == "59 units with at most 0 rejects show at most 5\u00a0%"


def test_compare_says_whether_a_difference_is_shown(capsys: Console) -> None:
    said = _said(capsys, "compare", "5", "20", "1", "20")
    assert said["Difference"].strip() == "not shown at 95\u00a0%, p 0.10"


def test_tries_shows_each_try(capsys: Console) -> None:
    said = _said(capsys, "tries", "10%", "-n", "20", "-c", "1", "--tries", "3")
    assert said["Within 3 tries"].strip() == "77 times in 100"


def test_plan_keeps_both_risks(capsys: Console) -> None:
    said = _said(capsys, "plan", "--aql", "1%", "--ltpd", "10%")
    assert said["Plan"].strip() == "52 units, accept at 2 or fewer (binomial)"


def test_sampling_follows_the_arrow_and_draws(capsys: Console) -> None:
    said = _said(capsys, "sampling", "200", "--aql", "0.65", "--seed", "lot 7")
    assert said["Code letter"].strip() == "G; the arrow leads to F, single"
    assert said["Sample"].strip() == "20 units, accept at 0, reject at 1"
    assert len(said["Draw"].split(",")) == 20


def test_capability_reads_decimal_commas(capsys: Console, tmp_path: Path) -> None:
    path = _file(tmp_path, "id;gap\nA;0,42\nB;0,47\nC;0,44\n")
    said = _said(capsys, "capability", path, "--lower", "0.3", "--upper", "0.6")
    assert said["Characteristic"].strip() == "gap, 3 values"


def test_json_holds_the_whole_result(capsys: Console) -> None:
    assert run(["stats", "proportion", "0", "20", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["lower"], said["caveats"]) == (0.0, ["none-seen", "small-sample"])


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["proportion", "3", "2"], "x is 3; expected at most n, which is 2.\n"),
        (["proportion", "0", "0"], "Too few units: 0 given, at least 1 needed.\n"),
        (["sample-size", "x"], "rate is 'x'; expected a rate such as 5%.\n"),
        (["sample-size", "5"], "rate is '5'; expected a rate such as 5% or 0.05.\n"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_two(
    words: list[str], sentence: str, capsys: Console
) -> None:
    assert (run(["stats", *words]), capsys.readouterr().err) == (2, sentence)


def test_a_bad_cell_is_named_by_row_and_column(capsys: Console, tmp_path: Path) -> None:
    path = _file(tmp_path, "gap\n0.42\nx\n")
    assert run(["stats", "capability", path, "--lower", "0.3"]) == 2
    assert capsys.readouterr().err == (
        "gap.csv, row 3, column gap: found 'x'; expected a number.\n"
    )


def test_the_statistics_start_without_django() -> None:
    asked = "import sys, firstoff.cli.stats, firstoff.stats; print('django' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"


def test_chart_names_the_points_that_break_a_rule(capsys: Console, tmp_path: Path) -> None:
    path = _file(tmp_path, "gap\n" + "\n".join(["10.0", "10.2", "9.9", "10.1"] * 4 + ["14"]))
    said = _said(capsys, "chart", path, "--base", "16")
    assert said["I rule 1"].strip() == "points 17"


def test_chart_of_counts_needs_sizes(capsys: Console, tmp_path: Path) -> None:
    path = _file(tmp_path, "x,n\n1,10\n2,10\n")
    assert run(["stats", "chart", path, "--kind", "p", "--column", "x"]) == 2
    assert run(["stats", "chart", path, "--kind", "p", "--column", "x", "--size-column", "n"]) == 0
    assert "A p chart needs sample sizes; name their column." in capsys.readouterr().err


def test_chart_reports_as_json(capsys: Console, tmp_path: Path) -> None:
    path = _file(tmp_path, "gap\n1\n2\n3\n")
    for kind in ("i", "ewma", "cusum", "c"):
        assert run(["stats", "chart", path, "--kind", kind, "--json"]) == 0
        assert json.loads(capsys.readouterr().out)


def test_tolerance_and_normality_read_a_column(capsys: Console, tmp_path: Path) -> None:
    path = _file(tmp_path, "gap\n" + "\n".join(str(value) for value in range(20)))
    said = _said(capsys, "tolerance", path, "--coverage", "90%")
    assert said["90\u00a0% of all values"].strip() == "-4.21815 to 23.2182"
    assert _said(capsys, "normality", path)["Normal"].strip() == "no sign against it"


@pytest.mark.parametrize(
    ("ending", "begins"), [("svg", b"<svg"), ("png", b"\x89PNG"), ("html", b"<!d")]
)
def test_a_chart_is_written_by_the_ending_of_its_name(
    ending: str, begins: bytes, capsys: Console, tmp_path: Path
) -> None:
    path = _file(tmp_path, "gap\n" + "\n".join(["10.0", "10.2", "9.9", "10.1"] * 4 + ["14"]))
    for command in (
        ["chart", path],
        ["capability", path, "--upper", "15"],
        ["oc", "20", "1"],
    ):
        file = tmp_path / f"{command[0]}.{ending}"
        assert run(["stats", *command, "--chart", str(file)]) == 0
        assert file.read_bytes().startswith(begins)


def test_a_chart_of_another_ending_is_refused(capsys: Console, tmp_path: Path) -> None:
    path = _file(tmp_path, "gap\n1\n2\n3\n")
    assert run(["stats", "chart", path, "--chart", "a.gif"]) == 2
    assert capsys.readouterr().err == (
        "a.gif: expected a name that ends in .svg, .png or .html.\n"
    )


def test_capability_goes_by_percentiles_or_after_a_transform(
    capsys: Console, tmp_path: Path
) -> None:
    values = [1.2, 1.9, 2.5, 1.4, 3.6, 2.2, 1.7, 2.9, 5.1, 1.5, 2.0, 1.8, 2.4, 3.1, 1.6, 2.7]
    path = _file(tmp_path, "x\n" + "\n".join(map(str, values * 2)))
    said = _said(capsys, "capability", path, "--upper", "20", "--family", "lognormal")
    assert said["Fitted"].strip().startswith("lognormal: meanlog")
    moved = _said(capsys, "capability", path, "--upper", "20", "--transform", "box-cox")
    assert moved["Transform"].strip().startswith("box-cox (")
    assert run(["stats", "capability", path, "--upper", "20", "--family", "cauchy"]) == 2


def test_a_lot_is_judged_by_its_measured_values(capsys: Console, tmp_path: Path) -> None:
    assert _said(capsys, "variables")["Plan"].strip().startswith("21 units, k 1.756")
    path = _file(tmp_path, "x\n" + "\n".join(str(10 + place / 10) for place in range(21)))
    said = _said(capsys, "variables", path, "--lower", "8", "--upper", "14")
    assert said["Lot"].strip() == "accept, by the M method"
