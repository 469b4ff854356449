"""Some lines of a draft, as a page of many shows them, set at once."""

from collections.abc import Sequence
from datetime import datetime

from firstoff.errors import InvalidInput
from firstoff.queries.bom import line_facts
from firstoff.rules.access import Actor
from firstoff.rules.bom.lines import check_lines, check_lines_unmoved, line_remarks
from firstoff.rules.bom.paging import Merged, TypedLine, with_typed
from firstoff.services.bom.ground import draft, revision_for, verb
from firstoff.services.bom.lines import Written
from firstoff.services.bom.writing import named_by, write_lines


def set_page(
    *,
    revision_id: int,
    shown: Sequence[int],
    typed: Sequence[TypedLine],
    by: Actor,
    at: datetime,
    seen: str = "",
) -> Written:
    """Of the lines that were shown, those that are typed stay, as they are typed; the others go.

    seen: ``page_state`` of what was shown; raises StaleState when somebody changed it since. What
    others did to lines that were not shown stays.
    Raises InvalidInput with ``row``, the place of the row that was typed, Refused (R-10).
    """
    revision = revision_for(by, revision_id, "definition.edit")
    with verb("set_lines", revision, by, at) as entry:
        revision = draft(revision)
        there = line_facts(revision.pk)
        keys = set(shown) or there.keys()
        check_lines_unmoved(seen, [one for key, one in there.items() if key in keys])
        merged = with_typed(there, shown, typed)
        try:
            wanted = check_lines([one.line for one in merged])
            named = named_by(revision, wanted)
        except InvalidInput as error:
            raise _of_row(error, merged) from error
        found = write_lines(revision, wanted, named, entry, same=[one.key for one in merged])
    return Written(wanted, found, line_remarks(wanted))


def _of_row(error: InvalidInput, merged: Sequence[Merged]) -> InvalidInput:
    """The same about the row that was typed; about none where it is another line's."""
    details = dict(error.details)
    place = details.pop("row", None)
    row = merged[place].row if isinstance(place, int) and place < len(merged) else None
    if row is not None:
        details["row"] = row
    return InvalidInput(error.message, code=error.code, way_out=error.way_out, **details)
