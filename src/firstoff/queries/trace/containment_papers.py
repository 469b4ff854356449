"""The papers of a containment: its report, the letter to a customer, each with its evidence."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from firstoff.db.models import ContainmentClosure, CustomerNotice, LedgerEntry
from firstoff.errors import NotFound
from firstoff.formats import documents
from firstoff.formats.documents import seal
from firstoff.formats.documents.serials import told
from firstoff.queries.evidence.paper_head import PRODUCT, iso, key_of, role_of
from firstoff.queries.evidence.papers import Paper
from firstoff.queries.trace.contained import Filter, MemberRow, export
from firstoff.queries.trace.containments import ContainmentView, Progress, progress
from firstoff.rules import ledger
from firstoff.rules.access import Actor
from firstoff.rules.trace.containment import CUSTOMER, OUTCOMES, MemberState
from firstoff.terms import ContainmentOutcome, Place

ROWS = 300  # units that have a row each
PLACES = {
    Place.IN_PROCESS: "In process",
    Place.STOCK: "In stock",
    Place.PACKED: "Packed",
    Place.SHIPPED: "Shipped",
    Place.RETURNED: "Returned",
    Place.SCRAPPED: "Scrapped before",
    Place.INSTALLED: "Installed",
}
ASKS = (
    "Set these units aside and do not use them or pass them on.",
    "Tell us, by serial number, which of them you have found and where the others went.",
    "Keep them apart until we have told you what becomes of them.",
)


def containment_report(view: ContainmentView) -> Paper:
    """The report as it stands now; a DRAFT while nobody has closed it."""
    found = progress(view)
    members = tuple(export(view))
    return _paper("containment_report", _report(view, found, members), view, members)


def customer_letter(view: ContainmentView, customer: int, by: Actor, at: datetime) -> Paper:
    """The letter to one customer about the units shipped to them. Raises NotFound for one who got
    none."""
    rows = tuple(export(view, sift=Filter(customer=customer)))
    theirs = [c for c in progress(view).customers if c.id == customer]
    if not theirs:
        raise NotFound(f"No unit of {view.label} was shipped to this customer.")
    zone = ZoneInfo(view.time_zone)
    # What is inside another of their units is told with that one.
    held: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        if row.where.inside is not None:
            held.setdefault(row.where.inside, []).append(row.serial)
    outer = [row for row in rows if row.where.inside is None]
    few = len(outer) <= ROWS
    letter = {
        "customer": theirs[0].name,
        "contact": [line for line in theirs[0].contact.splitlines() if line.strip()],
        "sender": view.site_name,
        "date": f"{at.astimezone(zone):%Y-%m-%d}",
        "subject": f"{view.title}: units shipped to you",
        "about": view.title.rstrip("."),
        "reason": view.reason,
        "reference": view.label,
        "count": len(outer),
        "asks": list(ASKS),
        "units": [_letter_row(row, held) for row in outer] if few else [],
        "lists": [] if few else _by_part(outer),
        "signer": by.name or by.username,
    }
    number = f"{view.label}-L{customer}"
    data = {"doc": _doc(view, number, ()), "letter": letter}
    return _paper("customer_letter", data, view, rows)


def _letter_row(row: MemberRow, held: dict[tuple[str, str], list[str]]) -> dict[str, Any]:
    return {
        "part": row.part,
        "name": row.part_name,
        "serial": row.serial,
        "inside": ", ".join(held.get((row.part, row.serial), ())),
        "shipment": row.where.shipment,
        "shipped_at": iso(row.where.shipped_at),
    }


def _by_part(rows: Sequence[MemberRow]) -> list[dict[str, Any]]:
    parts: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        parts.setdefault((row.part, row.part_name), []).append(row.serial)
    return [
        {"part": part, "name": name, "count": len(held), "serials": told(sorted(held))}
        for (part, name), held in sorted(parts.items())
    ]


def _report(
    view: ContainmentView, found: Progress, members: Sequence[MemberRow]
) -> dict[str, Any]:
    few = len(members) <= ROWS
    numbers, seen = found.numbers, found.forecast
    draft = () if view.closed else (f"{view.label} is open: nobody has signed its closing.",)
    counts = {
        name: getattr(numbers, name)
        for name in ("at_risk", "late", "inside", "in_house", "held", "at_customers", "scrapped")
    }
    return {
        "doc": _doc(view, f"{view.label}-CR", draft),
        "containment": {
            **counts,
            "worked_off": numbers.worked_off,
            "open": numbers.open,
            "settled": not numbers.open,
            "headline": found.headline,
            "why": found.why,
            "question": view.sentence,
            "reason": view.reason,
            "opened_at": iso(view.opened_at),
            "opened_by": view.opened_by,
            "closed_at": iso(view.closed_at),
            "seen": None
            if seen is None
            else {
                "faulty": numbers.faulty,
                "looked_at": numbers.looked_at,
                "rate": seen.rate,
                "low": seen.lower,
                "high": seen.upper,
                "confidence": 0.95,
                "method": "Clopper-Pearson",
                "out": seen.out,
                "expected": seen.expected,
            },
            "places": [
                {
                    "place": PLACES[p.place],
                    "units": p.units,
                    "worked_off": p.worked_off,
                    "good": p.good,
                    "faulty": p.faulty,
                    "open": p.open,
                }
                for p in found.places
            ],
            "customers": [
                {
                    "name": c.name,
                    "units": c.units,
                    "back": c.back,
                    "open": c.open,
                    "told_at": iso(c.told_at),
                    "reference": c.reference,
                }
                for c in found.customers
            ],
            "outcomes": [
                {"name": OUTCOMES[o].title, "units": many} for o, many in numbers.outcomes
            ],
            "lists": _lists(members, lambda row: PLACES[row.joined], PLACES.values()),
            "units": [_unit_row(row) for row in members] if few else [],
            "found": [] if few else _lists(members, _said, _SAID),
            "unreachable": [
                {"serial": row.serial, "part": row.part, "customer": row.customer}
                for row in members
                if row.outcome is ContainmentOutcome.UNREACHABLE and row.state is MemberState.DONE
            ],
            "note": view.closing_note,
        },
        "signatures": _signatures(view),
    }


_OPEN = "Nothing found yet"
_SAID = (_OPEN, *(rule.title for rule in OUTCOMES.values()))


def _said(row: MemberRow) -> str:
    return _OPEN if row.outcome is None else OUTCOMES[row.outcome].title


def _lists(members: Sequence[MemberRow], name: Any, order: Iterable[str]) -> list[dict[str, Any]]:
    held: dict[str, list[str]] = {}
    for row in members:
        held.setdefault(name(row), []).append(row.serial)
    return [
        {"what": what, "count": len(held[what]), "serials": told(sorted(held[what]))}
        for what in order
        if what in held
    ]


def _unit_row(row: MemberRow) -> dict[str, Any]:
    now = PLACES[row.where.place].removesuffix(" before")
    if row.where.inside is not None:
        now = f"in {row.where.inside[1]}, {now.lower()}"
    elif row.whereabouts is CUSTOMER and row.where.customer:
        now = f"at {row.where.customer}"
    return {
        "serial": row.serial,
        "part": row.part,
        "joined": PLACES[row.joined],
        "now": now,
        "outcome": "" if row.outcome is None else OUTCOMES[row.outcome].title,
        "note": row.note,
        "found_at": iso(row.found_at),
        "found_by": row.found_by,
    }


def _signatures(view: ContainmentView) -> list[dict[str, Any]]:
    rows = ContainmentClosure.objects.filter(containment=view.id).select_related("signature__by")
    signed = [
        {
            "name": row.signature.by.name,
            "role": role_of(row.signature),
            "meaning": row.signature.meaning,
            "at": iso(row.closed_at),
            "key": key_of(row.signature),
        }
        for row in rows
    ]
    waits = {
        "name": "",
        "role": "Quality manager",
        "meaning": f"Closes {view.label} with its numbers.",
        "at": None,
        "key": None,
    }
    return signed or [waits]


def _doc(view: ContainmentView, number: str, draft: Sequence[str]) -> dict[str, Any]:
    newest = LedgerEntry.objects.order_by("-seq").values_list("at", "seq", "hash").first()
    at, seq, link = newest or (view.opened_at, 0, "")
    return {
        "number": number,
        "revision": "A",
        "status": "DRAFT" if draft else "ISSUED",
        "draft": list(draft),
        "batch": None,
        "title": view.title,
        "subject": f"Containment {view.label} · {view.site_name}",
        "organisation": view.site_name,
        "baseline": None,
        "as_of": iso(at),
        "product": PRODUCT,
        "methods": [],
        "ledger": {"sequence": seq, "hash": link},
    }


def _paper(
    kind: str, data: dict[str, Any], view: ContainmentView, members: Sequence[MemberRow]
) -> Paper:
    notices = CustomerNotice.objects.filter(containment=view.id).order_by("pk")
    records = {
        "containment": [
            {
                "uid": str(view.uid),
                "title": view.title,
                "reason": view.reason,
                "question": json.loads(view.question_text),
                "opened_at": iso(view.opened_at),
                "closed_at": iso(view.closed_at),
                "digest": view.digest,
                "numbers": view.at_closing,
            }
        ],
        "unit": [_evidence_row(row) for row in members],
        "notice": [
            {"customer": n.customer.name, "sent_at": iso(n.sent_at), "reference": n.reference}
            for n in notices.select_related("customer")
        ],
    }
    plain = json.loads(ledger.canonical(records))
    evidence = seal.evidence_json(kind=kind, data=data, records=plain, product=PRODUCT)
    pdf = documents.render(kind, seal.sealed(data, evidence))
    return Paper(data["doc"]["number"], pdf, evidence)


def _evidence_row(row: MemberRow) -> dict[str, Any]:
    return {
        "uid": str(row.uid),
        "part": row.part,
        "serial": row.serial,
        "joined": row.joined,
        "customer": row.customer,
        "late": row.late,
        "why": row.why,
        "outcome": row.outcome,
        "note": row.note,
        "found_at": iso(row.found_at),
        "found_by": row.found_by,
    }
