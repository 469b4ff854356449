"""Many records of any kind at once: checked one by one, written in few statements."""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as made
from datetime import datetime
from typing import Any, Literal, cast
from uuid import UUID

from firstoff.db.models import POSTED, Site
from firstoff.errors import FirstoffError, NotFound, Refused, Unavailable
from firstoff.rules.access import Actor, require, sees
from firstoff.rules.genealogy import (
    Calibrated,
    Consumed,
    FileHandedIn,
    Installed,
    Labelled,
    Loaded,
    LotCounted,
    LotDecided,
    LotMerged,
    LotReceived,
    LotSplit,
    OperationDone,
    Packed,
    Posted,
    Removed,
    Repaired,
    Returned,
    Reworked,
    Scrapped,
    ShipmentCancelled,
    Shipped,
    Tested,
    UnitBegun,
    UnitResult,
    Unloaded,
    Unpacked,
    Voided,
    kind_of,
)
from firstoff.services import ledger
from firstoff.services.execution.bulk import LARGEST_POST, check_count
from firstoff.services.genealogy import (
    assembling,
    building,
    equipping,
    lots,
    material,
    measuring,
    packing,
    reworking,
    testing,
    voiding,
)
from firstoff.services.genealogy.closed import check_run_open
from firstoff.services.genealogy.files import FileRead, UnreadFile, files_in, in_file
from firstoff.services.genealogy.known import known
from firstoff.services.genealogy.naming import names_in
from firstoff.services.genealogy.picture import Picture
from firstoff.services.genealogy.preparing import prepare
from firstoff.services.genealogy.stored import Stored, stored_under
from firstoff.services.genealogy.taking import Taking
from firstoff.services.genealogy.writing import write_readings, write_records

Mode = Literal["all", "best_effort"]
State = Literal["stored", "already", "refused"]
VERB = "genealogy.post_records"

