"""``firstoff stats``: the statistics with no server and no database.

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


def _refusing(call: Callable[P, None]) -> Callable[P, None]:
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


@app.command()
@_refusing
def proportion(
    x: Annotated[int, typer.Argument(help="Rejects seen.")],
    n: Annotated[int, typer.Argument(help="Units inspected.")],
    confidence: Confidence = "95",
    sides: Annotated[str, typer.Option(help="two, lower or upper.")] = "two",
    method: Annotated[
        str, typer.Option(help="clopper-pearson, wilson, jeffreys.")
    ] = "clopper-pearson",
    as_json: AsJson = False,
) -> None:
    """The rate behind X of N, with its interval."""
    from firstoff import stats

    seen = stats.proportion(
        x,
        n,
        confidence=_fraction(confidence, "confidence"),
        sides=sides,  # type: ignore[arg-type]
        method=method,  # type: ignore[arg-type]
    )
    rows = [
        ("Seen", f"{seen.x} of {seen.n}, {_percent(seen.estimate)}"),
        (f"{_percent(seen.confidence)} interval", _between(seen.lower, seen.upper)),
        ("Method", f"{seen.method}, {seen.sides}-sided"),
    ]
    _answer(seen, rows, as_json)


@app.command()
@_refusing
def predict(
    x: Annotated[int, typer.Argument(help="Rejects seen.")],
    n: Annotated[int, typer.Argument(help="Units inspected.")],
    quantity: Annotated[int, typer.Option(help="Units still to be made.")],
    confidence: Confidence = "90",
    as_json: AsJson = False,
) -> None:
    """Rejects to expect in a quantity still to be made, after X of N."""
    from firstoff import stats

    level = _fraction(confidence, "confidence")
    seen = stats.predict_rejects(x, n, quantity=quantity, confidence=level)
    rows = [
        ("Seen", f"{seen.x} of {seen.n}"),
        ("Prediction, mean", f"{seen.mean:,.0f} of {seen.quantity:,}"),
        (f"{_percent(level)} prediction", f"{seen.lower:,} to {seen.upper:,}"),
        ("Median", f"{seen.median:,}"),
        ("Method", f"{seen.method}, prior Beta{seen.prior}"),
    ]
    _answer(seen, rows, as_json)


@app.command()
@_refusing
def oc(
    n: Annotated[int, typer.Argument(help="Units inspected.")],
    c: Annotated[int, typer.Argument(help="Accept number.")],
    rates: Annotated[str, typer.Option(help="True rates.")] = "1%,2%,5%,10%,15%,20%,30%",
    lot: Annotated[int | None, typer.Option(help="Lot size, where known.")] = None,
    as_json: AsJson = False,
) -> None:
    """How often a plan of N units and at most C rejects passes, at each true rate."""
    from firstoff import stats

    at = [_fraction(rate, "rates") for rate in rates.split(",")]
    seen = stats.operating_characteristic(n, c, at, lot=lot)
    rows = [
        (_percent(rate), f"passes {chance * 100:.0f} times in 100")
        for rate, chance in zip(seen.rates, seen.acceptance, strict=True)
    ]
    _answer(seen, [("True rate", f"{seen.model}, {n} units, at most {c}"), *rows], as_json)


@app.command("sample-size")
@_refusing
def sample_size(
    rate: Annotated[str, typer.Argument(help="The rate to show, such as 5%.")],
    confidence: Confidence = "95",
    allow: Annotated[int, typer.Option(help="Rejects allowed.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Units to inspect to show that the rate is at most RATE."""
    from firstoff import stats

    bar, level = _fraction(rate, "rate"), _fraction(confidence, "confidence")
    n = stats.sample_size_for_claim(bar, confidence=level, rejects_allowed=allow)
    said = {"n": n, "rate": bar, "confidence": level, "rejects_allowed": allow}
    claim = f"{n:,} units with at most {allow} rejects show at most {_percent(bar)}"
    _answer(said, [("Sample", claim), ("Confidence", _percent(level))], as_json)


