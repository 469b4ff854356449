"""Labels asked for, printed, applied and scanned back (R-64, R-66)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count

from firstoff.db.models import (
    Equipment,
    LabelJob,
    LabelPrint,
    Lot,
    Package,
    Program,
    Run,
    Site,
    Unit,
)
from firstoff.errors import InvalidInput, NotFound, Refused
from firstoff.formats.labels import scanned
from firstoff.formats.labels.data import LabelData
from firstoff.formats.labels.job import Job, form_named, laid_out
from firstoff.formats.labels.kept import Kept, plain
from firstoff.formats.labels.scans import Scanned
from firstoff.formats.labels.sizes import dots_per_mm, size_named
from firstoff.formats.labels.templates import template_named
from firstoff.formats.labels.verify import Match, verify
from firstoff.queries.genealogy import labels as reads
from firstoff.queries.genealogy.labels import Expected, JobView
from firstoff.queries.genealogy.packages import Inside, contents_of
from firstoff.rules.access import Actor, require
from firstoff.rules.genealogy import (
    MOST_LABELS,
    Labelled,
    LabelWish,
    check_again,
    check_range,
    check_reprint,
)
from firstoff.rules.genealogy.values import check_short
from firstoff.rules.ledger import canonical
from firstoff.rules.product import check_prose
from firstoff.services import ledger
from firstoff.services.genealogy.post import post_records
from firstoff.services.genealogy.printers import send

PERMISSION = "unit.record"


def ask_for_labels(
    *, site_id: int, wish: LabelWish, by: Actor, at: datetime, uid: UUID | None = None
) -> LabelJob:
    """Labels for units, a batch, a package, a lot or equipment, as a job that waits to be printed.

    Asked with the same ``uid`` again it is the same job. Raises NotFound where there is no such
    thing, InvalidInput where a label cannot be made, Refused (R-64) where labels are asked for
    again without a reason.
    """
    require(by, PERMISSION, site_id)
    _check(wish)
    try:
        return _ask(site_id, wish, by, at, uid)
    except _Asked as there:
        return there.job


class _Asked(Exception):
    """The job is there already: the transaction ends without an entry."""

    def __init__(self, job: LabelJob) -> None:
        super().__init__("asked already")
        self.job = job


def _ask(site_id: int, wish: LabelWish, by: Actor, at: datetime, uid: UUID | None) -> LabelJob:
    subject = f"{wish.template} labels, {wish.serial or wish.number or wish.batch}"
    with ledger.verb("genealogy.ask_for_labels", by=by, at=at, subject=subject) as entry:
        there = LabelJob.objects.filter(uid=uid, site=site_id).first() if uid else None
        if there is not None:
            raise _Asked(there)
        run, labels = _labels(site_id, wish)
        kept = Kept(
            labels=tuple(labels),
            dpi=wish.dpi,
            code=wish.code,
            start=wish.start,
            verify=wish.verify and wish.template == "unit",
            reason=check_prose(wish.reason, "reason", field="reason"),
        )
        _check_printable(wish, kept)
        entry.program_id = run.program_id if run else None
        job = entry.add(
            LabelJob(
                site_id=site_id,
                run=run,
                template=wish.template,
                size=wish.size,
                form=wish.form,
                copies=wish.copies,
                content=canonical(plain(kept)),
                count=len(labels),
                **({"uid": uid} if uid else {}),
            )
        )
        first = labels[0]
        entry.details.update(
            template=wish.template,
            labels=len(labels),
            copies=wish.copies,
            first=first.serial or first.number or first.lot or first.batch,
            **({"reason": wish.reason} if wish.reason else {}),
        )
    return job


def _check(wish: LabelWish) -> None:
    template_named(wish.template)
    size_named(wish.size)
    form_named(wish.form)
    dots_per_mm(wish.dpi)
    check_range(wish.first, wish.last)
    check_short(wish.marks, "marks", "marks", longest=120)
    for line in wish.extra:
        check_short(line, "line", "extra", longest=120)


def _check_printable(wish: LabelWish, kept: Kept) -> None:
    """The first and the longest have room: the rest follows. Raises InvalidInput."""
    longest = max(kept.labels, key=lambda d: len(d.serial or d.number or d.lot))
    some = tuple(dict.fromkeys((kept.labels[0], longest)))
    laid_out(
        Job(
            template=wish.template,
            size=wish.size,
            labels=some,
            form=wish.form,
            copies=max(1, wish.copies),
            dpi=wish.dpi,
            code=wish.code,
        )
    )
    total = len(kept.labels) * wish.copies
    if not 1 <= total <= MOST_LABELS or wish.copies < 1:
        raise InvalidInput(
            f"{len(kept.labels):,} labels, {wish.copies} times; expected 1 to {MOST_LABELS:,}.",
            field="copies",
        )


# ---------------------------------------------------------------- what stands on them


def _labels(site_id: int, wish: LabelWish) -> tuple[Run | None, Sequence[LabelData]]:
    if wish.template == "unit":
        return _units(site_id, wish)
    number = wish.number or wish.batch
    if not number:
        raise InvalidInput("Nothing is named that the label is for.", field="number")
    common = {"extra": wish.extra, "marks": wish.marks}
    if wish.template == "batch":
        run = _run(site_id, number)
        made = run.units.aggregate(n=Count("pk"))["n"]
        data = _of_run(run, quantity=made or run.planned_quantity, unit="pcs", **common)
        return run, [_with_gtin(replace(data, date=None), wish)]
    if wish.template in ("carton", "pallet"):
        return _package(site_id, number, wish)
    if wish.template == "lot":
        return None, [_lot(site_id, number, wish)]
    return None, [_place(site_id, number, wish)]


def _units(site_id: int, wish: LabelWish) -> tuple[Run, Sequence[LabelData]]:
    rows = Unit.objects.filter(part__site=site_id)
    rows = rows.select_related("part", "run__site", "run__program", "run__baseline__revision")
    if wish.serial:
        rows = rows.filter(serial=wish.serial)
        rows = rows.filter(part__number=wish.part) if wish.part else rows
    elif wish.batch:
        rows = rows.filter(run=_run(site_id, wish.batch))
        if wish.first is not None:
            rows = rows.filter(position__gte=wish.first)
        if wish.last is not None:
            rows = rows.filter(position__lte=wish.last)
    else:
        raise InvalidInput("Which units? No batch is named.", field="batch")
    found = list(rows.order_by("position", "pk")[: MOST_LABELS + 1])
    return _labels_of(found, wish)


def _labels_of(units: list[Unit], wish: LabelWish) -> tuple[Run, Sequence[LabelData]]:
    runs = {u.run_id: u.run for u in units}
    if not units:
        raise NotFound("No such unit is started.", field="serial" if wish.serial else "batch")
    run = units[0].run
    if len(runs) > 1 or run is None:
        raise InvalidInput(
            f"{units[0].serial} belongs to no batch, or to several; a label carries its batch ID.",
            code="R-66",
            field="serial",
        )
    before = reads.asked_serials(run.pk)
    if wish.only_new:
        units = [u for u in units if u.serial not in before]
        if not units:
            raise Refused(
                f"Every unit of {run.batch_id} has a label asked for.",
                code="R-64",
                way_out="Ask for a range, with a reason, to print some again.",
                field="only_new",
            )
    check_again((u.serial for u in units if u.serial in before), wish.reason)
    more = {"extra": wish.extra, "marks": wish.marks}
    return run, [_with_gtin(reads.unit_data(u, **more), wish) for u in units]


def _with_gtin(data: LabelData, wish: LabelWish) -> LabelData:
    return replace(data, gtin=wish.gtin.strip()) if wish.gtin.strip() else data


def _run(site_id: int, batch: str) -> Run:
    rows = Run.objects.filter(site=site_id, batch_id=batch)
    found = rows.select_related("program__part", "baseline__revision").first()
    if found is None:
        raise NotFound(f"There is no batch {batch} here.", field="batch")
    return found


def _of_run(run: Run, **more: Any) -> LabelData:
    part = run.program.part
    made = LabelData(
        part=part.number,
        name=part.name,
        revision=run.baseline.revision.label,
        batch=run.batch_id,
    )
    return replace(made, **more)


def _package(site_id: int, code: str, wish: LabelWish) -> tuple[Run | None, Sequence[LabelData]]:
    package = Package.objects.filter(site=site_id, code=code).select_related("run").first()
    if package is None:
        raise NotFound(f"There is no package {code} here.", field="number")
    template = "pallet" if package.kind == "pallet" else "carton"
    if wish.template != template:
        raise InvalidInput(f"{code} is a {package.kind}, not a {wish.template}.", field="number")
    inside = contents_of(package.pk)
    if not inside.units:
        raise Refused(
            f"{code} is empty; its label says what is in it.",
            code="R-66",
            way_out="Pack into it first.",
        )
    return package.run, [_package_label(code, inside, wish)]


def _package_label(code: str, inside: Inside, wish: LabelWish) -> LabelData:
    """A carton of one batch says what is in it in its code; of several, in its lines alone."""
    sscc = code if len(code) == 18 and code.isascii() and code.isdigit() else ""
    extra = [*wish.extra]
    if inside.packages:
        extra.insert(0, f"{inside.packages} packages")
    one = len(inside.parts) == 1
    return LabelData(
        part=inside.parts[0][0] if one else "",
        name=inside.parts[0][1] if one else "several products",
        number=code,
        batch=", ".join(inside.batches),
        quantity=Decimal(inside.units),
        unit="pcs",
        gtin=wish.gtin.strip() if one and len(inside.batches) == 1 else "",
        sscc=sscc,
        extra=tuple(extra),
        marks=wish.marks,
    )


def _lot(site_id: int, code: str, wish: LabelWish) -> LabelData:
    rows = Lot.objects.filter(part__site=site_id, code=code)
    rows = rows.filter(part__number=wish.part) if wish.part else rows
    found = list(rows.select_related("part", "manufacturer_part", "balance")[:2])
    if not found:
        raise NotFound(f"There is no lot {code} here.", field="number")
    if len(found) > 1:
        raise InvalidInput(f"Two parts have a lot {code}; name its part.", field="part")
    lot = found[0]
    made = lot.manufacturer_part
    said = [f"MPN {made.mpn}" if made else "", f"Date code {lot.date_code}" * bool(lot.date_code)]
    return LabelData(
        part=lot.part.number,
        name=lot.part.name,
        lot=lot.code,
        quantity=lot.balance.on_hand.normalize(),
        unit=lot.unit or "pcs",
        date=lot.arrived_at.date(),
        extra=tuple(line for line in (*said, *wish.extra) if line),
        marks=wish.marks,
    )


def _place(site_id: int, code: str, wish: LabelWish) -> LabelData:
    found = Equipment.objects.filter(site=site_id, code=code).first()
    if found is None:
        raise NotFound(f"There is no equipment {code} here.", field="number")
    return LabelData(number=found.code, name=found.name, extra=wish.extra, marks=wish.marks)


# ---------------------------------------------------------------- printed


def print_labels(
    *,
    site_id: int,
    job: JobView,
    by: Actor,
    at: datetime,
    printer: str = "",
    form: str = "",
    size: str = "",
    dpi: int = 0,
    reason: str = "",
    uid: UUID | None = None,
) -> LabelPrint:
    """The job printed: sent to a printer of the settings, or taken as a file; both are recorded.

    Raises Refused (R-64) where it was printed before and no reason is given, Unavailable where the
    printer does not answer: then nothing is recorded.
    """
    require(by, PERMISSION, site_id)
    there = LabelPrint.objects.filter(uid=uid, job=job.id).first() if uid else None
    if there is not None:
        return there
    reason = check_prose(reason, "reason", field="reason")
    form = "zpl" if printer else form or job.form
    asked_for = reads.print_job(job, form=form, size=size, dpi=dpi)
    check_reprint(LabelPrint.objects.filter(job=job.id).exists(), reason)
    made = reads.file(asked_for)
    if printer:
        send(printer, made.content)
    how = f"{form.upper()}, {asked_for.size}, {asked_for.dpi} dpi"
    subject = f"{job.count} {job.template} labels, {job.about}"
    with ledger.verb("genealogy.print_labels", by=by, at=at, subject=subject) as entry:
        if not printer:  # what a printer has done is recorded, whoever was quicker
            check_reprint(LabelPrint.objects.filter(job=job.id).exists(), reason)
        row = LabelPrint(job_id=job.id, printer=(printer or how)[:120], reason=reason)
        if uid:
            row.uid = uid
        entry.details.update(how=how, printer=printer, reason=reason, site=job.site)
        entry.program_id = Program.objects.filter(
            runs__batch_id=job.batch, runs__site=site_id
        ).values_list("pk", flat=True).first() if job.batch else None  # fmt: skip
        return entry.add(row)


# ---------------------------------------------------------------- applied and scanned back


def verify_label(
    *,
    site_id: int,
    expected: Expected,
    found: Sequence[Scanned],
    by: Actor,
    at: datetime,
    uid: UUID,
) -> str:
    """The label on a thing, as it was scanned back: the sentence that says it is the right one.

    A match is stored as a record of kind ``label``. Raises Refused (R-64) for another label, which
    stands in the ledger as well; InvalidInput where no code could be read: nothing is recorded.
    """
    require(by, PERMISSION, site_id)
    _check_contents(site_id, expected)
    judged = verify(expected.holds, found)
    if judged.match is Match.NOTHING:
        raise InvalidInput(judged.sentence, field="scan")
    if judged.match is Match.MISMATCH:
        _refuse(site_id, expected, found, judged.sentence, by, at)
    data, read = expected.data, found[0].raw
    record = Labelled(
        id=uid,
        at=at,
        expected=expected.holds[0],
        scanned=expected.holds[0],
        template=expected.template,
        part=data.part if data.serial else "",
        serial=data.serial,
        package=data.number,
        batch=data.batch if not data.serial and not data.number else "",
        note="" if read in expected.holds else f"read as {read}",
    )
    post_records(site_id=site_id, records=[record], by=by, at=at)
    return judged.sentence


def _check_contents(site_id: int, expected: Expected) -> None:
    """Raises Refused (R-66) where a package holds another number than its label says."""
    data = expected.data
    package = Package.objects.filter(site=site_id, code=data.number).first()
    if expected.template not in ("carton", "pallet") or package is None:
        return
    holds = contents_of(package.pk).units
    if data.quantity is not None and holds != data.quantity:
        raise Refused(
            f"The label of {data.number} says {data.quantity}; {holds} are in it now.",
            code="R-66",
            way_out="Close the package again: it gets a new label.",
        )


def _refuse(
    site_id: int,
    expected: Expected,
    found: Sequence[Scanned],
    sentence: str,
    by: Actor,
    at: datetime,
) -> None:
    """A label that is not the right one is refused, and the refusal stays in the ledger."""
    about = expected.about
    read = " / ".join(one.raw[:120] for one in found[:4])
    with ledger.verb("genealogy.refuse_label", by=by, at=at, subject=f"label of {about}") as e:
        site = Site.objects.values_list("code", flat=True).get(pk=site_id)
        e.details.update(expected=expected.holds[0], scanned=read, site=site)
    raise Refused(
        f"This is not the label of {about}. {sentence}",
        code="R-64",
        way_out="Take the label off, apply the right one and scan it.",
        about=about,
    )


def read_codes(text: str) -> tuple[Scanned, ...]:
    """What a keyboard scanner typed. Raises InvalidInput."""
    return (scanned(text),)
