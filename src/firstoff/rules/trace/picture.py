"""The genealogy as a picture: boxes in columns, equal serials one box, lots beside their unit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from firstoff.rules.trace.tree import Line, LotShare, UnitIn

MOST = 60  # boxes: more than these are a table
LOTS = 2  # lots of a unit: more than these are one box


class BoxKind(StrEnum):
    UNIT = "unit"
    FOLD = "fold"  # several equal units
    LOT = "lot"
    LOTS = "lots"  # several lots
    GONE = "gone"  # taken out
    MORE = "more"  # what does not fit


@dataclass(frozen=True, slots=True)
class Box:
    """``parent``: the place of the box it hangs on; ``row`` may be half way between two.

    ``part`` and ``name`` are what it links to: a serial number, a lot.
    """

    kind: BoxKind
    column: int
    row: float
    title: str
    remark: str
    part: str
    name: str
    parent: int | None


@dataclass(frozen=True, slots=True)
class Picture:
    boxes: tuple[Box, ...]
    columns: int
    rows: int

    @property
    def links(self) -> tuple[tuple[Box, Box], ...]:
        """From each box that hangs on another one: that one, and it."""
        return tuple((self.boxes[b.parent], b) for b in self.boxes if b.parent is not None)


def draw(tree: Line, most: int = MOST) -> Picture:
    """The picture of a tree of lines, up to ``most`` boxes: the nearest levels first."""
    shown = _chosen(tree, most)
    boxes: list[Box] = []
    rows = _place(tree, None, 0, 0, shown, boxes)
    columns = max(b.column for b in boxes) + 1
    return Picture(tuple(boxes), columns, max(rows, 1))


def _chosen(tree: Line, most: int) -> set[int]:
    """The lines that fit, level by level, by their identity."""
    level, count = [tree], 0
    found: set[int] = set()
    while level:
        for line in level:
            count += 1 + _lot_boxes(line) + min(len(line.removed), 3)
            if count > most and found:
                return found
            found.add(id(line))
        level = [inner for line in level for inner in line.lines]
    return found


def _lot_boxes(line: Line) -> int:
    return len(line.lots) if len(line.lots) <= LOTS else 1


def _place(
    line: Line, parent: int | None, column: int, row: int, shown: set[int], boxes: list[Box]
) -> int:
    """Draws the line and all below it from ``row`` on; answers the row after the last."""
    me = len(boxes)
    boxes.append(_unit(line, column, parent))
    after = row
    for box in _lots(line.lots, line.count):
        boxes.append(replace(box, column=column + 1, row=after, parent=me))
        after += 1
    hidden = 0
    for inner in line.lines:
        if id(inner) in shown:
            after = _place(inner, me, column + 1, after, shown, boxes)
        else:
            hidden += inner.count
    for box in _rest(line.removed, hidden):
        boxes.append(replace(box, column=column + 1, row=after, parent=me))
        after += 1
    after = max(after, row + 1)
    below = [b.row for b in boxes[me + 1 :] if b.parent == me]
    middle = (below[0] + below[-1]) / 2 if below else float(row)
    boxes[me] = replace(boxes[me], row=middle)
    return after


def _unit(line: Line, column: int, parent: int | None) -> Box:
    if line.count > 1:
        title = f"{line.count:,} × {line.part}"
        remark = f"{line.first} to {line.last}"
        return Box(BoxKind.FOLD, column, 0, title, remark, line.part, line.first, parent)
    unit = line.units[0]
    remark = f"{unit.part}, {unit.position}" if unit.position else unit.part
    return Box(BoxKind.UNIT, column, 0, unit.serial, remark, unit.part, unit.serial, parent)


def _lots(lots: Sequence[LotShare], count: int) -> Iterator[Box]:
    if len(lots) > LOTS:
        parts = sorted({s.lot.part for s in lots})
        remark = ", ".join(parts[:3]) + (" ..." if len(parts) > 3 else "")
        yield Box(BoxKind.LOTS, 0, 0, f"{len(lots)} lots", remark, "", "", None)
        return
    for share in lots:
        lot = share.lot
        where = f", in {share.units} of {count}" if share.units < count else ""
        yield Box(
            BoxKind.LOT, 0, 0, lot.code, f"lot of {lot.part}{where}", lot.part, lot.code, None
        )


def _rest(removed: Sequence[UnitIn], hidden: int) -> Iterator[Box]:
    for unit in removed[:3]:
        yield Box(BoxKind.GONE, 0, 0, unit.serial, "taken out", unit.part, unit.serial, None)
    if len(removed) > 3:
        yield Box(BoxKind.MORE, 0, 0, f"{len(removed) - 3:,} more taken out", "", "", "", None)
    if hidden:
        yield Box(BoxKind.MORE, 0, 0, f"{hidden:,} more inside", "", "", "", None)
