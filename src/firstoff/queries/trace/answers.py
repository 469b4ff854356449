"""From anything to serial numbers (R-61): which units, where each is now, who got it.

``at_risk_ids`` is the question itself; what a page shows of it is looked up for one page.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce

import numpy as np
from django.db import connection

from firstoff.db.keys import Keys, keys, settled, within
from firstoff.queries.trace import closure
from firstoff.queries.trace.direct import Met, met
from firstoff.queries.trace.places import Counts, UnitAtRisk, counts, only, rows
from firstoff.queries.trace.sets import common, fetch, inside
from firstoff.rules.access import Actor, require
from firstoff.rules.trace import AsOf, Condition, Question
from firstoff.terms import Place

CHUNK = 1000  # units of a file looked up together


def at_risk_ids(question: Question, site_id: int) -> Keys:
    """The keys of every unit at risk, sorted: those that meet the question and all they are inside
    of. One query for what each condition names, one or two for each kind of condition."""
    return _ids(met(question, site_id), question)


def _ids(kinds: tuple[Met, ...], question: Question) -> Keys:
    return reduce(common, (_kind(kind, question) for kind in kinds))


def _kind(kind: Met, question: Question) -> Keys:
    if question.as_of is AsOf.SHIPPED:
        return closure.shipped(*kind.seeds(None, timed=True))
    # Lots are found by their keys, whichever they are; a stretch of time by what lies in it.
    once = kind.lots is not None and question.as_of is None
    seeds = kind.seeds(question.as_of)
    return closure.upwards(*seeds, closure.Valid.at(question.as_of), once=once)


def shipped_with(lots: Keys) -> Keys:
    """Shipped units that hold one of the lots, or held it when they left; parts consumed for a
    batch as a whole are not among them. One query of what is kept for recalls (UnitRoot): the
    quickest answer to who has to be called. A question ``as shipped`` is exact and reads more."""
    sql = f"SELECT r.unit_id FROM firstoff_unitroot r WHERE {within('r.lot_id')}"
    return fetch(sql, [lots], once=True)


@dataclass(frozen=True, slots=True)
class Answer:
    """A question answered: the units' keys, and how many are where."""

    question: Question
    site_id: int
    ids: Keys
    counts: Counts

    @property
    def total(self) -> int:
        return int(self.ids.size)


@dataclass(frozen=True, slots=True)
class AnswerPage:
    """One page; ``next`` is the key after which the next one begins, None on the last.

    ``total``: of what the filter shows.
    """

    items: tuple[UnitAtRisk, ...]
    next: int | None
    total: int
    previous: int | None = None  # the key after which the page before it begins
    first: int = 0  # place of its first unit in the list, from 1


def at_risk(actor: Actor, site_id: int, question: Question) -> Answer:
    """The question answered for somebody who may see the site. Raises NotFound."""
    require(actor, "see", site_id)
    ids = at_risk_ids(question, site_id)
    return Answer(question, site_id, ids, counts(ids))


def page(
    answer: Answer,
    *,
    after: int = 0,
    limit: int = 50,
    place: Place | None = None,
    customer: int | None = None,
) -> AnswerPage:
    """Units after a key, in the order of their keys. Six queries, two more where they are sifted.

    place, customer: only units that are there, that were shipped to them.
    """
    ids = _sifted(answer, place, customer)
    begin = int(np.searchsorted(ids, after, side="right"))
    shown = ids[begin : begin + limit]
    more = begin + limit < ids.size
    return AnswerPage(
        items=rows(shown, why(answer.question, answer.site_id, shown)),
        next=int(shown[-1]) if more else None,
        total=int(ids.size),
        previous=None if not begin else _key_before(ids, begin - limit),
        first=begin + 1 if shown.size else 0,
    )


def _key_before(ids: Keys, place: int) -> int:
    return int(ids[place - 1]) if place > 0 else 0


def export(
    answer: Answer, *, place: Place | None = None, customer: int | None = None
) -> Iterator[UnitAtRisk]:
    """Every unit of the answer, a thousand looked up at a time."""
    ids = _sifted(answer, place, customer)
    for begin in range(0, ids.size, CHUNK):
        yield from rows(ids[begin : begin + CHUNK], {})


def _sifted(answer: Answer, place: Place | None, customer: int | None) -> Keys:
    if place is None and customer is None:
        return answer.ids
    return only(answer.ids, place, customer)


def why(question: Question, site_id: int, units: Keys) -> dict[int, tuple[Condition, ...]]:
    """For each of some units the conditions of a kind that it meets itself; the others of the
    question are met by something inside it. One query a kind beside those of the names."""
    found: dict[int, tuple[Condition, ...]] = {}
    for kind in met(question, site_id):
        for unit in fetch(*kind.of(units, question.as_of)).tolist():
            found[unit] = (*found.get(unit, ()), *kind.conditions)
    return found


def meets(question: Question, site_id: int, units: Keys | list[int]) -> Keys:
    """Which of some units are at risk by a question, without looking at any others.

    For records that come later: it looks from the units down, so it costs what they hold and not
    what the question answers. As shipped is asked of all units and sifted.
    """
    given = keys(units)
    if not given.size:
        return given
    if question.as_of is AsOf.SHIPPED:
        return common(at_risk_ids(question, site_id), given)
    pairs = _inside(given, question)
    below = settled(pairs[:, 1])
    found = given
    for kind in met(question, site_id):
        direct = fetch(*kind.of(below, question.as_of))
        found = common(found, settled(pairs[inside(pairs[:, 1], direct), 0]))
    return found


def _inside(units: Keys, question: Question) -> "np.ndarray[tuple[int, int], np.dtype[np.int64]]":
    """Pairs of a unit and one it holds or was made out of, at any depth, itself too."""
    valid = closure.Valid.at(question.as_of)
    found = {root: {root} for root in units.tolist()}
    waiting = {unit: {unit} for unit in found}  # what is looked into, and for whom
    while waiting:
        onward: dict[int, set[int]] = {}
        below: dict[int, set[int]] = {}
        for root, unit in closure.downwards(keys(waiting), valid):
            below.setdefault(root, set()).add(unit)
        everything = keys(u for units in below.values() for u in units)
        older = closure.made_from(everything)
        for top, roots in waiting.items():
            for unit in below[top]:
                for root in roots:
                    found[root].add(unit)
                    old = older.get(unit)
                    if old is not None and old not in found[root]:
                        onward.setdefault(old, set()).add(root)
        waiting = onward
    return np.array([(r, u) for r, held in found.items() for u in held], dtype=np.int64)


def newest() -> int:
    """The newest entry of the ledger: an answer of the same entry is the same answer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(MAX(seq), 0) FROM firstoff_ledgerentry")
        return int(cursor.fetchone()[0])
