"""Row by row through a table: lines, headings, headers said again, totals, alternates below their
line, and what is none of these."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from firstoff.formats.bom.cells_of import CellsOf
from firstoff.formats.bom.designators import designators, looks_like_designators
from firstoff.formats.bom.dnp import heading_says_not_fitted, says_not_fitted
from firstoff.formats.bom.layout import Layout, layout_of
from firstoff.formats.bom.lines import LineReader
from firstoff.formats.bom.mending import Aligner, Joiner, joined_remark
from firstoff.formats.bom.mpns import is_number
from firstoff.formats.bom.quantities import Quantity, money, quantity
from firstoff.formats.bom.scoring import score
from firstoff.formats.cells import Row
from firstoff.rules.bom.draft import LineDraft, Remark

_TOTAL = re.compile(
    r"(?:grand |sub|sub-|sub )?totals?\b.*|sum(?:me)?\b.*|gesamt\w*\b.*|итого.*|合计.*", re.I
)
# Below an Altium list the sum stands beside "Approved" and "Notes".
_APPROVAL = re.compile(
    r"(?:approved|approval|checked|prepared|reviewed|drawn by|designed by|signature|signed)\b.*",
    re.I,
)
_FOOTER = re.compile(
    r"(?:approved|approval|checked|drawn|designed|prepared|reviewed|released|signature|signed|"
    r"revision history|rev\.? ?history|notes?:|legend|printed (?:on|by|at)|generated|exported|"
    r"bom date|schematic (?:date|version|source)|kicad version|component (?:groups|count)|"
    r"created (?:on|by|at)|author|fitted components|number of pcbs|total components|file name|"
    r"date:)(?:\b.*|$)",
    re.I,
)
BARE_SUM = "The sum below"  # a total without a label
_IDENTITY = ("mpn", "maker_mpn", "number", "distributor_number")
_WORDS = ("description", "name", "value", "alternates", "manufacturer")
_FAR = 4  # blank rows before what is no part of the list any more
_LONGEST_HEADING = 80


@dataclass(slots=True)
class Extra:
    """What a line's row says beside the line, for the tree and for totals."""

    level: str = ""
    parent: str = ""
    extended: Quantity | None = None
    price: Decimal | None = None
    last_row: int = 0


@dataclass(slots=True)
class Walked:
    """``extras`` go with ``lines``. ``totals``: row, its label, what stands under which meaning,
    and how many lines were above it."""

    lines: list[LineDraft] = field(default_factory=list)
    extras: list[Extra] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    refused: list[Remark] = field(default_factory=list)
    totals: list[tuple[Row, str, dict[str, str], int]] = field(default_factory=list)
    left: list[Row] = field(default_factory=list)


