"""Control plans and inspection plans as people hand them on: PDF, and XLSX with the form's
columns."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from firstoff.formats.documents.control_plan import COLUMNS
from firstoff.formats.documents.inspection_plan import COLUMNS as INSPECTED
from firstoff.formats.documents.inspection_plan import MOST_RESULTS
from firstoff.formats.exports import Value, form
from firstoff.queries.documents.papers import Paper
from firstoff.queries.plan.controls import ControlPlanView
from firstoff.queries.plan.framed import day, framed, lines, paper, released
from firstoff.queries.plan.inspection import InspectionPlanList, InspectionPlanView
from firstoff.rules.ledger import canonical, text_digest
from firstoff.rules.plan import plain
from firstoff.rules.plan.controls import HEADER, PHASES, ControlRow
from firstoff.rules.plan.inspection import SheetLine
from firstoff.rules.plan.sampling import sampling_words
from firstoff.terms import CharacteristicKind

_PHASE = "Phase: prototype / pre-launch / (safe launch, 2024) / production"


_LINE = (
    *("balloon", "product", "process", "special", "spec", "technique", "size", "frequency"),
    "method",
)


# ---------------------------------------------------------------- control plan


def control_plan_paper(view: ControlPlanView, *, phase: str = "", at: datetime) -> Paper:
    """Of one phase, or of all; a DRAFT until the process plan is released."""
    program, plan = view.program, view.plan
    number = view.head.get("number") or f"CP-{program.code}"
    rows = view.rows(phase)
    data = {
        "doc": framed(
            program.site_name,
            at,
            number=number,
            revision=f"{view.revision.label}.{plan.label}",
            title="Control plan",
            subject=f"{program.part_number} {program.part_name}, revision {view.revision.label}, "
            f"plan {plan.label}" + (f", {PHASES[phase].lower()}" if phase else ""),
            draft=["The process plan is a draft."] if plan.draft else [],
        ),
        "plan": {
            "phases": [(word, key in _phases(rows, phase)) for key, word in PHASES.items()],
            "header": [(name, value) for name, value in _head(view, phase) if name != _PHASE],
            "gaps": list(view.gaps) if plan.draft else [],
            "operations": _operations(rows),
        },
        "signatures": released("Released the plan", plan.released_by, plan.released_at),
    }
    records = {"controls": [plain(row.control) for row in rows]}
    return paper("control_plan", data, records, _name(view, phase))


def control_plan_sheet(view: ControlPlanView, *, phase: str = "") -> tuple[str, bytes]:
    """Name without ending, and the XLSX: the head of the AIAG form, then its columns."""
    rows = view.rows(phase)
    return _name(view, phase), form("Control plan", _head(view, phase), COLUMNS, map(_cells, rows))


def _cells(row: ControlRow) -> tuple[Value, ...]:
    one, product = row.control, row.characteristic
    return (
        str(row.operation.seq),
        row.operation.name,
        row.machines,
        product.number if product else "",
        product.name if product else "",
        row.parameter.name if row.parameter else "",
        row.special,
        row.specification,
        one.technique,
        one.sample_size,
        one.frequency,
        row.control_method,
        one.reaction_plan,
        one.reaction_owner,
    )


def _operations(rows: tuple[ControlRow, ...]) -> list[dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {}
    for row in rows:
        cells = [str(c) for c in _cells(row)]
        new = {"no": cells[0], "name": cells[1], "means": cells[2], "rows": []}
        line: dict[str, Any] = dict(zip(_LINE, cells[3:12], strict=True))
        line |= {"reaction": lines(row.control.reaction_plan), "owner": cells[13]}
        found.setdefault(row.operation.seq, new)["rows"].append(line)
    return list(found.values())


def _phases(rows: tuple[ControlRow, ...], phase: str) -> set[str]:
    return {phase} if phase else {p for row in rows for p in row.control.phases}


def _head(view: ControlPlanView, phase: str) -> list[tuple[str, str]]:
    """Every field of the head of the form."""
    program, plan, said = view.program, view.plan, view.head
    on = _phases(view.rows(phase), phase)
    known = {
        _PHASE: ", ".join(word.lower() for key, word in PHASES.items() if key in on),
        HEADER["number"]: said.get("number") or f"CP-{program.code}",
        HEADER["contact"]: said.get("contact", ""),
        "Date (orig.), date (rev.)": ", ".join(
            d for d in (day(_first(view)), day(plan.released_at)) if d
        ),
        "Part number / latest change level": (
            f"{program.part_number} / revision {view.revision.label}"
        ),
        "Part name / description": program.part_name,
        HEADER["team"]: said.get("team", ""),
        HEADER["customer_engineering"]: said.get("customer_engineering", ""),
        HEADER["supplier"]: said.get("supplier") or program.site_name,
        HEADER["supplier_approval"]: said.get("supplier_approval")
        or ", ".join(t for t in (plan.released_by, day(plan.released_at)) if t),
        HEADER["customer_quality"]: said.get("customer_quality", ""),
        HEADER["other_approval"]: said.get("other_approval", ""),
    }
    return list(known.items())


def _first(view: ControlPlanView) -> datetime | None:
    """When the first plan of the revision was released."""
    return min((p.released_at for p in view.plans if p.released_at), default=None)


def _name(view: ControlPlanView, phase: str) -> str:
    number = view.head.get("number") or f"CP-{view.program.code}"
    return "-".join(t for t in (number, view.revision.label, view.plan.label, phase) if t)


# ---------------------------------------------------------------- inspection plan


def inspection_paper(
    listed: InspectionPlanList, one: InspectionPlanView, *, lot: int, at: datetime
) -> Paper:
    """The form to fill for a lot of a size; a DRAFT until the plan is released."""
    of, facts = listed.of, one.facts
    found, sample = listed.lines(one, lot), one.sample(lot)
    data = {
        "doc": framed(
            of.site_name,
            at,
            number=_number(listed, one),
            revision=facts.label,
            title=one.name,
            subject=f"{of.part} {of.part_name}, revision {of.revision.label}",
            draft=["The inspection plan is a draft."] if one.draft else [],
        ),
        "inspection": {
            "part": of.part,
            "part_name": of.part_name,
            "revision": of.revision.label,
            "kind": one.name,
            "sampling": one.sampling,
            "lot": f"{lot:,}",
            "sample": f"{sample.size:,} ({sample.scheme})",
            "accept": str(sample.accept),
            "note": lines(facts.note),
            "results": _results(found),
            "lines": [_inspected(line, own) for line, own in _with_own(found, one)],
        },
        "signatures": released("Released the plan", one.released_by, one.released_at),
    }
    records = {"plan": [{"digest": text_digest(canonical(plain(facts)))}]}
    return paper("inspection_plan", data, records, f"{_number(listed, one)}-{facts.label}")


def _with_own(
    found: tuple[SheetLine, ...], one: InspectionPlanView
) -> Iterator[tuple[SheetLine, dict[str, Any]]]:
    own = {line.characteristic: line.sampling for line in one.facts.lines}
    for line in found:
        yield line, own.get(line.characteristic.number, {})


def _inspected(line: SheetLine, own: dict[str, Any]) -> dict[str, Any]:
    return {
        "balloon": line.characteristic.number,
        "name": line.characteristic.name,
        "grade": line.characteristic.classification.value,
        "requirement": line.characteristic.requirement,
        "method": line.method,
        "gauge": line.gauge,
        "sample": f"{line.sample.size:,}",
        "accept": str(line.sample.accept),
        "own": sampling_words(own) if own else "",
        "reaction": lines(line.reaction),
    }


def inspection_sheet(
    listed: InspectionPlanList, one: InspectionPlanView, *, lot: int
) -> tuple[str, bytes]:
    """Name without ending, and the XLSX: its head, a line for each characteristic, cells to
    fill."""
    of, sample = listed.of, one.sample(lot)
    found = listed.lines(one, lot)
    results = _results(found)
    cells = [f"Result {n}" for n in range(1, results + 1)] or ["Pieces that failed"]
    head: list[tuple[str, Value]] = [
        ("Inspection", f"{one.name} {one.facts.label}, {one.status.value}"),
        ("Part", f"{of.part} {of.part_name}, revision {of.revision.label}"),
        ("Sampling", one.sampling),
        (f"Sample of a lot of {lot:,}", f"{sample.size:,} ({sample.scheme})"),
        ("Accept number", sample.accept),
        ("Note", one.facts.note),
        *((name, "") for name in ("Lot or batch", "Quantity", "Inspected by", "Date")),
    ]
    rows = [
        (
            line.characteristic.number,
            line.characteristic.name,
            line.characteristic.classification.value,
            line.characteristic.requirement,
            line.method,
            line.gauge,
            line.sample.size,
            line.sample.accept,
            sampling_words(own) if own else "",
            line.reaction,
            *([""] * len(cells)),
            "",
        )
        for line, own in _with_own(found, one)
    ]
    name = f"{_number(listed, one)}-{one.facts.label}"
    return name, form(one.name, head, (*INSPECTED, *cells, "Passed"), rows)


def _results(found: tuple[SheetLine, ...]) -> int:
    """Cells for single results: as many as the largest sample of what is measured has."""
    sizes = [
        line.sample.size
        for line in found
        if line.characteristic.kind is CharacteristicKind.VARIABLE
    ]
    most = max(sizes, default=0)
    return most if most <= MOST_RESULTS else 0


def _number(listed: InspectionPlanList, one: InspectionPlanView) -> str:
    short = {"incoming": "IN", "first_article": "FA", "in_process": "IP", "final": "FI"}
    return f"IP-{listed.of.part}-{listed.of.revision.label}-{short.get(one.facts.kind, 'TOP')}"
