"""Plans of test records: values packed in the order of a frozen procedure (R-37, R-48)."""

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from math import inf

import msgspec
from django.conf import settings

from firstoff.db.inserts import fresh
from firstoff.db.models import Attachment, ProcedureRevision, TestRecord
from firstoff.errors import InvalidInput
from firstoff.formats import store
from firstoff.formats.testdata.packing import (
    LETTERS,
    NAN,
    Measured,
    Procedure,
    Taken,
    pack,
    procedure,
    read_procedure,
)
from firstoff.rules.execution import check_recorded_time
from firstoff.rules.genealogy import FileOf, ProcedureText, Tested, check_counts
from firstoff.services.genealogy.taking import Taking
from firstoff.terms import TestOutcome

_PASS, _FAIL, _UNSET = (
    LETTERS[o] for o in (TestOutcome.PASS, TestOutcome.FAIL, TestOutcome.UNSET)
)
_KNOWN = frozenset(LETTERS.values())
_NUMBERS = frozenset({float})
_encoder = msgspec.json.Encoder(order="deterministic")


def test(taking: Taking, record: Tested) -> str:
    """A test record, as the station judged it; a retest stands beside the first (R-48).

    Answers the digest of its procedure, by which the next record can name it.
    """
    picture = taking.picture
    unit = picture.unit(record.serial, record.part, record.batch)
    revision, limits = _procedure(taking, record.procedure)
    began, ended, outcome, values, outcomes, extras = measured(record, limits, picture.at)
    row = fresh(
        TestRecord,
        uid=record.id,
        run_id=unit.run_id,
        unit=unit,
        procedure=revision,
        source=picture.source[:20],
        source_digest=digest_of(record),
        station=record.station or picture.by.station,
        operator_id=picture.operator(record.operator).id,
        outcome=outcome,
        outcome_details=record.note,
        began_at=began,
        ended_at=ended,
        values=values,
        outcomes=outcomes,
        extras=extras,
    )
    if record.attachments:
        _attach(taking, record.attachments, row)
    taking.accept_test(row, revision.name)
    return revision.digest


def measured(
    record: Tested, limits: "Limits", received: datetime
) -> tuple[datetime, datetime, str, bytes, str, str]:
    """When it was measured, its outcome, and the values packed. Raises InvalidInput."""
    check_counts(record, limits.count)
    ended = record.ended_at or record.at or received
    began = record.began_at or ended
    for what, when in (("at", record.at), ("began_at", began), ("ended_at", ended)):
        if when is not None:
            check_recorded_time(when, received=received, what=what)
    if ended < began:
        raise InvalidInput("The test would end before it begins.", field="ended_at")
    values, outcomes, extras = _packed(record, limits)
    outcome = record.outcome or (TestOutcome.FAIL if _FAIL in outcomes else TestOutcome.PASS)
    return began, ended, outcome.value, values, outcomes, extras


def digest_of(record: Tested) -> str:
    """SHA-256 of the record as it was posted: what tells it from another one."""
    return hashlib.sha256(_encoder.encode(record)).hexdigest()


@dataclass(frozen=True, slots=True)
class Limits:
    """A procedure as far as judging needs it; without a limit a value is within it."""

    lower: tuple[float, ...]
    upper: tuple[float, ...]

    @property
    def count(self) -> int:
        return len(self.lower)


def limits_of(digest: str, key: int) -> Limits:
    """Those of a procedure that is stored: read once, its digest is what it is kept under."""
    held = _judged_by.get(digest)
    if held is None:
        if len(_judged_by) >= 512:
            _judged_by.clear()
        definition = ProcedureRevision.objects.values_list("definition", flat=True).get(pk=key)
        held = _judged_by[digest] = _limits_in(definition)
    return held


_judged_by: dict[str, Limits] = {}


@lru_cache(maxsize=512)
def _limits_in(definition: str) -> Limits:
    lines = read_procedure(definition).lines
    return Limits(
        tuple(-inf if line.lower is None else float(line.lower) for line in lines),
        tuple(inf if line.upper is None else float(line.upper) for line in lines),
    )


@lru_cache(maxsize=512)
def _frozen(text: ProcedureText) -> Procedure:
    name = f"{text.name} {text.version}".strip()
    if not name:
        raise InvalidInput("The procedure has no name.", field="procedure")
    seen = {(line.phase, line.name) for line in text.lines}
    if len(seen) < len(text.lines):
        raise InvalidInput(
            f"The procedure {name} has two lines of one phase and name.", field="procedure"
        )
    return procedure(
        name[:200],
        [
            Measured(
                name=line.name,
                phase=line.phase,
                unit=line.unit,
                lower=line.lower,
                upper=line.upper,
            )
            for line in text.lines
        ],
    )


