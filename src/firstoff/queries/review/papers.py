"""Reviews, failure modes and queries as people hand them on: PDF, XLSX, CSV."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from firstoff.formats.documents.pfmea import COLUMNS
from firstoff.formats.documents.query_log import COLUMNS as LOGGED
from firstoff.formats.exports import Value, csv_stream, form
from firstoff.queries.documents.papers import Paper
from firstoff.queries.plan.framed import day, framed, lines, paper, released
from firstoff.queries.product import ProgramView
from firstoff.queries.review.pfmea import PfmeaView
from firstoff.queries.review.views import ReviewView
from firstoff.rules.plan.controls import SPECIAL
from firstoff.rules.review import (
    CATEGORY_NAMES,
    CHECKLIST,
    FailureModeFacts,
    FindingFacts,
    QueryFacts,
)
from firstoff.rules.review.pfmea import HEADER
from firstoff.terms import DfmCategory, FindingSeverity

_ANSWERS = {"good": "good", "finding": "a finding", "not_applicable": "does not apply"}


def pfmea_paper(view: PfmeaView, *, at: datetime) -> Paper:
    """A DRAFT until the process plan is released."""
    counts = view.priorities
    data = {
        "doc": framed(
            view.program.site_name,
            at,
            number=_number(view),
            revision=f"{view.revision.label}.{view.plan.label}",
            title="PFMEA",
            subject=f"{view.program.part_number} {view.program.part_name}, revision "
            f"{view.revision.label}, plan {view.plan.label}",
            draft=["The process plan is a draft."] if view.plan.draft else [],
        ),
        "pfmea": {
            "header": _head(view, at.date()),
            "high": counts["H"],
            "medium": counts["M"],
            "low": counts["L"],
            "unrated": counts[""],
            "open": len(view.open),
            "rows": [_row(view, row) for row in view.rows],
        },
        "signatures": released("Released the plan", view.plan.released_by, view.plan.released_at),
    }
    records = {"rows": [{"mode": r.failure_mode, "ap": r.priority} for r in view.rows]}
    return paper("pfmea", data, records, _name(view))


def pfmea_sheet(view: PfmeaView, *, today: date) -> tuple[str, bytes]:
    """Name without ending, and the XLSX: the head of the form, then its columns."""
    rows = (_cells(view, row) for row in view.rows)
    return _name(view), form("PFMEA", _head(view, today), COLUMNS, rows)


def _head(view: PfmeaView, today: date) -> list[tuple[str, str]]:
    said, program = view.head, view.program
    return [
        ("Company / plant", program.site_name),
        (HEADER["customer"], said.get("customer", "")),
        (HEADER["model"], said.get("model", "")),
        ("Subject", f"{program.part_number} {program.part_name}, revision {view.revision.label}"),
        (f"{HEADER['started']} / revision date", f"{said.get('started', '')} / {today}"),
        (HEADER["team"], said.get("team", "")),
        (HEADER["number"], _number(view)),
        (HEADER["owner"], said.get("owner", "")),
        (HEADER["confidentiality"], said.get("confidentiality", "")),
    ]


def _number(view: PfmeaView) -> str:
    return view.head.get("number") or f"PFMEA-{view.program.code}"


def _name(view: PfmeaView) -> str:
    return f"{_number(view)}-{view.revision.label}-{view.plan.label}"


def _step(view: PfmeaView, row: FailureModeFacts) -> str:
    found = next((o.label for o in view.operations if o.seq == row.operation), "")
    return found or ("the whole process" if row.operation is None else str(row.operation))


def _special(view: PfmeaView, row: FailureModeFacts) -> str:
    found = next((c for c in view.characteristics if c.number == row.characteristic), None)
    if found is None:
        return ""
    return f"{SPECIAL[found.classification]} {found.number}".strip()


def _cells(view: PfmeaView, row: FailureModeFacts) -> tuple[Value, ...]:
    return (
        view.program.part_name,
        _step(view, row),
        row.work_element,
        view.program.name,
        "\n".join(t for t in (row.function, row.requirement) if t),
        row.element_function,
        row.effect,
        row.severity,
        row.failure_mode,
        row.cause,
        row.prevention,
        row.occurrence,
        row.detection_control,
        row.detection,
        row.priority or "",
        _special(view, row),
        row.filter_code,
        row.action,
        row.detection_action,
        row.action_owner,
        day(row.action_due),
        row.action_state,
        row.action_taken,
        day(row.action_done_on),
        row.severity_after,
        row.occurrence_after,
        row.detection_after,
        row.priority_after or "",
        row.remarks,
    )


def _row(view: PfmeaView, row: FailureModeFacts) -> dict[str, Any]:
    def text(value: object) -> str:
        return "" if value is None else str(value)

    after = (row.severity_after, row.occurrence_after, row.detection_after)
    done = f"done {row.action_done_on}" if row.action_done_on else ""
    return {
        "structure": [t for t in (_step(view, row), row.work_element) if t],
        "function": [t for t in (row.function, row.requirement, row.element_function) if t],
        "effect": row.effect,
        "s": text(row.severity),
        "mode": row.failure_mode,
        "cause": row.cause,
        "prevention": row.prevention,
        "o": text(row.occurrence),
        "control": row.detection_control,
        "d": text(row.detection),
        "ap": row.priority.value if row.priority else "",
        "special": _special(view, row),
        "open": row.open,
        "action": [t for t in (row.action, row.detection_action) if t],
        "owner": row.action_owner,
        "due": day(row.action_due),
        "state": row.action_state,
        "taken": ", ".join(t for t in (row.action_taken, done, row.remarks) if t),
        "after": " ".join(text(v) or "–" for v in after) if any(after) else "",
        "ap_after": row.priority_after.value if row.priority_after else "",
    }


# ---------------------------------------------------------------- review


def review_paper(program: ProgramView, view: ReviewView, *, at: datetime) -> Paper:
    """A DRAFT while a finding is open, or one is not written."""
    open_, missing = [f for f in view.findings if f.open], len(view.unwritten)
    waits = [f"{len(open_)} finding{'s are' if len(open_) > 1 else ' is'} open."] if open_ else []
    if missing:
        waits.append(f"{missing} finding{'s are' if missing > 1 else ' is'} not written.")
    number = f"DFM-{program.code}-{view.number}"
    data = {
        "doc": framed(
            program.site_name,
            at,
            number=number,
            revision=view.revision,
            title="Review for manufacture",
            subject=f"{program.part_number} {program.part_name}, revision {view.revision}",
            draft=waits,
        ),
        "review": {
            "number": f"Review {view.number}",
            "title": view.title,
            "revision": view.revision,
            "held_on": view.held_on.isoformat(),
            "people": lines(view.people),
            "by": view.by,
            "left": len(view.left),
            "unwritten": len(view.unwritten),
            "open": len(open_),
            "blockers": sum(f.severity is FindingSeverity.BLOCKER for f in open_),
            "findings": [_finding(f) for f in view.findings],
            "checklist": _checklist(view),
        },
        "signatures": [],
    }
    records = {"findings": [{"uid": f.uid, "state": f.state.value} for f in view.findings]}
    return paper("dfm_report", data, records, number)


def _finding(one: FindingFacts) -> dict[str, Any]:
    by = f"{one.answered_by}, {day(one.answered_at)}" if one.answered_at else ""
    return {
        "label": one.label,
        "category": CATEGORY_NAMES[one.category],
        "severity": one.severity.value,
        "state": one.state.value,
        "open": one.open,
        "text": lines(one.text),
        "proposal": lines(one.proposal),
        "late_cost": lines(one.late_cost),
        "owner": one.owner,
        "due": day(one.due),
        "answer": lines(one.answer),
        "answered": f"{by}, by signature" if by and one.signed else by,
    }


def _checklist(view: ReviewView) -> list[dict[str, Any]]:
    """The categories that were gone through, with what nobody answered in them."""
    gone = {key.partition(".")[0] for key in view.checklist}
    found = []
    for category in DfmCategory:
        points = [
            {"question": p.question, "answer": _ANSWERS.get(view.checklist.get(p.key, ""), "")}
            for p in CHECKLIST
            if p.category is category
        ]
        if category.value in gone:
            found.append({"name": CATEGORY_NAMES[category], "points": points})
    return found


# ---------------------------------------------------------------- queries


def query_log_paper(program: ProgramView, queries: Sequence[QueryFacts], *, at: datetime) -> Paper:
    data = {
        "doc": framed(
            program.site_name,
            at,
            number=f"Q-{program.code}",
            revision=day(at),
            title="Clarification queries",
            subject=f"{program.part_number} {program.part_name}",
            draft=[],
        ),
        "log": {
            "open": sum(q.open for q in queries),
            "total": len(queries),
            "queries": [
                {
                    "label": q.label,
                    "about": q.about,
                    "question": lines(q.question),
                    "asked": f"{q.asked_by}, {day(q.asked_at)}",
                    "open": q.open,
                    "answer": lines(q.answer),
                    "closed": f"{q.closed_by}, {day(q.closed_at)}" if q.closed_by else "",
                }
                for q in queries
            ],
        },
        "signatures": [],
    }
    records = {"queries": [{"uid": q.uid, "open": q.open} for q in queries]}
    return paper("query_log", data, records, f"queries-{program.code}")


def query_log_csv(queries: Sequence[QueryFacts]) -> Iterator[bytes]:
    return csv_stream(LOGGED, (_logged(q) for q in queries))


def _logged(one: QueryFacts) -> tuple[Value, ...]:
    return (
        one.label,
        one.about,
        one.question,
        one.asked_by,
        one.asked_at,
        "open" if one.open else "closed",
        one.answer,
        one.closed_by,
        one.closed_at,
    )
