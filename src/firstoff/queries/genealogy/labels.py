"""Labels: jobs that wait, jobs that were printed, and what the label of a thing has to say."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Case, Count, Prefetch, QuerySet, When
from django.db.models.functions import Left, Right

from firstoff.db.models import FloorRecord, LabelJob, LabelPrint, Package, Run, Unit
from firstoff.errors import NotFound
from firstoff.formats.labels import scanned
from firstoff.formats.labels.data import LabelData
from firstoff.formats.labels.job import Job, Printed, laid_out, printed
from firstoff.formats.labels.kept import ASKS_FOR_SCAN, END, Kept, ends, find, read
from firstoff.formats.labels.layout import Layout
from firstoff.formats.labels.paper import svg
from firstoff.formats.labels.templates import template_named
from firstoff.queries.access import site as site_of
from firstoff.rules.access import Actor
from firstoff.rules.ledger import canonical
from firstoff.terms import FloorKind

SHOWS = ("", "waiting", "printed")


@dataclass(frozen=True, slots=True)
class PrintView:
    at: datetime
    by: str
    printer: str
    reason: str


@dataclass(frozen=True, slots=True)
class JobView:
    """Labels that were asked for. In lists ``kept`` holds the first label alone."""

    id: int
    uid: UUID
    site: str
    template: str
    label: str  # the template in words
    size: str
    form: str
    copies: int
    count: int
    batch: str
    about: str  # the serial, the carton ... of the first label
    asked_at: datetime
    asked_by: str
    prints: tuple[PrintView, ...]
    kept: Kept

    @property
    def printed(self) -> bool:
        return bool(self.prints)

    @property
    def first(self) -> LabelData:
        return self.kept.labels[0]

    @property
    def verified_by_scan(self) -> bool:
        return self.template in ("unit", "batch", "carton", "pallet")


def jobs(
    actor: Actor,
    site: str,
    *,
    show: str = "",
    batch: str = "",
    offset: int = 0,
    limit: int = 50,
) -> tuple[tuple[JobView, ...], int, dict[str, int]]:
    """The newest first, the total, and how many wait and were printed. Five queries."""
    place = site_of(actor, site)
    rows = LabelJob.objects.filter(site=place.id)
    if batch:
        rows = rows.filter(run__batch_id=batch)
    counts = {"": rows.count(), "waiting": rows.filter(prints__isnull=True).count()}
    counts["printed"] = counts[""] - counts["waiting"]
    if show == "waiting":
        rows = rows.filter(prints__isnull=True)
    elif show == "printed":
        rows = rows.filter(prints__isnull=False).distinct()
    listed = _with_prints(rows).defer("content").annotate(head=_HEAD, tail=_TAIL)
    found = listed.order_by("-pk")[offset : offset + limit]
    views = tuple(_view(row, ends(row.head, row.tail)) for row in found)
    return views, counts.get(show, counts[""]), counts


def job(actor: Actor, site: str, uid: UUID) -> JobView:
    """Raises NotFound. Three queries."""
    place = site_of(actor, site)
    row = _with_prints(LabelJob.objects.filter(site=place.id, uid=uid)).first()
    if row is None:
        raise NotFound("There is no such print job, or not for you.")
    return _view(row, read(row.content))


# Canonical JSON keeps its order: what a list shows stands at the two ends.
_HEAD, _TAIL = Left("content", END), Right("content", END)


def _with_prints(rows: QuerySet[LabelJob]) -> QuerySet[LabelJob]:
    prints = LabelPrint.objects.select_related("by").order_by("pk")
    return rows.select_related("site", "run", "by").prefetch_related(Prefetch("prints", prints))


def _view(row: LabelJob, kept: Kept) -> JobView:
    first = kept.labels[0]
    return JobView(
        row.pk,
        row.uid,
        row.site.code,
        row.template,
        template_named(row.template).label,
        row.size,
        row.form,
        row.copies,
        row.count,
        row.run.batch_id if row.run else "",
        first.serial or first.number or first.lot or first.batch,
        row.received_at,
        row.by.name or row.by.username,
        tuple(PrintView(p.received_at, p.by.name, p.printer, p.reason) for p in row.prints.all()),
        kept,
    )


def print_job(
    view: JobView, *, form: str = "", size: str = "", dpi: int = 0, code: str = ""
) -> Job:
    """The job as it is printed; what is given stands for what was asked."""
    return Job(
        template=view.template,
        size=size or view.size,
        labels=view.kept.labels,
        form=form or view.form,
        copies=view.copies,
        dpi=dpi or view.kept.dpi,
        code=code or view.kept.code,
        start=view.kept.start,
    )


def file(job: Job) -> Printed:
    """The labels as a file. Raises InvalidInput where one of them has no room for its code."""
    return printed(job)


def first_layout(job: Job) -> Layout:
    """How the first label comes out: its modules, what was left out. Raises InvalidInput."""
    return laid_out(replace(job, labels=job.labels[:1], copies=1))[0]


def picture(job: Job) -> bytes:
    """The first label as SVG. Raises InvalidInput."""
    return svg(first_layout(job))


# ---------------------------------------------------------------- what a label has to say


@dataclass(frozen=True, slots=True)
class Expected:
    """The label that belongs on a thing. ``holds``: what its codes say; ``asked``: somebody asked
    for it to be printed."""

    template: str
    data: LabelData
    holds: tuple[str, ...]
    asked: bool
    job: UUID | None = None

    @property
    def about(self) -> str:
        return self.data.serial or self.data.number or self.data.batch


def expected_of(actor: Actor, site: str, part: str, serial: str) -> Expected:
    """The label of a unit: as it was last asked for, else as it would be. Raises NotFound."""
    unit = unit_named(actor, site, part, serial)
    rows = LabelJob.objects.filter(run=unit.run_id, template="unit")
    found = _newest(rows, "serial", serial) if unit.run_id else None
    if found is not None:
        return found
    return _expected("unit", unit_data(unit), asked=False)


def expected_on(actor: Actor, site: str, template: str, number: str) -> Expected:
    """The label of a carton, a pallet or a batch as it was last asked for. Raises NotFound."""
    place = site_of(actor, site)
    field = "batch" if template == "batch" else "number"
    rows = LabelJob.objects.filter(site=place.id, template=template)
    found = _newest(rows, field, number)
    if found is None:
        raise NotFound(
            f"No label of {number} was asked for.", way_out="Print it first.", field="scan"
        )
    return found


def _newest(rows: QuerySet[LabelJob], field: str, value: str) -> Expected | None:
    """The label of one thing in the newest job that has it. One query."""
    said = canonical({field: value})[1:-1]
    for row in rows.filter(content__contains=said).order_by("-pk")[:5]:
        data = find(row.content, field, value)
        if data is not None:
            return _expected(row.template, data, asked=True, job=row.uid)
    return None


def _expected(template: str, data: LabelData, *, asked: bool, job: UUID | None = None) -> Expected:
    kind = template_named(template)
    kind.check(data)
    holds = tuple(text for text in (kind.code(data), kind.bars(data)) if text)
    return Expected(template, data, holds, asked, job)


def unit_named(actor: Actor, site: str, part: str, serial: str) -> Unit:
    """Raises NotFound."""
    place = site_of(actor, site)
    rows = Unit.objects.filter(part__site=place.id, part__number=part, serial=serial)
    found = rows.select_related("part", "run__site", "run__baseline__revision").first()
    if found is None:
        raise NotFound("There is no such unit, or not for you.", field="serial")
    return found


def unit_data(unit: Unit, **more: Any) -> LabelData:
    """What stands on the label of a unit."""
    run = unit.run
    data = LabelData(
        part=unit.part.number,
        name=unit.part.name,
        revision=run.baseline.revision.label if run else "",
        serial=unit.serial,
        batch=run.batch_id if run else "",
        date=_day(unit, run),
    )
    return replace(data, **more)


def _day(unit: Unit, run: Run | None) -> date:
    """The day it was started, as the plant has it."""
    zone = ZoneInfo(run.site.time_zone) if run else UTC
    return unit.started_at.astimezone(zone).date()


def asked_serials(run_id: int) -> set[str]:
    """Serials of a run whose label was asked for. One query."""
    rows = LabelJob.objects.filter(run=run_id, template="unit").values_list("content", flat=True)
    return {data.serial for text in rows for data in read(text).labels}


def asks_for_scan(run_id: int) -> bool:
    """Whether units of the run are packed only after their label was scanned back: as its newest
    job says. One query."""
    newest = LabelJob.objects.filter(run=run_id, template="unit").order_by("-pk")[:1]
    asks = Case(When(content__endswith=ASKS_FOR_SCAN, then=True), default=False)
    return bool(newest.values_list(asks, flat=True).first())


def before(run_id: int) -> LabelData | None:
    """A label of the program as it was asked for last: its GTIN and marks go on. One query."""
    rows = LabelJob.objects.filter(run__program__runs=run_id, template="unit").order_by("-pk")
    found = rows.annotate(head=_HEAD, tail=_TAIL).values_list("head", "tail").first()
    return ends(*found).labels[0] if found else None


def verified(units: Iterable[int]) -> set[int]:
    """Which of some units have their label scanned back. One query."""
    rows = FloorRecord.objects.filter(
        unit__in=list(units), kind=FloorKind.LABEL, superseded_by__isnull=True
    )
    return set(rows.values_list("unit_id", flat=True))


@dataclass(frozen=True, slots=True)
class Applied:
    """A label of a job, and whether it was scanned back."""

    data: LabelData
    part: str
    verified: bool


def applied(view: JobView) -> tuple[Applied, ...]:
    """The labels of a job of units in order, each with whether it is verified. Two queries."""
    serials = [data.serial for data in view.kept.labels]
    rows = Unit.objects.filter(run__batch_id=view.batch, run__site__code=view.site)
    keys = dict(rows.filter(serial__in=serials).values_list("serial", "pk"))
    done = verified(keys.values())
    return tuple(Applied(d, d.part, keys.get(d.serial) in done) for d in view.kept.labels)


def labelled_counts(run_id: int) -> tuple[int, int]:
    """Units of a run, and those whose label was scanned back. Two queries."""
    rows = FloorRecord.objects.filter(
        run=run_id, unit__isnull=False, kind=FloorKind.LABEL, superseded_by__isnull=True
    )
    done = rows.aggregate(n=Count("unit", distinct=True))["n"]
    return Unit.objects.filter(run=run_id).count(), done


# ---------------------------------------------------------------- what a scan names


@dataclass(frozen=True, slots=True)
class Named:
    """What a scan means at a site. Of several units of one serial each has its part."""

    units: tuple[tuple[str, str], ...] = ()  # part, serial
    package: str = ""
    batch: str = ""
    text: str = ""
    label: bool = False  # it was the code of a label of ours, not a text


def named(site_id: int, text: str) -> Named:
    """Units, packages and batches that a scanned code or a typed text names. Three queries.

    Raises InvalidInput where a code claims to be GS1 and is not.
    """
    read_ = scanned(text)
    serial = read_.serial or ("" if read_.what != "text" else read_.raw.strip())
    units = Unit.objects.filter(part__site=site_id, serial=serial)
    if read_.part and read_.what == "internal":
        units = units.filter(part__number=read_.part)
    elif read_.serial and read_.lot:
        units = units.filter(run__batch_id=read_.lot)
    number = read_.sscc or read_.number or serial
    packages = Package.objects.filter(site=site_id, code=number).values_list("code", flat=True)
    lot = read_.lot if not read_.serial else ""
    runs = Run.objects.filter(site=site_id, batch_id=lot or serial)
    found = units.order_by("pk").values_list("part__number", "serial")[:10] if serial else ()
    return Named(
        tuple((part, one) for part, one in found),
        (packages.first() or "") if number else "",
        (runs.values_list("batch_id", flat=True).first() or "") if lot or serial else "",
        read_.sscc or read_.number or serial or read_.raw,
        read_.what in ("gs1", "digital link", "internal"),
    )


def batches(site_id: int, limit: int = 50) -> Sequence[str]:
    """Batch IDs of a site, the newest first, for a field to choose from. One query."""
    rows = Run.objects.filter(site=site_id).order_by("-pk")
    return tuple(rows.values_list("batch_id", flat=True)[:limit])
