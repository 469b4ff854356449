"""Units of containments by where they are and what was found, out of the tables."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
import numpy as np
from django.db import connection

from firstoff.db.keys import Keys, parameter, within
from firstoff.queries.trace.sets import inside
from firstoff.queries.trace.standing import outermost
from firstoff.rules.trace.containment import OUTCOMES, Group
from firstoff.terms import ContainmentOutcome, Place

_FAULTY = ", ".join(f"'{o.value}'" for o, rule in OUTCOMES.items() if rule.rejected)


def base(*columns: str) -> str:
    """Tables of units of containments: ``m`` with its ``holder``, the outermost, and its ``last``
    finding. Each column of the members is among a ``parameter`` of its own: all of them are given
    three times.

    Each step finds its rows by an index, whatever the database guesses: where a hundred thousand
    units came a moment ago, PostgreSQL takes them for one and looks through all for each.
    """
    seed, inner, free = (
        " AND ".join(within(f"{name}.{column}") for column in columns) for name in ("c", "x", "y")
    )
    said = "FROM firstoff_containmentfinding w WHERE w.member_id = {0}.id"
    own = (
        "{0}.id, {0}.uid, {0}.containment_id, {0}.unit_id, {0}.place, {0}.customer_id, {0}.late, "
        f"(SELECT MAX(w.id) {said}), "
        f"CASE WHEN EXISTS (SELECT 1 {said} AND w.outcome IN ({_FAULTY})) THEN 1 ELSE 0 END"
    )
    of_inner = f"SELECT {own.format('x')} FROM firstoff_containedunit x WHERE x.unit_id = o.unit"
    if connection.vendor == "postgresql":
        held = (
            f"SELECT o.holder, n.* FROM outermost o, LATERAL ({of_inner} AND {inner} OFFSET 0) n"
        )
    else:
        held = (
            f"SELECT o.holder, {own.format('x')} FROM outermost o CROSS JOIN "
            f"firstoff_containedunit x WHERE x.unit_id = o.unit AND {inner}"
        )
    return (
        f"WITH RECURSIVE "
        f"{outermost(f'SELECT c.unit_id FROM firstoff_containedunit c WHERE {seed}')}, "
        "m(holder, id, uid, containment_id, unit_id, place, customer_id, late, last, faulty) AS "
        f"({held} UNION ALL SELECT CAST(NULL AS BIGINT), {own.format('y')} "
        f"FROM firstoff_containedunit y WHERE {free} AND NOT EXISTS (SELECT 1 "
        "FROM firstoff_assembly a WHERE a.child_id = y.unit_id AND a.removed_at IS NULL)) "
    )


JOINED = (
    "FROM m LEFT JOIN firstoff_unitstate s ON s.unit_id = COALESCE(m.holder, m.unit_id) "
    "LEFT JOIN firstoff_containmentfinding l ON l.id = m.last "
)
NOW = "COALESCE(s.place, 'in_process')"


@dataclass(frozen=True, slots=True, eq=False)
class Stood:
    """Units of a containment, each with the group it is in. The groups count nothing."""

    units: Keys  # sorted
    members: Keys  # their keys as members
    group: "np.ndarray[tuple[int], np.dtype[np.int32]]"  # its place among the groups
    known: tuple[Group, ...]
    names: "Names" = field(default_factory=lambda: Names())  # of just these units

    @property
    def groups(self) -> tuple[Group, ...]:
        """How many units are in each group that has some."""
        counts = np.bincount(self.group, minlength=len(self.known)).tolist()
        return tuple(replace(g, units=n) for g, n in zip(self.known, counts, strict=True) if n)

    def meant(self, wanted: Callable[[Group], bool]) -> Keys:
        """Members of these groups, in the order they joined."""
        chosen = np.fromiter(map(wanted, self.known), dtype=np.bool_, count=len(self.known))
        return np.sort(self.members[chosen[self.group]])

    def called(self, beginning: str) -> Keys:
        """Members whose serial begins so. One query the first time."""
        return np.sort(self.members[self.names.beginning(self.units, beginning)])

    def moved(self, now: "Stood") -> "Stood":
        """With some of the units as they stand now; those it did not have joined."""
        known = {g: n for n, g in enumerate(self.known)}
        place = np.array([known.setdefault(g, len(known)) for g in now.known], dtype=np.int32)
        there = inside(now.units, self.units)
        group = self.group.copy()
        group[np.searchsorted(self.units, now.units[there])] = place[now.group[there]]
        if there.all():
            return replace(self, group=group, known=tuple(known))
        return _sorted(
            np.concatenate([self.units, now.units[~there]]),
            np.concatenate([self.members, now.members[~there]]),
            np.concatenate([group, place[now.group[~there]]]),
            tuple(known),
        )


class Names:
    """Serials of the units of a containment in their order, once somebody looks for one: they
    are given for good."""

    def __init__(self) -> None:
        self._read: tuple[Any, Any] | None = None

    def beginning(self, units: Keys, text: str) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
        """Places among the units of those whose serial begins so."""
        if self._read is None:
            serials = np.array([serial.encode() for serial in _serials(units)], dtype=np.bytes_)
            order = np.argsort(serials, kind="stable")
            self._read = serials[order], order
        serials, order = self._read
        wanted = text.encode()
        # No byte of a text in UTF-8 is as large.
        begin, end = np.searchsorted(serials, np.array([wanted, wanted + b"\xff"]))
        found: np.ndarray[tuple[int], np.dtype[np.int64]] = order[begin:end]
        return found


def _serials(units: Keys) -> list[str]:
    """In the order of their keys."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT u.serial FROM firstoff_unit u WHERE {within('u.id')} ORDER BY u.id",
            [parameter(units)],
        )
        return [serial for (serial,) in cursor.fetchall()]


