"""What the statistics commands share: options, columns from files, answers as text or JSON.

Percent here, fractions inside. The statistics are imported when a command runs, so that help
and completion answer at once.
"""

import dataclasses
import functools
import math
import sys
from collections.abc import Callable, Sequence
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ParamSpec

import typer

from firstoff.cli.shell import show
from firstoff.errors import InvalidInput

if TYPE_CHECKING:
    from firstoff.formats.columns import Table

app = typer.Typer(
    name="stats",
    help="Statistics of quality: no server, no database.",
    no_args_is_help=True,
    add_completion=False,
)
P = ParamSpec("P")
Row = tuple[str, str]

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Confidence = Annotated[str, typer.Option(help="Confidence, such as 95 or 95% or 0.95.")]
LowerLimit = Annotated[float | None, typer.Option("--lower", help="Lower limit.")]
UpperLimit = Annotated[float | None, typer.Option("--upper", help="Upper limit.")]
File = Annotated[str, typer.Argument(help="CSV, XLSX or Parquet; - reads standard input.")]
ColumnName = Annotated[str | None, typer.Option("--column", help="Name or number of the column.")]


def refusing(call: Callable[P, None]) -> Callable[P, None]:
    """The statistics know no error of ours: their refusal is bad input here."""

    @functools.wraps(call)
    def answered(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            call(*args, **kwargs)
        except ValueError as refusal:
            from firstoff.stats import StatsError

            if not isinstance(refusal, StatsError):
                raise
            raise InvalidInput(refusal.message, code="statistics") from refusal

    return answered


def read(file: str) -> "Table":
    from firstoff.formats.columns import read_columns

    if file == "-":
        return read_columns("standard input", sys.stdin.buffer.read())
    try:
        return read_columns(Path(file).name, Path(file).read_bytes())
    except OSError as error:
        raise InvalidInput(f"{file}: {error.strerror or error}; expected a file.") from error


def named(table: "Table", told: str | None, usual: str) -> str | None:
    """The column that was told, else the one of the usual name where the table has it."""
    there = any(column.name == usual for column in table.columns)
    return told if told is not None else usual if there else None


def grouped(values: list[float], size: int) -> Any:
    if size < 1 or len(values) % size:
        raise InvalidInput(f"{len(values)} values do not make whole subgroups of {size}.")
    if size == 1:
        return values
    return [values[start : start + size] for start in range(0, len(values), size)]


def fraction(text: str, name: str) -> float:
    """A fraction from "5%", "0.05" or, for a confidence, "95"."""
    bare = text.strip().removesuffix("%").strip()
    try:
        number = float(bare)
    except ValueError as error:
        raise InvalidInput(f"{name} is {text!r}; expected a rate such as 5%.") from error
    hundredths = text.strip().endswith("%") or (name == "confidence" and number > 1)
    if not hundredths and number > 1:
        raise InvalidInput(f"{name} is {text!r}; expected a rate such as 5% or 0.05.")
    return number / 100 if hundredths else number


def said(word: str) -> Any:
    """A word as it was typed: the statistics know which words they take, and refuse others."""
    return word


def answer(seen: Any, rows: Sequence[Row], as_json: bool) -> None:
    if as_json:
        show(plain(seen))
        return
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        print(f"{name:<{width}}  {value}")
    for caveat in getattr(seen, "caveats", ()):
        print(f"{'Note':<{width}}  {caveat.sentence}")


def plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)
        }
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    return value


def with_interval(seen: Any) -> str:
    return f"{seen.x} of {seen.n}, {percent(seen.estimate)} ({between(seen.lower, seen.upper)})"


def between(low: float, high: float) -> str:
    return f"{percent(low)} to {percent(high)}"


def percent(fraction: float) -> str:
    if 0 < fraction < 0.001:
        return "under 0.1\u00a0%"
    digits = 2 if fraction < 0.01 else 3
    return f"{rounded(fraction * 100, digits)}\u00a0%"


def times(chance: float) -> str:
    """A chance as a person counts it; never impossible or certain unless it is."""
    if 0 < chance < 0.005:
        return "under 1 time in 100"
    if 0.995 <= chance < 1:
        return "over 99 times in 100"
    count = f"{chance * 100:.0f}"
    return f"{count} {'time' if count == '1' else 'times'} in 100"


def p_value(p: float) -> str:
    if p < 0.001:
        return "under 0.001"
    return f"{p:.{max(2, 1 - math.floor(math.log10(p)))}f}"  # two significant digits


def rounded(number: float, digits: int) -> str:
    """So many significant digits, without an exponent or idle zeros."""
    if number == 0:
        return "0"
    places = max(0, digits - 1 - math.floor(math.log10(abs(number))))
    text = f"{number:.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