# How each kind is planned. A plan answers why a unit does not count, the digest of a procedure,
# or nothing.
_PLANS: Mapping[type[Posted], Callable[[Taking, Any], object]] = {
    UnitBegun: building.begin,
    OperationDone: building.operate,
    UnitResult: building.judge,
    Tested: testing.test,
    LotReceived: lots.receive,
    LotDecided: lots.decide,
    LotSplit: lots.split,
    LotMerged: lots.merge,
    LotCounted: lots.count,
    Consumed: material.consume,
    Loaded: material.load,
    Unloaded: material.unload,
    Installed: assembling.install,
    Removed: assembling.remove,
    Reworked: reworking.rework,
    Repaired: reworking.repair,
    Scrapped: reworking.scrap,
    Packed: packing.pack,
    Unpacked: packing.unpack,
    Shipped: packing.ship,
    ShipmentCancelled: packing.cancel,
    Returned: reworking.come_back,
    Labelled: reworking.label,
    Calibrated: equipping.calibrate,
    Voided: voiding.void,
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one record: ``stored``, ``already`` (stored before) or ``refused``."""

    index: int
    id: UUID
    kind: str
    about: str  # the serial, the lot, the package that it is about
    state: State
    code: str = ""
    message: str = ""
    way_out: str = ""
    field: str = ""
    reasons: tuple[str, ...] = ()  # why the unit does not count
    procedure: str = ""  # digest of a test's procedure, by which the next one can name it
    counts: Mapping[str, int] = made(default_factory=dict)  # what was in a file, by kind
    lift: str = ""  # which refusal a signature can lift, and for what
    subject: str = ""


@dataclass(frozen=True, slots=True)
class PostAnswer:
    answers: tuple[Answer, ...]  # in the order posted

    def count(self, state: str) -> int:
        return sum(answer.state == state for answer in self.answers)

    @property
    def refused(self) -> tuple[Answer, ...]:
        return tuple(a for a in self.answers if a.state == "refused")


def post_records(
    *,
    site_id: int,
    records: Sequence[Posted],
    by: Actor,
    at: datetime,
    mode: Mode = "all",
    largest: int | None = LARGEST_POST,
    details: Mapping[str, object] | None = None,
    source: str = POSTED,
    optional: Container[UUID] = (),
) -> PostAnswer:
    """Up to 10,000 records of any mix of kinds, in the order they happened.

    ``all``: every record or none; ``best_effort``: what can be taken is, and each answer says.
    A record posted before is answered as such; another content under its id is refused (R-36).
    A record may rest on one before it in the same post. Raises NotAllowed, NotFound, and in mode
    ``all`` Refused (``records-refused``) with the answers of those that cannot be taken.

    largest: how many are taken at once, any number for None. details: what else a reader of the
    ledger wants to know. source: which door or importer tests came through. optional: ids of
    records that may be refused alone.
    """
    if not sees(by, site_id):
        raise NotFound("There is no such site, or not for you.")
    for permission in dict.fromkeys(record.permission for record in records):
        require(by, permission, site_id)
    check_count(len(records), largest)
    try:
        with ledger.verb(VERB, by=by, at=at, subject=_subject(records)) as entry:
            known.bring_to(entry)
            if measuring.plain(records):
                tests = cast(Sequence[Tested], records)
                if measuring.take(entry, tests, site_id=site_id, by=by, at=at, source=source):
                    entry.details.update(stored=len(tests), refused=0, **(details or {}))
                    return _all_stored(tests)
            picture = Picture(Site.objects.get(pk=site_id), by=by, at=at, records=len(records))
            picture.source, picture.kept = source, known
            answer, taking = plan_all(picture, records)
            if mode == "all":
                demand_all(answer, optional)
            stored = answer.count("stored")
            if not stored:
                raise _NothingNew(answer)
            programs = {run.program_id for run in picture.runs.values()}
            if len(programs) == 1:  # what was computed for another program stays true
                entry.program_id = programs.pop()
            entry.details.update(stored=stored, refused=len(answer.refused))
            entry.details.update(site=picture.site.code, **(details or {}))
            if taking.pending.read_files:
                entry.details["files"] = taking.pending.read_files
            write_records(entry, picture, taking.pending)
            write_readings(entry, picture, taking.pending)
    except _NothingNew as nothing:
        return nothing.answer
    return answer


def _all_stored(tests: Sequence[Tested]) -> PostAnswer:
    return PostAnswer(
        tuple(
            Answer(index, t.id, "test", t.serial, "stored", procedure=str(t.procedure))
            for index, t in enumerate(tests)
        )
    )


class _NothingNew(Exception):
    def __init__(self, answer: PostAnswer) -> None:
        super().__init__("nothing new")
        self.answer = answer


def _subject(records: Sequence[Posted]) -> str:
    """``3 records: unit, consume``, or ``test CC1-021`` where there is one."""
    kinds = dict.fromkeys(kind_of(record) for record in records)
    if len(records) == 1:
        return f"{next(iter(kinds))} {records[0].about}".strip()[:300]
    return f"{len(records)} records: {', '.join(kinds)}"[:300]


def demand_all(answer: PostAnswer, optional: Container[UUID] = ()) -> None:
    """Raises Refused naming the first record that cannot be taken, and listing the others."""
    refused = [one for one in answer.refused if one.id not in optional]
    if not refused:
        return
    first, told = refused[0], [_told(a) for a in refused[:200]]
    if len(answer.answers) == 1:  # whoever hands in one is told of that one
        named = {n: v for n in ("field", "lift", "subject") if (v := getattr(first, n))}
        raise Refused(first.message, code=first.code, way_out=first.way_out, records=told, **named)
    raise Refused(
        f"{len(refused)} of {len(answer.answers)} records cannot be taken, and nothing was "
        f"recorded. The first is record {first.index + 1}, {first.kind} {first.about}: "
        f"{first.message}",
        code=first.code if len(refused) == 1 else "records-refused",
        way_out=first.way_out,
        records=told,
    )


def _told(answer: Answer) -> dict[str, object]:
    return {
        "index": answer.index,
        "id": str(answer.id),
        "kind": answer.kind,
        "about": answer.about,
        "code": answer.code,
        "message": answer.message,
        "way_out": answer.way_out,
        "field": answer.field,
    }


def plan_all(picture: Picture, records: Sequence[Posted]) -> tuple[PostAnswer, Taking]:
    """Plan every record, in the order posted, against the site as it will be by then."""
    files = files_in(records, picture.site.pk)
    whole = [r for r in records if not isinstance(r, FileHandedIn)]
    whole += [one for found in files.values() for one in found.records]
    stored = stored_under(whole)
    prepare(picture, whole, names_in(whole))
    planning = _Planning(Taking(picture), stored, files)
    answers = [planning.answer(index, record) for index, record in enumerate(records)]
    return PostAnswer(tuple(answers)), planning.taking


class _Planning:
    """One post, record by record: each is taken whole, or leaves nothing behind."""

    def __init__(
        self, taking: Taking, stored: Stored, files: Mapping[UUID, FileRead | UnreadFile]
    ) -> None:
        self.taking, self.stored, self.files = taking, stored, files
        self.seen: dict[UUID, Posted] = {}

    def answer(self, index: int, record: Posted) -> Answer:
        kind, about = kind_of(record), record.about
        try:
            if isinstance(record, FileHandedIn):
                counts = self._file(record)
                state: State = "stored" if counts else "already"
                self.taking.picture.undo.keep()
                return Answer(index, record.id, kind, about, state, counts=counts)
            state, said = self._take(record)
        except Unavailable:  # a full disk says nothing about the record: the post is asked again
            raise
        except FirstoffError as error:
            self.taking.picture.undo.back()
            return Answer(
                index,
                record.id,
                kind,
                about,
                "refused",
                error.code,
                error.message,
                error.way_out,
                str(error.details.get("field", "")),
                lift=str(error.details.get("lift", "")),
                subject=str(error.details.get("subject", "")),
            )
        self.taking.picture.undo.keep()
        return Answer(
            index,
            record.id,
            kind,
            about,
            state,
            reasons=said if isinstance(said, tuple) else (),
            procedure=said if isinstance(said, str) else "",
        )

    def _take(self, record: Posted) -> tuple[State, object]:
        """Plan one record. Raises FirstoffError where it is refused."""
        if self.stored.already(record) or _posted_before(self.seen, record):
            return "already", None
        record.check()
        check_run_open(self.taking, record)
        said = _PLANS[type(record)](self.taking, record)
        self.taking.picture.undo.put(self.seen, record.id, record)
        return "stored", said

    def _file(self, record: FileHandedIn) -> dict[str, int]:
        """What is in a file: all of it or nothing. How many of each kind are new."""
        record.check()
        found, picture = self.files[record.id], self.taking.picture
        if isinstance(found, UnreadFile):
            raise found.error
        counts: dict[str, int] = {}
        picture.source, before = found.kind, picture.source
        try:
            for one in found.records:
                mark = picture.undo.mark()
                try:
                    state, _ = self._take(one)
                except Unavailable:
                    raise
                except FirstoffError as error:
                    picture.undo.back(mark)
                    if one.id in found.optional:
                        continue
                    raise in_file(error, one) from error
                if state == "stored":
                    counts[kind_of(one)] = counts.get(kind_of(one), 0) + 1
        finally:
            picture.source = before
        picture.undo.put(self.taking.pending.read_files, found.name, found.sha256)
        return counts


def _posted_before(seen: Mapping[UUID, Posted], record: Posted) -> bool:
    """Whether the same record stands earlier in the post. Raises Refused (R-36) for another."""
    first = seen.get(record.id)
    if first is None:
        return False
    if first == record:
        return True
    raise Refused(
        f"The id {record.id} is given twice in one post, to different records.",
        code="R-36",
        way_out="A new record needs an ID of its own.",
    )
