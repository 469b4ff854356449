"""One row as a line of the bill of materials."""

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from firstoff.formats.bom.buying import offers, orderables
from firstoff.formats.bom.cells_of import CellsOf, names_of
from firstoff.formats.bom.designators import Named, designators, is_placeholder, short
from firstoff.formats.bom.dnp import (
    marked,
    not_fitted_names,
    note_says_not_fitted,
    populated,
    says_not_fitted,
    value_says_not_fitted,
)
from firstoff.formats.bom.layout import Layout
from firstoff.formats.bom.mpns import is_number, maker_names, part_numbers, sources
from firstoff.formats.bom.quantities import Quantity, plain, quantity
from firstoff.formats.cells import Row
from firstoff.rules.bom.draft import LineDraft, Remark, SourceDraft

_PART = re.compile(r"(?=.*\d)[^\s,;|]{5,}")  # in a column that may hold names as well
_NO_NUMBER = frozenset(("a/r", "ar", "as required", "as needed", "n/a", "-", "?", "tbd", "ref"))


@dataclass(frozen=True, slots=True)
class Read:
    """A line, or why it is none; what is odd about it."""

    line: LineDraft | None
    remarks: tuple[Remark, ...] = ()
    refused: Remark | None = None


@dataclass(frozen=True, slots=True)
class _Fitted:
    """Whether a line is fitted, and the designators that stay empty."""

    fitted: bool
    names: tuple[str, ...]


