"""``firstoff history``: the columnar history of measurements, built and asked."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from firstoff.cli import shell
from firstoff.cli.ops import AsJson, Home, progress_bar, start
from firstoff.cli.options import ReaderOption, SiteOption
from firstoff.cli.shell import err, out, show
from firstoff.cli.stats.shared import fraction, refusing, rounded

if TYPE_CHECKING:
    from firstoff.queries.evidence.history import Covered, Meant
    from firstoff.rules.access import Actor

app = typer.Typer(
    name="history",
    help="Measurements of years, in a moment.",
    no_args_is_help=True,
    add_completion=False,
)

_TIMES = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d %H:%M"]

Part = Annotated[str, typer.Argument(help="The part number.")]
Named = Annotated[str, typer.Argument(help="Its number, its name in tests, or phase/name.")]
Maybe = Annotated[str, typer.Argument(help="One characteristic; every one unless said.")]
Since = Annotated[
    datetime | None,
    typer.Option(formats=_TIMES, metavar="TIME", help="Tests that began then or later."),
]
Until = Annotated[
    datetime | None,
    typer.Option(formats=_TIMES, metavar="TIME", help="Tests that began before."),
]
Batch = Annotated[list[str] | None, typer.Option(help="A batch ID; several times.")]
Limit = Annotated[int, typer.Option(min=0, help="The newest so many; 0: all of them.")]


@app.command()
def build(
    anew: Annotated[bool, typer.Option("--anew", help="From nothing, all of it.")] = False,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Add what was recorded since the last time. Safe to stop and to repeat."""
    start(home)
    from firstoff.queries.health import require_ready
    from firstoff.services import history

    require_ready()
    with progress_bar(as_json) as progress:
        done = history.build(at=shell.now(), progress=progress, anew=anew)
    held = done.manifest
    if as_json:
        added = {"records": done.records, "measurements": done.measurements}
        show({"entry": held.entry, "added": added, "why_anew": done.why_anew, **_size(held)})
        return
    if done.why_anew:
        out.print(f"Built from nothing. {done.why_anew}", markup=False)
    out.print(
        f"{done.measurements:,} measurements of {done.records:,} test records added; "
        f"{held.measurements:,} in {_weight(held.bytes)}, up to ledger entry {held.entry:,}.",
        markup=False,
    )


