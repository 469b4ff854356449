"""What the commands of supply share: who, where, what day; numbers as they are written."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from firstoff.cli import shell
from firstoff.errors import InvalidInput
from firstoff.terms import RunKind

PartOption = Annotated[str, typer.Option("--part", help="Its part, as here.")]
MpnOption = Annotated[str, typer.Option("--mpn", help="The manufacturer's part number.")]
MakerOption = Annotated[str, typer.Option("--manufacturer", help="Who makes it.")]
ProgramArgument = Annotated[str, typer.Argument(metavar="PROGRAM", help="Its code: CC-1.")]
UnitsOption = Annotated[int | None, typer.Option(help="How many; the first quantity unless said.")]
KindOption = Annotated[RunKind, typer.Option(help="The kind of run that it is for.")]
VariantOption = Annotated[str, typer.Option(help="Code of a variant.")]


def writing(by: str | None, site: str | None) -> tuple[dict[str, Any], Any]:
    """What every verb takes, and the place."""
    actor = shell.writer(by)
    place = shell.site_of(actor, site)
    return {"site_id": place.id, "by": actor, "at": shell.now()}, place


def reading(by: str | None, site: str | None, program: str = "") -> tuple[Any, Any, date]:
    """Who reads, where, and what day it is there."""
    actor = shell.reader(by)
    place = shell.site_of(actor, site, program=program)
    return actor, place, shell.now().astimezone(ZoneInfo(place.time_zone)).date()


def day(value: datetime | None) -> date | None:
    return value.date() if value else None


def number(text: str, field: str) -> Decimal | None:
    """A plain number; None for nothing. Raises InvalidInput."""
    if not text.strip():
        return None
    try:
        found = Decimal(text.strip())
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite():
        raise InvalidInput(f"{field} is {text[:40]!r}; expected a plain number.", field=field)
    return found


def exact(value: Decimal | None) -> str:
    return "" if value is None else f"{value.normalize():f}"


def every(page: Callable[[int], tuple[Sequence[Any], int]]) -> list[Any]:
    """All of a list, page by page. page: from an offset, some and how many there are."""
    items: list[Any] = []
    while True:
        found, total = page(len(items))
        items += found
        if len(items) >= total or not found:
            return items


def show_list(
    items: Sequence[Any], *, as_json: bool, row: Callable[[Any], Sequence[object]]
) -> None:
    """A list as JSON or as lines."""
    if as_json:
        shell.show({"items": items, "next": None, "total": len(items)})
        return
    for one in items:
        shell.line(*row(one))
