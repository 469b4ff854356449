"""Levels of a bill of materials: by a column of levels, by outline numbers, by parents."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from firstoff.formats.bom.quantities import plain
from firstoff.formats.bom.totals import most_common
from firstoff.formats.bom.walking import Extra, Walked
from firstoff.rules.bom.draft import LineDraft, Remark

_OUTLINE = re.compile(r"\d{1,6}(?:[.\-]\d{1,6})*\.?")
_DEEPEST = 64


@dataclass(slots=True)
class Tree:
    lines: list[LineDraft]
    top: str = ""
    top_revision: str = ""
    remarks: list[Remark] = field(default_factory=list)
    refused: list[Remark] = field(default_factory=list)


def planted(walked: Walked) -> Tree:
    """The lines with their levels and parents, as far as the file says them."""
    lines, extras = walked.lines, walked.extras
    if any(extra.parent for extra in extras):
        tree = _by_parents(lines, extras)
    elif any(extra.level for extra in extras):
        tree = _by_levels(lines, extras)
    elif (levels := _outline(lines)) is not None:
        tree = stacked(Tree([]), list(zip(lines, levels, extras, strict=True)))
    else:
        return Tree(list(lines), remarks=_extended_flat(lines, extras))
    return tree


# ---------------------------------------------------------------- levels


def level_number(text: str, *, outline: bool = False) -> int | None:
    """``2``, ``..2``, ``L2``, ``1.2.3`` (3), ``. . x`` by its dots. outline: where others are
    ``1.1``, ``2`` is the second line of the top."""
    text = text.strip()
    if outline and _OUTLINE.fullmatch(text):
        return len(re.split(r"[.\-]", text.strip(".-").removesuffix(".0")))
    if found := re.fullmatch(r"[.\s>\-+*]*(?:L|LVL|LEVEL)?\s*(\d{1,3})(?:\.0)?", text, re.I):
        return int(found[1])
    if _OUTLINE.fullmatch(text):
        return len(re.split(r"[.\-]", text.strip(".-")))
    if text and set(text) <= set(".> -*+"):
        return sum(text.count(sign) for sign in ".>-*+")
    return None


def _by_levels(lines: Sequence[LineDraft], extras: Sequence[Extra]) -> Tree:
    tree = Tree([])
    found: list[tuple[LineDraft, int, Extra]] = []
    before = 1
    outline = any(re.fullmatch(r"\d+(?:\.\d+)*\.[1-9]\d*\.?", each.level) for each in extras)
    for line, extra in zip(lines, extras, strict=True):
        level = level_number(extra.level, outline=outline)
        if level is None or level > _DEEPEST:
            said = f"Level {extra.level!r} is no level" if extra.level else "No level"
            sentence = f"{said}; read as {before}, that of the row above."
            tree.remarks.append(Remark(line.row, sentence, "", "level"))
            level = before
        found.append((line, level, extra))
        before = level
    return stacked(tree, _from_one(tree, found))


def _from_one(
    tree: Tree, found: list[tuple[LineDraft, int, Extra]]
) -> list[tuple[LineDraft, int, Extra]]:
    """Level 0 is the top itself where only the first row has it; else levels begin at 0."""
    zeros = [place for place, (_, level, _) in enumerate(found) if level == 0]
    if zeros == [0] and len(found) > 1:
        top = found[0][0]
        tree.top = top.number or (top.sources[0].mpn if top.sources else "") or top.name
        tree.top = tree.top or top.description
        tree.top_revision = top.revision
        return found[1:]
    lowest = min((level for _, level, _ in found), default=1)
    return [(line, level + 1 - lowest, extra) for line, level, extra in found]


def stacked(tree: Tree, found: list[tuple[LineDraft, int, Extra]]) -> Tree:
    """Each line under the nearest one above it of a lower level; what stands in itself is
    refused with all below it."""
    stack: list[tuple[int, int, str]] = []  # level, place, number
    factors: list[Decimal | None] = []
    kept: list[tuple[LineDraft, Extra]] = []
    skipped: int | None = None  # below a line that was refused nothing is taken either
    for line, level, extra in found:
        if skipped is not None and level > skipped:
            tree.refused.append(_below_refused(line))
            continue
        skipped = None
        while stack and stack[-1][0] >= level:
            stack.pop()
        if (jump := _jump(line, level, stack)) is not None:
            tree.remarks.append(jump)
        number = line.number or (line.sources[0].mpn if line.sources else "")
        if number and number in (tree.top, *(above for _, _, above in stack)):
            tree.refused.append(_in_itself(line, number))
            skipped = level
            continue
        parent = stack[-1][1] if stack else None
        place = len(tree.lines)
        tree.lines.append(replace(line, level=level, parent=parent))
        above = Decimal(1) if parent is None else factors[parent]
        factors.append(None if above is None or line.quantity is None else above * line.quantity)
        kept.append((line, extra))
        stack.append((level, place, number))
    tree.remarks += _extended(tree.lines, factors, [extra for _, extra in kept])
    return tree


def _jump(line: LineDraft, level: int, stack: list[tuple[int, int, str]]) -> Remark | None:
    above = stack[-1][0] if stack else 0
    if level <= above + 1:
        return None
    where = f"below the {above} above it" if above else "as a line of the top"
    sentence = f"Level {level} follows level {above}; taken {where}."
    return Remark(line.row, sentence, "", "level-jump")


def _in_itself(line: LineDraft, number: str) -> Remark:
    sentence = f"{number} stands in itself; an assembly cannot hold itself."
    return Remark(line.row, sentence, "", "cycle")


def _below_refused(line: LineDraft) -> Remark:
    return Remark(line.row, "Stands below a row that cannot be taken.", "", "below-refused")


def _outline(lines: Sequence[LineDraft]) -> list[int] | None:
    """Levels by find numbers 1, 1.1, 1.1.1, where every one has its parent and none is twice."""
    numbers = [line.find_number.strip().strip(".") for line in lines]
    if not any("." in number for number in numbers) or len(set(numbers)) < len(numbers):
        return None
    known = set(numbers)
    for number in numbers:
        if not re.fullmatch(r"\d{1,6}(\.\d{1,6})*", number):
            return None
        if "." in number and number.rpartition(".")[0] not in known:
            return None
    return [number.count(".") + 1 for number in numbers]


# ---------------------------------------------------------------- parents


def _by_parents(lines: Sequence[LineDraft], extras: Sequence[Extra]) -> Tree:
    """An assembly's lines under its first line; where it is used again it is named only."""
    tree = Tree([])
    children: dict[str, list[int]] = {}
    named = {_own(line) for line in lines}
    for place, extra in enumerate(extras):
        children.setdefault(extra.parent, []).append(place)
    tops = [parent for parent in children if parent not in named]
    if len([top for top in tops if top]) == 1:
        tree.top = next(top for top in tops if top)
    order: list[tuple[LineDraft, int, Extra]] = []
    opened: set[str] = set()
    stack = [(place, 1) for top in reversed(tops) for place in reversed(children[top])]
    while stack:
        place, level = stack.pop()
        line = lines[place]
        order.append((line, level, extras[place]))
        number = _own(line)
        if number in children and number not in opened and level < _DEEPEST:
            opened.add(number)
            stack += [(child, level + 1) for child in reversed(children[number])]
    taken = {line.row for line, _, _ in order}
    for line, extra in zip(lines, extras, strict=True):
        if line.row not in taken:  # reached from no top: a ring
            tree.refused.append(_in_itself(line, extra.parent))
    return stacked(tree, order)


def _own(line: LineDraft) -> str:
    return line.number or (line.sources[0].mpn if line.sources else "") or line.name


# ---------------------------------------------------------------- extended quantities


def _extended_flat(lines: Sequence[LineDraft], extras: Sequence[Extra]) -> list[Remark]:
    return _extended(lines, [line.quantity for line in lines], extras)


def _extended(
    lines: Sequence[LineDraft], factors: Sequence[Decimal | None], extras: Sequence[Extra]
) -> list[Remark]:
    """Where the extended quantity of the file is not the product of the levels; a factor that
    most lines share is the number that the file was made for."""
    pairs = [
        (line, factor, extra.extended.amount)
        for line, factor, extra in zip(lines, factors, extras, strict=True)
        if factor and extra.extended is not None
    ]
    ratios = [(said / factor).normalize() for _, factor, said in pairs]
    usual = most_common(ratios) or Decimal(1)
    return [
        Remark(
            line.row,
            f"Extended quantity {plain(said)}, but the levels come to {plain(factor * usual)}.",
            "",
            "extended-quantity",
        )
        for line, factor, said in pairs
        if said != factor * usual
    ]