@app.command()
@_refusing
def compare(
    x1: Annotated[int, typer.Argument(help="Rejects of the first batch.")],
    n1: Annotated[int, typer.Argument(help="Units of the first batch.")],
    x2: Annotated[int, typer.Argument(help="Rejects of the second batch.")],
    n2: Annotated[int, typer.Argument(help="Units of the second batch.")],
    alternative: Annotated[str, typer.Option(help="two-sided, less or greater.")] = "two-sided",
    confidence: Confidence = "95",
    as_json: AsJson = False,
) -> None:
    """Do two batches differ: X1 of N1 against X2 of N2?"""
    from firstoff import stats

    level = _fraction(confidence, "confidence")
    seen = stats.compare_proportions(
        x1,
        n1,
        x2,
        n2,
        alternative=alternative,  # type: ignore[arg-type]
        confidence=level,
    )
    shown = "shown" if seen.significant else "not shown"
    rows = [
        ("First", _with_interval(seen.first)),
        ("Second", _with_interval(seen.second)),
        ("Difference", f"{shown} at {_percent(level)}, p {_p_value(seen.p_value)}"),
        ("Fisher", f"p {_p_value(seen.fisher)}"),
        ("Decides", f"{seen.method}, {seen.alternative}"),
    ]
    _answer(seen, rows, as_json)


@app.command()
@_refusing
def tries(
    rate: Annotated[str, typer.Argument(help="True reject rate, such as 10%.")],
    n: Annotated[int, typer.Option("-n", help="Units in a batch.")],
    c: Annotated[int, typer.Option("-c", help="Rejects allowed in it.")],
    tries: Annotated[int, typer.Option(help="Batches tried.")] = 3,
    as_json: AsJson = False,
) -> None:
    """The chance that a process passes within a number of tries."""
    from firstoff import stats

    bar = _fraction(rate, "rate")
    chances = [stats.chance_within_tries(bar, n=n, c=c, tries=k + 1) for k in range(max(tries, 1))]
    rows = [
        (f"Within {k} {'try' if k == 1 else 'tries'}", f"{chance * 100:.0f} times in 100")
        for k, chance in enumerate(chances, start=1)
    ]
    _answer({"rate": bar, "n": n, "c": c, "chance": chances}, rows, as_json)


@app.command()
@_refusing
def plan(
    aql: Annotated[str, typer.Option(help="Rate to accept, such as 1%.")],
    ltpd: Annotated[str, typer.Option(help="Rate to reject, such as 10%.")],
    alpha: Annotated[str, typer.Option(help="Risk to reject the AQL.")] = "5%",
    beta: Annotated[str, typer.Option(help="Risk to accept the LTPD.")] = "10%",
    lot: Annotated[int | None, typer.Option(help="Lot size, where known.")] = None,
    as_json: AsJson = False,
) -> None:
    """The smallest sampling plan that keeps both risks."""
    from firstoff import stats

    found = stats.find_plan(
        aql=_fraction(aql, "aql"),
        ltpd=_fraction(ltpd, "ltpd"),
        alpha=_fraction(alpha, "alpha"),
        beta=_fraction(beta, "beta"),
        lot=lot,
    )
    rows = [
        ("Plan", f"{found.n} units, accept at {found.c} or fewer ({found.model})"),
        (
            f"At {_percent(found.aql)}",
            f"accepted {found.acceptance_at_aql * 100:.0f} times in 100",
        ),
        (
            f"At {_percent(found.ltpd)}",
            f"accepted {found.acceptance_at_ltpd * 100:.0f} times in 100",
        ),
    ]
    _answer(found, rows, as_json)


@app.command()
@_refusing
def sampling(
    lot: Annotated[int, typer.Argument(help="Units in the lot.")],
    aql: Annotated[str, typer.Option(help="AQL as printed, such as 1.0.")],
    level: Annotated[str, typer.Option(help="S-1 to S-4, I, II, III.")] = "II",
    inspection: Annotated[str, typer.Option(help="normal, tightened, reduced.")] = "normal",
    procedure: Annotated[str, typer.Option(help="single, double, multiple.")] = "single",
    seed: Annotated[str | None, typer.Option(help="Draw the first sample from this seed.")] = None,
    as_json: AsJson = False,
) -> None:
    """The plan of MIL-STD-105E = ANSI/ASQ Z1.4 for a lot, and the units to draw."""
    from firstoff import stats

    found = stats.standard_plan(
        lot,
        aql=aql,
        level=level,  # type: ignore[arg-type]
        inspection=inspection,  # type: ignore[arg-type]
        procedure=procedure,  # type: ignore[arg-type]
    )
    drawn = None if seed is None else stats.draw_sample(lot, min(found.n[0], lot), seed=seed)
    rows = [("Standard", found.standard), ("Code letter", _letters(found))]
    for n, ac, re in zip(found.n, found.ac, found.re, strict=True):
        accept = "no acceptance" if ac < 0 else f"accept at {ac}"
        rows.append(("Sample", f"{n} units, {accept}, reject at {re}"))
    if found.inspect_all:
        rows.append(("Note", f"The sample reaches the lot: inspect all {lot:,} units."))
    if drawn is not None:
        rows.append(("Draw", ", ".join(str(unit) for unit in drawn)))
    _answer({**_plain(found), "drawn": drawn}, rows, as_json)