class LineReader:
    """Reads rows under one layout."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.names = names_of(layout)

    def read(self, row: Row, *, section: str = "", left_out: bool = False) -> Read:
        """section: the heading it stands under. left_out: that heading says: not fitted."""
        cells = CellsOf(row, self.layout)
        remarks: list[Remark] = []
        said, refused = self._quantity(cells, remarks)
        if refused is not None:
            return Read(None, tuple(remarks), refused)
        count = int(said.amount) if said and said.amount == int(said.amount) else None
        named = designators(cells.text("designators"), count=count)
        fitted = self._fitted(cells, named, said, left_out, remarks)
        used = self._used(cells, named, fitted, said, remarks)
        sold = orderables(cells)
        line = LineDraft(
            row=row.number,
            designators=named.names,
            not_fitted=fitted.names,
            fitted=fitted.fitted,
            quantity=used,
            unit=(said.unit if said else "") or _unit(cells.line("unit")),
            number=_number(cells),
            revision=cells.line("revision"),
            name=cells.line("name"),
            description=cells.line("description"),
            value=_value(cells.line("value")),
            package=cells.line("package"),
            find_number=cells.line("find_number"),
            sources=self.sources(cells, remarks),
            orderables=tuple(item for _, item in sold),
            offers=offers(cells, sold),
            section=cells.line("section") or section,
            notes="; ".join(" ".join(text.split()) for _, text in cells.texts("notes")),
            lifecycle=cells.line("lifecycle"),
            compliance=self.compliance(cells),
            attributes=cells.unknown(self.names),
        )
        return Read(self._weakly_named(line, cells), tuple(remarks))

    # ------------------------------------------------------------ which part

    def sources(self, cells: CellsOf, remarks: list[Remark]) -> tuple[SourceDraft, ...]:
        """The manufacturer parts of a row, the preferred one first, each once."""
        found: dict[str, SourceDraft] = {}
        for place, maker in self.layout.pairs:
            text = cells.at(place)
            if not text or (self._weak(place) and not _PART.fullmatch(text)):
                continue
            self._signs(text, place, cells, remarks)
            for source in sources(text, cells.at(maker)):
                found.setdefault(source.mpn, source)
        for _, text in cells.texts("maker_mpn"):
            for source in _both(text):
                found.setdefault(source.mpn, source)
        makers = self.layout.at.get("alternates_manufacturer", ())
        beside = dict(zip(self.layout.at.get("alternates", ()), makers, strict=False))
        for place, text in cells.texts("alternates"):
            for source in sources(text, cells.at(beside.get(place))):
                found.setdefault(source.mpn, source)
        return tuple(found.values())

    def _weak(self, place: int) -> bool:
        return self.layout.headers[place].candidates[:1] == ("mpn?",)

    def _signs(self, text: str, place: int, cells: CellsOf, remarks: list[Remark]) -> None:
        """Says what in a part number is not what it looks like."""
        letter = self.layout.columns[place].letter
        found = part_numbers(text)
        if found.replaced:
            numbers = " and ".join(number for number, _ in found.numbers)
            remarks.append(
                Remark(
                    cells.row.number,
                    f"{text!r} has a sign that only looks like a hyphen; read as {numbers}.",
                    letter,
                    "mpn-sign",
                )
            )
        if text.lower().startswith(("http:", "https:")):
            sentence = "A web address where a part number is expected: cells may be shifted."
            remarks.append(Remark(cells.row.number, sentence, letter, "shifted"))
        if re.fullmatch(r"\d(?:[.,]\d+)?[eE]\+?\d+", text):
            sentence = f"{text} was a number before a spreadsheet rounded it; write it as text."
            remarks.append(Remark(cells.row.number, sentence, letter, "mpn-rounded"))
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}(?:T.*)?", text):
            sentence = f"{text} may be a number that a spreadsheet took for a date; look at it."
            remarks.append(Remark(cells.row.number, sentence, letter, "mpn-date"))

    def _weakly_named(self, line: LineDraft, cells: CellsOf) -> LineDraft:
        """A library name that is no part number is the name of the part."""
        if line.name:
            return line
        for place, _ in self.layout.pairs:
            if self._weak(place) and (text := cells.at(place)) and not line.sources:
                return replace(line, name=" ".join(text.split()))
        return line

    def compliance(self, cells: CellsOf) -> dict[str, str]:
        """RoHS, REACH and the like, as the row says them."""
        found: dict[str, str] = {}
        for place, text in cells.texts("compliance"):
            phrase = self.layout.headers[place].phrase
            known = (("rohs", "RoHS"), ("reach", "REACH"), ("lead", "lead free"))
            scheme = next((label for word, label in known if word in phrase), "")
            found[scheme or self.layout.columns[place].header] = " ".join(text.split())
        return found

    # ------------------------------------------------------------ how many

    def _quantity(
        self, cells: CellsOf, remarks: list[Remark]
    ) -> tuple[Quantity | None, Remark | None]:
        text = cells.line("quantity")
        said = quantity(text) if text else None
        number, letter = cells.row.number, cells.letter("quantity")
        if said is not None and said.amount < 0:
            sentence = f"Quantity {plain(said.amount)}; expected 0 or more."
            return None, Remark(number, sentence, letter, "negative-quantity")
        if text and said is None and not says_not_fitted(text):
            if text.casefold() not in _NO_NUMBER and not cells.text("designators"):
                sentence = f"Quantity {text[:40]!r} is no number; cells may be shifted."
                return None, Remark(number, sentence, letter, "quantity")
            sentence = f"Quantity {text[:40]!r} is no number; left open."
            remarks.append(Remark(number, sentence, letter, "quantity"))
        times = quantity(cells.line("multiplier"))
        if said is not None and times is not None and times.amount > 0:
            said = Quantity(said.amount * times.amount, said.unit)
        return said, None

    def _used(
        self,
        cells: CellsOf,
        named: Named,
        fitted: _Fitted,
        said: Quantity | None,
        remarks: list[Remark],
    ) -> Decimal | None:
        """Usage over the fitted designators; says where quantity and designators disagree."""
        number, letter = cells.row.number, cells.letter("quantity")
        if named.repeated:
            sentence = f"{short(named.repeated)} named twice in the line."
            remarks.append(
                Remark(number, sentence, cells.letter("designators"), "designator-twice")
            )
        left = len(fitted.names) if fitted.fitted else 0
        if said is None:
            return Decimal(len(named.names) - left) if named.names else None
        counted = all(any(map(str.isdigit, name)) for name in named.names)
        unit = said.unit or _unit(cells.line("unit"))
        if not counted or not named.names or unit or cells.text("multiplier"):
            return said.amount
        if said.amount == named.places and not named.repeated:
            return said.amount - left
        if said.amount not in (named.places, len(named.names), named.places - left) and not (
            said.amount == 0 and not fitted.fitted
        ):
            count = len(named.names)
            places = "designator" if count == 1 else "designators"
            sentence = (
                f"Quantity {plain(said.amount)}, but {count} {places}: {short(named.names)}."
            )
            remarks.append(Remark(number, sentence, letter, "quantity-designators"))
        return said.amount

    # ------------------------------------------------------------ fitted or not

    def _fitted(
        self,
        cells: CellsOf,
        named: Named,
        said: Quantity | None,
        left_out: bool,
        remarks: list[Remark],
    ) -> _Fitted:
        whole = left_out or (said is not None and said.amount == 0) or self._says(cells, named)
        if whole:
            return _Fitted(False, named.names)
        told: dict[str, None] = {}
        for meaning in ("notes", "dnp", "populate"):
            for _, text in cells.texts(meaning):
                told.update(dict.fromkeys(not_fitted_names(text)))
        known = {name.casefold(): name for name in named.names}
        names = tuple(known[name.casefold()] for name in told if name.casefold() in known)
        if strangers := [name for name in told if name.casefold() not in known]:
            sentence = f"Not fitted says {short(strangers)}, which the line does not name."
            remarks.append(Remark(cells.row.number, sentence, "", "not-fitted-unknown"))
        return _Fitted(not names or len(names) < len(named.names), names)

    def _says(self, cells: CellsOf, named: Named) -> bool:
        """Whether a cell says that the whole line is not fitted."""
        if self.layout.has("dnp") and marked(cells.text("dnp")):
            return True
        if self.layout.has("populate") and populated(cells.text("populate")) is False:
            return True
        if any(note_says_not_fitted(text) for _, text in cells.texts("notes")):
            return True
        if says_not_fitted(cells.text("quantity")):
            return True
        short_texts = [cells.text("name"), cells.text("description")]
        short_texts += [cells.at(place) for place, _ in self.layout.pairs[:1]]
        if any(len(text) > 2 and says_not_fitted(text) for text in short_texts if len(text) < 40):
            return True
        value = cells.text("value")
        return bool(value) and len(value) < 60 and value_says_not_fitted(value, named.names)


def _value(text: str) -> str:
    return "" if text in ("~", "-", "--", "*") else text


def _unit(text: str) -> str:
    plain_text = text.strip().casefold().rstrip(".")
    pieces = ("", "pc", "pcs", "piece", "pieces", "ea", "each", "st", "stk", "stück", "nos", "no")
    return "" if plain_text in pieces else text[:20]


def _number(cells: CellsOf) -> str:
    text = cells.line("number")
    return text if is_number(text) else ""


def _both(text: str) -> tuple[SourceDraft, ...]:
    """Manufacturer and part number in one cell: ``Murata / GRM155``, ``TI, LM358``."""
    found: list[SourceDraft] = []
    for piece in re.split(r"[;|\n]", text):
        sides = [side.strip() for side in re.split(r"\s*/\s+|\s+/\s*|,\s+|:\s+|\s+-\s+", piece)]
        if len(sides) < 2 and " " in piece.strip():
            first, _, last = piece.strip().rpartition(" ")
            sides = [first, last] if any(map(str.isdigit, last)) else [piece.strip()]
        if len(sides) == 1:
            found.extend(sources(sides[0]))
        elif is_number(sides[-1]):
            maker = maker_names(", ".join(sides[:-1]), 1)
            found.append(SourceDraft(sides[-1], maker[0] if maker else ""))
    return tuple(found)


def drawing_letters(lines: "list[LineDraft]") -> bool:
    """Whether no designator of a file has a digit: letters of a drawing, not places."""
    names = [name for line in lines for name in line.designators if not is_placeholder(name)]
    return bool(names) and not any(any(map(str.isdigit, name)) for name in names)
