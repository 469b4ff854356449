"""The batch record as a document with its evidence, and the check of such documents.

A closed run prints what was signed: the content is kept with the closure. An open one prints how
the records read now, as a DRAFT.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from firstoff.db.models import LedgerEntry, Run, RunClosure
from firstoff.formats import documents
from firstoff.formats.documents import seal
from firstoff.queries.evidence.paper_head import PRODUCT, iso, key_of, role_of
from firstoff.queries.evidence.papers import Checked, Paper
from firstoff.queries.evidence.papers import check_file as check_others
from firstoff.queries.execution.definition import frozen
from firstoff.queries.execution.runs import RunView, run_by_id
from firstoff.queries.trace.batch_record import RecordView, record_of
from firstoff.queries.trace.batch_record.shape import plain
from firstoff.rules.access import Actor
from firstoff.rules.trace.batch_record import EquipmentLine, Gap, LotLine, SectionFigures, within
from firstoff.rules.trace.levels import Level

KIND = "batch_record"
_SUFFIX = "BR"
_NAMED = 3  # gaps that the head of a DRAFT names


def record_content(found: RecordView) -> dict[str, Any]:
    """What the document says of the records: plain JSON, kept with a closure."""
    record, around = found.record, found.around
    return {
        "headline": record.headline,
        "complete": record.complete,
        "units": record.units,
        "started": record.started,
        "sections": [_section(s, record.serials) for s in record.sections],
        "levels": [_level("Material", record.material), _level("Process", record.process)],
        "statement": [
            {"asks": s.asks, "says": s.says, "shown": s.shown} for s in record.statement
        ],
        "lots": [_lot(line) for line in record.lots],
        "equipment": [_equipment(line) for line in record.equipment],
        "tests": [t._asdict() for t in record.tests],
        "people": [p._asdict() for p in record.people],
        "parameters": [
            {
                "operation": p.seq,
                "name": p.name,
                "unit": p.unit,
                "lower": plain(p.lower),
                "upper": plain(p.upper),
                "smallest": plain(p.smallest),
                "largest": plain(p.largest),
                "readings": p.readings,
                "outside": p.outside,
            }
            for p in record.parameters
        ],
        **_surroundings(found),
        "stages": [{"what": s.what, "at": iso(s.at), "by": s.by} for s in around.stamps],
        "serials": [record.serials[p] for p in sorted(record.serials)],
    }


def _surroundings(found: RecordView) -> dict[str, Any]:
    around = found.around
    return {
        "setup": [
            {
                "item": line.item.label,
                "value": None if line.gap else line.value,
                "by": line.by or None,
                "at": iso(line.at),
            }
            for line in around.setup
        ],
        "adjustments": [
            {
                "at": iso(a.made_at),
                "what": a.what,
                "before": a.before,
                "after": a.after,
                "reason": a.reason,
                "by": a.by,
            }
            for a in around.adjustments
        ],
    }


def _section(section: SectionFigures, serials: Mapping[int, str]) -> dict[str, Any]:
    return {
        "title": section.title,
        "complete": section.complete,
        "units": section.units,
        "gaps": [_gap(gap, serials) for gap in section.gaps],
    }


def _gap(gap: Gap, serials: Mapping[int, str]) -> dict[str, Any]:
    return {
        "said": gap.said,
        "rule": gap.kind.rule,
        "way_out": gap.kind.way_out,
        "open": gap.open,
        "count": gap.count,
        "units": [serials[p] for p in sorted(within(gap.units)) if p in serials],
        "deviations": [
            {"said": d.sentence, "reason": d.reason, "by": d.by, "at": iso(d.at)}
            for d in gap.accepted
        ],
    }


def _level(title: str, level: Level) -> dict[str, Any]:
    return {
        "title": title,
        "level": level.name,
        "steps": [
            {
                "name": s.name,
                "asks": s.asks,
                "have": s.have,
                "of": s.of,
                "what": s.what,
                "held": s.held,
                "missing": s.missing,
                "example": s.example,
            }
            for s in level.steps
        ],
    }


def _lot(line: LotLine) -> dict[str, Any]:
    lot = line.lot
    amount = plain(line.quantity) if line.quantity else ""
    return {
        "lot": lot.code,
        "part": lot.part,
        "maker": lot.maker,
        "supplier": lot.supplier,
        "supplier_lot": lot.supplier_lot,
        "quantity": f"{amount} {lot.measured_in}".strip(),
        "units": line.units,
        "of_batch": lot.in_batch,
        "first": iso(line.first),
        "accepted": line.fit,
    }


def _equipment(line: EquipmentLine) -> dict[str, Any]:
    verdict = line.then.verdict
    return {
        "code": line.equipment.code,
        "name": line.equipment.name,
        "kind": line.equipment.kind,
        "units": line.units,
        "first": iso(line.first),
        "last": iso(line.last),
        "calibration": None if verdict is None else verdict.value,
        "sentence": line.then.sentence,
    }


# ---------------------------------------------------------------- documents


def paper_of(view: RunView) -> Paper:
    """The document of a run that the reader is known to see: as it was closed, or a DRAFT."""
    evidence, data = _evidence(view)
    pdf = documents.render(KIND, seal.sealed(data, evidence))
    return Paper(data["doc"]["number"], pdf, evidence)


def evidence_file(view: RunView) -> Paper:
    """The evidence alone, without setting the document."""
    evidence, data = _evidence(view)
    return Paper(data["doc"]["number"], b"", evidence)


def _evidence(view: RunView) -> tuple[bytes, dict[str, Any]]:
    data, closure = paper_data(view)
    evidence = seal.evidence_json(
        kind=KIND, data=data, records={"closure": closure}, product=PRODUCT
    )
    return evidence, data


def paper_data(view: RunView) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The data of the document, without the digest, and the closure where there is one."""
    rows = RunClosure.objects.filter(run=view.id).select_related("by", "signature")
    closure = rows.first()
    if closure is not None:
        numbers = json.loads(closure.numbers)
        content, entry = numbers["record"], closure.entry_id
        open_gaps: list[str] = []
    else:
        found = record_of(view)
        content, entry = record_content(found), found.at.seq
        open_gaps = [gap.said for gap in found.record.open]
    definition = frozen(view.baseline_id, view.baseline)
    data = {
        "doc": _document(view, closure, entry, open_gaps, f"{definition.part_name}"),
        "product": {
            "name": definition.part_name,
            "part": definition.part,
            "revision": definition.revision,
            "site": view.site_name,
        },
        "run": {
            "id": view.batch_id,
            "kind": view.kind.value.replace("_", " "),
            "line": view.line,
            "planned": view.planned_quantity,
            "closed_at": iso(closure.closed_at) if closure else None,
            "closed_by": closure.by.name if closure else "",
        },
        "record": content,
        "signatures": _signatures(view, closure),
    }
    return data, [] if closure is None else [_closed(closure)]


