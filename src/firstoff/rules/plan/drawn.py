"""The route of a plan as a picture: boxes from left to right, branches below each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from firstoff.rules.plan.order import order_of
from firstoff.rules.plan.process import PlanOperation

WIDTH, HEIGHT = 186, 42  # of a box
_GAP, _ROW, _EDGE = 44, 14, 4
_LETTERS = 22  # that a box has room for


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
    """Boxes from left to right: an operation stands behind all that it waits for, and no line
    passes behind a box."""
    order = order_of(operations)
    known = {o.seq: o for o in operations}
    # What follows from another link is not drawn: 40 behind 20 and 10 shows by 20 behind 10.
    links = {
        seq: [
            earlier
            for earlier in order.direct[seq]
            if not any(earlier in order.before[other] for other in order.direct[seq])
        ]
        for seq in order.sequence
    }
    places = _placed(order.sequence, links)
    at = {
        seq: (_EDGE + x * (WIDTH + _GAP), _EDGE + y * (HEIGHT + _ROW))
        for seq, (x, y) in places.items()
    }
    columns = 1 + max((x for x, _ in places.values()), default=-1)
    rows = 1 + max((y for _, y in places.values()), default=-1)
    return RoutePicture(
        max(2 * _EDGE + columns * (WIDTH + _GAP) - _GAP, 0),
        max(2 * _EDGE + rows * (HEIGHT + _ROW) - _ROW, 0),
        tuple(_box(known[seq], *at[seq]) for seq in order.sequence),
        tuple(_link(at[earlier], at[seq]) for seq in order.sequence for earlier in links[seq]),
    )


def _placed(
    sequence: Sequence[int], links: Mapping[int, Sequence[int]]
) -> dict[int, tuple[int, int]]:
    """Column and row of each: beside what it follows, in a row that no longer line needs."""
    column: dict[int, int] = {}
    for seq in sequence:
        column[seq] = 1 + max((column[n] for n in links[seq]), default=-1)
    until: dict[int, int] = {}  # how far the line that leaves a box goes on in its row
    for seq in sequence:
        for earlier in links[seq]:
            until[earlier] = max(until.get(earlier, 0), column[seq])
    row: dict[int, int] = {}
    for seq in sorted(sequence, key=lambda n: (column[n], sequence.index(n))):
        x = column[seq]
        taken = {row[n] for n in row if column[n] == x or column[n] < x < until.get(n, 0)}
        wanted = min((row[n] for n in links[seq]), default=0)
        row[seq] = next(y for y in count(wanted) if y not in taken)
    return {seq: (column[seq], row[seq]) for seq in sequence}


def _box(operation: PlanOperation, x: int, y: int) -> RouteBox:
    time = "" if operation.standard_minutes is None else f"{operation.standard_minutes:f}\u00a0min"
    about = " · ".join(text for text in (time, operation.jig) if text) or "no standard time"
    title = operation.label
    return RouteBox(operation.seq, x, y, title, _short(title), _short(about))


def _short(text: str) -> str:
    return text if len(text) <= _LETTERS else f"{text[: _LETTERS - 1].rstrip()}…"


def _link(start: tuple[int, int], end: tuple[int, int]) -> str:
    """Straight along the row it leaves, then over into the box."""
    (x1, y1), (x2, y2) = start, end
    x1, y1, y2 = x1 + WIDTH, y1 + HEIGHT // 2, y2 + HEIGHT // 2
    bend, middle = x2 - _GAP, x2 - _GAP // 2
    return f"M{x1} {y1}H{bend}C{middle} {y1} {middle} {y2} {x2} {y2}"
