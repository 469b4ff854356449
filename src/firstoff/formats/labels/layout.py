"""Where everything stands on a label, worked out once, in the dots of the printer.

A module of a code is a whole number of dots: a printer has no half ones. The PDF, the picture and
the ZPL are drawn from the same layout.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil, floor

from firstoff.errors import InvalidInput
from firstoff.formats.documents import fonts

from .data import LabelData
from .flow import Box, Style, Text, flow
from .kind import Modules, Symbol
from .metrics import ASCENT, LEADING, width
from .sizes import SIZES, Size, dots_per_mm
from .symbols import symbol
from .templates.kind import Line, Template

MINIMUM = 0.25  # mm: the smallest module that hand scanners and phones read surely
MOST = (0.8, 1.2)  # mm: beyond, a code only takes room; the second on a label read from afar
AFAR = 60.0  # mm of width and height
MOST_BAR = 1.016  # mm: GS1's largest for logistic units
LOGISTIC = 0.495  # mm: GS1 General Specifications, symbol specification table 5, for GS1-128
SMALLEST_TEXT = 1.6  # mm em: capitals of 1.1 mm
BAR_HEIGHT = (8.0, 31.75)  # mm; the second is GS1's for logistic units
BARS_FROM = 38.0  # mm of label height
SCALES = (1.6, 1.3, 1.0, 0.9, 0.8, 0.72, 0.65, 0.58, 0.5)


@dataclass(frozen=True, slots=True)
class Code:
    """A code at its place; the quiet zone lies round it. bar: the height, of a linear one."""

    x: int
    y: int
    dots: int  # a module
    symbol: Symbol
    text: str
    modules: Modules
    bar: int = 0

    @property
    def width(self) -> int:
        return self.modules.width * self.dots

    @property
    def height(self) -> int:
        return self.bar or self.modules.height * self.dots


@dataclass(frozen=True, slots=True)
class Layout:
    """One label. All places are in dots; ``mm`` makes them millimetres.

    module_mm: of the square code; bar_mm: of the bars, where there are.
    left_out: fields that had no room; remarks: what a standard would have otherwise.
    """

    size: Size
    dpi: int
    width: int
    height: int
    codes: tuple[Code, ...]
    texts: tuple[Text, ...]
    left_out: tuple[str, ...]
    remarks: tuple[str, ...]

    @property
    def dots(self) -> float:
        return dots_per_mm(self.dpi)

    @property
    def module_mm(self) -> float:
        return round(self.codes[0].dots / self.dots, 4)

    @property
    def bar_mm(self) -> float | None:
        return round(self.codes[1].dots / self.dots, 4) if len(self.codes) > 1 else None

    @property
    def holds(self) -> tuple[str, ...]:
        """What the codes hold, the square one first."""
        return tuple(code.text for code in self.codes)

    def mm(self, dots: float) -> float:
        return dots / self.dots


@dataclass(frozen=True, slots=True)
class _Ask:
    """What is asked of a layout, with the codes made."""

    template: Template
    data: LabelData
    dots: float
    minimum: float
    square: tuple[Symbol, str, Modules]
    bars: tuple[Symbol, str, Modules] | None
    lines: tuple[Line, ...]
    remarks: tuple[str, ...]


def lay_out(
    template: Template,
    size: Size,
    data: LabelData,
    *,
    dpi: int = 300,
    code: str = "datamatrix",
    minimum: float = MINIMUM,
) -> Layout:
    """The label. code: ``datamatrix`` or ``qr``; minimum: mm, of the smallest module.

    Raises InvalidInput where a field that is needed is missing, or where the size has no room for
    the code with modules of the minimum and the lines that may not be left out; it then names the
    smallest size that has.
    """
    ask = _asked(template, data, dots_per_mm(dpi), code, minimum)
    found = _laid(ask, size, dpi)
    if found is not None:
        return found
    fits = [one for one in _by_area() if one.sheet is None and _laid(ask, one, dpi) is not None]
    way = f"the smallest size that does is {fits[0].name}" if fits else "no size does"
    raise InvalidInput(
        f"A {template.label.lower()} label with a code of {ask.square[2].width} modules of at "
        f"least {minimum:g} mm, and its text, does not fit {size.label} at {dpi} dpi; {way}.",
        field="size",
        smallest=fits[0].name if fits else None,
    )


def _by_area() -> list[Size]:
    return sorted(SIZES, key=lambda one: one.width * one.height)


def _asked(template: Template, data: LabelData, dots: float, code: str, minimum: float) -> _Ask:
    template.check(data)
    if not 0.1 <= minimum <= 2:
        raise InvalidInput(
            f"A smallest module of {minimum:g} mm; expected 0.1 to 2 mm.", field="minimum"
        )
    text, bars = template.code(data), template.bars(data) if data.sscc else ""
    if code not in ("datamatrix", "qr"):
        raise InvalidInput(
            f"A label has no code “{code}”; expected datamatrix or qr.", field="code"
        )
    square = symbol(f"gs1_{code}" if text.startswith("(") else code)
    linear = symbol("gs1_128")
    lines, remarks = _printable(template.lines(data))
    return _Ask(
        template,
        data,
        dots,
        minimum,
        (square, text, square.encode(text)),
        (linear, bars, linear.encode(bars)) if bars else None,
        lines,
        remarks,
    )


def _printable(lines: Sequence[Line]) -> tuple[tuple[Line, ...], tuple[str, ...]]:
    missing: dict[int, int] = {}
    clean = tuple(
        replace(line, value=fonts.printable(line.value, missing)) for line in lines if line.value
    )
    named = ", ".join(fonts.named(point) for point in sorted(missing))
    return clean, (f"No glyph for {named}: set as code points.",) if missing else ()


def _laid(ask: _Ask, size: Size, dpi: int) -> Layout | None:
    page = Box(0, 0, floor(size.width * ask.dots + 1e-6), floor(size.height * ask.dots + 1e-6))
    margin = ceil(size.margin * ask.dots)
    area = Box(margin, margin, page.width - 2 * margin, page.height - 2 * margin)
    foot, area = _foot(ask, size, area)
    found = _fitted(ask, size, area)
    if found is None:
        return None
    square, texts, left_out = found
    remarks = ask.remarks
    if foot:
        module = foot[0].dots / ask.dots
        if module < LOGISTIC:
            remarks += (f"Bars of {module:.3f} mm: GS1 asks {LOGISTIC} mm for logistic units.",)
    elif ask.bars is not None:
        left_out = (*left_out, "bars")
    codes = (square, foot[0]) if foot else (square,)
    texts = (*texts, foot[1]) if foot else texts
    return Layout(size, dpi, page.width, page.height, codes, texts, left_out, remarks)


def _foot(ask: _Ask, size: Size, area: Box) -> tuple[tuple[Code, Text] | None, Box]:
    """The bars with their text under them, and the area left above; none on a small label, whose
    square code carries the SSCC too."""
    if ask.bars is None or size.height < BARS_FROM:
        return None, area
    kind, text, modules = ask.bars
    room = area.width // (modules.width + 2 * kind.quiet)
    dots = min(room, floor(MOST_BAR * ask.dots))
    if dots < ceil(ask.minimum * ask.dots - 1e-6):
        return None, area
    low, high = (round(mm * ask.dots) for mm in BAR_HEIGHT)
    bar = min(high, max(low, round(area.height * 0.22)))
    em = round(max(SMALLEST_TEXT, min(4.0, size.height * 0.04)) * ask.dots)
    gap = round(em * 0.25)
    deep = bar + gap + round(em * ASCENT)
    top = area.y + area.height - deep
    across = modules.width * dots
    code = Code(area.x + (area.width - across) // 2, top, dots, kind, text, modules, bar)
    written = round(width(text) * em)
    at = area.x + (area.width - written) // 2
    under = Text(at, top + deep, em, written + em, text)
    space = round(1.5 * ask.dots)
    return (code, under), Box(area.x, area.y, area.width, area.height - deep - space)


def _fitted(
    ask: _Ask, size: Size, area: Box
) -> tuple[Code, tuple[Text, ...], tuple[str, ...]] | None:
    """As little left out as can be, then text and code as large as can be, in balance."""
    plain = min(5.0, max(1.9, 1.1 + min(size.width, size.height) * 0.053)) * ask.dots
    for lines, left_out in _fewer(ask.lines):
        for scale, dots in _pairs(ask, area):
            code, boxes = _placed(ask, area, dots)
            style = Style(plain, SMALLEST_TEXT * ask.dots, scale)
            texts = flow(lines, boxes, style)
            if texts is not None:
                return code, _centred(texts, area) if len(boxes) == 1 else texts, left_out
    return None


def _centred(texts: tuple[Text, ...], area: Box) -> tuple[Text, ...]:
    """Beside the code, the text stands at half the height as the code does."""
    last = max(text.baseline for text in texts)
    tail = max(text.size for text in texts if text.baseline == last) * (LEADING - ASCENT) / 2
    down = max(0, floor((area.y + area.height - last - tail) / 2))
    return tuple(replace(text, baseline=text.baseline + down) for text in texts)


def _fewer(lines: tuple[Line, ...]) -> Iterator[tuple[tuple[Line, ...], tuple[str, ...]]]:
    """All lines, then without the one that is needed least, and so on."""
    kept = list(lines)
    left_out: list[str] = []
    while True:
        yield tuple(kept), tuple(left_out)
        loose = max((line.need for line in kept), default=0)
        if loose == 0:
            return
        gone = next(line for line in reversed(kept) if line.need == loose)
        kept.remove(gone)
        left_out.append(gone.name)


def _pairs(ask: _Ask, area: Box) -> list[tuple[float, int]]:
    """(scale of the text, dots a module), the better balanced first."""
    kind, _, modules = ask.square
    across = modules.width + 2 * kind.quiet
    wide = area.width * (0.5 if _beside(area) else 0.6)
    afar = min(area.width, area.height) > AFAR * ask.dots
    least = max(1, ceil(ask.minimum * ask.dots - 1e-6))
    enough = max(least, floor(MOST[afar] * ask.dots))
    most = min(floor(min(area.height, wide) / across), enough)
    preferred = 0.5 if area.width > 70 * ask.dots else 0.4
    scales = SCALES if afar else SCALES[2:]
    pairs = [(scale, dots) for scale in scales for dots in range(least, most + 1)]

    def good(pair: tuple[float, int]) -> tuple[float, float]:
        module = pair[1] / ask.dots / preferred
        return min(pair[0], module), pair[0] + min(module, 2.4)

    return sorted(pairs, key=good, reverse=True)


def _beside(area: Box) -> bool:
    return area.width >= 1.25 * area.height


def _placed(ask: _Ask, area: Box, dots: int) -> tuple[Code, Sequence[Box]]:
    """The code at the top left, and the boxes for text: beside it, and below it where the label
    is upright."""
    kind, text, modules = ask.square
    quiet = kind.quiet * dots
    side = modules.width * dots + 2 * quiet
    drop = max(0, (area.height - side) // 2) if _beside(area) else 0
    code = Code(area.x + quiet, area.y + drop + quiet, dots, kind, text, modules)
    gap = max(round(1.0 * ask.dots), 2 * dots)
    right = Box(area.x + side + gap, area.y, area.width - side - gap, area.height)
    if _beside(area):
        return code, (right,)
    beside = Box(right.x, right.y, right.width, side)
    below = Box(area.x, area.y + side + gap, area.width, area.height - side - gap)
    return code, (beside, below)
