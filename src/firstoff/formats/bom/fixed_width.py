"""Text in columns of fixed width, as Eagle writes its part lists: cut where the header's words
begin, as far as the rows below agree."""

import re
from collections.abc import Sequence

from firstoff.formats.bom.headers import header
from firstoff.formats.bom.scoring import score
from firstoff.formats.cells import TITLE_ROWS

_AGREE = 0.95  # of the rows; one long name may run into the next column


def column_starts(lines: Sequence[str]) -> tuple[int, tuple[int, ...]] | None:
    """Place of the header line and where each column begins; None where nothing fits."""
    best: tuple[tuple[int, int], int, tuple[int, ...]] | None = None
    for place, line in enumerate(lines[: TITLE_ROWS + 1]):
        for starts in dict.fromkeys((_starts(line, whole=True), _starts(line, whole=False))):
            found = score(cut(line, starts)) if len(starts) > 1 else (0, 0)
            if found > (best[0] if best else (0, 0)):
                kept = _agreed(starts, lines[place + 1 :])
                if len(kept) > 1:
                    best = (found, place, kept)
    return None if best is None else (best[1], best[2])


def cut(line: str, starts: Sequence[int]) -> list[str]:
    """The cells of one line."""
    return [
        line[start:end].strip() for start, end in zip(starts, (*starts[1:], None), strict=True)
    ]


def runs_over(line: str, starts: Sequence[int]) -> bool:
    """Whether a text of the line crosses the beginning of a column."""
    return any(len(line) > s and line[s - 1] != " " and line[s] != " " for s in starts[1:])


def _starts(line: str, *, whole: bool) -> tuple[int, ...]:
    """Where header words begin: chunks between wide gaps, and single words in a chunk nobody
    knows, or in any chunk unless ``whole`` ("Part Value" over narrow columns is two)."""
    found: list[int] = []
    for chunk in re.finditer(r"\S+(?: \S+)*", line.rstrip()):
        if " " not in chunk[0] or (whole and header(chunk[0]).candidates):
            found.append(chunk.start())
        else:
            found.extend(chunk.start() + word.start() for word in re.finditer(r"\S+", chunk[0]))
    return (0, *found[1:]) if found else ()


def _agreed(starts: Sequence[int], body: Sequence[str]) -> tuple[int, ...]:
    filled = [line for line in body if line.strip()]
    if not filled:
        return ()
    kept = [0]
    for start in starts[1:]:
        free = sum(1 for line in filled if len(line) <= start or line[start - 1] == " ")
        if free >= _AGREE * len(filled):
            kept.append(start)
    return tuple(kept)