NOBODY = Stood(*(np.array([], dtype=np.int64),) * 2, np.array([], dtype=np.int32), ())


def _sorted(units: Keys, members: Keys, group: Any, known: tuple[Group, ...]) -> Stood:
    order = np.argsort(units, kind="stable")
    return Stood(units[order], members[order], group[order], known)


def stood(containments: Sequence[int], units: Keys | None = None) -> dict[int, Stood]:
    """The units of containments, or those of some units that are in them, as they stand now. One
    query."""
    columns = ("containment_id",) if units is None else ("containment_id", "unit_id")
    given = [parameter(containments)] + ([] if units is None else [parameter(units)])
    every = "array_agg({})::text" if connection.vendor == "postgresql" else "json_group_array({})"
    sql = (
        f"{base(*columns)} SELECT m.containment_id, {NOW}, "
        "CASE WHEN m.holder IS NULL THEN 0 ELSE 1 END, m.place, m.customer_id, l.outcome, "
        "m.faulty, CASE WHEN m.late THEN 1 ELSE 0 END, "
        f"{every.format('m.unit_id')}, {every.format('m.id')} "
        f"{JOINED} GROUP BY 1, 2, 3, 4, 5, 6, 7, 8"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, given * 3)
        rows = cursor.fetchall()
    found: dict[int, list[Any]] = {}
    for key, *row in rows:
        found.setdefault(key, []).append(row)
    return {key: _stood(found[key]) if key in found else NOBODY for key in containments}


def _stood(rows: Sequence[Any]) -> Stood:
    known = tuple(_group(*row[:7]) for row in rows)
    units, members = ([_listed(row[place]) for row in rows] for place in (7, 8))
    group = np.repeat(np.arange(len(rows), dtype=np.int32), [held.size for held in units])
    return _sorted(np.concatenate(units), np.concatenate(members), group, known)


def _listed(text: str) -> Keys:
    return np.array(msgspec.json.decode(f"[{text[1:-1]}]"), dtype=np.int64)


def _group(
    place: str, inside: int, joined: str, customer: int | None, outcome: str | None,
    faulty: int, late: int,
) -> Group:  # fmt: skip
    return Group(
        place=Place(place),
        inside=bool(inside),
        joined=Place(joined),
        customer=customer,
        outcome=ContainmentOutcome(outcome) if outcome else None,
        faulty=bool(faulty),
        late=bool(late),
        units=0,
    )
