"""Pages of PDF files and pictures, drawn for a browser or for paper.

PDFium draws, through pypdfium2 (BSD and Apache licences): it is what Chromium shows PDF files
with. It runs in a process of its own, with bounds on memory and time, since it is written in C and
what it reads comes from anywhere.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from firstoff.errors import InvalidInput, NotFound, Unavailable

MOST_PAGES = 500  # of a document that is shown
PIXELS = 16_000_000  # of a page that is drawn: A0 at 100 dots an inch, A3 at 300
SOURCE_PIXELS = 120_000_000  # of a picture that is read
WIDTHS = (320, 1200, 2000, 3200)  # a page is drawn in, so that few are drawn twice
_PATIENCE = 40.0  # seconds
_WORKER = Path(__file__).with_name("worker.py")
_turns = BoundedSemaphore(2)  # each takes a processor and up to 2 GB of addresses


@dataclass(frozen=True, slots=True)
class Page:
    """A page as PNG, ``width`` by ``height`` pixels. ``points``: its size as the file says it."""

    png: bytes
    width: int
    height: int
    points: tuple[float, float]
    pages: int


def width_for(wanted: int) -> int:
    """The next of ``WIDTHS``."""
    return next((width for width in WIDTHS if width >= wanted), WIDTHS[-1])


def count(content: bytes, kind: str, name: str) -> int | None:
    """How many pages it has; None for a PDF behind a password, which is kept and not shown.

    kind: ``Media.shown``. Raises InvalidInput when it is damaged or too large to be read.
    """
    answer, _ = _ask({"kind": kind}, content, name)
    match answer.get("wrong"):
        case None:
            return int(answer["pages"])
        case "locked":
            return None
        case wrong:
            raise InvalidInput(_sentence(wrong, name), code="damaged", field="file")


def draw(content: bytes, kind: str, name: str, *, page: int, width: int) -> Page:
    """One page. Raises NotFound where there is no such page, InvalidInput where it cannot be
    drawn, Unavailable when drawing took too long."""
    if page > MOST_PAGES:
        raise NotFound(f"Pages after {MOST_PAGES} are not shown.", way_out="Download the file.")
    answer, png = _ask({"kind": kind, "page": page, "width": width}, content, name)
    wrong = answer.get("wrong")
    if wrong == "page":
        raise NotFound(f"{name} has no page {page}.")
    if wrong:
        raise InvalidInput(_sentence(wrong, name), code=wrong, way_out="Download the file.")
    points = answer["points"]
    return Page(
        png, answer["width"], answer["height"], (points[0], points[1]), int(answer["pages"])
    )


def _ask(asked: dict[str, Any], content: bytes, name: str) -> tuple[dict[str, Any], bytes]:
    asked |= {"pixels": PIXELS, "source_pixels": SOURCE_PIXELS}
    if not _turns.acquire(timeout=_PATIENCE):
        raise Unavailable("Too many pages are being drawn.", way_out="Try again in a moment.")
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(_WORKER)],
            input=json.dumps(asked).encode() + b"\n" + content,
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"wrong": "slow"}, b""
    finally:
        _turns.release()
    if done.returncode:
        return {"wrong": "broken"}, b""
    line, _, picture = done.stdout.partition(b"\n")
    return json.loads(line), picture


def _sentence(wrong: str, name: str) -> str:
    return {
        "damaged": f"{name} is damaged: it cannot be opened.",
        "locked": f"{name} is behind a password.",
        "large": f"{name} is too large to be drawn.",
        "slow": f"{name} takes too long to be drawn.",
    }.get(wrong, f"{name} cannot be drawn.")