def _procedure(taking: Taking, given: ProcedureText | str) -> tuple[ProcedureRevision, Limits]:
    picture = taking.picture
    if isinstance(given, str):
        held = picture.procedures.get(given)
        if held is None:
            raise InvalidInput(
                f"There is no procedure {given[:12]} here.",
                way_out="Post the text of the procedure once; its digest is in the answer.",
                field="procedure",
            )
        return held, _limits_in(held.definition)
    wanted = _frozen(given)
    held = picture.procedures.get(wanted.digest)
    if held is None:
        held = ProcedureRevision.objects.filter(digest=wanted.digest).first()
        held = held or ProcedureRevision(
            digest=wanted.digest, name=wanted.name, definition=wanted.definition
        )
        picture.procedures[wanted.digest] = held
    return held, _limits_in(held.definition)


def _packed(record: Tested, limits: Limits) -> tuple[bytes, str, str]:
    """Values as little-endian float64, a letter for each outcome, and what is no number."""
    values = record.values
    if set(map(type, values)) <= _NUMBERS:
        packed = struct.pack(f"<{len(values)}d", *values)
        numbers: Sequence[float] = values  # type: ignore[assignment]  # as just asked
        return packed, _letters(record) or _judged(numbers, limits), "{}"
    letters = _letters(record) or "".join(map(_letter, values, limits.lower, limits.upper))
    found = pack(
        Taken(_OUTCOMES[letter], text=_text(value))
        for letter, value in zip(letters, values, strict=True)
    )
    plain = [value if type(value) is float else NAN for value in values]
    return struct.pack(f"<{len(values)}d", *plain), letters, found.extras


_OUTCOMES = {letter: outcome for outcome, letter in LETTERS.items()}


def _letters(record: Tested) -> str:
    """The outcomes as the station gave them; empty where it gave none."""
    given = record.outcomes
    if given is None:
        return ""
    if not isinstance(given, str):
        return "".join([LETTERS[outcome] for outcome in given])
    unknown = set(given) - _KNOWN
    if unknown:
        raise InvalidInput(
            f"outcomes holds {min(unknown)!r}; expected one of "
            f"{', '.join(f'{letter} ({word})' for word, letter in LETTERS.items())} a value.",
            field="outcomes",
        )
    return given


def _judged(values: Sequence[float], limits: Limits) -> str:
    """All numbers: within their limits or not. No number (NaN) is within any."""
    lower, upper = limits.lower, limits.upper
    return "".join(
        [
            _PASS if low <= value <= high else _FAIL
            for value, low, high in zip(values, lower, upper, strict=True)
        ]
    )


def _letter(value: float | str | bool | None, low: float, high: float) -> str:
    if isinstance(value, bool):
        return _PASS if value else _FAIL
    if value is None or isinstance(value, str):
        return _UNSET
    return _PASS if low <= value <= high else _FAIL


def _text(value: float | str | bool | None) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else ""


def _attach(taking: Taking, files: Sequence[FileOf], row: TestRecord) -> None:
    """Files under the hash of their content; one that is only named has to be there (R-68)."""
    for place, file in enumerate(files):
        sha256, size = file.sha256, 0
        if file.content is not None:
            sha256, size = (
                store.put(settings.MEDIA_ROOT, file.content, name=file.name),
                len(file.content),
            )
            if file.sha256 and file.sha256 != sha256:
                raise InvalidInput(
                    f"{file.name} has the digest {sha256[:12]}, not {file.sha256[:12]}.",
                    field=f"attachments[{place}].sha256",
                )
        else:
            size = _kept(file, f"attachments[{place}]")
        attachment = fresh(
            Attachment,
            test_record=row,
            name=file.name,
            media_type=file.media_type[:120],
            size=size,
            sha256=sha256,
        )
        taking.picture.undo.append(taking.pending.attachments, attachment)


def _kept(file: FileOf, field: str) -> int:
    held = store.place(settings.MEDIA_ROOT, file.sha256)
    if not held.exists():
        raise InvalidInput(
            f"{file.name} is named by its digest, and no such file is stored.",
            way_out="Send its content with the record.",
            field=field,
        )
    return held.stat().st_size
