"""Lines of a draft: set all at once, added, changed, taken out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from firstoff.errors import InvalidInput, NotFound
from firstoff.queries.bom import line_facts
from firstoff.rules.access import Actor
from firstoff.rules.bom.comparing import LineDifference
from firstoff.rules.bom.draft import Remark
from firstoff.rules.bom.lines import (
    LineFacts,
    check_bom_line,
    check_lines,
    check_lines_unmoved,
    line_remarks,
)
from firstoff.services.bom.ground import draft, revision_for, verb
from firstoff.services.bom.writing import named_by, write_lines


@dataclass(frozen=True, slots=True)
class Written:
    """What became of the lines of a draft. ``warnings``: what is odd, and stands."""

    lines: tuple[LineFacts, ...]
    differences: tuple[LineDifference, ...]
    warnings: tuple[Remark, ...]


def set_lines(
    *, revision_id: int, lines: Sequence[LineFacts], by: Actor, at: datetime, seen: str = ""
) -> Written:
    """All lines of a draft at once, in this order: what is not named goes.

    seen: ``queries.bom.state`` as the person saw it; raises StaleState when somebody changed the
    lines since. Raises InvalidInput with ``row`` (from 0), Refused (R-10) for a loop.
    """
    revision = revision_for(by, revision_id, "definition.edit")
    wanted = check_lines(lines)
    with verb("set_lines", revision, by, at) as entry:
        revision = draft(revision)
        check_lines_unmoved(seen, line_facts(revision.pk).values())
        found = write_lines(revision, wanted, named_by(revision, wanted), entry)
    return Written(wanted, found, line_remarks(wanted))


def add_line(
    *,
    revision_id: int,
    line: LineFacts,
    by: Actor,
    at: datetime,
    position: int | None = None,
    seen: str = "",
) -> Written:
    """One more line of a draft; at the end, or at a place from 1."""
    return _with(revision_id, "add_line", by, at, seen, add=check_bom_line(line), at_=position)


def update_line(
    *, revision_id: int, line_id: int, line: LineFacts, by: Actor, at: datetime, seen: str = ""
) -> Written:
    """Change one line of a draft, its part included. Raises NotFound."""
    one = check_bom_line(line)
    return _with(revision_id, "update_line", by, at, seen, put=(line_id, one))


def remove_line(
    *, revision_id: int, line_id: int, by: Actor, at: datetime, seen: str = ""
) -> Written:
    """Take one line out of a draft, with what variants and operations say of it."""
    return _with(revision_id, "remove_line", by, at, seen, out=line_id)


def _with(
    revision_id: int,
    name: str,
    by: Actor,
    at: datetime,
    seen: str,
    *,
    add: LineFacts | None = None,
    at_: int | None = None,
    put: tuple[int, LineFacts] | None = None,
    out: int | None = None,
) -> Written:
    revision = revision_for(by, revision_id, "definition.edit")
    with verb(name, revision, by, at) as entry:
        revision = draft(revision)
        there = line_facts(revision.pk)
        check_lines_unmoved(seen, there.values())
        wanted = _changed(there, put, out, add, at_)
        checked = check_lines([line for _, line in wanted])
        named = named_by(revision, checked)
        keys = [key for key, _ in wanted]
        found = write_lines(revision, checked, named, entry, same=keys)
    return Written(checked, found, line_remarks(checked))


def _changed(
    there: Mapping[int, LineFacts],
    put: tuple[int, LineFacts] | None,
    out: int | None,
    add: LineFacts | None,
    place: int | None,
) -> list[tuple[int | None, LineFacts]]:
    """The lines with one put in the place of another, one gone or one more."""
    key = put[0] if put else out
    if key is not None and key not in there:
        raise NotFound("There is no such line in this revision.")
    wanted: list[tuple[int | None, LineFacts]] = [
        (k, put[1] if put and k == put[0] else line) for k, line in there.items() if k != out
    ]
    if add is not None:
        if place is not None and not 1 <= place <= len(wanted) + 1:
            raise InvalidInput(
                f"The place is {place}; expected 1 to {len(wanted) + 1}.", field="position"
            )
        wanted.insert(len(wanted) if place is None else place - 1, (None, add))
    return wanted
