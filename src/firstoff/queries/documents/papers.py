"""The ballooned drawing on paper."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from firstoff import __version__
from firstoff.formats import documents
from firstoff.formats.documents import seal
from firstoff.formats.documents.ballooned_drawing import as_svg
from firstoff.formats.media import download_name
from firstoff.formats.pages import Page
from firstoff.queries.documents.drawings import DrawingView
from firstoff.queries.documents.register import drawn
from firstoff.queries.ledger import head
from firstoff.rules.access import Actor, require
from firstoff.rules.documents import BalloonFacts

PRODUCT = f"Firstoff {__version__}"
_PRINTED = 40  # pages of one drawing
_WIDTH = 3200  # pixels: 200 dots an inch on A3


@dataclass(frozen=True, slots=True)
class Paper:
    """A document and the evidence it was made from. ``evidence`` is the JSON to keep with it."""

    name: str  # of the file, without its ending
    pdf: bytes
    evidence: bytes


def ballooned_drawing(actor: Actor, view: DrawingView, *, at: datetime) -> Paper:
    """Each page that has a balloon, the balloons over it, and the table of characteristics.

    Raises InvalidInput where a page cannot be drawn.
    """
    require(actor, "see", view.program.site_id)
    on_page: dict[int, list[BalloonFacts]] = defaultdict(list)
    for balloon in view.balloons:
        on_page[balloon.page].append(balloon)
    numbers = sorted(on_page) or [1]
    drawings = {n: drawn(view.version, n, _WIDTH) for n in numbers[:_PRINTED]}
    pages = [_page(n, drawings[n], on_page[n]) for n in drawings]
    data = {"doc": _doc(view, at), "drawing": _drawing(view, pages, len(numbers) - len(pages))}
    records = {"balloons": [{"characteristic": b.characteristic} for b in view.balloons]}
    evidence = seal.evidence_json(
        kind="ballooned_drawing", data=data, records=records, product=PRODUCT
    )
    pictures = {f"page-{n}": as_svg(p.png, p.width, p.height) for n, p in drawings.items()}
    pdf = documents.render("ballooned_drawing", seal.sealed(data, evidence), pictures=pictures)
    name = f"{view.document.number}-{view.version.label}-balloons"
    return Paper(download_name(name), pdf, evidence)


def _page(number: int, page: Page, balloons: list[BalloonFacts]) -> dict[str, Any]:
    return {
        "number": number,
        "width": page.points[0],
        "height": page.points[1],
        "balloons": [
            {
                "number": b.characteristic,
                "x": float(b.x),
                "y": float(b.y),
                "to_x": float(b.to_x),
                "to_y": float(b.to_y),
            }
            for b in balloons
        ],
    }


def _drawing(view: DrawingView, pages: list[dict[str, Any]], left_out: int) -> dict[str, Any]:
    stands = {b.characteristic: str(b.page) for b in view.balloons}
    return {
        "number": view.document.number,
        "title": view.document.title,
        "version": view.version.label,
        "file_name": view.version.file_name,
        "sha256": view.version.sha256,
        "of_pages": view.version.pages or 0,
        "left_out": left_out,
        "part": view.program.part_number,
        "part_name": view.program.part_name,
        "revision": view.revision.label,
        "pages": pages,
        "characteristics": [
            {
                "number": c.number,
                "name": c.name,
                "classification": c.classification.value,
                "requirement": c.requirement,
                "limits": c.limits,
                "method": " ".join(part for part in (c.method, c.gauge) if part),
                "zone": c.zone,
                "page": stands.get(c.number, ""),
            }
            for c in view.characteristics
        ],
    }


def _doc(view: DrawingView, at: datetime) -> dict[str, Any]:
    last = head()
    draft = [f"Revision {view.revision.label} is a draft."] if view.revision.draft else []
    if not view.linked:
        draft.append(f"The drawing is no part of revision {view.revision.label}.")
    return {
        "number": view.document.number,
        "revision": view.version.label,
        "status": "ISSUED",
        "draft": draft,
        "batch": None,
        "title": f"Ballooned drawing {view.document.number}",
        "subject": f"{view.program.part_number} {view.program.part_name}, "
        f"revision {view.revision.label}",
        "organisation": view.program.site_name,
        "baseline": None,
        "as_of": at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "product": PRODUCT,
        "methods": [],
        "ledger": {"sequence": last.seq, "hash": last.hash},
    }
