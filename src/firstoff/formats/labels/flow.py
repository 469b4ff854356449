"""Lines of text into boxes: shrunk, then wrapped, then (names alone) cut. In dots."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from .metrics import ASCENT, LEADING, width
from .templates.kind import Line, Rank

CAPTION = 0.78  # of the size of what it stands before
GAP = 0.35  # em between caption and value
NARROWED = 0.72  # a line shrinks so far before it wraps
MOST_LINES = 3
CUT_BELOW = 0.75  # a name is cut only where the whole label is set so small
SIZES = {Rank.SMALL: 0.78, Rank.PLAIN: 1.0, Rank.HEAD: 1.25, Rank.STRONG: 1.55}


@dataclass(frozen=True, slots=True)
class Box:
    """From the top left corner of the label."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Text:
    """One run: x and baseline, the size of its em, the width that it may take."""

    x: int
    baseline: int
    size: int
    width: int
    text: str
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Style:
    """plain: the size of a plain line. floor: the smallest that people read. scale: of the
    whole label."""

    plain: float
    floor: float
    scale: float

    def size(self, rank: Rank) -> float:
        floor = self.floor * (0.9 if rank is Rank.SMALL else 1.0)
        return max(floor, self.plain * SIZES[rank] * self.scale)


def flow(lines: Sequence[Line], boxes: Sequence[Box], style: Style) -> tuple[Text, ...] | None:
    """The lines from the first box into the last; none where they do not fit."""
    texts: list[Text] = []
    rest = list(boxes)
    top = 0.0
    for line in lines:
        while rest:
            box = rest[0]
            block = _block(line, box.width, style)
            if block is not None:
                deep = sum(text.size * LEADING for text in _firsts(block))
                if top + deep <= box.height + block[-1].size * (LEADING - 1):
                    texts += [_at(text, box.x, box.y + top) for text in block]
                    top += deep + style.size(Rank.PLAIN) * 0.12
                    break
            rest, top = rest[1:], 0.0
        else:
            return None
    return tuple(texts)


def _firsts(block: Sequence[Text]) -> list[Text]:
    """One run of each line: its value; captions share their baseline."""
    return list({text.baseline: text for text in block}.values())


def _at(text: Text, x: int, y: float) -> Text:
    return replace(text, x=text.x + x, baseline=round(text.baseline + y))


def _block(line: Line, room: int, style: Style) -> list[Text] | None:
    """Runs of one line, from its own corner; none where it is too wide at any size allowed."""
    bold = line.rank >= Rank.HEAD
    wanted = style.size(line.rank)
    floor = min(wanted, style.floor * (0.9 if line.rank is Rank.SMALL else 1.0))
    ahead = width(line.caption) * CAPTION + GAP if line.caption else 0.0
    narrowed = max(floor, wanted * (0.9 if line.parts else NARROWED))
    for size in _sizes(wanted, narrowed):
        if (ahead + width(line.value, bold)) * size <= room:
            return _runs(line, [line.value], size, room, bold)
    for size in _sizes(narrowed, floor):
        if (ahead + width(line.value, bold)) * size <= room:
            return _runs(line, [line.value], size, room, bold)
        if line.words or line.parts:
            cut = line.words and style.scale < CUT_BELOW
            broken = _broken(line, room / size, bold, cut)
            if broken is not None:
                return _runs(line, broken, size, room, bold)
    return None


def _sizes(largest: float, smallest: float) -> list[float]:
    steps = 6
    return [largest - (largest - smallest) * step / steps for step in range(steps + 1)]


def _broken(line: Line, room: float, bold: bool, cut: bool) -> list[str] | None:
    """The value in as many lines as allowed; room in em."""
    broken: list[str] = []
    for glue, piece in _pieces(line, room, bold):
        longer = broken[-1] + glue + piece if broken else piece
        if broken and width(longer, bold) <= room:
            broken[-1] = longer
        else:
            broken.append(piece)
    most = len(line.parts) or MOST_LINES
    if len(broken) <= most and all(width(part, bold) <= room for part in broken):
        return broken
    if not cut:
        return None
    return [*broken[: most - 1], _ended(broken[most - 1] + "…", room, bold)]


def _pieces(line: Line, room: float, bold: bool) -> Iterator[tuple[str, str]]:
    """(what stands before it on one line, piece): elements, or words; a word that no line has
    room for, as Chinese writes them, breaks where the line ends."""
    if line.parts:
        yield from (("", part) for part in line.parts)
        return
    for word in line.value.split():
        glue = " "
        while word and width(word, bold) > room:
            many = max(1, len(_fitting(word, room, bold)))
            yield glue, word[:many]
            glue, word = "", word[many:]
        if word:
            yield glue, word


def _fitting(text: str, room: float, bold: bool) -> str:
    while len(text) > 1 and width(text, bold) > room:
        text = text[:-1]
    return text


def _ended(text: str, room: float, bold: bool) -> str:
    """The text with an ellipsis at its end, as much of it as there is room for."""
    kept = text.rstrip("… ")
    while kept and width(kept + "…", bold) > room:
        kept = kept[:-1].rstrip()
    return kept + "…"


def _runs(line: Line, parts: Sequence[str], size: float, room: int, bold: bool) -> list[Text]:
    dots = int(size)
    runs: list[Text] = []
    baseline = round(dots * ASCENT)
    x = 0
    if line.caption:
        small = round(dots * CAPTION)
        x = round(width(line.caption) * small + GAP * dots)
        runs.append(Text(0, baseline, small, x, line.caption))
    for part in parts:
        runs.append(Text(x, baseline, dots, room - x, part, bold))
        baseline, x = baseline + round(dots * LEADING), 0
    return runs
