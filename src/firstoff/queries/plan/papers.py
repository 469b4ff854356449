"""Work instructions and test procedures on paper."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from firstoff import __version__
from firstoff.db.models import BomLine, DocumentVersion, Equipment
from firstoff.errors import FirstoffError, NotFound
from firstoff.formats import documents
from firstoff.formats.documents import seal
from firstoff.formats.documents.ballooned_drawing import as_svg
from firstoff.formats.media import download_name
from firstoff.queries.documents import drawn
from firstoff.queries.documents.papers import Paper
from firstoff.queries.documents.register import version_view
from firstoff.queries.ledger import head
from firstoff.queries.plan.definition import DefinitionView
from firstoff.queries.plan.procedures import ProcedureList, ProcedureView
from firstoff.queries.product import ProgramView, characteristics_of
from firstoff.rules.ledger import canonical, text_digest
from firstoff.rules.plan import (
    BaselineFacts,
    PlanOperation,
    in_order,
    limits_of,
    order_of,
    plain,
)
from firstoff.rules.product import CharacteristicFacts

PRODUCT = f"Firstoff {__version__}"
_WIDTH = 1200  # pixels of a printed picture
_PRINTED = 60  # pictures of one document


def draft_instruction(view: DefinitionView, seq: int | None = None, *, at: datetime) -> Paper:
    """Of one operation of the plan, or of all; a DRAFT until the plan is released.

    Raises NotFound where there is no such operation."""
    plan = view.plan
    draft = [] if plan and not plan.draft else ["The process plan is a draft."]
    signed = [_signature("Released the plan", plan)] if plan and plan.released_at else []
    operations = in_order(view.operations)
    lines = {}
    if any(o.materials for o in operations):
        rows = BomLine.objects.filter(revision=view.revision.id).select_related("part")
        lines = {row.position: (row.part.name, row.quantity) for row in rows}
    return _instruction(
        view.program,
        operations,
        view.characteristics,
        about={"revision": view.revision.label, "plan": plan.label if plan else ""},
        lines=lines,
        seq=seq,
        at=at,
        draft=draft,
        signatures=signed,
        baseline=view.digest if view.frozen else None,
    )


def frozen_instruction(
    program: ProgramView,
    definition: BaselineFacts,
    seq: int | None = None,
    *,
    at: datetime,
    batch: str = "",
) -> Paper:
    """As it was frozen: what a run is built by."""
    lines = {n: (line.name, line.quantity) for n, line in enumerate(definition.contents.lines, 1)}
    return _instruction(
        program,
        in_order(definition.operations),
        definition.characteristics,
        about={"revision": definition.revision, "plan": definition.plan},
        lines=lines,
        seq=seq,
        at=at,
        draft=[],
        signatures=[],
        baseline=definition.digest,
        batch=batch,
    )


def procedure_paper(listed: ProcedureList, one: ProcedureView, *, at: datetime) -> Paper:
    """A test procedure; a DRAFT until it is released."""
    facts, program = one.facts, listed.program
    names = {c.number: c.label for c in characteristics_of(listed.revision.id)}
    steps = [
        {
            "no": str(place),
            "name": step.name,
            "instruction": _lines(step.instruction),
            "passes": limits_of(step),
            "characteristic": names.get(step.characteristic, step.characteristic),
        }
        for place, step in enumerate(facts.steps, start=1)
    ]
    data = {
        "doc": _doc(
            program,
            at,
            number=facts.code,
            revision=facts.label,
            title=f"{facts.name}",
            subject=f"{program.part_number} {program.part_name}, revision {listed.revision.label}",
            draft=["The procedure is a draft."] if one.draft else [],
        ),
        "procedure": {
            "code": facts.code,
            "part": program.part_number,
            "part_name": program.part_name,
            "revision": listed.revision.label,
            "purpose": _lines(facts.purpose),
            "equipment": _lines(facts.equipment),
            "pass_criteria": _lines(facts.pass_criteria),
            "steps": steps,
        },
        "signatures": [_signature("Released the procedure", one)] if one.released_at else [],
    }
    records = {"procedure": [{"digest": text_digest(canonical(facts))}]}
    return _paper("test_procedure", data, records, {}, f"{facts.code}-{facts.label}")


def _instruction(
    program: ProgramView,
    operations: Sequence[PlanOperation],
    characteristics: Iterable[CharacteristicFacts],
    *,
    about: dict[str, str],
    lines: dict[int, tuple[str, Decimal]],
    seq: int | None,
    at: datetime,
    draft: list[str],
    signatures: list[dict[str, Any]],
    baseline: str | None,
    batch: str = "",
) -> Paper:
    chosen = [o for o in operations if seq in (None, o.seq)]
    if not chosen:
        raise NotFound(f"This plan has no operation{'' if seq is None else f' {seq}'}.")
    order = order_of(operations)
    names = _equipment_names(program.site_id, chosen)
    checks = {c.number: ", ".join(t for t in (c.label, c.limits) if t) for c in characteristics}
    times = [o.standard_minutes for o in chosen]
    whole = sum(t for t in times if t is not None) if None not in times else None
    title = f"Operation {seq}, {chosen[0].name}" if seq else "Work instructions"
    subject = f"{program.part_number} {program.part_name}, revision {about['revision']}"
    said = {
        "part": program.part_number,
        "part_name": program.part_name,
        **about,
        "minutes": "" if whole is None else f"{whole:f}",
        "operations": [_operation(o, order.direct[o.seq], names, checks, lines) for o in chosen],
    }
    number = f"WI-{program.code}" + (f"-{seq}" if seq else "")
    doc = _doc(
        program, at, number=number, revision=f"{about['revision']}.{about['plan']}", title=title,
        subject=f"{subject}, plan {about['plan']}", draft=draft, baseline=baseline, batch=batch,
    )  # fmt: skip
    data = {"doc": doc, "wi": said, "signatures": signatures}
    records = {"operations": [{"seq": o.seq, "steps": plain(o.steps)} for o in chosen]}
    shown = _pictures(program.site_id, chosen)
    return _paper("work_instruction", data, records, shown, f"{number}-{doc['revision']}")


def _operation(
    one: PlanOperation,
    waits: Sequence[int],
    names: dict[str, str],
    checks: dict[str, str],
    lines: dict[int, tuple[str, Decimal]],
) -> dict[str, Any]:
    settings = {p.name: f"{p.name} {p.limits}".strip() for p in one.parameters}
    return {
        "seq": str(one.seq),
        "name": one.name,
        "station": one.work_centre,
        "minutes": "" if one.standard_minutes is None else f"{one.standard_minutes:f}",
        "training": one.required_skill,
        "waits": ", ".join(map(str, waits)),
        "before": _lines(one.instruction),
        "caution": " ".join(_lines(one.caution)),
        "parts": [_part(m.part, m.quantity, lines.get(m.line)) for m in one.materials],
        "tools": [
            {"code": code, "name": names.get(code, "")}
            for code in dict.fromkeys((one.jig, *one.equipment))
            if code
        ],
        "parameters": [
            {"name": p.name, "limits": p.limits, "recorded": p.recorded} for p in one.parameters
        ],
        "steps": [
            {
                "no": f"{one.seq}.{place}",
                "text": _lines(step.text),
                "caution": " ".join(_lines(step.caution)),
                "tool": step.tool,
                "torque": step.torque,
                "setting": settings.get(step.parameter, ""),
                "check": checks.get(step.characteristic, step.characteristic),
                "lacks": [need.value for need in step.lacks],
                "pictures": [str(p) for p in step.pictures],
            }
            for place, step in enumerate(one.steps, start=1)
        ],
    }


def _part(
    number: str, quantity: Decimal | None, line: tuple[str, Decimal] | None
) -> dict[str, str]:
    name, whole = line or ("", None)
    much = quantity if quantity is not None else whole
    return {
        "part": number,
        "name": name,
        "quantity": "" if much is None else f"{much.normalize():f}",
    }


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _equipment_names(site_id: int, operations: Iterable[PlanOperation]) -> dict[str, str]:
    codes = {code for o in operations for code in (o.jig, *o.equipment) if code}
    rows = Equipment.objects.filter(site=site_id, code__in=codes)
    return dict(rows.values_list("code", "name"))


def _pictures(site_id: int, operations: Iterable[PlanOperation]) -> dict[str, bytes]:
    """The pictures by their names; one that cannot be drawn stays a frame."""
    wanted = {p.sha256: str(p) for o in operations for s in o.steps for p in s.pictures}
    rows = DocumentVersion.objects.filter(sha256__in=wanted, document__site=site_id)
    found: dict[str, bytes] = {}
    for row in rows.select_related("document", "by").order_by("pk"):
        name = wanted[row.sha256]
        if name in found or len(found) >= _PRINTED:
            continue
        try:
            page = drawn(version_view(row), 1, _WIDTH)
        except FirstoffError:
            continue
        found[name] = as_svg(page.png, page.width, page.height)
    return found


def _signature(meaning: str, released: Any) -> dict[str, Any]:
    return {
        "meaning": meaning,
        "name": released.released_by,
        "role": "",
        "at": _time(released.released_at),
        "key": None,
    }


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _doc(
    program: ProgramView,
    at: datetime,
    *,
    number: str,
    revision: str,
    title: str,
    subject: str,
    draft: list[str],
    baseline: str | None = None,
    batch: str = "",
) -> dict[str, Any]:
    last = head()
    return {
        "number": number,
        "revision": revision,
        "status": "ISSUED",
        "draft": draft,
        "batch": batch or None,
        "title": title,
        "subject": subject,
        "organisation": program.site_name,
        "baseline": baseline,
        "as_of": _time(at),
        "product": PRODUCT,
        "methods": [],
        "ledger": {"sequence": last.seq, "hash": last.hash},
    }


def _paper(
    kind: str, data: dict[str, Any], records: Any, pictures: dict[str, bytes], name: str
) -> Paper:
    evidence = seal.evidence_json(kind=kind, data=data, records=records, product=PRODUCT)
    pdf = documents.render(kind, seal.sealed(data, evidence), pictures=pictures)
    return Paper(download_name(name), pdf, evidence)
