"""What surrounds the figures of a batch record on its page and paper."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max, Min, Q

from firstoff.db.models import (
    FirstArticle,
    RouteRelease,
    RunClosure,
    ShippedUnit,
    Signature,
)
from firstoff.queries.execution.runs import AdjustmentView, RunView, SetupValue, adjustments, setup
from firstoff.rules.trace.batch_record import BatchRecord


@dataclass(frozen=True, slots=True)
class Stamp:
    """A stage of the run, and when it was reached."""

    what: str
    at: datetime
    by: str = ""


@dataclass(frozen=True, slots=True)
class SignedView:
    meaning: str
    by: str
    role: str
    at: datetime
    digest: str  # of what was signed


@dataclass(frozen=True, slots=True)
class ClosureView:
    """``digest``: of the batch record as it was."""

    by: str
    at: datetime
    note: str
    digest: str
    uid: str
    figures: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Around:
    stamps: tuple[Stamp, ...]
    setup: tuple[SetupValue, ...]
    adjustments: tuple[AdjustmentView, ...]
    signatures: tuple[SignedView, ...]
    closure: ClosureView | None


def around(view: RunView, record: BatchRecord) -> Around:
    """Six queries."""
    closure = closed(view.id)
    return Around(
        _stamps(view, record, closure),
        setup(view.id),
        adjustments(view.id),
        _signatures(view),
        closure,
    )


def closed(run_id: int) -> ClosureView | None:
    """One query."""
    rows = RunClosure.objects.filter(run=run_id)
    columns = ("by__name", "closed_at", "note", "digest", "uid", "numbers")
    found: Any = rows.values_list(*columns).first()
    if found is None:
        return None
    name, at, note, digest, uid, numbers = found
    figures = {key: value for key, value in json.loads(numbers).items() if key != "record"}
    return ClosureView(name, at, note, digest, str(uid), figures)


def _stamps(view: RunView, record: BatchRecord, closure: ClosureView | None) -> tuple[Stamp, ...]:
    gone = ShippedUnit.objects.filter(unit__run=view.id, cancelled_at__isnull=True).aggregate(
        first=Min("shipment__shipped_at"), last=Max("shipment__shipped_at")
    )
    article = FirstArticle.objects.filter(run=view.id).order_by("-pk").select_related("by").first()
    found: list[tuple[str, datetime | None, str]] = [
        ("Run created", view.created_at, view.created_by),
        ("Bar locked", view.bar.locked_at if view.bar else None, _locked_by(view)),
        ("First unit started", record.first, ""),
        (
            "First article checked",
            article.judged_at if article else None,
            article.by.name if article else "",
        ),
        ("Last operation ended", record.last, ""),
        (
            "Decided",
            view.decision.at if view.decision else None,
            view.decision.by if view.decision else "",
        ),
        ("First shipment", gone["first"], ""),
        ("Last shipment", gone["last"] if gone["last"] != gone["first"] else None, ""),
        ("Closed", closure.at if closure else None, closure.by if closure else ""),
    ]
    return tuple(Stamp(what, at, by) for what, at, by in found if at is not None)


def _locked_by(view: RunView) -> str:
    return view.bar.locked_by if view.bar else ""


def _signatures(view: RunView) -> tuple[SignedView, ...]:
    """Everything signed about the run. One query."""
    released = RouteRelease.objects.filter(run=view.id).values("signature")
    rows = Signature.objects.filter(
        Q(subject=f"run {view.batch_id}", entry__program=view.program_id)
        | Q(pk__in=released)
    ).select_related("by")  # fmt: skip
    return tuple(
        SignedView(s.meaning, s.by.name, s.role, s.received_at, s.content_digest)
        for s in rows.order_by("pk")
    )
