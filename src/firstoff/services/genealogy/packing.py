"""Plans of records about packing and shipping."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from firstoff.db.inserts import fresh
from firstoff.db.models import Customer, Package, Shipment, Unit
from firstoff.errors import InvalidInput, NotFound, Refused
from firstoff.rules.execution import enforce
from firstoff.rules.genealogy import (
    HasContents,
    Packed,
    ShipmentCancelled,
    Shipped,
    Unpacked,
    leaving_refusals,
    place_refusal,
)
from firstoff.services.execution.planning import derived
from firstoff.services.genealogy.labelling import demand_labels
from firstoff.services.genealogy.standing import standing_of
from firstoff.services.genealogy.taking import Taking
from firstoff.terms import FloorKind, PackageKind, Place

_BUSY = (Place.PACKED, Place.SHIPPED, Place.SCRAPPED, Place.INSTALLED)


def pack(taking: Taking, record: Packed) -> None:
    """Units that passed and are finished, and packages, into a package (R-35, R-62)."""
    picture, at = taking.picture, taking.time_of(record)
    units = units_of(taking, record)
    inner = [_package(taking, code, "packages") for code in record.packages]
    outer = _new_package(taking, record, at)
    box = picture.readings.box(outer.pk)
    if box.shipment is not None:
        raise _shipped(taking, outer, "filled")
    for unit in units:
        _check_leaving(taking, unit, "packed", at, *_BUSY)
    demand_labels(taking, units, "packed")
    for package in inner:
        _check_inner(taking, package, outer)
    run = picture.run(record.batch).pk if record.batch else None
    taking.put(
        record,
        FloorKind.PACK,
        {
            "package": outer.pk,
            "units": [unit.pk for unit in units],
            "packages": [package.pk for package in inner],
            "before": _before(taking, units),
        },
        at=at,
        run=run,
    )


def units_of(taking: Taking, record: HasContents) -> list[Unit]:
    return [
        taking.picture.named(name, record.part, record.batch, f"units[{place}]")
        for place, name in enumerate(record.units)
    ]


def _package(taking: Taking, code: str, field: str) -> Package:
    found = taking.picture.packages.get(code)
    if found is None:
        raise NotFound(
            f"There is no package {code} here.",
            way_out="A package is known by what was packed into it first.",
            field=field,
        )
    return found


def _new_package(taking: Taking, record: Packed, at: datetime) -> Package:
    """The package, taken on where this is the first thing that is packed into it."""
    picture = taking.picture
    found = picture.packages.get(record.package)
    if found is not None:
        if record.package_kind is not None and record.package_kind != found.kind:
            raise Refused(
                f"{found.code} is a {found.kind}, not a {record.package_kind}.",
                code="R-36",
                way_out="A package of another kind has a code of its own.",
            )
        return found
    package = fresh(
        Package,
        id=picture.keys[Package].next(),
        uid=derived(record.id, "package"),
        site_id=picture.site.pk,
        code=record.package,
        kind=(record.package_kind or PackageKind.CARTON).value,
        run_id=picture.run(record.batch).pk if record.batch else None,
    )
    picture.undo.append(taking.pending.packages, package)
    picture.undo.put(picture.packages, package.code, package)
    return package


def _check_leaving(taking: Taking, unit: Unit, doing: str, at: datetime, *places: Place) -> None:
    stand = standing_of(taking.picture, unit, leaving=True)
    refusal = place_refusal(stand, doing, *places)
    enforce([refusal] if refusal else [])
    enforce(leaving_refusals(stand, doing))


def _check_inner(taking: Taking, package: Package, outer: Package) -> None:
    readings = taking.picture.readings
    box = readings.box(package.pk)
    if box.shipment is not None:
        raise _shipped(taking, package, "packed")
    if box.inside is not None:
        raise Refused(
            f"{package.code} is in {taking.picture.package_code(box.inside)} already.",
            code="R-35",
            way_out="Unpack it first.",
        )
    if outer.pk in readings.boxes_of(package.pk):
        raise Refused(
            f"{outer.code} is inside {package.code}; it cannot hold it as well.",
            code="R-38",
            way_out="Look at which of the two is the outer one.",
        )


def _shipped(taking: Taking, package: Package, doing: str) -> Refused:
    box = taking.picture.readings.box(package.pk)
    return Refused(
        f"{package.code} was shipped with {taking.picture.shipment_code(box.shipment)}; it cannot "
        f"be {doing}.",
        code="R-35",
        way_out="Use another package, or cancel the shipment first.",
    )


def unpack(taking: Taking, record: Unpacked) -> None:
    """What is named comes out; everything where nothing is."""
    picture, at = taking.picture, taking.time_of(record)
    readings, package = picture.readings, _package(taking, record.package, "package")
    if readings.box(package.pk).shipment is not None:
        raise _shipped(taking, package, "unpacked")
    units = [unit.pk for unit in units_of(taking, record)]
    inner = [_package(taking, code, "packages").pk for code in record.packages]
    held, boxes = (
        readings.units_in.get(package.pk, set()),
        readings.boxes_in.get(package.pk, set()),
    )
    for name, found in (
        *((u.serial, u.pk in held) for u in units_of(taking, record)),
        *((code, picture.packages[code].pk in boxes) for code in record.packages),
    ):
        if not found:
            raise Refused(
                f"{name} is not in {package.code}.",
                code="R-35",
                way_out="Look at the page of the package: it says what is in it.",
            )
    if not units and not inner:
        units, inner = sorted(held), sorted(boxes)
    if not units and not inner:
        raise Refused(f"{package.code} is empty.", code="R-35", way_out="Nothing is to unpack.")
    keys = {"package": package.pk, "units": units, "packages": inner}
    taking.put(record, FloorKind.UNPACK, keys, at=at)


def ship(taking: Taking, record: Shipped) -> None:
    """To a customer: nothing that is held, failed or unfinished leaves (R-35, R-62)."""
    picture, at = taking.picture, taking.time_of(record)
    readings, units = picture.readings, units_of(taking, record)
    packages = [_package(taking, code, "packages") for code in record.packages]
    for unit in units:
        _check_leaving(taking, unit, "shipped", at, *_BUSY)
    for package in packages:
        _check_package(taking, package)
        for key, _ in readings.everything_in(package.pk):
            _check_leaving(taking, picture.by_key[key], "shipped", at, Place.SHIPPED)
    _check_once(taking, units, packages)
    shipment = _shipment(taking, record, at)
    taking.put(
        record,
        FloorKind.SHIP,
        {
            "shipment": shipment.pk,
            "units": [unit.pk for unit in units],
            "packages": [package.pk for package in packages],
            "before": _before(taking, units),
        },
        at=at,
    )


def _before(taking: Taking, units: Sequence[Unit]) -> str | list[str]:
    """Where the units were, for whoever takes the record back: said once where all were there."""
    stands = taking.picture.readings.stands
    found = [str(stands[u.pk].place if u.pk in stands else Place.IN_PROCESS) for u in units]
    return found[0] if len(set(found)) == 1 else found


def _check_package(taking: Taking, package: Package) -> None:
    box = taking.picture.readings.box(package.pk)
    if box.shipment is not None:
        raise _shipped(taking, package, "shipped again")
    if box.inside is not None:
        raise Refused(
            f"{package.code} is in {taking.picture.package_code(box.inside)}; it cannot be "
            "shipped alone.",
            code="R-35",
            way_out="Ship that one, or unpack this one first.",
        )
    if not any(True for _ in taking.picture.readings.everything_in(package.pk)):
        raise Refused(
            f"{package.code} is empty.", code="R-35", way_out="Pack something into it first."
        )


def _check_once(taking: Taking, units: Sequence[Unit], packages: Sequence[Package]) -> None:
    seen: set[int] = set()
    for package in packages:
        boxes = taking.picture.readings.boxes_of(package.pk)
        if boxes & seen:
            raise InvalidInput(
                f"{package.code} is named, and a package that it is in.", field="packages"
            )
        seen |= boxes


def _shipment(taking: Taking, record: Shipped, at: datetime) -> Shipment:
    picture = taking.picture
    customer = _customer(taking, record.customer)
    found = picture.shipments.get(record.shipment)
    if found is not None:
        if found.customer_id != customer.pk:
            raise Refused(
                f"Shipment {found.code} goes to another customer than {customer.name}.",
                code="R-36",
                way_out="Another customer has a shipment of their own.",
            )
        return found
    shipment = fresh(
        Shipment,
        id=picture.keys[Shipment].next(),
        uid=derived(record.id, "shipment"),
        site_id=picture.site.pk,
        code=record.shipment,
        customer=customer,
        reference=record.reference,
        shipped_at=at,
    )
    picture.undo.append(taking.pending.shipments, shipment)
    picture.undo.put(picture.shipments, shipment.code, shipment)
    return shipment


def _customer(taking: Taking, name: str) -> Customer:
    """A customer, taken on with the first shipment to them."""
    picture = taking.picture
    if name not in picture.customers:
        picture.customers[name], _ = Customer.objects.get_or_create(
            site_id=picture.site.pk, name=name
        )
    return picture.customers[name]


def cancel(taking: Taking, record: ShipmentCancelled) -> None:
    """A shipment, or some of it, did not leave."""
    picture, at = taking.picture, taking.time_of(record)
    readings, shipment = picture.readings, picture.shipments.get(record.shipment)
    if shipment is None:
        raise NotFound(
            f"There is no shipment {record.shipment} here.",
            way_out="Look at its number.",
            field="shipment",
        )
    went = {
        unit
        for (unit, key), gone in readings.gone.items()
        if key == shipment.pk and gone.cancelled_at is None
    }
    units = {unit.pk for unit in units_of(taking, record)}
    boxes: set[int] = set()
    for code in record.packages:
        package = _package(taking, code, "packages")
        boxes |= readings.boxes_of(package.pk)
        units |= {unit for unit, _ in readings.everything_in(package.pk)}
    if not record.units and not record.packages:
        units = went
        boxes = {key for key, box in readings.boxes.items() if box.shipment == shipment.pk}
    _check_cancelled(taking, shipment, units, went)
    keys: dict[str, Any] = {"shipment": shipment.pk}
    keys.update(units=sorted(units), packages=sorted(boxes))
    taking.put(record, FloorKind.SHIP_CANCEL, keys, at=at)


def _check_cancelled(
    taking: Taking, shipment: Shipment, units: Iterable[int], went: set[int]
) -> None:
    picture = taking.picture
    found = sorted(units)
    if not found:
        raise Refused(
            f"Nothing went with {shipment.code} that could be cancelled.",
            code="R-35",
            way_out="Look at the page of the shipment.",
        )
    for key in found:
        stand, serial = picture.readings.stand(key), picture.by_key[key].serial
        if key not in went or stand.shipment != shipment.pk:
            raise Refused(
                f"{serial} is not with {shipment.code} any more, or never was.",
                code="R-35",
                way_out="What came back is recorded as return.",
            )
