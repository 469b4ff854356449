"""Small files of every kind that is kept, and a draft to draw on."""

import io
import struct
import zipfile
import zlib
from dataclasses import replace
from typing import Any

from firstoff.rules.documents import BalloonFacts, DocumentFacts
from firstoff.terms import DocumentKind, DocumentVisibility
from tests.conftest import NOW
from tests.making import CROCK

SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'
STEP = b"ISO-10303-21;\nHEADER;\nENDSEC;\nDATA;\nENDSEC;\nEND-ISO-10303-21;\n"
DXF = b"  0\nSECTION\n  2\nHEADER\n  0\nENDSEC\n  0\nEOF\n"


def pdf(*pages: str) -> bytes:
    """A PDF of A4 pages, landscape, each with a frame and a line of text."""
    pages = pages or ("one",)
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>"]
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(pages)))
    objects.append(f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode())
    objects.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    for n, text in enumerate(pages):
        drawn = f"40 40 762 515 re S BT /F1 24 Tf 60 500 Td ({text}) Tj ET".encode()
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 842 595] "
            b"/Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R >>" % (5 + 2 * n)
        )
        objects.append(b"<< /Length %d >>\nstream\n%b\nendstream" % (len(drawn), drawn))
    made, places = bytearray(b"%PDF-1.4\n"), []
    for number, content in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    start = len(made)
    made += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    made += b"".join(b"%010d 00000 n \n" % place for place in places)
    made += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        start,
    )
    return bytes(made)


def png(width: int = 40, height: int = 30) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        whole = name + data
        return struct.pack(">I", len(data)) + whole + struct.pack(">I", zlib.crc32(whole))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = (b"\x00" + b"\xff\xff\xff" * width) * height
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def packed(**files: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__", "/"), text)
    return made.getvalue()


def facts(number: str = "DRW-1", **more: Any) -> DocumentFacts:
    said = {"title": "Counter crock", "kind": DocumentKind.DRAWING} | more
    return DocumentFacts(number, **said)


def make_draft(world: Any) -> int:
    """The crock with its revision C and its plan as drafts: the key of the program."""
    from firstoff.services import plan

    draft = replace(CROCK, release_revision=False, release_plan=False)
    return plan.load_definition(
        site_id=world.site.pk, definition=draft, by=world.eli, at=NOW
    ).program_id


def make_drawing(
    world: Any,
    content: bytes | None = None,
    *,
    number: str = "DRW-1",
    visibility: DocumentVisibility = DocumentVisibility.SITE,
    **more: Any,
) -> Any:
    """A document of STOKE with a PDF of two pages as version A."""
    from firstoff.services import documents

    return documents.add_document(
        site_id=world.site.pk,
        document=facts(number, visibility=visibility),
        content=pdf("one", "two") if content is None else content,
        file_name="crock.pdf",
        by=world.eli,
        at=NOW,
        **more,
    )


def balloon(number: str, x: str = "0.25", y: str = "0.5", page: int = 1) -> BalloonFacts:
    from decimal import Decimal

    place = Decimal(x), Decimal(y)
    return BalloonFacts(number, page, *place, *place)
