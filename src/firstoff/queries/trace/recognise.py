"""What a scan or a typed name may mean in a question: one exact match is added by itself."""

from collections.abc import Iterator

from firstoff.db.models import (
    Customer,
    Equipment,
    Lot,
    ManufacturerPart,
    Package,
    Person,
    ProcedureRevision,
    Run,
    Shipment,
    Supplier,
    TestRecord,
    Unit,
)
from firstoff.rules.access import Actor, require
from firstoff.rules.trace import Condition, conditions, elements
from firstoff.terms import EquipmentKind

MOST = 10  # of a kind: two parts may have a lot of one name


def recognised(actor: Actor, site_id: int, text: str) -> tuple[Condition, ...]:
    """Every condition that the text names exactly at the site. Twelve queries.

    A GS1 element string is read for its serial number, its batch or lot, or its SSCC.
    """
    require(actor, "see", site_id)
    wanted = _meant(text)
    if not wanted or len(wanted) > 200:
        return ()
    return tuple(dict.fromkeys([*_material(site_id, wanted), *_made(site_id, wanted)]))


def _meant(text: str) -> str:
    found = elements(text)
    return (found.get("21") or found.get("10") or found.get("00") or text).strip()


def _material(site: int, text: str) -> Iterator[Condition]:
    lots = list(
        Lot.objects.filter(part__site=site, code=text).values_list("part__number", flat=True)[
            :MOST
        ]
    )
    for part in lots:
        yield conditions.Lot(text, part if len(lots) > 1 else "")
    here = Lot.objects.filter(part__site=site)
    if here.filter(supplier_lot=text).exists() or here.filter(date_code=text).exists():
        yield conditions.SupplierLot(text)
    if ManufacturerPart.objects.filter(part__site=site, mpn=text).exists():
        yield conditions.ManufacturerPart(text)
    for name in Supplier.objects.filter(site=site, name__iexact=text).values_list(
        "name", flat=True
    ):
        yield conditions.Supplier(name)


def _made(site: int, text: str) -> Iterator[Condition]:
    units = list(
        Unit.objects.filter(part__site=site, serial=text).values_list("part__number", flat=True)[
            :MOST
        ]
    )
    for part in units:
        yield conditions.Serial(text, part=part if len(units) > 1 else "")
    for batch in Run.objects.filter(site=site, batch_id__iexact=text).values_list(
        "batch_id", flat=True
    ):
        yield conditions.Batch(batch)
    machines = Equipment.objects.filter(site=site, code__iexact=text)
    for code, kind in machines.values_list("code", "kind"):
        if kind == EquipmentKind.GAUGE:
            yield conditions.Gauge(code)
        yield conditions.Equipment(code)
    for username in (
        Person.objects.filter(grants__site=site, username__iexact=text)
        .values_list("username", flat=True)
        .distinct()
    ):
        yield conditions.Operator(username)
    if TestRecord.objects.filter(station=text, unit__part__site=site).exists():
        yield conditions.Station(text)
    if ProcedureRevision.objects.filter(name=text, records__unit__part__site=site).exists():
        yield conditions.Procedure(text)
    if Package.objects.filter(site=site, code=text).exists():
        yield conditions.Package(text)
    if Shipment.objects.filter(site=site, code=text).exists():
        yield conditions.Shipment(text)
    for name in Customer.objects.filter(site=site, name__iexact=text).values_list(
        "name", flat=True
    ):
        yield conditions.Customer(name)
