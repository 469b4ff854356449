"""Asking the columnar history of measurements: one characteristic over years, in a moment."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Any

from django.conf import settings

from firstoff import stats
from firstoff.db.models import Characteristic, Part
from firstoff.errors import InvalidInput, NotFound, Refused
from firstoff.history import building, engine, questions
from firstoff.history.choosing import Chosen, chosen
from firstoff.history.engine import History, within
from firstoff.history.files import Folder
from firstoff.history.manifest import Manifest
from firstoff.history.questions import Ask, Tables
from firstoff.history.schema import VERSION
from firstoff.queries import ledger
from firstoff.queries.access import site as site_named
from firstoff.queries.execution import packed
from firstoff.rules.access import Actor, require
from firstoff.stats.capability import Capability

BUILD = "Build it: firstoff history build."


@dataclass(frozen=True, slots=True)
class Status:
    """What a history covers. ``waiting``: test records that came later; ``why_anew``: why the
    next build begins from nothing; ``damaged``: files whose content changed, where looked at."""

    folder: str
    built: bool
    built_at: str
    entry: int
    head: int
    waiting: int
    records: int
    measurements: int
    bytes: int
    why_anew: str
    damaged: tuple[str, ...]
    files: tuple[str, ...]

    @property
    def sound(self) -> bool:
        return self.built and not self.why_anew and not self.damaged


@dataclass(frozen=True, slots=True)
class Meant:
    """What a person asks about: a part at a site; of it a characteristic, a time, batches.

    since, until: when the test began, from and before. characteristic: its number, its name in
    tests, or phase/name.
    """

    site: str
    part: str
    characteristic: str = ""
    since: datetime | None = None
    until: datetime | None = None
    batches: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Covered:
    """Up to where the answer knows: an entry of the ledger. waiting: test records after it."""

    entry: int
    built_at: str
    waiting: int


@dataclass(frozen=True, slots=True)
class Told:
    """Rows of an answer, as plain values. total: how many there are, shown or not."""

    characteristic: Chosen | None
    covered: Covered
    rows: tuple[dict[str, Any], ...]
    total: int


@dataclass(frozen=True, slots=True)
class Stretches:
    """A characteristic by stretches of time of so many ``seconds``, the first from ``start``."""

    characteristic: Chosen
    covered: Covered
    start: datetime | None
    seconds: int
    rows: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Held:
    """Capability of a characteristic. retests: values left out because their unit had one."""

    characteristic: Chosen
    covered: Covered
    retests: int
    capability: Capability


def status(
    *, full: bool = False, progress: Callable[[str, int, int], None] = lambda what, n, of: None
) -> Status:
    """What the history covers, and whether it is sound. full: read every file."""
    folder = Folder(settings.HISTORY_ROOT)
    found, head = folder.manifest(), ledger.head()
    why = building.why_anew(folder, _holds) if found else ""
    held = found or Manifest()
    damaged = []
    if full and not why:
        for done, (path, same) in enumerate(folder.compared(held), 1):
            damaged += [] if same else [path]
            progress("Reading", done, len(held.files))
    return Status(
        folder=str(folder.root),
        built=found is not None,
        built_at=held.built_at,
        entry=held.entry,
        head=head.seq,
        waiting=packed.count(held.entry),
        records=held.records,
        measurements=held.measurements,
        bytes=held.bytes,
        why_anew=why,
        damaged=tuple(damaged),
        files=tuple(file.path for file in held.files),
    )


def sites_of(actor: Actor, part: str) -> tuple[str, ...]:
    """Codes of the sites, of those the actor sees, that have a part of this number."""
    rows = Part.objects.filter(site__in=actor.site_ids, number=part).order_by("site__code")
    return tuple(rows.values_list("site__code", flat=True))


def values(actor: Actor, meant: Meant, *, limit: int | None = None) -> Told:
    """Every measurement of the characteristic, in the order made. limit: the newest so many."""
    return _listed(actor, meant, questions.values, limit)


def outside(actor: Actor, meant: Meant, *, limit: int | None = None) -> Told:
    """Measurements outside the limits they were judged by, or that failed by another rule; of
    every characteristic unless one is named."""
    return _listed(actor, meant, questions.outside, limit)


def summary(actor: Actor, meant: Meant) -> Told:
    """One row: how many measurements, units, numbers and fails; mean, sd, least, most. Retests
    are among them."""
    with _asked(actor, meant) as (history, ask, tables, found, covered):
        (row,) = history.answer(questions.summary(tables.measurements, within(ask))).to_pylist()
    if not row["measured"]:
        raise _nothing(meant)
    row |= {name: _moment(row[name]) for name in ("first", "last")}
    return Told(found, covered, (row,), 1)


def series(actor: Actor, meant: Meant, *, stretches: int = 200) -> Stretches:
    """The characteristic by at most so many stretches of time, for a chart."""
    if not 1 <= stretches <= 10_000:
        raise InvalidInput(f"{stretches} stretches; expected 1 to 10,000.", field="stretches")
    with _asked(actor, meant) as (history, ask, tables, found, covered):
        if found is None:
            raise InvalidInput("A series is of one characteristic.", field="characteristic")
        (span,) = history.answer(questions.span(tables.measurements, within(ask))).to_pylist()
        if not span["n"]:
            raise _nothing(meant)
        start = _moment(span["first"])
        seconds = (span["last"] - span["first"]) // stretches + 1
        asked = questions.series(tables.measurements, within(ask), start, seconds)
        rows = history.answer(asked).to_pylist()
    for row in rows:
        row["began"] = start + timedelta(seconds=seconds * int(row.pop("stretch")))
    return Stretches(found, covered, start, seconds, tuple(rows))


def capability(
    actor: Actor,
    meant: Meant,
    *,
    lower: float | None = None,
    upper: float | None = None,
    confidence: float = 0.95,
    retests: bool = False,
) -> Held:
    """Capability of the first value of each unit (of all with ``retests``), in the order made.

    lower, upper: instead of the limits that the newest procedure has. Raises StatsError.
    """
    with _asked(actor, meant) as (history, ask, _, found, covered):
        if found is None:
            raise InvalidInput("Capability is of one characteristic.", field="characteristic")
        if lower is None and upper is None:
            lower, upper = found.lower, found.upper
        if lower is None and upper is None:
            raise InvalidInput(
                f"{found.name} has no limits in the procedures that measured it.",
                way_out="Name them with --lower and --upper.",
            )
        every = history.series(ask)
    kept = every.value if retests else every.value[every.firsts()]
    judged = stats.capability(kept, lower=lower, upper=upper, confidence=confidence)
    return Held(replace(found, lower=lower, upper=upper), covered, len(every) - len(kept), judged)


def yields(actor: Actor, meant: Meant) -> Told:
    """First-pass and final yield of each procedure that tested the part."""
    with _asked(actor, replace(meant, characteristic="")) as (history, ask, tables, _, covered):
        rows = history.answer(questions.yields(tables.records, within(ask))).to_pylist()
    if not rows:
        raise _nothing(meant)
    return Told(None, covered, tuple(rows), len(rows))


def _listed(actor: Actor, meant: Meant, question: Callable[..., Any], limit: int | None) -> Told:
    with _asked(actor, meant) as (history, ask, tables, found, covered):
        rows = history.answer(question(tables, within(ask), newest=limit)).to_pylist()
        total = len(rows)
        if limit is not None and total == limit:
            total = history.answer(question(tables, within(ask)).count()).as_py()
    return Told(found, covered, tuple(map(_finite, rows)), total)


def _moment(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)


def _finite(row: dict[str, Any]) -> dict[str, Any]:
    """An infinite value as text: JSON has no number for it."""
    value = row["value"]
    return row if value is None or isfinite(value) else {**row, "value": None, "text": str(value)}


@contextmanager
def _asked(
    actor: Actor, meant: Meant
) -> Iterator[tuple[History, Ask, Tables, Chosen | None, Covered]]:
    """The history, and what is asked of it; the characteristic is found in its procedures."""
    require(actor, "see", site_named(actor, meant.site).id)
    _ordered(meant)
    folder = Folder(settings.HISTORY_ROOT)
    manifest = _usable(folder)
    ask = Ask(
        sites=(meant.site,),
        part=meant.part,
        batches=meant.batches or None,
        since=meant.since,
        until=meant.until,
    )
    covered = Covered(manifest.entry, manifest.built_at, packed.count(manifest.entry))
    with engine.opened(folder, manifest) as history:
        tables = history.tables(ask)
        found = _characteristic(history, tables, ask, meant) if meant.characteristic else None
        if found is not None:
            ask = replace(ask, lines=found.lines)
        yield history, ask, tables, found, covered


def _characteristic(history: History, tables: Tables, ask: Ask, meant: Meant) -> Chosen:
    """The lines that the part was measured by under this number or name."""
    ran = history.answer(questions.procedures(tables.records, within(ask))).to_pylist()
    if not ran:
        raise _nothing(meant)
    order = {row["procedure"]: place for place, row in enumerate(ran)}
    lines = tables.lines.filter(tables.lines.procedure.isin(list(order)))
    rows = history.answer(lines.order_by("line")).to_pylist()
    rows.sort(key=lambda row: order[row["procedure"]])
    return chosen(rows, _names(meant), meant.characteristic)


def _names(meant: Meant) -> set[str]:
    """What the characteristic is called: as asked, and in tests where that was a number."""
    rows = Characteristic.objects.filter(
        revision__part__site__code=meant.site,
        revision__part__number=meant.part,
        number__iexact=meant.characteristic,
    )
    named = rows.exclude(measured_as="").values_list("measured_as", flat=True)
    return {meant.characteristic, *named}


def _usable(folder: Folder) -> Manifest:
    found = folder.manifest()
    if found is None:
        raise Refused(
            f"There is no measurement history in {folder.root}.",
            code="history-none",
            way_out=BUILD,
        )
    if found.version != VERSION or (found.entry and not _holds(found.entry, found.hash)):
        raise Refused(
            "The measurement history is of another version or another state of the records.",
            code="history-stale",
            way_out=BUILD,
        )
    return found


def _holds(entry: int, hashed: str) -> bool:
    return ledger.entry_hash(entry) == hashed


def _ordered(meant: Meant) -> None:
    for name, time in (("since", meant.since), ("until", meant.until)):
        if time is not None and time.microsecond:
            raise InvalidInput(
                f"{name} is {time.isoformat()}; expected a whole second: the history keeps no "
                "fractions of when a measurement was made.",
                field=name,
            )
    if meant.since and meant.until and meant.since >= meant.until:
        since, until = (t.astimezone(UTC).isoformat() for t in (meant.since, meant.until))
        raise InvalidInput(f"From {since} until {until} there is no time.", field="until")


def _nothing(meant: Meant) -> NotFound:
    return NotFound(
        f"The history holds no such measurements of {meant.part!r} at {meant.site}.",
        way_out="See what it covers: firstoff history status.",
    )