@app.command()
def status(
    full: Annotated[bool, typer.Option("--full", help="Read every file.")] = False,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """What the history covers, and whether it is sound (exit 4 when it is not)."""
    start(home)
    from firstoff.queries.evidence import history
    from firstoff.queries.health import require_ready

    require_ready()
    with progress_bar(as_json) as progress:
        found = history.status(full=full, progress=progress)
    if as_json:
        show({"sound": found.sound, **shell.plain(found)})
    else:
        _print_status(found)
    raise typer.Exit(0 if found.sound else 4)


@app.command()
def values(
    part: Part,
    characteristic: Named,
    since: Since = None,
    until: Until = None,
    batch: Batch = None,
    limit: Limit = 1000,
    site: SiteOption = None,
    by: ReaderOption = None,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """The measurements of a characteristic, in the order made."""
    actor, meant = _meant(home, by, site, part, characteristic, since, until, batch)
    from firstoff.queries.evidence import history

    found = history.values(actor, meant, limit=limit or None)
    _print_rows(found, _VALUES, as_json)


@app.command()
def outside(
    part: Part,
    characteristic: Maybe = "",
    since: Since = None,
    until: Until = None,
    batch: Batch = None,
    limit: Limit = 1000,
    site: SiteOption = None,
    by: ReaderOption = None,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Measurements outside the limits they were judged by, or that failed by another rule."""
    actor, meant = _meant(home, by, site, part, characteristic, since, until, batch)
    from firstoff.queries.evidence import history

    found = history.outside(actor, meant, limit=limit or None)
    _print_rows(found, ("name", *_VALUES), as_json)


@app.command()
def summary(
    part: Part,
    characteristic: Named,
    since: Since = None,
    until: Until = None,
    batch: Batch = None,
    site: SiteOption = None,
    by: ReaderOption = None,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """How many, mean, standard deviation, least and most; retests among them."""
    actor, meant = _meant(home, by, site, part, characteristic, since, until, batch)
    from firstoff.queries.evidence import history

    found = history.summary(actor, meant)
    if as_json:
        show(found)
        return
    (row,) = found.rows
    _print_pairs(
        {
            "Characteristic": _name(found.characteristic),
            "Limits": _limits(found.characteristic),
            "Measurements": f"{row['measured']:,} on {row['units']:,} units",
            "Numbers": f"{row['n']:,}",
            "Failed": f"{row['failed']:,}",
            "Mean, sd": f"{_number(row['mean'])}, {_number(row['sd'])}",
            "Least, most": f"{_number(row['minimum'])}, {_number(row['maximum'])}",
            "From, to": f"{row['first']:%Y-%m-%d %H:%M}, {row['last']:%Y-%m-%d %H:%M} UTC",
        }
    )
    _print_covered(found.covered)


@app.command()
def series(
    part: Part,
    characteristic: Named,
    stretches: Annotated[int, typer.Option(help="At most so many stretches of time.")] = 200,
    since: Since = None,
    until: Until = None,
    batch: Batch = None,
    site: SiteOption = None,
    by: ReaderOption = None,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """A characteristic by stretches of time, for a chart: count, mean, least, most."""
    actor, meant = _meant(home, by, site, part, characteristic, since, until, batch)
    from firstoff.queries.evidence import history

    found = history.series(actor, meant, stretches=stretches)
    if as_json:
        show(found)
        return
    _print_table(found.rows, ("began", "n", "mean", "minimum", "maximum"))
    _print_covered(found.covered)


@app.command()
@refusing
def capability(
    part: Part,
    characteristic: Named,
    lower: Annotated[float | None, typer.Option(help="Instead of the procedure's.")] = None,
    upper: Annotated[float | None, typer.Option(help="Instead of the procedure's.")] = None,
    confidence: Annotated[str, typer.Option(help="Of the bounds, in percent.")] = "95",
    retests: Annotated[
        bool, typer.Option("--retests", help="Every value, not the first of each unit alone.")
    ] = False,
    since: Since = None,
    until: Until = None,
    batch: Batch = None,
    site: SiteOption = None,
    by: ReaderOption = None,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Can the process hold its limits? Of the first value of each unit."""
    actor, meant = _meant(home, by, site, part, characteristic, since, until, batch)
    from firstoff.cli.stats.measured import capability_rows
    from firstoff.queries.evidence import history

    level = fraction(confidence, "confidence")
    found = history.capability(
        actor, meant, lower=lower, upper=upper, confidence=level, retests=retests
    )
    if as_json:
        show(found)
        return
    rows = dict(capability_rows(found.capability, _name(found.characteristic)))
    rows["Limits"] = _limits(found.characteristic)
    if found.retests:
        many = (
            "1 value of a retest" if found.retests == 1 else f"{found.retests:,} values of retests"
        )
        rows["Left out"] = many
    _print_pairs(rows)
    for caveat in found.capability.caveats:
        out.print(f"Note: {caveat.sentence}", markup=False)
    _print_covered(found.covered)


@app.command()
def yields(
    part: Part,
    since: Since = None,
    until: Until = None,
    batch: Batch = None,
    site: SiteOption = None,
    by: ReaderOption = None,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """First-pass and final yield of each procedure that tested a part."""
    actor, meant = _meant(home, by, site, part, "", since, until, batch)
    from firstoff.queries.evidence import history

    found = history.yields(actor, meant)
    if as_json:
        show(found)
        return
    columns = ("procedure_name", "units", "first_passed", "finally_passed", "tests", "no_tries")
    _print_table(found.rows, columns)
    _print_covered(found.covered)


_VALUES = ("began", "serial", "batch", "value", "lower", "upper", "outcome", "uid")


def _meant(
    home: str | None,
    by: str | None,
    site: str | None,
    part: str,
    characteristic: str,
    since: datetime | None,
    until: datetime | None,
    batch: list[str] | None,
) -> tuple["Actor", "Meant"]:
    """Who asks, and what. A time without an offset is the site's."""
    start(home)
    from firstoff.queries.evidence.history import Meant, sites_of
    from firstoff.queries.health import require_ready

    require_ready()
    actor = shell.reader(by)
    having = () if site else sites_of(actor, part)
    place = shell.site_of(actor, having[0] if len(having) == 1 else site)
    zone = ZoneInfo(place.time_zone)
    first, last = (t.replace(tzinfo=zone) if t and not t.tzinfo else t for t in (since, until))
    return actor, Meant(place.code, part, characteristic, first, last, tuple(batch or ()))


def _size(held: Any) -> dict[str, int]:
    return {"records": held.records, "measurements": held.measurements, "bytes": held.bytes}


def _print_status(found: Any) -> None:
    if not found.built:
        err.print(f"There is no measurement history in {found.folder}.", markup=False)
        err.print("Build it: firstoff history build.", markup=False)
        return
    _print_pairs(
        {
            "Folder": found.folder,
            "Built": f"{found.built_at[:16].replace('T', ' ')} UTC",
            "Covers": f"up to ledger entry {found.entry:,} of {found.head:,}",
            "Waiting": f"{found.waiting:,} test records",
            "Holds": f"{found.measurements:,} measurements of {found.records:,} test records",
            "Size": f"{_weight(found.bytes)} in {len(found.files):,} files",
        }
    )
    if found.why_anew:
        err.print(f"The next build begins from nothing. {found.why_anew}", markup=False)
    for path in found.damaged:
        err.print(f"{path} is not what was written. Run: firstoff history build --anew.")


def _print_rows(found: Any, columns: Iterable[str], as_json: bool) -> None:
    if as_json:
        show(found)
        return
    _print_table(found.rows, columns)
    if len(found.rows) < found.total:
        err.print(f"The newest {len(found.rows):,} of {found.total:,}; --limit 0 shows all.")
    _print_covered(found.covered)


def _print_table(rows: Iterable[Mapping[str, Any]], columns: Iterable[str]) -> None:
    """Cells parted by tabs, as other programs read them."""
    names = tuple(columns)
    typer.echo("\t".join(names))
    for row in rows:
        typer.echo("\t".join(_cell(row, name) for name in names))


def _print_pairs(rows: Mapping[str, str]) -> None:
    width = max(map(len, rows))
    for name, value in rows.items():
        out.print(f"{name:<{width}}  {value}", markup=False)


def _print_covered(covered: "Covered") -> None:
    if covered.waiting:
        err.print(
            f"{covered.waiting:,} test records came since it was built and are not in it.",
            markup=False,
        )


def _cell(row: Mapping[str, Any], name: str) -> str:
    found = row[name]
    if name == "value" and found is None:
        found = row.get("text")
    match found:
        case None:
            return ""
        case datetime():
            return found.isoformat(timespec="milliseconds")
        case float():
            return repr(found)
        case _:
            return str(found).replace("\t", " ").replace("\n", " ")


def _name(characteristic: Any) -> str:
    number = f"{characteristic.number} " if characteristic.number else ""
    return f"{number}{characteristic.name}"


def _limits(characteristic: Any) -> str:
    low, high = (
        "none" if limit is None else f"{limit:g}"
        for limit in (characteristic.lower, characteristic.upper)
    )
    more = len(characteristic.limits) - 1
    changed = f"; {more} other pair{'' if more == 1 else 's'} in this time" if more else ""
    unit = f" {characteristic.unit}" if characteristic.unit else ""
    return f"{low} to {high}{unit}{changed}"


def _weight(size: int) -> str:
    return f"{size / 1e6:,.1f} MB" if size >= 1e6 else f"{size / 1e3:,.1f} kB"


def _number(value: float | None) -> str:
    return "none" if value is None else rounded(value, 6)
