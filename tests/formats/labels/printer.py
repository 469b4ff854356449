"""A printer's eyes: ZPL taken apart, checked for form, and what it paints as pictures."""

import re
from dataclasses import dataclass, field

import numpy as np

KNOWN = {"XA", "XZ", "CI", "PW", "LL", "LH", "FO", "FT", "A0", "FH", "FD", "FS", "BX", "BY", "BC"}
KNOWN |= {"GF", "PQ"}
OPENERS = {"FO", "FT"}


@dataclass
class Field:
    x: int
    y: int
    commands: list[tuple[str, str]] = field(default_factory=list)

    @property
    def data(self) -> str:
        """Field data with ^FH undone."""
        said = dict(self.commands)
        assert said.get("FH") == "\\", "field data without ^FH\\"
        octets = re.sub(
            rb"\\([0-9A-F]{2})", lambda m: bytes.fromhex(m[1].decode()), said["FD"].encode()
        )
        return octets.decode()


@dataclass
class Printed:
    width: int
    height: int
    copies: int
    fields: list[Field]

    def dots(self) -> np.ndarray:
        """What the pictures paint."""
        page = np.zeros((self.height, self.width), dtype=bool)
        for one in self.fields:
            for name, rest in one.commands:
                if name == "GF":
                    black = _graphic(rest)
                    black = black[: self.height - one.y, : self.width - one.x]
                    page[one.y : one.y + len(black), one.x : one.x + black.shape[1]] |= black
        return page


def _graphic(parameters: str) -> np.ndarray:
    form, total, stored, across, data = parameters.split(",", 4)
    assert form == "A"
    assert total == stored
    octets = bytes.fromhex(data)
    assert len(octets) == int(total)
    assert len(octets) % int(across) == 0
    rows = np.frombuffer(octets, dtype=np.uint8).reshape(-1, int(across))
    return np.unpackbits(rows, axis=1).astype(bool)


def read(zpl: str) -> list[Printed]:
    """The labels of a file; fails where it is not well formed."""
    labels: list[Printed] = []
    commands = re.findall(r"\^([A-Z][A-Z0-9])([^^~]*)", zpl.replace("\n", ""))
    assert "".join(f"^{name}{rest}" for name, rest in commands) == zpl.replace("\n", "")
    label: Printed | None = None
    open_field: Field | None = None
    for name, rest in commands:
        assert name in KNOWN, name
        if name == "XA":
            assert label is None, "^XA within a label"
            label = Printed(0, 0, 0, [])
            continue
        assert label is not None, f"^{name} outside a label"
        if name in OPENERS:
            assert open_field is None, "a field within a field"
            x, y = (int(number) for number in rest.split(","))
            assert 0 <= x < label.width
            assert 0 <= y < label.height
            open_field = Field(x, y)
        elif name == "FS":
            assert open_field is not None, "^FS without a field"
            label.fields.append(open_field)
            open_field = None
        elif open_field is not None:
            open_field.commands.append((name, rest))
        elif name == "XZ":
            labels.append(label)
            label = None
        else:
            _setting(label, name, rest)
    assert label is None, "^XZ is missing"
    return labels


def _setting(label: Printed, name: str, rest: str) -> None:
    if name == "PW":
        label.width = int(rest)
    elif name == "LL":
        label.height = int(rest)
    elif name == "PQ":
        label.copies = int(rest)
    elif name == "CI":
        assert rest == "28"  # UTF-8
