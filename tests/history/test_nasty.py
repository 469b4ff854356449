"""What is no plain number, names that are no plain names, and libraries that are not there."""

import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from firstoff.errors import InvalidInput, NotFound, Unavailable
from firstoff.formats.testdata.packing import Taken
from firstoff.history import libraries, questions
from firstoff.history.building import build
from firstoff.history.choosing import chosen
from firstoff.history.engine import History
from firstoff.history.files import Folder
from firstoff.history.questions import Ask
from firstoff.terms import TestOutcome
from tests.history import making
from tests.history.making import (
    FAIL,
    NOW,
    PARTS,
    PASS,
    Test,
    answered,
    holds,
    number,
    pages,
    told,
)

SERIES = '[["0","1.5"],["1","1.6"]]'
VALUES = {
    "a number": number("0.61"),
    "zeros at the end": number("0.6100"),
    "more digits than a float has": number("0.61000000000000000001"),
    "NaN": Taken(FAIL, None, "NaN"),
    "infinity": Taken(FAIL, Decimal("Infinity")),
    "minus infinity": Taken(FAIL, Decimal("-Infinity")),
    "a text": Taken(PASS, None, "blue\tand “green”"),
    "a flag": Taken(PASS, None, "true"),
    "a series": Taken(PASS, None, SERIES),
    "a waveform": Taken(PASS, None, "[" + "0.125," * 500 + "0]"),
    "nothing": Taken(TestOutcome.UNSET),
    "a skipped one": Taken(TestOutcome.SKIPPED),
    "the record broke off": None,
}


def asked(folder: Folder, engine: Any, made: list[Test]) -> History:
    build(folder, pages(made), holds, at=NOW)
    found = folder.manifest()
    assert found is not None
    return History(folder, found, engine)


@pytest.mark.parametrize("taken", VALUES.values(), ids=VALUES.keys())
def test_a_nasty_value_is_what_its_record_says(
    folder: Folder, engine: Any, taken: Taken | None
) -> None:
    made = [
        Test(1, [number("0.5"), taken, Taken(PASS, None, "true")]),
        Test(2, [taken, None, None]),
        Test(3, [number("0.6"), number(3), None]),
    ]
    history = asked(folder, engine, made)
    table = history.answer(questions.values(history.tables(Ask()), Ask()))
    assert answered(table) == told(made)


def test_statistics_are_of_finite_numbers(folder: Folder, engine: Any) -> None:
    made = [Test(i, [taken], 3) for i, taken in enumerate(VALUES.values(), 1)]
    history = asked(folder, engine, made)
    rows = history.tables(Ask()).measurements
    (found,) = history.answer(questions.summary(rows, Ask())).to_pylist()
    assert (found["measured"], found["n"], found["failed"]) == (12, 3, 3)
    assert (found["minimum"], found["maximum"]) == (0.61, 0.61)
    series = history.series(Ask())
    assert series.value.tolist() == [0.61, 0.61, 0.61]
    (stretch,) = history.answer(questions.series(rows, Ask(), NOW, 60)).to_pylist()
    assert stretch["n"] == 3


@pytest.mark.parametrize(
    "part", ["00123", "A/B:C", "..", ".hidden", "Ø 5 – größer", "x" * 300, "con", "a%2Fb", "1e5"]
)
def test_any_part_number_has_its_place_and_is_found(
    folder: Folder, engine: Any, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "PARTS", {**PARTS, 1: ("STOKE", part)})
    made = [Test(1, [number("0.5")], 3), Test(2, [number("0.7")], 3, part=2)]
    history = asked(folder, engine, made)
    ask = Ask(sites=["STOKE"], part=part)
    (row,) = history.answer(questions.values(history.tables(ask), ask)).to_pylist()
    assert (row["part"], row["value"]) == (part, 0.5)
    assert all(
        (folder.root / f.path).resolve().is_relative_to(folder.root.resolve())
        for f in history.manifest.files
    )


def test_parts_whose_folders_are_the_same_are_told_apart(
    folder: Folder, engine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "PARTS", {1: ("S", "a/b"), 2: ("S", "a%2Fb"), 3: ("s", "a/b")})
    made = [Test(key, [number(key)], 3, part=key) for key in (1, 2, 3)]
    history = asked(folder, engine, made)
    ask = Ask(sites=["S"], part="a/b")
    (row,) = history.answer(questions.values(history.tables(ask), ask)).to_pylist()
    assert row["value"] == 1


def line(place: int, name: str, **given: Any) -> dict[str, Any]:
    base = {"characteristic": "", "phase": "", "subtest": "", "unit": "", "lower": None}
    named = {"line": place, "name": name, "procedure": "p", "procedure_name": "Final test"}
    return {**base, "upper": None, **named, **given}


def test_a_line_is_found_by_number_then_phase_and_name_then_name() -> None:
    lines = [
        line(1, "5", phase="boot"),
        line(2, "gap", characteristic="5", lower=0.3, unit="mm"),
        line(3, "Volt", phase="boot"),
        line(4, "volt", phase="load"),
    ]
    found = chosen(lines, {"5"}, "5")
    assert (found.lines, found.name, found.number, found.lower) == ((2,), "gap", "5", 0.3)
    assert chosen(lines, {"LOAD/volt"}, "LOAD/volt").lines == (4,)
    with pytest.raises(InvalidInput, match="'volt' names 2 lines of the procedure") as refused:
        chosen(lines, {"volt"}, "volt")
    assert refused.value.way_out == "Name one of them: boot/Volt, load/volt."


def test_a_characteristic_has_the_limits_of_the_procedure_that_ran_last() -> None:
    lines = [
        line(1, "gap", procedure="old", lower=0.3, upper=0.9),
        line(2, "gap", procedure="new", lower=0.4, upper=0.9),
    ]
    found = chosen(lines, {"gap"}, "gap")
    assert (found.lower, found.lines) == (0.4, (1, 2))
    assert found.limits == ((0.3, 0.9), (0.4, 0.9))


def test_an_unknown_name_is_answered_with_those_there_are() -> None:
    with pytest.raises(NotFound) as refused:
        chosen([line(1, "gap", characteristic="1"), line(2, "volt")], {"gpa"}, "gpa")
    assert refused.value.way_out == "There are: 1 gap, volt."


def test_without_the_extra_one_sentence_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    libraries.ibis.cache_clear()
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(Unavailable) as refused:
        libraries.ibis()
    assert str(refused.value) == (
        "The measurement history needs pyarrow, which is not installed. "
        'Install the extra: pip install "firstoff[history]".'
    )


def test_commands_load_no_library_of_the_history_before_it_is_asked() -> None:
    program = (
        "import sys, firstoff.cli.history, firstoff.cli.ops\n"
        "print([m for m in ('numpy', 'pyarrow', 'ibis', 'duckdb') if m in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ran.stdout == "[]\n"


def test_a_damaged_file_is_an_answer_with_a_way_out(folder: Folder, engine: Any) -> None:
    history = asked(folder, engine, [Test(1, [number(1)], 3)])
    rows = history.tables(Ask()).measurements
    lost = replace(history.manifest.files[0], path="lines/../gone.parquet")
    Path(folder.root / history.manifest.of("measurements")[0].path).unlink()
    with pytest.raises(Unavailable, match="did not answer"):
        history.answer(questions.summary(rows, Ask()))
    with pytest.raises(Unavailable, match="cannot be read"):
        folder.read(lost)
