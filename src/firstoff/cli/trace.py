"""`firstoff trace SERIAL` and `firstoff where-used ...`: both ways through the genealogy."""

import inspect
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from firstoff.cli import shell
from firstoff.cli.options import JsonOption, ReaderOption, SiteOption
from firstoff.errors import InvalidInput, NotFound
from firstoff.rules.evidence.words import counted
from firstoff.rules.trace import CONDITIONS, AsOf, Condition, Question, read_question
from firstoff.rules.trace.conditions import Field
from firstoff.rules.trace.fields import day_or_moment, narrowing, of_fields

if TYPE_CHECKING:
    from rich.tree import Tree

    from firstoff.queries.trace import Answer, Story
    from firstoff.rules.trace.tree import Line, LotShare, UnitIn

AsOfOption = Annotated[
    str, typer.Option("--as-of", help="A date or time, or `shipped`: as it was then.")
]
_SHOWN = 50  # rows on the screen


def trace(
    serial: Annotated[str, typer.Argument(help="The serial number.")],
    part: Annotated[str, typer.Option(help="Its part, where two parts have the number.")] = "",
    as_of: AsOfOption = "",
    site: SiteOption = None,
    by: ReaderOption = None,
    as_json: JsonOption = False,
) -> None:
    """What is in a unit, what happened to it, and where it is."""
    shell.django()
    from firstoff.queries.trace import shape, story

    actor = shell.reader(by)
    place, number = _found(actor, site, part, serial)
    found = story(actor, place.code, number, serial, _moment(as_of, place.time_zone))
    if as_json:
        shell.show(shape.story_shape(found))
        return
    _print_story(found, ZoneInfo(place.time_zone))


def _found(actor: Any, site: str | None, part: str, serial: str) -> tuple[Any, str]:
    """The site and the part of a serial number; each is asked for only where there are two."""
    from firstoff.queries.access import sites
    from firstoff.queries.trace import called

    places = {s.code: s for s in sites(actor)}
    known = [(s, p) for s, p in called(actor, serial) if site in (None, s) and part in ("", p)]
    if not known:
        raise NotFound(f"There is no unit {serial[:60]!r}, or not for you.")
    if len(known) > 1:
        names = ", ".join(f"--site {s} --part {p}" for s, p in known)
        raise InvalidInput(f"Several units are called {serial}.", way_out=f"Add one of: {names}.")
    return places[known[0][0]], known[0][1]


def _moment(text: str, zone: str) -> datetime | AsOf | None:
    """A time without an offset is the site's; a date alone is its beginning."""
    if not text or text in tuple(AsOf):
        return AsOf(text) if text else None
    return time_of(text, zone, end=False)


def time_of(text: str, zone: str, *, end: bool) -> datetime:
    """A day or a time as it is typed; without an offset it is the site's. Raises InvalidInput."""
    found = day_or_moment(text, end)
    if found is None:
        raise InvalidInput(
            f"{text!r} is no time.", way_out="Write 2026-05-12, or 2026-05-12T16:42."
        )
    return found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))


# ---------- a unit on the screen ----------


def _print_story(found: "Story", zone: ZoneInfo) -> None:
    from rich.tree import Tree

    unit = found.unit
    line = f"{unit.serial}, part {unit.part} {unit.part_name}".rstrip()
    if unit.run is not None:
        line += f", batch {unit.run.batch_id}"
    _say(line, "bold")
    _say(_where(found, zone))
    for o in found.used.operators:
        then = f". {o.standing.sentence}" if o.standing.sentence else ""
        _say(f"{o.name}: {', '.join(o.did)}{then}")
    for e in found.used.equipment:
        _say(f"{e.code} {e.name}. {e.standing.sentence}".rstrip())
    when = f", as it was {found.built.as_of.astimezone(zone):%Y-%m-%d %H:%M}" if (
        found.built.as_of
    ) else ""  # fmt: skip
    _say("")
    tree = Tree(_text(f"As built{when}"))
    _grow(tree, found.tree, zone)
    shell.out.print(tree)
    if not found.built.whole:
        _say("It holds more than is shown.")
    for d in found.differences:
        _say(f"[{d.kind.value}] {d.sentence}")
    _say("")
    for h in found.timeline:
        detail = f": {h.detail}" if h.detail else ""
        by = f" ({h.by})" if h.by else ""
        taken_back = ", taken back" if h.voided else ""
        _say(f"{h.at.astimezone(zone):%Y-%m-%d %H:%M}  {h.what}{taken_back}{detail}{by}")


