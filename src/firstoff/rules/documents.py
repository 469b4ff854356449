"""Drawings, models, certificates: what they say about themselves, who sees them, balloons."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal
from types import MappingProxyType

from firstoff.errors import InvalidInput, Refused
from firstoff.rules.access import Actor
from firstoff.rules.product import balloon_key, check_code, check_label, check_name, check_prose
from firstoff.terms import DocumentKind, DocumentVisibility, Role

LONGEST_NUMBER = 120
MOST_BALLOONS = 2_000  # on one drawing
_PLACES = Decimal("0.000001")  # of a page: a thousandth of a millimetre on A0

_QUALITY = frozenset({Role.INSPECTOR, Role.QUALITY_MANAGER, Role.ENGINEER})
# An engineer edits definitions, so sees whatever belongs to one.
_SEES: Mapping[DocumentVisibility, frozenset[Role]] = MappingProxyType(
    {
        DocumentVisibility.SITE: frozenset(Role),
        DocumentVisibility.OFFICE: _QUALITY | {Role.BUYER, Role.ADMINISTRATOR},
        DocumentVisibility.QUALITY: _QUALITY,
    }
)


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """What a document says about itself through all its versions."""

    number: str
    title: str
    kind: DocumentKind
    visibility: DocumentVisibility = DocumentVisibility.SITE
    part: str = ""  # the number of the part it is about


@dataclass(frozen=True, slots=True)
class BalloonFacts:
    """Where a characteristic stands on a page: parts of its width and height from the top left.

    ``to_x`` and ``to_y`` are where its line points at; the balloon's own place for no line."""

    characteristic: str  # its number
    page: int
    x: Decimal
    y: Decimal
    to_x: Decimal
    to_y: Decimal


def visible_at(actor: Actor, site_id: int) -> tuple[DocumentVisibility, ...]:
    """What the actor may see at a site, by the roles they hold there."""
    roles = actor.roles_at(site_id)
    # The local console is no person: whoever can read the data folder can read the files in it.
    if roles and not actor.person_id:
        return tuple(DocumentVisibility)
    return tuple(v for v, seen_by in _SEES.items() if roles & seen_by)


def check_document(found: DocumentFacts) -> DocumentFacts:
    """The document, trimmed. Raises InvalidInput naming the field."""
    number = check_code(
        found.number.strip(), "document number", longest=LONGEST_NUMBER, field="number"
    )
    if "/" in number or "\\" in number or set(number) == {"."}:
        raise InvalidInput(
            f"The document number {number!r} cannot stand in an address; expected no slash, and "
            "more than dots.",
            field="number",
        )
    title = check_name(found.title, "title", longest=300, field="title")
    return replace(found, number=number, title=title, part=found.part.strip())


def check_hidden_from(actor: Actor, site_id: int, visibility: DocumentVisibility) -> None:
    """Nobody puts a document where they cannot see it. Raises InvalidInput."""
    seen = visible_at(actor, site_id)
    if visibility not in seen:
        raise InvalidInput(
            f"What only {_who(visibility)} see would be hidden from you; expected one of "
            f"{', '.join(seen)}.",
            field="visibility",
        )


def check_version(label: str, note: str) -> tuple[str, str]:
    """The label and what changed, trimmed. Raises InvalidInput."""
    said = check_label(label.strip(), "version", field="label")
    return said, check_prose(note, "note", field="note")


def check_in_use(retired: bool, number: str) -> None:
    """Raises Refused (R-68) where a retired document would get something new."""
    if retired:
        raise Refused(
            f"Document {number} is retired.", code="R-68", way_out="Take it back into use first."
        )


def check_label_free(number: str, label: str, taken: Iterable[str]) -> None:
    """A label stands for one content, for ever. Raises Refused (R-68)."""
    if label.casefold() in {t.casefold() for t in taken}:
        raise Refused(
            f"Document {number} has a version {label} with another content.",
            code="R-68",
            way_out="Give the new content a label of its own.",
            field="label",
        )


def check_balloons(
    found: Sequence[BalloonFacts], *, pages: int, numbers: Iterable[str]
) -> tuple[BalloonFacts, ...]:
    """Balloons of one drawing, in the order of their numbers; places rounded as they are kept.

    pages: how many the drawing has. numbers: of the characteristics of the revision. Raises
    InvalidInput with ``row``, the place in ``found`` from 0.
    """
    if len(found) > MOST_BALLOONS:
        raise InvalidInput(
            f"The drawing would have {len(found):,} balloons; expected at most {MOST_BALLOONS:,}."
        )
    known, seen = frozenset(numbers), set[str]()
    for row, one in enumerate(found):
        what = f"Balloon {one.characteristic}"
        if one.characteristic not in known:
            raise InvalidInput(
                f"{what}: the revision has no such characteristic.",
                field="characteristic",
                row=row,
            )
        if one.characteristic in seen:
            raise InvalidInput(
                f"{what} is there twice; expected one on a drawing.",
                field="characteristic",
                row=row,
            )
        seen.add(one.characteristic)
        if not 1 <= one.page <= pages:
            raise InvalidInput(
                f"{what} is on page {one.page}; expected 1 to {pages}.", field="page", row=row
            )
        _check_place(one, what, row)
    kept = (_rounded(one) for one in found)
    return tuple(sorted(kept, key=lambda b: balloon_key(b.characteristic)))


def _check_place(one: BalloonFacts, what: str, row: int) -> None:
    for field in ("x", "y", "to_x", "to_y"):
        value: Decimal = getattr(one, field)
        if not value.is_finite() or not 0 <= value <= 1:
            raise InvalidInput(
                f"{what}: {field} is {value}; expected a part of the page, 0 to 1.",
                field=field,
                row=row,
            )


def _rounded(one: BalloonFacts) -> BalloonFacts:
    x, y, to_x, to_y = (
        value.quantize(_PLACES, rounding=ROUND_HALF_EVEN)
        for value in (one.x, one.y, one.to_x, one.to_y)
    )
    return replace(one, x=x, y=y, to_x=to_x, to_y=to_y)


def _who(visibility: DocumentVisibility) -> str:
    roles = sorted(r.value.replace("_", " ") for r in _SEES[visibility])
    return ", ".join(roles)
