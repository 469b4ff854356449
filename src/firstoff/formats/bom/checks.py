"""Contradictions within a bill of materials, whatever it was read from: warnings, never more."""

from collections.abc import Iterator, Sequence

from firstoff.formats.bom.designators import is_placeholder
from firstoff.rules.bom.draft import LineDraft, Remark
from firstoff.rules.bom.part_codes import coded_value
from firstoff.rules.bom.values import PartValue, described_value, kind_of, part_value


def contradictions(lines: Sequence[LineDraft]) -> Iterator[Remark]:
    """Values against part numbers, and designators that stand in two lines."""
    for line in lines:
        yield from _values(line)
    yield from _twice(lines)


def _values(line: LineDraft) -> Iterator[Remark]:
    """What value, description and part numbers say of a resistor, capacitor or inductor."""
    coded = [(source.mpn, found) for source in line.sources if (found := coded_value(source.mpn))]
    kind = _kind(line, coded)
    if not kind:
        return
    stated = part_value(line.value, kind) if line.value else None
    where = f"Value {line.value!r}"
    if stated is None and line.description:
        stated = described_value(line.description, kind)
        where = f"Description says {stated.text}" if stated else ""
    elif stated is not None:
        told = described_value(line.description, kind) if line.description else None
        if told and not told.same(stated):
            yield _differs(line, f"{where}, but the description says {told.text}.", "description")
    if stated is None and coded:
        stated, where = coded[0][1], f"{coded[0][0]} is {coded[0][1].text}"
        coded = coded[1:]
    for mpn, found in coded:
        if stated and found.kind == kind and not found.same(stated):
            preferred = mpn == line.sources[0].mpn
            what = mpn if preferred else f"the alternate {mpn}"
            yield _differs(line, f"{where}, but {what} is {found.text}.", "mpn")


def _kind(line: LineDraft, coded: Sequence[tuple[str, PartValue]]) -> str:
    kinds = {kind_of(name) for name in line.designators if not is_placeholder(name)}
    if len(kinds) == 1:
        return kinds.pop()
    return coded[0][1].kind if not line.designators and coded else ""


def _differs(line: LineDraft, sentence: str, what: str) -> Remark:
    return Remark(line.row, sentence, "", f"value-{what}")


def _twice(lines: Sequence[LineDraft]) -> Iterator[Remark]:
    """The same designator in two lines of one section and assembly."""
    seen: dict[tuple[int | None, str, str], int] = {}
    for line in lines:
        if line.unit:  # metres of the wires W1 to W3 stand beside the wires
            continue
        for name in line.designators:
            if is_placeholder(name) or not any(map(str.isdigit, name)):
                continue
            first = seen.setdefault((line.parent, line.section, name.casefold()), line.row)
            if first != line.row:
                sentence = f"{name} stands in row {first} already."
                yield Remark(line.row, sentence, "", "designator-twice")