def _letters(found: Any) -> str:
    if found.letter == found.letter_used:
        return f"{found.letter}, {found.procedure}"
    return f"{found.letter}; the arrow leads to {found.letter_used}, {found.procedure}"


@app.command()
@_refusing
def capability(
    file: File,
    lower: LowerLimit = None,
    upper: UpperLimit = None,
    target: Annotated[float | None, typer.Option(help="Target value.")] = None,
    column: ColumnName = None,
    subgroup: Annotated[int, typer.Option(help="Values in a subgroup; 1 is a series.")] = 1,
    confidence: Confidence = "95",
    as_json: AsJson = False,
) -> None:
    """Can the process hold its limits? Ppk and Cpk with the bounds that decide."""
    from firstoff import stats

    found = _read(file).column(column)
    seen = stats.capability(
        _grouped(found.numbers(), subgroup),
        lower=lower,
        upper=upper,
        target=target,
        confidence=_fraction(confidence, "confidence"),
    )
    _answer(seen, _capability_rows(seen, found.name), as_json)


def _capability_rows(seen: Any, name: str) -> list[Row]:
    level = _percent(seen.confidence)
    rows = [
        ("Characteristic", f"{name}, {seen.n} values"),
        ("Mean, sd", f"{seen.mean:.6g}, {seen.sd:.4g}"),
        (
            f"Ppk, lower {level} bound",
            f"{seen.ppk:.2f}, {seen.ppk_lower:.2f} ({seen.bound_method})",
        ),
    ]
    if seen.pp is not None:
        rows.append((f"Pp, lower {level} bound", f"{seen.pp:.2f}, {seen.pp_lower:.2f}"))
    if seen.cpk is not None:
        how = f"within by {seen.within_method}"
        rows.append((f"Cpk, lower {level} bound", f"{seen.cpk:.2f}, {seen.cpk_lower:.2f} ({how})"))
    if seen.cpm is not None:
        rows.append(("Cpm", f"{seen.cpm:.2f}"))
    outside = seen.observed_below + seen.observed_above
    rows.append(("Outside, seen", f"{outside} of {seen.n}"))
    rows.append(("Outside, expected", f"{seen.expected_outside * 1e6:,.3g} in a million"))
    return rows


def _read(file: str) -> "Table":
    from firstoff.formats.columns import read_columns

    if file == "-":
        return read_columns("standard input", sys.stdin.buffer.read())
    try:
        return read_columns(Path(file).name, Path(file).read_bytes())
    except OSError as error:
        raise InvalidInput(f"{file}: {error.strerror or error}; expected a file.") from error


def _grouped(values: list[float], size: int) -> Any:
    if size < 1 or len(values) % size:
        raise InvalidInput(f"{len(values)} values do not make whole subgroups of {size}.")
    if size == 1:
        return values
    return [values[start : start + size] for start in range(0, len(values), size)]


def _fraction(text: str, name: str) -> float:
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


def _answer(seen: Any, rows: Sequence[Row], as_json: bool) -> None:
    if as_json:
        show(_plain(seen))
        return
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        print(f"{name:<{width}}  {value}")
    for caveat in getattr(seen, "caveats", ()):
        print(f"{'Note':<{width}}  {caveat.sentence}")


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)
        }
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    return value


def _with_interval(seen: Any) -> str:
    return f"{seen.x} of {seen.n}, {_percent(seen.estimate)} ({_between(seen.lower, seen.upper)})"


def _between(low: float, high: float) -> str:
    return f"{_percent(low)} to {_percent(high)}"


def _percent(fraction: float) -> str:
    if 0 < fraction < 0.001:
        return "under 0.1\u00a0%"
    digits = 2 if fraction < 0.01 else 3
    return f"{_rounded(fraction * 100, digits)}\u00a0%"


def _p_value(p: float) -> str:
    if p < 0.001:
        return "under 0.001"
    return f"{p:.{max(2, 1 - math.floor(math.log10(p)))}f}"  # two significant digits


def _rounded(number: float, digits: int) -> str:
    """So many significant digits, without an exponent or idle zeros."""
    if number == 0:
        return "0"
    places = max(0, digits - 1 - math.floor(math.log10(abs(number))))
    text = f"{number:.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
