"""Units that come to meet the question of an open containment join it (R-62).

``follow`` is named in ``AFTER_VERBS``: it runs in the transaction of every verb, whichever door
recorded it, under the ledger's lock. Opening a containment takes the same lock, so a record is
either seen by the question when it is opened, or sees the open containment here.
"""

import logging
from collections.abc import Sequence
from functools import lru_cache

from django.db import connection

from firstoff.db.keys import Keys, among, keys, parameter, rows_of
from firstoff.db.models import (
    Attachment,
    Calibration,
    ContainedUnit,
    Containment,
    ContainmentClosure,
    FloorRecord,
    LotMove,
    ShippedUnit,
    TestRecord,
)
from firstoff.errors import NotFound
from firstoff.queries.trace import answers
from firstoff.queries.trace.closure import Valid, upwards
from firstoff.queries.trace.sets import without
from firstoff.rules.trace import AsOf, Question, read_question
from firstoff.rules.trace.containment import label
from firstoff.services.ledger import Entry
from firstoff.services.trace.ground import enrol
from firstoff.services.trace.opening import members_of, reasons_of
from firstoff.terms import FloorKind

_log = logging.getLogger(__name__)
_OWN = "trace."
_OF_TESTS = {TestRecord, Attachment}
# Of a batch, no unit named: what they say goes for every unit of it.
_OF_BATCHES = (FloorKind.OPERATION, FloorKind.CONSUME)


def follow(entry: Entry) -> None:
    """After every verb. One query where no containment is open, none where no unit was touched;
    else a fixed number for each open one, whatever the number of records and of units at risk.
    Test records ask of those alone whose question a test can be the answer to.
    """
    if entry.verb.startswith(_OWN):
        return
    wide = _changes_many(entry)
    if not wide and not entry.units:
        return
    tested = entry.models <= _OF_TESTS
    asked = [(key, at, number, _question(text)) for key, at, number, text in _open()]
    opened = [one for one in asked if not tested or one[3].by_tests]
    if not opened:
        return
    touched = keys(entry.units)
    for key, site_id, number, question in opened:
        try:
            new = _joining(key, site_id, question, touched, wide=wide)
            _join(entry, key, site_id, number, question, new)
        except NotFound:
            # What it asks for was given another name since. Records are taken all the same.
            _log.warning("containment %s at site %s names what is gone", label(number), site_id)


def _open() -> list[tuple[int, int, int, str]]:
    """Key, site, number and question of each open containment. Without a queryset: it is asked
    with every record that a station sends."""
    with connection.cursor() as cursor:
        cursor.execute(_OPEN)
        return list(cursor.fetchall())


_OPEN = (
    f"SELECT c.id, c.site_id, c.number, c.question FROM {Containment._meta.db_table} c WHERE NOT "
    f"EXISTS (SELECT 1 FROM {ContainmentClosure._meta.db_table} e WHERE e.containment_id = c.id) "
    "ORDER BY c.id"
)
_question = lru_cache(maxsize=256)(read_question)


def _changes_many(entry: Entry) -> bool:
    """Whether units may be at risk now that the verb itself did not touch: material was mixed, a
    gauge turned out to be wrong, something was done to a whole batch, or taken back."""
    if bool(entry.of(LotMove)) or bool(entry.of(Calibration)):
        return True
    return any(
        row.kind == FloorKind.VOID or (row.kind in _OF_BATCHES and row.unit_id is None)
        for row in entry.of(FloorRecord)
    )


def _joining(
    containment: int, site_id: int, question: Question, touched: Keys, *, wide: bool
) -> Keys:
    """Units at risk by the question that are not in the containment yet."""
    if wide:
        return without(answers.at_risk_ids(question, site_id), members_of(containment))
    valid = Valid.at(question.as_of)
    given = f"SELECT value FROM {rows_of()} AS given"
    near = upwards(given, [parameter(touched)], valid)  # with all they are inside of
    if question.as_of is AsOf.SHIPPED and not _ever_shipped(near):
        return keys(())
    found = answers.meets(question, site_id, near)
    if not found.size:
        return found
    known = ContainedUnit.objects.filter(among(ContainedUnit, "unit", found))
    known = known.filter(containment=containment)
    return without(found, keys(known.values_list("unit_id", flat=True)))


def _ever_shipped(units: Keys) -> bool:
    return ShippedUnit.objects.filter(among(ShippedUnit, "unit", units)).exists()


def _join(
    entry: Entry, containment: int, site_id: int, number: int, question: Question, new: Keys
) -> None:
    if not new.size:
        return
    enrol(entry, containment, new, reasons_of(question, site_id, new), late=True)
    joined: list[Sequence[object]] = entry.details.setdefault("joined", [])
    joined.append([label(number), int(new.size)])
