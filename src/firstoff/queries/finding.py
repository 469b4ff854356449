"""What is meant by a scan or a few typed letters: units, lots, runs, packages, people ..."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from firstoff.db.models import (
    Customer,
    Equipment,
    Lot,
    ManufacturerPart,
    Package,
    Part,
    Person,
    Program,
    Run,
    Shipment,
    Unit,
)
from firstoff.errors import InvalidInput
from firstoff.formats.labels import Scanned, What, scanned
from firstoff.queries.documents import documents_seen
from firstoff.rules.access import Actor
from firstoff.rules.trace import meant

MOST = 20  # of a kind: who looks for one thing does not read more


@dataclass(frozen=True, slots=True)
class Found:
    """One thing. ``keys`` are what its address takes; ``exact``: it is called just that."""

    # unit, lot, run, program, part, document, equipment, package, shipment, customer, person
    kind: str
    name: str
    remark: str
    site: str
    keys: tuple[str, ...]
    exact: bool


def find(actor: Actor, text: str) -> tuple[Found, ...]:
    """What is called so, or begins so, at the sites the actor sees. Twelve queries.

    Exact names first; the code of a label, ours or of GS1, is read for what it names.
    """
    code = _code(text)
    wanted = _named(code) if code is not None else meant(text)
    if not wanted:
        return ()
    found = [
        *_units(actor, wanted, code.part if code is not None else ""),
        *_lots(actor, wanted),
        *_runs(actor, wanted),
        *_programs(actor, wanted),
        *_parts(actor, wanted),
        *_documents(actor, wanted),
        *_equipment(actor, wanted),
        *_packages(actor, wanted),
        *_shipments(actor, wanted),
        *_customers(actor, wanted),
        *_people(actor, wanted),
    ]
    return tuple(sorted(found, key=lambda f: not f.exact))


def _code(text: str) -> Scanned | None:
    """What the code of a label says; None for a text that is none."""
    try:
        read = scanned(text)
    except InvalidInput:
        return None
    return read if read.what in (What.GS1, What.LINK, What.INTERNAL) else None


def _named(code: Scanned) -> str:
    return code.serial or code.sscc or code.number or code.lot or code.part


def _units(actor: Actor, text: str, part: str) -> Iterator[Found]:
    """part: as the code of a label names it; empty for any."""
    rows = Unit.objects.filter(part__site__in=actor.site_ids)
    if part:
        rows = rows.filter(part__number=part)
    rows = rows.select_related("run", "part__site").order_by("serial", "pk")
    # Among millions an index finds what is scanned; what begins so is read for where nothing is.
    exact = rows.filter(serial=text)[:MOST]
    for u in list(exact) or rows.filter(serial__istartswith=text)[:MOST]:
        site = u.part.site.code
        batch = f"batch {u.run.batch_id}, " if u.run else ""
        said = f"{batch}part {u.part.number}"
        yield _found("unit", u.serial, said, site, (site, u.part.number, u.serial), text)


def _lots(actor: Actor, text: str) -> Iterator[Found]:
    sources = ManufacturerPart.objects.filter(mpn=text)
    called = Q(code__istartswith=text) | Q(supplier_lot=text) | Q(date_code=text)
    called |= Q(manufacturer_part__in=sources)
    rows = Lot.objects.filter(part__site__in=actor.site_ids).filter(called)
    for lot in rows.select_related("part__site", "supplier").order_by("code", "pk")[:MOST]:
        site, part = lot.part.site.code, lot.part.number
        by = f" of {lot.supplier.name}" if lot.supplier else ""
        said = f"{part}, supplier lot {lot.supplier_lot}{by}" if lot.supplier_lot else part
        yield _found("lot", lot.code, said, site, (site, part, lot.code), text)


def _packages(actor: Actor, text: str) -> Iterator[Found]:
    rows = Package.objects.filter(site__in=actor.site_ids, code__istartswith=text)
    for p in rows.select_related("site").order_by("code", "pk")[:MOST]:
        yield _found("package", p.code, p.kind, p.site.code, (p.site.code, p.code), text)


def _shipments(actor: Actor, text: str) -> Iterator[Found]:
    rows = Shipment.objects.filter(site__in=actor.site_ids, code__istartswith=text)
    for s in rows.select_related("site", "customer").order_by("code", "pk")[:MOST]:
        said = f"to {s.customer.name}, {s.shipped_at:%Y-%m-%d}"
        yield _found("shipment", s.code, said, s.site.code, (s.site.code, s.code), text)


def _customers(actor: Actor, text: str) -> Iterator[Found]:
    rows = Customer.objects.filter(site__in=actor.site_ids, name__icontains=text)
    for c in rows.select_related("site").order_by("name", "pk")[:MOST]:
        yield _found("customer", c.name, "", c.site.code, (c.site.code, c.name), text)


def _runs(actor: Actor, text: str) -> Iterator[Found]:
    rows = Run.objects.filter(site__in=actor.site_ids, batch_id__istartswith=text)
    for r in rows.select_related("site", "program").order_by("batch_id", "pk")[:MOST]:
        site = r.site.code
        said = f"{r.kind.replace('_', '-')} run of {r.program.name}"
        yield _found("run", r.batch_id, said, site, (site, r.batch_id), text)


def _programs(actor: Actor, text: str) -> Iterator[Found]:
    rows = Program.objects.filter(site__in=actor.site_ids).filter(
        Q(code__istartswith=text) | Q(name__icontains=text)
    )
    for p in rows.select_related("site").order_by("code", "pk")[:MOST]:
        yield _found("program", p.code, p.name, p.site.code, (p.site.code, p.code), text)


def _parts(actor: Actor, text: str) -> Iterator[Found]:
    """By number; what a program makes is found as the program."""
    rows = Part.objects.filter(site__in=actor.site_ids, number__istartswith=text)
    rows = rows.filter(programs__isnull=True, retired_at__isnull=True)
    for p in rows.select_related("site").order_by("number", "pk")[:MOST]:
        yield _found("part", p.number, p.name, p.site.code, (p.site.code, p.number), text)


def _documents(actor: Actor, text: str) -> Iterator[Found]:
    rows = documents_seen(actor).filter(number__istartswith=text, retired_at__isnull=True)
    for d in rows.select_related("site").order_by("number", "pk")[:MOST]:
        yield _found("document", d.number, d.title, d.site.code, (d.site.code, d.number), text)


def _equipment(actor: Actor, text: str) -> Iterator[Found]:
    rows = Equipment.objects.filter(site__in=actor.site_ids).filter(
        Q(code__istartswith=text) | Q(name__icontains=text)
    )
    for e in rows.select_related("site").order_by("code", "pk")[:MOST]:
        yield _found("equipment", e.code, e.name, e.site.code, (e.site.code, e.code), text)


def _people(actor: Actor, text: str) -> Iterator[Found]:
    rows: QuerySet[Person] = Person.objects.filter(grants__site__in=actor.site_ids).filter(
        Q(username__istartswith=text) | Q(name__icontains=text)
    )
    named = rows.values_list("username", "name", "grants__site_id", "grants__site__code")
    for username, name, site_id, site in named.distinct().order_by("username")[:MOST]:
        if site_id in actor.site_ids:
            yield _found("person", username, name, site, (site, username), text)


def _found(
    kind: str, name: str, remark: str, site: str, keys: tuple[str, ...], text: str
) -> Found:
    return Found(kind, name, remark, site, keys, name.lower() == text.lower())
