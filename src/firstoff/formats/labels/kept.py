"""A print job as it is kept: canonical JSON with one object a label, and what is the same for all.

A job may hold ten thousand labels. What a list, a bench or a rule asks of it is read from the two
ends of the text, which canonical JSON keeps in order: the first label, and what is said of all.
"""

import datetime
import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from .data import LabelData

ASKS_FOR_SCAN = '"verify":true}'  # how the text ends where units wait for the scan
END = 6000  # characters of each end that are enough


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """verify: the units are packed only after their label was scanned back; reason: why these
    labels were asked for again."""

    labels: tuple[LabelData, ...]
    dpi: int = 300
    code: str = "datamatrix"
    start: int = 1
    verify: bool = False
    reason: str = ""


def plain(kept: Kept) -> dict[str, Any]:
    """As JSON holds it; a field that is empty is left out."""
    return {
        "dpi": kept.dpi,
        "code": kept.code,
        "start": kept.start,
        "verify": kept.verify,
        "reason": kept.reason,
        "labels": [label_plain(data) for data in kept.labels],
    }


def label_plain(data: LabelData) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in fields(LabelData):
        value = getattr(data, field.name)
        if value in ("", None, ()):
            continue
        if isinstance(value, Decimal | datetime.date):
            value = str(value)
        found[field.name] = list(value) if isinstance(value, tuple) else value
    return found


def read(text: str) -> Kept:
    held = json.loads(text)
    return Kept(
        labels=labels_of(held["labels"]),
        dpi=held["dpi"],
        code=held["code"],
        start=held["start"],
        verify=held["verify"],
        reason=held["reason"],
    )


def ends(head: str, tail: str) -> Kept:
    """The first label alone, and what is said of all, from ``END`` characters of each end."""
    begin = head.index('"labels":[') + len('"labels":[')
    first, _ = json.JSONDecoder().raw_decode(head, begin)
    said = json.loads(head[: begin - len('"labels":[')].rstrip(",") + "}")
    said |= json.loads("{" + tail[tail.rindex('],"reason":') + 2 :])
    return Kept(labels=labels_of([first]), **said)


def find(text: str, field: str, value: str) -> LabelData | None:
    """The label of a job whose field has this value."""
    for held in json.loads(text)["labels"]:
        if held.get(field) == value:
            return _label(held)
    return None


def labels_of(held: Sequence[dict[str, Any]]) -> tuple[LabelData, ...]:
    return tuple(_label(one) for one in held)


def _label(held: dict[str, Any]) -> LabelData:
    made = dict(held)
    if "date" in made:
        made["date"] = datetime.date.fromisoformat(made["date"])
    if "quantity" in made:
        made["quantity"] = Decimal(made["quantity"])
    if "extra" in made:
        made["extra"] = tuple(made["extra"])
    return LabelData(**made)
