"""Packing, shipping and taking back by hand: what a page asks for becomes records.

Each verb makes records of the kinds of ``rules.genealogy`` and posts them; what may be packed or
shipped is decided there, whichever door asks.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid5

from django.conf import settings
from django.db import transaction

from firstoff.db.models import Customer, Package, Part, Shipment, Site, Unit
from firstoff.errors import FirstoffError, InvalidInput, NotFound, Refused, StaleState
from firstoff.formats.labels.gs1.elements import sscc
from firstoff.queries.genealogy import packages as reads
from firstoff.rules.access import Actor, require
from firstoff.rules.genealogy import (
    Installed,
    Packed,
    Posted,
    Removed,
    Repaired,
    Returned,
    Reworked,
    Scrapped,
    ShipmentCancelled,
    Shipped,
    UnitBegun,
    UnitName,
    Unpacked,
)
from firstoff.rules.genealogy.values import check_name, check_reason
from firstoff.services import ledger
from firstoff.services.genealogy.post import PostAnswer, post_records
from firstoff.terms import PackageKind

_RESERVED = UUID("5a1cb3f2-6f58-4d39-9a4e-0f5b5a3b7a52")  # namespace of what follows from a record


def pack(
    *,
    site_id: int,
    package: str,
    by: Actor,
    at: datetime,
    uid: UUID,
    kind: PackageKind | None = None,
    units: Sequence[tuple[str, str]] = (),
    packages: Sequence[str] = (),
    batch: str = "",
    new: bool = False,
) -> PostAnswer:
    """Units (part, serial) and packages into a package; ``new``: one that nobody has filled yet.

    Raises Refused with the rule: a failed test (R-35), a hold (R-62), a label that was not scanned
    back (R-64); StaleState where another station took the number of a new package first.
    """
    record = Packed(
        id=uid,
        at=at,
        package=package,
        package_kind=kind,
        units=tuple(UnitName(serial=serial, part=part) for part, serial in units),
        packages=tuple(packages),
        batch=batch,
    )
    with transaction.atomic():
        answer = _post(site_id, record, by, at)
        if new and not _ours(site_id, package, uid):
            raise StaleState(
                f"{package} was begun at another station meanwhile.",
                way_out="Begin another package; it gets the next number.",
                package=package,
            )
    return answer


def _ours(site_id: int, code: str, uid: UUID) -> bool:
    """Whether the package began with this record."""
    return Package.objects.filter(site=site_id, code=code, uid=uuid5(uid, "package")).exists()


def unpack(
    *,
    site_id: int,
    package: str,
    reason: str,
    by: Actor,
    at: datetime,
    uid: UUID,
    units: Sequence[tuple[str, str]] = (),
    packages: Sequence[str] = (),
) -> PostAnswer:
    """Out of a package, and why; everything where nothing is named."""
    check_reason(reason, "What is taken out of a package")
    record = Unpacked(
        id=uid,
        at=at,
        package=package,
        reason=reason,
        units=tuple(UnitName(serial=serial, part=part) for part, serial in units),
        packages=tuple(packages),
    )
    return _post(site_id, record, by, at)


def new_package_code(site_id: int, kind: PackageKind) -> str:
    """An SSCC where the site has a GS1 company prefix, else the next number of its series."""
    site = Site.objects.values_list("code", flat=True).get(pk=site_id)
    prefixes = settings.GS1_PREFIXES
    prefix = prefixes.get(site) or prefixes.get("")
    if not prefix:
        return reads.next_package(site_id, kind)
    digit = "1" if kind is PackageKind.PALLET else "0"
    last = reads.last_sscc(site_id, f"{digit}{prefix}")
    number = int(last[1 + len(prefix) : 17]) + 1 if last else 1
    return sscc(digit, prefix, number)


# ---------------------------------------------------------------- shipping


def ship(
    *,
    site_id: int,
    shipment: str,
    customer: str,
    by: Actor,
    at: datetime,
    uid: UUID,
    units: Sequence[tuple[str, str]] = (),
    packages: Sequence[str] = (),
    reference: str = "",
    new: bool = True,
) -> PostAnswer:
    """Units and packages to a customer of the site. Raises Refused with the rule, StaleState where
    a shipment of that number left meanwhile."""
    known = Customer.objects.filter(site=site_id, name=customer).first()
    if known is None:
        raise NotFound(
            f"There is no customer {customer} here.", way_out="Add the customer first.",
            field="customer",
        )  # fmt: skip
    if known.retired_at is not None:
        raise Refused(
            f"{customer} is retired.", code="R-68", way_out="Take the customer back into use."
        )
    with transaction.atomic():
        record = _shipped(shipment, customer, units, packages, reference, uid, at)
        answer = _post(site_id, record, by, at)
        made = Shipment.objects.filter(site=site_id, code=shipment).values_list("uid", flat=True)
        if new and made.first() != uuid5(uid, "shipment"):
            raise StaleState(
                f"Shipment {shipment} left meanwhile.",
                way_out="Take the next number; nothing was shipped twice.",
                field="shipment",
            )
    return answer


def _shipped(
    shipment: str,
    customer: str,
    units: Sequence[tuple[str, str]],
    packages: Sequence[str],
    reference: str,
    uid: UUID,
    at: datetime,
) -> Shipped:
    return Shipped(
        id=uid,
        at=at,
        shipment=shipment,
        customer=customer,
        reference=reference,
        units=tuple(UnitName(serial=serial, part=part) for part, serial in units),
        packages=tuple(packages),
    )


class _Tried(Exception):
    """What was tried could be done; none of it is kept."""


def check_shippable(
    *,
    site_id: int,
    by: Actor,
    at: datetime,
    units: Sequence[tuple[str, str]] = (),
    packages: Sequence[str] = (),
) -> None:
    """Raises Refused with the rule that keeps these from being shipped; nothing is written.

    What is scanned is refused at once, with the thing in hand, and not when the truck waits. It
    is tried for real and rolled back: one rule, in one place.
    """
    require(by, "unit.ship", site_id)
    uid = uuid5(_RESERVED, f"{at}{units}{packages}")
    trial = f"trial of {uid}"
    record = _shipped(trial, trial, units, packages, "", uid, at)
    try:
        with transaction.atomic():
            _post(site_id, record, by, at)
            raise _Tried
    except _Tried:
        return


def cancel_shipment(
    *,
    site_id: int,
    shipment: str,
    reason: str,
    by: Actor,
    at: datetime,
    uid: UUID,
    units: Sequence[tuple[str, str]] = (),
) -> PostAnswer:
    """A shipment, or some of its units, did not leave."""
    record = ShipmentCancelled(
        id=uid,
        at=at,
        shipment=shipment,
        reason=reason,
        units=tuple(UnitName(serial=serial, part=part) for part, serial in units),
    )
    return _post(site_id, record, by, at)


def add_customer(
    *, site_id: int, name: str, by: Actor, at: datetime, contact: str = ""
) -> Customer:
    """Somebody to ship to. Raises InvalidInput for a name that is there already."""
    require(by, "unit.ship", site_id)
    name = check_name(" ".join(name.split()), "customer", "name", longest=200)
    contact = contact.strip()[:2000]
    with ledger.verb("genealogy.add_customer", by=by, at=at, subject=name) as entry:
        if Customer.objects.filter(site=site_id, name__iexact=name).exists():
            raise InvalidInput(f"There is a customer {name} already.", field="name")
        made = Customer.objects.create(site_id=site_id, name=name, contact=contact)
        site = Site.objects.values_list("code", flat=True).get(pk=site_id)
        entry.details.update(contact=contact, site=site)
    return made


def retire_customer(
    *, site_id: int, name: str, by: Actor, at: datetime, back: bool = False
) -> Customer:
    """No more shipments to them; what was shipped stays (R-68). ``back``: into use again."""
    require(by, "unit.ship", site_id)
    with ledger.verb("genealogy.retire_customer", by=by, at=at, subject=name) as entry:
        found = Customer.objects.select_for_update().filter(site=site_id, name=name).first()
        if found is None:
            raise NotFound("There is no such customer, or not for you.")
        found.retired_at = None if back else at
        found.save(update_fields=["retired_at"])
        entry.details.update(back=back)
    return found


# ---------------------------------------------------------------- failed and returned units


def take_return(
    *,
    site_id: int,
    part: str,
    serial: str,
    failure: str,
    by: Actor,
    at: datetime,
    uid: UUID,
    customer: str = "",
) -> PostAnswer:
    """A unit back from the field, with what is said to be wrong with it."""
    if not failure.strip():
        raise InvalidInput("What is wrong with it is missing.", field="failure")
    record = Returned(
        id=uid, at=at, part=part, serial=serial, customer=customer, failure=failure.strip()
    )
    return _post(site_id, record, by, at)


def rework(
    *,
    site_id: int,
    part: str,
    serial: str,
    reason: str,
    by: Actor,
    at: datetime,
    uid: UUID,
    from_operation: int | None = None,
) -> PostAnswer:
    """Back into the route; the first result stays (R-48)."""
    record = Reworked(
        id=uid, at=at, part=part, serial=serial, reason=reason, from_operation=from_operation
    )
    return _post(site_id, record, by, at)


def repair(
    *,
    site_id: int,
    part: str,
    serial: str,
    what: str,
    by: Actor,
    at: datetime,
    uid: UUID,
    defect: str = "",
    removed: tuple[str, str] | None = None,
    fitted: tuple[str, str] | None = None,
    position: str = "",
) -> PostAnswer:
    """What was done to a unit, and the part that was replaced: taken out, and what came in.

    ``removed``, ``fitted``: part and serial. All of it is recorded, or nothing.
    """
    records: list[Posted] = [
        Repaired(id=uid, at=at, what=what, defect=defect, part=part, serial=serial)
    ]
    new = UnitName(part=fitted[0], serial=fitted[1]) if fitted else None
    if new is not None and _comes_from_elsewhere(site_id, new):
        begun = UnitBegun(id=uuid5(uid, "begin"), at=at, part=new.part, serial=new.serial)
        records.append(begun)
    if removed:
        out = Removed(
            id=uuid5(uid, "remove"),
            at=at,
            child=UnitName(part=removed[0], serial=removed[1]),
            reason=what,
            replaced_by=new,  # fitted where the other one was
            position=position,
            part=part,
            serial=serial,
        )
        records.append(out)
    elif new is not None:
        fit = Installed(
            id=uuid5(uid, "install"), at=at, child=new, position=position, part=part, serial=serial
        )
        records.append(fit)
    return _post(site_id, records, by, at)


def _comes_from_elsewhere(site_id: int, new: UnitName) -> bool:
    """A part of a number that is known, with a serial that nobody recorded yet."""
    if Unit.objects.filter(part__site=site_id, part__number=new.part, serial=new.serial).exists():
        return False
    if not Part.objects.filter(site=site_id, number=new.part).exists():
        raise NotFound(f"There is no part {new.part} here.", field="fitted_part")
    return True


def scrap(
    *, site_id: int, part: str, serial: str, reason: str, by: Actor, at: datetime, uid: UUID
) -> PostAnswer:
    """A unit that goes no further."""
    record = Scrapped(id=uid, at=at, part=part, serial=serial, reason=reason)
    return _post(site_id, record, by, at)


def _post(site_id: int, records: Posted | Sequence[Posted], by: Actor, at: datetime) -> PostAnswer:
    """Every record or none. A refusal of the one record reads as its own."""
    given = [records] if isinstance(records, Posted) else list(records)
    for record in given:
        require(by, record.permission, site_id)
        record.check()
    try:
        return post_records(site_id=site_id, records=given, by=by, at=at)
    except Refused as refused:
        raise _its_own(refused) from None


def _its_own(refused: Refused) -> FirstoffError:
    """The first record that was refused, in its own words: "1 of 1 records" says nothing."""
    first = (refused.details.get("records") or [None])[0]
    if first is None:
        return refused
    kinds = {"invalid-input": InvalidInput, "not-found": NotFound}
    kind = kinds.get(first["code"], Refused)
    more = {"field": first["field"]} if first["field"] else {}
    return kind(first["message"], code=first["code"], way_out=first["way_out"], **more)
