"""The papers of a shipment."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from firstoff import __version__
from firstoff.formats import documents
from firstoff.formats.documents import seal
from firstoff.formats.documents.serials import told
from firstoff.queries.access import SiteView
from firstoff.queries.genealogy.shipments import SentUnit, ShipmentView, contents, shipment
from firstoff.queries.ledger import head
from firstoff.rules.access import Actor

PRODUCT = f"Firstoff {__version__}"


def packing_list(actor: Actor, place: SiteView, code: str) -> bytes:
    """The packing list as PDF, with every serial number. Raises NotFound."""
    data = packing_list_data(actor, place, code)
    records = {"shipment": [data["shipment"]]}
    evidence = seal.evidence_json(kind="packing_list", data=data, records=records, product=PRODUCT)
    return documents.render("packing_list", seal.sealed(data, evidence))


def packing_list_data(actor: Actor, place: SiteView, code: str) -> dict[str, Any]:
    """The data of ``documents.render("packing_list", ...)``, without the digest."""
    view = shipment(actor, place.code, code)
    groups: dict[tuple[str, str], list[SentUnit]] = {}
    for one in contents(view):
        groups.setdefault((one.pallet, one.package), []).append(one)
    packages = [
        {"code": package, "pallet": pallet, "count": len(units), "lines": _lines(units)}
        for (pallet, package), units in groups.items()
    ]
    pieces = {pallet or package for pallet, package in groups if pallet or package}
    return {
        "doc": _doc(view, place),
        "shipment": {
            "code": view.code,
            "customer": view.customer,
            "contact": view.contact,
            "reference": view.reference,
            "shipped_at": _iso(view.shipped_at),
            "by": view.by,
            "units": view.units,
            "pieces": len(pieces),
            "cancelled": view.state == "cancelled",
            "packages": packages,
        },
    }


def _lines(units: Iterable[SentUnit]) -> list[dict[str, Any]]:
    lines: dict[tuple[str, str], dict[str, Any]] = {}
    for u in units:
        line = lines.setdefault(
            (u.part, u.batch),
            {"part": u.part, "name": u.part_name, "batch": u.batch, "serials": []},
        )
        line["serials"].append(u.serial)
    return [
        {**line, "count": len(line["serials"]), "serials": told(line["serials"])}
        for line in lines.values()
    ]


def _doc(view: ShipmentView, place: SiteView) -> dict[str, Any]:
    last = head()
    return {
        "number": view.code,
        "revision": "A",
        "status": "CANCELLED" if view.state == "cancelled" else "ISSUED",
        "draft": [],
        "batch": None,
        "title": f"Packing list {view.code}",
        "subject": f"{place.name} to {view.customer}",
        "organisation": place.name,
        "baseline": None,
        "as_of": _iso(view.shipped_at),
        "product": PRODUCT,
        "methods": [],
        "ledger": {"sequence": last.seq, "hash": last.hash},
    }


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
