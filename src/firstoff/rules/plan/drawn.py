"""The route of a plan as a picture: boxes from left to right, branches below each other."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from firstoff.rules.plan.order import order_of
from firstoff.rules.plan.process import PlanOperation

WIDTH, HEIGHT = 176, 42  # of a box
_GAP, _ROW, _EDGE = 44, 14, 4
_LETTERS = 24  # that a box has room for


@dataclass(frozen=True, slots=True)
class RouteBox:
    seq: int
    x: int
    y: int
    title: str
    short: str
    about: str  # standard time and jig


@dataclass(frozen=True, slots=True)
class RoutePicture:
    """``links`` are paths of SVG, one for each operation that another waits for."""

    width: int
    height: int
    boxes: tuple[RouteBox, ...]
    links: tuple[str, ...]


def route_picture(operations: Sequence[PlanOperation]) -> RoutePicture:
    """Boxes from left to right: an operation stands behind all that it waits for."""
    order = order_of(operations)
    known = {o.seq: o for o in operations}
    column: dict[int, int] = {}
    for seq in order.sequence:
        column[seq] = 1 + max((column[n] for n in order.direct[seq]), default=-1)
    rows: dict[int, list[int]] = defaultdict(list)
    for seq in order.sequence:
        rows[column[seq]].append(seq)
    tall = max(map(len, rows.values()), default=0)
    places = {}
    for x, seqs in rows.items():
        top = (tall - len(seqs)) * (HEIGHT + _ROW) // 2
        for place, seq in enumerate(seqs):
            left = _EDGE + x * (WIDTH + _GAP)
            places[seq] = (left, _EDGE + top + place * (HEIGHT + _ROW))
    boxes = tuple(_box(known[seq], *places[seq]) for seq in order.sequence)
    # What follows from another link is not drawn: 40 behind 20 and 10 shows by 20 behind 10.
    links = tuple(
        _link(places[earlier], places[seq])
        for seq in order.sequence
        for earlier in order.direct[seq]
        if not any(earlier in order.before[other] for other in order.direct[seq])
    )
    width = 2 * _EDGE + len(rows) * (WIDTH + _GAP) - _GAP
    return RoutePicture(max(width, 0), 2 * _EDGE + tall * (HEIGHT + _ROW) - _ROW, boxes, links)


def _box(operation: PlanOperation, x: int, y: int) -> RouteBox:
    time = "" if operation.standard_minutes is None else f"{operation.standard_minutes:f}\u00a0min"
    about = " · ".join(text for text in (time, operation.jig) if text) or "no standard time"
    title = operation.label
    return RouteBox(operation.seq, x, y, title, _short(title), _short(about))


def _short(text: str) -> str:
    return text if len(text) <= _LETTERS else f"{text[: _LETTERS - 1].rstrip()}…"


def _link(start: tuple[int, int], end: tuple[int, int]) -> str:
    (x1, y1), (x2, y2) = start, end
    x1, y1, y2 = x1 + WIDTH, y1 + HEIGHT // 2, y2 + HEIGHT // 2
    middle = (x1 + x2) // 2
    return f"M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}"
