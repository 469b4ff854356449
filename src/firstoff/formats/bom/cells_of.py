"""The cells of one row by their meaning."""

from collections.abc import Iterator
from dataclasses import dataclass

from firstoff.formats.bom.layout import Layout
from firstoff.formats.bom.meanings import NUMBERS
from firstoff.formats.cells import Row

_BLANKS = {0xA0: " ", 0x2007: " ", 0x202F: " ", 0x200B: None, 0xFEFF: None}


@dataclass(frozen=True, slots=True)
class CellsOf:
    """One row, asked by meaning; texts without space around them."""

    row: Row
    layout: Layout

    def at(self, place: int | None) -> str:
        cells = self.row.cells
        if place is None or place >= len(cells):
            return ""
        text = cells[place]
        return (text if text.isascii() else text.translate(_BLANKS)).strip()

    def text(self, meaning: str) -> str:
        """The cell of the first column with this meaning."""
        places = self.layout.at.get(meaning)
        if not places:
            return ""
        text = self.at(places[0])
        if self.layout.comma and meaning in NUMBERS:
            return _pointed(text)
        if text or places[0] not in self.layout.beside:
            return text
        return next(filter(None, map(self.at, self.layout.beside[places[0]])), "")

    def line(self, meaning: str) -> str:
        """The same in one line."""
        text = self.text(meaning)
        return " ".join(text.split()) if text else ""

    def texts(self, meaning: str) -> Iterator[tuple[int, str]]:
        """Place and text of each filled cell with this meaning."""
        for place in self.layout.at.get(meaning, ()):
            if text := self.at(place):
                numeric = self.layout.comma and meaning in NUMBERS
                yield place, _pointed(text) if numeric else text

    def letter(self, meaning: str) -> str:
        place = self.layout.one(meaning)
        return "" if place is None else self.layout.columns[place].letter

    def unknown(self, names: tuple[str, ...]) -> dict[str, str]:
        """What stands in columns nobody knows, by their names."""
        columns = self.layout.columns
        return {
            names[place] if place < len(names) else f"Column {place + 1}": text
            for place in range(len(self.row.cells))
            if (place >= len(columns) or columns[place].meaning in _KEPT)
            and (text := self.at(place))
        }


def _pointed(text: str) -> str:
    """1,234 of a file that separates by semicolons is 1.234."""
    return text.replace(",", ".") if text.count(",") == 1 and "." not in text else text


# Nobody knows them, or they are compared only.
_KEPT = frozenset(("", "extended_quantity", "extended_price", "date"))


def names_of(layout: Layout) -> tuple[str, ...]:
    """A name for every column: its header, made different where two are alike."""
    found: list[str] = []
    for column in layout.columns:
        name = column.header or f"Column {column.letter}"
        again = sum(1 for other in found if other == name or other.startswith(f"{name} ("))
        found.append(f"{name} ({again + 1})" if again else name)
    return tuple(found)
