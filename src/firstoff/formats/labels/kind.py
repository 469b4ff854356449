"""What a kind of code is, and how zxing-cpp draws it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from firstoff.errors import InvalidInput

LONGEST = 300  # characters: more needs a larger label than anybody sticks on


@dataclass(frozen=True, slots=True)
class Symbol:
    name: str
    label: str
    draw: Callable[[str], str]


def drawn(text: str, form: Any) -> str:
    """SVG without a fixed size: it takes the size of its place. Raises InvalidInput."""
    import zxingcpp

    if not 1 <= len(text) <= LONGEST:
        raise InvalidInput(
            f"{len(text)} characters do not go onto a label; expected 1 to {LONGEST}."
        )
    code = zxingcpp.create_barcode(text, form)
    picture = str(code.to_svg(add_quiet_zones=True))
    size = re.search(r'<svg width="(\d+)" height="(\d+)"', picture)
    if size is None:
        raise TypeError("zxing-cpp draws in another form than it used to")
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size[1]} {size[2]}"'
    body = picture[picture.index("<g ") :]
    return f'{head} shape-rendering="crispEdges">{body}'