def _where(found: "Story", zone: ZoneInfo) -> str:
    where = found.where
    said = where.place.value.replace("_", " ")
    if where.inside:
        said = f"inside {where.inside[1]} ({where.inside[0]}), which is {said}"
    for word, value in (("in", where.package), ("on", where.pallet), ("to", where.customer)):
        said += f" {word} {value}" if value else ""
    if where.shipped_at:
        said += f", {where.shipment}, {where.shipped_at.astimezone(zone):%Y-%m-%d}"
    held = f". Held by {', '.join(where.held)}" if where.held else ""
    return f"Now {said}{held}."


def _grow(tree: "Tree", line: "Line", zone: ZoneInfo) -> None:
    for share in line.lots:
        tree.add(_text(_lot(share, line.count)))
    for inner in line.lines:
        count = f"{inner.count:,} of {inner.part}: {inner.first} to {inner.last}"
        unit = inner.units[0]
        one = f"{unit.part} {unit.serial}" + (f" at {unit.position}" if unit.position else "")
        branch = tree.add(_text(one if inner.count == 1 else count))
        _grow(branch, inner, zone)
    for gone in line.removed[:_SHOWN]:
        tree.add(_text(_removed(gone, zone)))


def _lot(share: "LotShare", of: int) -> str:
    lot = share.lot
    said = f"lot {lot.code} of {lot.part}"
    if share.quantity is not None:
        said += f", {share.quantity.normalize():f} {lot.measure}".rstrip()
    if lot.in_batch:
        said += ", in the batch"
    if of > 1 and share.units < of:
        said += f", in {share.units} of {of}"
    return said if lot.status == "accepted" else f"{said} [{lot.status}]"


def _removed(unit: "UnitIn", zone: ZoneInfo) -> str:
    removal = unit.removal
    if removal is None:
        return unit.serial
    why = f", {removal.reason}" if removal.reason else ""
    new = f", replaced by {removal.replaced_by}" if removal.replaced_by else ""
    at = removal.at.astimezone(zone)
    return f"{unit.part} {unit.serial} removed {at:%Y-%m-%d %H:%M}{why}{new}"


def _text(text: str) -> Any:
    from rich.text import Text

    return Text(text)  # a serial number may hold what looks like markup


def _say(text: str, style: str | None = None) -> None:
    shell.out.print(text, markup=False, style=style)


# ---------- where used ----------


def _where_used(
    *,
    given: dict[str, Any],
    question: str,
    as_of: str,
    csv: Path | None,
    xlsx: Path | None,
    limit: int,
    site: str | None,
    by: str | None,
    as_json: bool,
) -> None:
    shell.django()
    from firstoff.queries import trace as traces

    actor = shell.reader(by)
    place = shell.site_of(actor, site)
    asked = _question(given, question, as_of, place.time_zone)
    answer = traces.at_risk(actor, place.id, asked)
    for file in (csv, xlsx):
        if file is not None:
            _write(answer, file, place.time_zone)
    if as_json:
        _show(answer, limit)
    elif csv is None and xlsx is None:
        _print_answer(answer, limit, ZoneInfo(place.time_zone))


def _question(given: dict[str, Any], text: str, as_of: str, zone: str) -> Question:
    conditions: list[Condition] = []
    at = _moment(as_of, zone)
    if text:
        read = read_question(text)
        conditions, at = list(read.conditions), at or read.as_of
    lists = {n: [v] if isinstance(v, str) else v for n, v in given.items() if v}
    conditions += of_fields(lists, lambda text, end: time_of(text, zone, end=end))
    if not conditions:
        raise InvalidInput(
            "Which units? No condition is given.", way_out="Add --lot, --equipment or another."
        )
    return Question(tuple(conditions), at)


def _show(answer: "Answer", limit: int) -> None:
    from firstoff.queries import trace as traces
    from firstoff.queries.trace import shape

    page = traces.page(answer, limit=limit)
    shell.show(
        {
            **shape.answer_shape(answer),
            "items": [shape.unit_shape(u) for u in page.items],
            "next": page.next,
            "total": page.total,
        }
    )