def _document(
    view: RunView, closure: RunClosure | None, entry: int, gaps: list[str], name: str
) -> dict[str, Any]:
    ledger = LedgerEntry.objects.filter(pk=entry).values_list("at", "hash").first()
    as_of = closure.closed_at if closure else (ledger[0] if ledger else view.created_at)
    return {
        "number": f"{view.batch_id}-{_SUFFIX}",
        "revision": "A",
        "status": "ISSUED" if closure else "DRAFT",
        "draft": [] if closure else _draft(gaps),
        "batch": view.batch_id,
        "title": f"Batch record {view.batch_id}",
        "subject": f"{name} · {view.part} · {view.site_name}, {view.line}",
        "organisation": view.site_name,
        "baseline": view.baseline,
        "as_of": iso(as_of),
        "product": PRODUCT,
        "methods": [],
        "ledger": None if ledger is None else {"sequence": entry, "hash": ledger[1]},
    }


def _draft(gaps: list[str]) -> list[str]:
    if not gaps:
        return ["The run is not closed: nobody has signed this."]
    return ["The run is not closed.", *gaps]


def _signatures(view: RunView, closure: RunClosure | None) -> list[dict[str, Any]]:
    if closure is None:
        meaning = f"Closes batch {view.batch_id}."
        return [
            {"name": "", "role": "Quality manager", "meaning": meaning, "at": None, "key": None}
        ]
    signature = closure.signature
    return [
        {
            "name": closure.by.name,
            "role": role_of(signature),
            "meaning": signature.meaning,
            "at": iso(closure.closed_at),
            "key": key_of(signature),
        }
    ]


def _closed(closure: RunClosure) -> dict[str, Any]:
    numbers = json.loads(closure.numbers)
    return {
        "uid": str(closure.uid),
        "digest": closure.digest,
        "note": closure.note,
        "numbers": {key: value for key, value in numbers.items() if key != "record"},
        "signature": closure.signature.content_digest,
        "entry": closure.entry_id,
    }


# ---------------------------------------------------------------- checking


def check_file(
    name: str, content: bytes, *, beside: bytes | None = None, actor: Actor | None = None
) -> Checked:
    """Check a PDF or an evidence file of any kind, told apart by their content.

    A batch record is compared with the database here; everything else where its kind is made.
    Raises InvalidInput for a file that is no document of ours.
    """
    claim = _claim(content) if actor is not None and beside is None else None
    if actor is None or claim is None or not claim.number.endswith(f"-{_SUFFIX}"):
        return check_others(name, content, beside=beside, actor=actor)
    batch_id = claim.number.removesuffix(f"-{_SUFFIX}")
    runs = Run.objects.filter(site__in=actor.site_ids, batch_id=batch_id)
    return _against(actor, claim, runs.values_list("pk", flat=True))


def _claim(content: bytes) -> seal.Claim | None:
    if content.lstrip()[:5] == b"%PDF-":
        return seal.digest_in_pdf(content)
    if content.lstrip()[:1] == b"{":
        return seal.check(content).claim
    return None


def _against(actor: Actor, claim: seal.Claim, runs: Iterable[int]) -> Checked:
    """Make the evidence again from the database, and compare the digests."""
    found = list(runs)
    if not found:
        sentence = f"There is no run for {claim.number} here, or not for you."
        return Checked(False, sentence, claim.number, claim.digest, "the database")
    for run_id in found:
        evidence, _ = _evidence(run_by_id(actor, run_id))
        if seal.check(evidence).digest == claim.digest:
            sentence = f"{claim.number} agrees with the records in the database."
            return Checked(True, sentence, claim.number, claim.digest, "the database")
    sentence = (
        f"{claim.number} does not agree with the records in the database: the document or the "
        "records are other ones, or records were added since a DRAFT was printed."
    )
    return Checked(False, sentence, claim.number, claim.digest, "the database")