class Walker:
    """Walks over the rows below a header."""

    def __init__(self, layout: Layout, header: Row | None, body: Sequence[Row], kind: str) -> None:
        self.walked = Walked()
        self.body, self.kind, self.delimiter = body, kind, ","
        self.section, self.left_out = "", False
        self.ended = False
        self.last = header.number if header else 0
        counts = sorted(sum(map(bool, map(str.strip, row.cells))) for row in body[:60])
        self.usual = counts[len(counts) // 2] if counts else 0  # filled cells of a row
        self._use(layout, header)

    def _use(self, layout: Layout, header: Row | None) -> None:
        self.layout, self.header, self.reader = layout, header, LineReader(layout)
        self.names = _plain(header.cells) if header else ()
        self.aligner = Aligner(layout, self.body)
        parted = self.kind == "csv" and header is not None
        self.joiner = Joiner(len(self.names), self.body, self.delimiter) if parted else None
        self.has_quantity = layout.has("quantity")
        self.has_places = layout.has("designators")
        # A bare line of identity and words: a list of parts, not of usage.
        self.bare = not self.has_quantity and not self.has_places

    def walk(self, delimiter: str) -> Walked:
        self.delimiter = delimiter
        self._use(self.layout, self.header)
        for place, row in enumerate(self.body):
            if self.joiner and not self.joiner.fits(row):
                whole, column = self.joiner.joined(row)
                at = self.layout.columns[column]
                self.walked.remarks.append(
                    joined_remark(row, len(row.cells), len(self.names), at.header, at.letter)
                )
                row = whole
            row, odd = self.aligner.aligned(row)
            if odd is not None and not self._header_like(row):
                self.walked.remarks.append(odd)
            self._row(row, place)
            self.last = row.number
        return self.walked

    # ------------------------------------------------------------ which kind of row

    def _row(self, row: Row, place: int) -> None:
        cells = CellsOf(row, self.layout)
        count = cells.line("quantity")
        said = quantity(count) if count else None
        if said is None and self._header_again(row, place):
            return
        filled = [cell.strip() for cell in row.cells if cell.strip()]
        if row.number > self.last + _FAR + 1 and not (said and len(filled) > 2):
            self.ended = True  # approvals, histories
        if self._is_total(cells, filled) or self._is_bare_sum(cells, filled):
            self._total(row, cells, filled)
        elif len(filled) < 3 and self.usual > 3 and row.number > self.last + 1:
            self._single(row, filled)
        elif said is None and self._is_footer(filled):
            self.ended = True
            self._leave(row)
        elif self._is_line(cells, said, count, filled):
            self._line(row, cells)
        elif self._continues(cells, row):
            self._alternate(cells)
        elif self._names_more(cells, filled):
            self._more_places(cells, row)
        elif len(filled) == 1 and not self.ended:
            self._heading(row, filled[0])
        elif len(filled) > 1 and self._may_be_line(cells, filled, row):
            self._line(row, cells, bare=True)
        else:
            self._leave(row)

    def _single(self, row: Row, filled: list[str]) -> None:
        """A word or two after a blank row: a heading, or figures about the list."""
        if len(filled) == 1 and not _FOOTER.fullmatch(filled[0]) and not self.ended:
            self._heading(row, filled[0])
            return
        self.ended = self.ended or len(filled) > 1
        self._leave(row)

    @staticmethod
    def _is_footer(filled: list[str]) -> bool:
        """A label and what it says; a label alone ("Collated Components:") is a heading."""
        labelled = filled[0].endswith(":") and len(filled) > 1
        return labelled or _FOOTER.fullmatch(filled[0]) is not None

    def _header_like(self, row: Row) -> bool:
        """Words where designators stand, and no quantity: a heading or a note, not a shift."""
        return not CellsOf(row, self.layout).text("quantity")

    def _header_again(self, row: Row, place: int) -> bool:
        """The header repeated, or another header for another section."""
        if self.header is None:
            return False
        if _plain(row.cells) == self.names:
            self.ended = False
            return True
        first = next((cell for cell in row.cells if cell.strip()), "")
        if not first or first[:1].isdigit() or len(first) > 40:
            return False
        found = score(row.cells)
        known = sum(1 for column in self.layout.columns if column.meaning)
        filled = sum(1 for cell in row.cells if cell.strip())
        if found[0] < 1 or found[1] < 9 or filled < max(3, known // 2):
            return False
        body = self.body[place + 1 :][:300]
        again = layout_of(row.cells, body, header_row=row.number, comma=self.layout.comma)
        self._use(again, row)
        self.left_out = self.ended = False
        sentence = "Another header; the rows below are read by it."
        self.walked.remarks.append(Remark(row.number, sentence, "", "second-header"))
        return True

    def _is_total(self, cells: CellsOf, filled: list[str]) -> bool:
        approval = len(self.walked.lines) > 1 and _APPROVAL.fullmatch(filled[0])
        if not approval and not any(_TOTAL.fullmatch(text) for text in filled[:3]):
            return False
        named = [text for key in _IDENTITY for _, text in cells.texts(key)]
        places = cells.text("designators")
        return (not places or not looks_like_designators(places)) and all(
            _TOTAL.fullmatch(text) or not is_number(text) or money(text) for text in named
        )

    def _is_bare_sum(self, cells: CellsOf, filled: list[str]) -> bool:
        """A number alone under the quantities or the prices of lines, below them."""
        keys = ("quantity", "extended_quantity", "extended_price")
        lone = len(filled) == 1 and any(money(cells.line(key)) for key in keys)
        return lone and len(self.walked.lines) > 1

    def _total(self, row: Row, cells: CellsOf, filled: list[str]) -> None:
        keys = ("quantity", "extended_quantity", "price", "extended_price")
        said = {key: text for key in keys if (text := cells.line(key))}
        label = next(filter(_TOTAL.fullmatch, filled), BARE_SUM)
        self.walked.totals.append((row, label, said, len(self.walked.lines)))
        self.walked.left.append(row)

    def _is_line(
        self, cells: CellsOf, said: Quantity | None, count: str, filled: list[str]
    ) -> bool:
        places = cells.text("designators")
        identity = self._identity(cells)
        if self.ended and said is None and not looks_like_designators(places):
            return False
        counts = said is not None or says_not_fitted(count)
        if places and looks_like_designators(places):
            return len(filled) > 1 or not self.has_quantity
        if places and counts:  # "Price per board | 251.05" below a list is no line
            return len(filled) > 2 or self.usual < 3
        if places and identity:
            return True
        if counts and not self.bare:
            return identity or len(filled) > 1
        return identity and self.bare and (len(filled) > 1 or len(self.layout.columns) < 3)

    def _identity(self, cells: CellsOf) -> bool:
        return any(is_number(text) for key in _IDENTITY for _, text in cells.texts(key))

    def _continues(self, cells: CellsOf, row: Row) -> bool:
        """Alternates stand below their line with neither quantity nor designators."""
        return bool(
            self.has_places
            and self.walked.lines
            and row.number == self.last + 1
            and self.walked.extras[-1].last_row == self.last
            and not cells.text("quantity")
            and not cells.text("designators")
            and not cells.text("find_number")
            and (self._identity(cells) or any(cells.texts("alternates")))
        )

    def _names_more(self, cells: CellsOf, filled: list[str]) -> bool:
        """Designators that go on in the next row: the only cell of it."""
        if len(filled) != 1 or not self.walked.lines or not self.has_quantity:
            return False
        line = self.walked.lines[-1]
        wanted = line.quantity is not None and line.quantity > len(line.designators)
        return bool(wanted and looks_like_designators(cells.text("designators")))

    def _may_be_line(self, cells: CellsOf, filled: list[str], row: Row) -> bool:
        """A row without a quantity that names a part all the same."""
        if self.ended or row.number - self.last > _FAR:
            return False
        if self.bare and not cells.layout.has("level", "parent"):
            return False
        placed = cells.text("level") or cells.text("find_number") or cells.text("designators")
        words = sum(1 for key in _WORDS if cells.text(key))
        return self._identity(cells) or bool(placed and words)

    # ------------------------------------------------------------ what becomes of it

    def _line(self, row: Row, cells: CellsOf, *, bare: bool = False) -> None:
        read = self.reader.read(row, section=self.section, left_out=self.left_out)
        self.walked.remarks.extend(read.remarks)
        if read.refused is not None:
            self.walked.refused.append(read.refused)
        if read.line is None:
            return
        open_ = read.line.quantity is None and not cells.text("quantity")
        if not bare and not self._names_part(read.line):
            sentence = "A quantity of nothing: no part number, designator, value or description."
            self.walked.remarks.append(Remark(row.number, sentence, "", "no-part"))
        if bare and open_ and read.line.fitted:
            sentence = "No quantity and no designators."
            self.walked.remarks.append(Remark(row.number, sentence, "", "no-quantity"))
        paid = money(cells.line("extended_price"))
        self.walked.lines.append(read.line)
        self.walked.extras.append(
            Extra(
                cells.text("level"),
                cells.line("parent"),
                quantity(cells.line("extended_quantity")),
                paid[0] if paid else None,
                row.number,
            )
        )

    @staticmethod
    def _names_part(line: LineDraft) -> bool:
        known = (line.designators, line.sources, line.orderables, line.number, line.description)
        return any(known) or any((line.name, line.value, line.package, line.attributes))

    def _alternate(self, cells: CellsOf) -> None:
        line = self.walked.lines[-1]
        known = {source.mpn for source in line.sources}
        more = self.reader.sources(cells, self.walked.remarks)
        added = tuple(source for source in more if source.mpn not in known)
        self.walked.extras[-1].last_row = cells.row.number
        self.walked.lines[-1] = replace(line, sources=line.sources + added)

    def _more_places(self, cells: CellsOf, row: Row) -> None:
        line = self.walked.lines[-1]
        names = designators(cells.text("designators")).names
        both = tuple(dict.fromkeys(line.designators + names))
        empty = both if not line.fitted else line.not_fitted
        self.walked.lines[-1] = replace(line, designators=both, not_fitted=empty)
        self.walked.extras[-1].last_row = row.number
        # What was said of the count before the rest was known holds no longer.
        self.walked.remarks = [
            remark
            for remark in self.walked.remarks
            if (remark.row, remark.code) != (line.row, "quantity-designators")
            or line.quantity != len(both)
        ]

    def _heading(self, row: Row, text: str) -> None:
        said = heading_says_not_fitted(text)
        if len(text) <= _LONGEST_HEADING or said:
            self.section, self.left_out = text[:_LONGEST_HEADING].strip(" -=*:"), said
        if said:
            sentence = f"{text[:60]!r}: the lines below are not fitted."
            self.walked.remarks.append(Remark(row.number, sentence, "", "not-fitted-below"))
        self.walked.left.append(row)

    def _leave(self, row: Row) -> None:
        self.walked.left.append(row)


def listed_once(walked: Walked) -> None:
    """Takes out what a file lists twice: all parts one by one, and the same parts in groups under
    another heading, as a script of KiCad does."""
    sections: dict[str, list[int]] = {}
    for place, line in enumerate(walked.lines):
        sections.setdefault(line.section, []).append(place)
    names = {
        section: frozenset(n for place in places for n in walked.lines[place].designators)
        for section, places in sections.items()
    }
    for section, places in sections.items():
        single = all(len(walked.lines[place].designators) == 1 for place in places)
        groups = [
            other
            for other, those in sections.items()
            if names[other] == names[section] and len(those) < len(places)
        ]
        if len(sections) > 1 and single and groups:
            first, last = walked.lines[places[0]].row, walked.lines[places[-1]].row
            sentence = f"Rows {first} to {last} list one by one what stands in groups; read once."
            walked.remarks.append(Remark(first, sentence, "", "listed-twice"))
            gone = set(places)
            keep = [place for place in range(len(walked.lines)) if place not in gone]
            walked.lines[:] = [walked.lines[place] for place in keep]
            walked.extras[:] = [walked.extras[place] for place in keep]
            return


def _plain(cells: Iterable[str]) -> tuple[str, ...]:
    return tuple(" ".join(cell.split()).casefold() for cell in cells)