def _write(answer: "Answer", to: Path, zone: str) -> None:
    from firstoff.formats.exports import csv_stream
    from firstoff.formats.exports import xlsx as workbook
    from firstoff.queries import trace as traces
    from firstoff.queries.trace import shape

    rows = shape.export_rows(traces.export(answer), zone)
    with to.open("wb") as file:
        if to.suffix.lower() == ".xlsx":
            file.write(workbook("Units at risk", shape.HEADER, rows))
        else:
            file.writelines(csv_stream(shape.HEADER, rows))
    shell.err.print(f"{counted(answer.total, 'unit')} written to {to}.", markup=False)


def _print_answer(answer: "Answer", limit: int, zone: ZoneInfo) -> None:
    from firstoff.queries import trace as traces

    counts = answer.counts

    def local(at: datetime) -> str:
        return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"

    _say(f"{counted(answer.total, 'unit')} at risk: {answer.question.sentence(local)}.", "bold")
    inside = f", {counts.inside:,} of them inside others" if counts.inside else ""
    held = f" {counts.held:,} are held." if counts.held else ""
    _say(f"{counts.top:,} stand by themselves{inside}.{held}")
    for p in counts.places:
        _say(f"  {p.place.value.replace('_', ' '):<12}{p.units:>10,}")
    for c in counts.customers:
        _say(f"  {c.name}: {c.units:,}")
    page = traces.page(answer, limit=limit)
    for unit in page.items:
        where = unit.where
        inside = f"in {where.inside[1]}" if where.inside else ""
        shell.out.print(
            "\t".join((unit.part, unit.serial, unit.batch, where.place.value, inside,
                       where.customer)).rstrip(),
            markup=False,
        )  # fmt: skip
    if page.next is not None:
        _say(f"... and {page.total - len(page.items):,} more: --limit, --csv FILE, --xlsx FILE")


def _options() -> Iterator[inspect.Parameter]:
    """The options of the registry: each kind by its own, what narrows it down once for all."""
    for kind in CONDITIONS:
        yield _option(kind.main(), list[str] | None, f"{kind.title}; several times.", None)
    for field in narrowing():
        yield _option(field, str, field.hint or f"{field.label}, of what is asked.", "")


def _option(field: Field, kind: Any, text: str, default: Any) -> inspect.Parameter:
    option = typer.Option(f"--{field.name.replace('_', '-')}", help=text)
    return inspect.Parameter(
        f"given_{field.name}",
        inspect.Parameter.KEYWORD_ONLY,
        default=default,
        annotation=Annotated[kind, option],
    )


def _built(run: Callable[..., None]) -> Callable[..., None]:
    """The command with an option for each condition there is."""

    def where_used(**options: Any) -> None:
        given = {n[6:]: options.pop(n) for n in list(options) if n.startswith("given_")}
        run(given=given, **options)

    fixed = [
        ("question", str, typer.Option("--question", help="A whole question, as JSON."), ""),
        ("as_of", str, typer.Option("--as-of", help="A time, `shipped`, or `ever`."), ""),
        ("csv", Path | None, typer.Option("--csv", help="Write every unit to a file."), None),
        ("xlsx", Path | None, typer.Option("--xlsx", help="Write a workbook."), None),
        ("limit", int, typer.Option("--limit", min=1, help="Units shown."), _SHOWN),
        ("site", str | None, typer.Option("--site", help="Code of the site."), None),
        ("by", str | None, typer.Option("--as", help="User name of who asks."), None),
        ("as_json", bool, typer.Option("--json", help="Answer as JSON."), False),
    ]
    parameters = [*_options()]
    parameters += [
        inspect.Parameter(
            name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, opt]
        )
        for name, kind, opt, default in fixed
    ]
    command: Any = where_used  # typer reads what stands on it
    command.__signature__ = inspect.Signature(parameters)
    command.__annotations__ = {p.name: p.annotation for p in parameters}
    command.__doc__ = (
        "Units at risk: of several of one kind one is enough, several kinds have to hold together."
    )
    return where_used


where_used = _built(_where_used)
