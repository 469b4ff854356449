"""The lines of a draft brought to what is wanted, in few statements."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from firstoff.db.inserts import write_rows
from firstoff.db.models import (
    Alternate,
    BomLine,
    OperationMaterial,
    Part,
    PartRevision,
    VariantChange,
)
from firstoff.errors import InvalidInput, Refused
from firstoff.queries.bom import line_facts
from firstoff.rules.bom.comparing import LineChange, LineDifference, differences
from firstoff.rules.bom.lines import AlternateFacts, LineFacts
from firstoff.services.bom.ground import check_no_loop, children_named, parts_named
from firstoff.services.ledger import Entry

_ASIDE = 10_000_000  # places that no list has: lines stand there while they change places
_TOLD = 200  # differences that one entry of the ledger tells
_BATCH = 1000
_COLUMNS = (
    *("revision_id", "position", "find_number", "part_id", "child_id", "quantity", "unit"),
    *("designators", "not_fitted", "fitted", "classification", "attrition", "setup_pieces"),
    *("section", "note", "attributes"),
)
# Compared beside what people compare: what nobody shows is kept all the same.
ALL_FIELDS = (
    *("part", "child", "quantity", "unit", "designators", "not_fitted", "fitted", "find_number"),
    *("classification", "attrition", "setup_pieces", "section", "note", "alternates"),
    "attributes",
)


@dataclass(frozen=True, slots=True)
class Named:
    """What lines name, found: parts by number, revisions by part and label."""

    parts: Mapping[str, Part]
    children: Mapping[tuple[str, str], int]


def named_by(revision: PartRevision, lines: Sequence[LineFacts]) -> Named:
    """What the lines name. Raises InvalidInput with the row, from 0, of what is not there; Refused
    (R-10) where a part would go into itself."""
    numbers = {line.part for line in lines}
    numbers |= {a.part for line in lines for a in line.alternates}
    parts = parts_named(revision.part.site_id, numbers)
    for row, line in enumerate(lines):
        for number in (line.part, *(a.part for a in line.alternates)):
            if number not in parts:
                raise InvalidInput(
                    f"There is no part {number!r} here.",
                    way_out="Make the part first; capital and small letters are not the same.",
                    field="part",
                    row=row,
                )
    taken = [parts[number] for number in {line.part for line in lines}]
    children = children_named(taken, {(line.part, line.child) for line in lines})
    check_no_loop(revision, taken, children.values())
    return Named(parts, children)


def write_lines(
    revision: PartRevision,
    wanted: Sequence[LineFacts],
    named: Named,
    entry: Entry,
    *,
    same: Sequence[int | None] | None = None,
) -> tuple[LineDifference, ...]:
    """Bring the lines of a draft to these, in this order; answers every difference.

    same: of each line its key, where that is known; lines are matched where it is not given.

    A line that stays keeps its key: operations and variants that name it go on naming it. What
    names a line that goes is taken out with it.
    """
    before = line_facts(revision.pk)
    keys = list(before)
    pairs = None
    if same is not None:
        at = {key: place for place, key in enumerate(keys)}
        pairs = {n: at[key] for n, key in enumerate(same) if key is not None}
    found = differences(list(before.values()), wanted, names=ALL_FIELDS, pairs=pairs)
    apply_lines(revision, found, keys, named, entry.at)
    tell(entry, found)
    return found


def apply_lines(
    revision: PartRevision,
    found: Sequence[LineDifference],
    keys: Sequence[int],
    named: Named,
    at: datetime,
) -> None:
    """Write what differs. keys: of the lines that are there, in their order."""
    _check_in_use(found, named)
    _remove({keys[d.at_before or 0]: d.line for d in found if d.after is None})
    _place(revision, found, keys, named)
    _write_alternates(revision, found, named, at)


def insert_lines(lines: Mapping[int, Sequence[LineDifference]], named: Named) -> None:
    """The lines of new revisions, by revision, in one statement."""
    values = _Values(named)
    rows = [values.of(key, one) for key, found in lines.items() for one in found]
    if rows:
        write_rows(BomLine, _COLUMNS, rows)
    having = {
        key: [d for d in found if d.after is not None and d.after.alternates]
        for key, found in lines.items()
    }
    for key, found in having.items():
        if found:
            _propose(key, found, named)


def _propose(revision_id: int, found: Sequence[LineDifference], named: Named) -> None:
    places = dict(BomLine.objects.filter(revision=revision_id).values_list("position", "pk"))
    Alternate.objects.bulk_create(
        [
            _alternate(
                named.parts[d.line.part].pk,
                places[(d.at_after or 0) + 1],
                named.parts[one.part].pk,
                one,
            )
            for d in found
            for one in d.line.alternates
        ],
        batch_size=_BATCH,
    )


def _check_in_use(found: Iterable[LineDifference], named: Named) -> None:
    """A part that is retired stays where it is, and comes to no new place (R-68)."""
    for one in found:
        if one.after is None or (one.before and one.before.part == one.after.part):
            continue
        if named.parts[one.after.part].retired_at is not None:
            raise Refused(
                f"Part {one.after.part} is retired.",
                code="R-68",
                way_out="Take another part, or take this one back into use.",
                row=one.at_after,
            )


def _remove(gone: Mapping[int, LineFacts]) -> None:
    for some in _batches(list(gone)):
        decided = Alternate.objects.filter(line__in=some, approvals__isnull=False).first()
        if decided is not None:
            raise Refused(
                f"{gone[decided.line_id or 0].label} has an alternate that was decided on.",
                code="R-68",
                way_out="Leave the line, and leave it unfitted.",
            )
        OperationMaterial.objects.filter(line__in=some).delete()
        VariantChange.objects.filter(line__in=some).delete()
        Alternate.objects.filter(line__in=some).delete()
        BomLine.objects.filter(pk__in=some).delete()


def _place(
    revision: PartRevision, found: Sequence[LineDifference], keys: Sequence[int], named: Named
) -> None:
    """New rows, and those that changed or stand elsewhere now."""
    values = _Values(named)
    there = [d for d in found if d.after is not None and d.at_before is not None]
    places = dict(BomLine.objects.filter(revision=revision).values_list("pk", "position"))
    moved = [
        d
        for d in there
        if d.change is LineChange.CHANGED
        or places[keys[d.at_before or 0]] != (d.at_after or 0) + 1
    ]
    if moved:
        _aside([keys[d.at_before or 0] for d in moved])
        _update([(*values.of(revision.pk, d), keys[d.at_before or 0]) for d in moved])
    new = [values.of(revision.pk, d) for d in found if d.change is LineChange.ADDED]
    if new:
        write_rows(BomLine, _COLUMNS, new)


def _aside(keys: Sequence[int]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {BomLine._meta.db_table} SET position = position + %s WHERE id = %s",
            [(_ASIDE, key) for key in keys],
        )


def _update(rows: Sequence[Sequence[Any]]) -> None:
    to = ", ".join(f"{name} = %s" for name in _COLUMNS)
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {BomLine._meta.db_table} SET {to} WHERE id = %s", list(rows))


class _Values:
    """A line as the driver takes it. Django asks every value what it is; few kinds need it."""

    def __init__(self, named: Named) -> None:
        self.named = named
        fields = {f.attname: f for f in BomLine._meta.concrete_fields}
        self._prepare: dict[str, Callable[[Any], Any]] = {
            name: _once_each(fields[name])
            for name in ("quantity", "attrition", "setup_pieces", "fitted")
        }
        self._json = fields["designators"]
        self._empty = self._json.get_db_prep_save([], connection)

    def of(self, revision_id: int, difference: LineDifference) -> tuple[Any, ...]:
        line = difference.line
        prepare = self._prepare
        return (
            revision_id,
            (difference.at_after or 0) + 1,
            line.find_number,
            self.named.parts[line.part].pk,
            self.named.children[line.part, line.child] if line.child else None,
            prepare["quantity"](line.quantity),
            line.unit,
            self._list(line.designators),
            self._list(line.not_fitted),
            prepare["fitted"](line.fitted),
            line.classification.value if line.classification else "",
            prepare["attrition"](line.attrition),
            prepare["setup_pieces"](line.setup_pieces),
            line.section,
            line.note,
            self._json.get_db_prep_save(dict(line.attributes), connection),
        )

    def _list(self, names: Sequence[str]) -> Any:
        if not names:
            return self._empty
        return self._json.get_db_prep_save(list(names), connection)


def _once_each(field: Any) -> Callable[[Any], Any]:
    known: dict[Any, Any] = {}

    def prepared(value: Any) -> Any:
        if value not in known:
            known[value] = field.get_db_prep_save(value, connection)
        return known[value]

    return prepared


def _write_alternates(
    revision: PartRevision, found: Iterable[LineDifference], named: Named, at: datetime
) -> None:
    """Alternates of single lines: proposed rows. One that is not named any more is retired."""
    wanted = [d for d in found if d.after is not None and _alternates_moved(d)]
    if not wanted:
        return
    lines = dict(BomLine.objects.filter(revision=revision).values_list("position", "pk"))
    places = {lines[(d.at_after or 0) + 1]: d for d in wanted}
    there: dict[tuple[int, int], Alternate] = {}
    for some in _batches(list(places)):
        for row in Alternate.objects.filter(line__in=some):
            there[row.line_id or 0, row.alternate_id] = row
    new, moved = [], []
    for key, difference in places.items():
        line = difference.line
        for one in line.alternates:
            other = named.parts[one.part].pk
            held = (key, other)
            if held not in there:
                new.append(_alternate(named.parts[line.part].pk, key, other, one))
            else:
                row = there.pop(held)
                row.part_id, row.rank = named.parts[line.part].pk, one.rank
                row.note, row.retired_at = one.note, None
                moved.append(row)
    gone = Alternate.objects.filter(pk__in=[r.pk for r in there.values() if not r.retired_at])
    gone.filter(approvals__isnull=False).update(retired_at=at)  # what was decided stays
    gone.filter(approvals__isnull=True).delete()
    Alternate.objects.bulk_update(moved, ["part", "rank", "note", "retired_at"], _BATCH)
    Alternate.objects.bulk_create(new, batch_size=_BATCH)


def _alternates_moved(difference: LineDifference) -> bool:
    if difference.before is None:
        return bool(difference.line.alternates)
    return "alternates" in difference.fields or (
        "part" in difference.fields and bool(difference.line.alternates)
    )


def _alternate(part: int, line: int, other: int, one: AlternateFacts) -> Alternate:
    return Alternate(part_id=part, line_id=line, alternate_id=other, rank=one.rank, note=one.note)


def _batches(keys: Sequence[int]) -> Iterable[Sequence[int]]:
    for start in range(0, len(keys), _BATCH):
        yield keys[start : start + _BATCH]


def tell(entry: Entry, found: Sequence[LineDifference]) -> None:
    """The differences for a reader of the ledger: all counted, the first ones told."""
    counts = {kind.value: sum(d.change is kind for d in found) for kind in LineChange}
    moved = [d for d in found if d.change is not LineChange.SAME]
    entry.details.update(lines=counts, changes=[_told(d) for d in moved[:_TOLD]])
    if len(moved) > _TOLD:
        entry.details.update(more=len(moved) - _TOLD)


def _told(one: LineDifference) -> dict[str, Any]:
    said: dict[str, Any] = {"line": one.line.label, "change": one.change.value}
    if one.change is LineChange.CHANGED:
        said["fields"] = {k: [_plain(a), _plain(b)] for k, (a, b) in one.fields.items()}
    else:
        said["quantity"] = one.line.quantity
    return said


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    if isinstance(value, AlternateFacts):
        return [value.part, value.rank, value.note]
    return value
