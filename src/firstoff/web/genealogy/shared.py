"""What the benches have in common: one field that is scanned into, one form, one answer."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote
from uuid import UUID

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from uuid6 import uuid7

from firstoff.errors import FirstoffError, InvalidInput, NotFound
from firstoff.queries.genealogy.labels import Named
from firstoff.web.auth import Request

# What a card beside the bench says; the same words can be typed.
COMMANDS = {
    "*NEW*": "new",
    "*PALLET*": "new-pallet",
    "*UNDO*": "undo",
    "*CLOSE*": "close",
    "*SHIP*": "ship",
    "*CLEAR*": "clear",
}


@dataclass(frozen=True, slots=True)
class Sent:
    """What a bench sent: a scan or an act, under an ID that the page made."""

    text: str
    act: str
    uid: UUID
    data: QueryDict

    def says(self, name: str, longest: int = 200) -> str:
        return self.data.get(name, "").strip()[:longest]


def sent(request: Request) -> Sent:
    data = request.POST
    text = data.get("scan", "").strip("\r\n\t ")[:4096]
    command = COMMANDS.get(text.upper())
    return Sent(
        "" if command else text,
        command or data.get("act", "")[:600] or "scan",
        as_uid(data.get("uid", "")),
        data,
    )


def as_uid(text: str) -> UUID:
    """The ID of the page; one of our own where it is none."""
    try:
        return UUID(text)
    except ValueError:
        return UUID(str(uuid7()))


def one_unit(found: Named, text: str) -> tuple[str, str]:
    """Part and serial of the unit that was scanned. Raises NotFound, InvalidInput."""
    if not found.units:
        raise NotFound(
            f"Nothing here is called {found.text or text}.",
            way_out="Scan the label of a unit or a package, or type its number.",
            field="scan",
        )
    if len(found.units) > 1:
        parts = ", ".join(part for part, _ in found.units)
        raise InvalidInput(
            f"{found.units[0][1]} is a unit of {parts}.",
            way_out="Scan the code of its label: it says the part.",
            field="scan",
        )
    return found.units[0]


def here(name: str, *args: str, **query: str) -> str:
    """An address with what is asked of it."""
    asked = QueryDict(mutable=True)
    for key, value in query.items():
        if value:
            asked[key] = value
    address = reverse(name, args=args)
    return f"{address}?{asked.urlencode()}" if asked else address


def packed_name(*names: str) -> str:
    """Several identifiers in the value of one button."""
    return "|".join(quote(name, safe="") for name in names)


def unpacked_name(text: str) -> tuple[str, ...]:
    return tuple(unquote(name) for name in text.split("|"))


def refused(
    request: Request, error: FirstoffError, title: str, context: dict[str, Any]
) -> HttpResponse:
    """The answer fills the page: grey where nothing is wrong with the thing, red where it is."""
    more = {"error": error, "refusal_title": title, **context}
    return render(request, "genealogy/bench_refused.html", more, status=error.status)


def new_uid() -> str:
    """A UUIDv7 made by the page: the form can be sent twice and is recorded once (R-36)."""
    return str(uuid7())
