"""What the faces of the line share: what was sent, and what the station remembers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.urls import reverse

from firstoff.errors import InvalidInput
from firstoff.formats.labels.scans import Scanned, scanned
from firstoff.queries.execution.line import LineUnit, LineView
from firstoff.queries.execution.runs import RunView
from firstoff.rules.genealogy.at_line import Command, command, typed_command
from firstoff.rules.trace import meant
from firstoff.web.auth import Request

_LONGEST = 4000  # characters of a scan: more than a label of a distributor holds


@dataclass(frozen=True, slots=True)
class Post:
    """What the line sent. ``code``: the scan as a label says it; None: a word or a serial."""

    text: str  # scanned or typed
    act: str  # scan, start, pass, fail, rework, clear, defect:<code>, unload, operation ...
    serial: str  # the unit in hand
    seq: int
    uid: UUID | None
    data: QueryDict
    code: Scanned | None = None
    problem: InvalidInput | None = None  # a label whose fields cannot be told apart
    command: Command | None = None


def read(data: QueryDict) -> Post:
    sent = data.get("scan", "")[:_LONGEST]
    problem = None
    try:
        code = scanned(sent) if sent.strip() else None
    except InvalidInput as error:
        code = None  # what is no GS1 may be a serial; what is a distributor's label is none
        problem = error if "[)>" in sent[:5] else None
    said = typed_command(sent)
    if code is not None and code.names == "command":
        said = command(code.number)
    seq = data.get("seq", "")
    return Post(
        text="" if said else meant(sent)[:300],
        act=said.act if said else data.get("act", "")[:200] or "scan",
        serial=data.get("serial", "")[:200],
        seq=int(seq) if seq.isascii() and seq.isdecimal() and len(seq) < 8 else 0,
        uid=uid_of(data.get("uid", "")),
        data=data,
        code=code,
        problem=problem,
        command=said,
    )


def uid_of(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def here(run: RunView, serial: str = "", **more: str) -> str:
    query = QueryDict(mutable=True)
    if serial:
        query["serial"] = serial
    for name, value in more.items():
        query[name] = value
    address = reverse("line-run", args=[run.site, run.batch_id])
    return f"{address}?{query.urlencode()}" if query else address


# ---------------------------------------------------------------- what the station remembers


def remembered(request: Request, run: RunView, name: str) -> Any:
    """What was scanned at this station before: a machine, tools, a place, what is to be done."""
    return request.session.get(f"line-{name}-{run.uid}")


def remember(request: Request, run: RunView, name: str, value: Any) -> None:
    if value is None:
        request.session.pop(f"line-{name}-{run.uid}", None)
    else:
        request.session[f"line-{name}-{run.uid}"] = value


def forget(request: Request, run: RunView) -> None:
    """What was asked at the line and not answered is asked no more."""
    for name in ("mode", "child", "reel", "position"):
        remember(request, run, name, None)


def station(request: Request, run: RunView, view: LineView) -> str:
    """The machine that was scanned at this station; empty: the run's only one."""
    code = str(remembered(request, run, "equipment") or "")
    return code if code in {c for c, _ in view.equipment} else ""


def began_at(request: Request, run: RunView, unit: LineUnit) -> datetime:
    """When this operation came up on this station: the clock does not begin anew on reload."""
    key = f"line-began-{run.uid}"
    seq = unit.operation.seq if unit.operation else 0
    mark = f"{unit.serial}|{seq}|{unit.attempt}"
    held = request.session.get(key) or ["", ""]
    if held[0] == mark:
        return max(datetime.fromisoformat(held[1]), unit.began_at)
    began = max(request.at, unit.began_at)
    if not unit.done:
        began = unit.began_at  # the unit was started by the scan that brought it up
    request.session[key] = [mark, began.isoformat()]
    return began
