"""FLOOR 3. Documents: data in, PDF/A-2b bytes out. A kind is a file, a template, a line here.

The same data give the same bytes, on every machine: fonts come from packages, the timestamp from
the data. No text in the data is ever read as markup. See docs/reference/documents.md.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from firstoff.errors import InvalidInput

from . import (
    ballooned_drawing,
    batch_record,
    certificate,
    containment_report,
    control_plan,
    customer_letter,
    dfm_report,
    fonts,
    inspection_plan,
    packing_list,
    pfmea,
    pilot_report,
    query_log,
    seal,
    test_procedure,
    work_instruction,
)
from .kind import Kind
from .pictures import qr
from .shape import conform

KINDS: tuple[Kind, ...] = (
    pilot_report.KIND,
    certificate.KIND,
    batch_record.KIND,
    containment_report.KIND,
    customer_letter.KIND,
    packing_list.KIND,
    ballooned_drawing.KIND,
    work_instruction.KIND,
    test_procedure.KIND,
    control_plan.KIND,
    inspection_plan.KIND,
    pfmea.KIND,
    dfm_report.KIND,
    query_log.KIND,
)

__all__ = ["KINDS", "Kind", "document_kind", "missing_glyphs", "render", "reproduces"]

TEMPLATES = Path(__file__).parent / "templates"
SHOWN = 10  # characters without a glyph that the foot names
# Identifiers are compared letter by letter: no break is put into them.
WHOLE = frozenset(("digest", "hash", "key", "locked_key", "baseline", "number", "as_of"))


def document_kind(name: str) -> Kind:
    for kind in KINDS:
        if kind.name == name:
            return kind
    names = ", ".join(kind.name for kind in KINDS)
    raise InvalidInput(f"There is no document kind “{name}”; the kinds are {names}.")


def missing_glyphs(data: Mapping[str, Any]) -> dict[str, int]:
    """Characters of the data that no font has, with how often: ``{"U+1F600": 1}``. The document
    prints each as ⟨U+1F600⟩ and says so in its foot."""
    missing: dict[int, int] = {}
    fonts.prepared(data, missing)
    return {fonts.named(point): many for point, many in sorted(missing.items())}


def render(
    kind: str, data: Mapping[str, Any], *, pictures: Mapping[str, bytes] | None = None
) -> bytes:
    """The document as PDF/A-2b.

    data: of the kind's TypedDict; times ISO 8601 in UTC. ``doc.draft`` with any reason makes it a
    DRAFT, on every page.
    pictures: SVG by name, in place of those drawn from the data.
    Raises InvalidInput naming the field for data of another shape.
    """
    made = document_kind(kind)
    conform(data, made.shape, kind)
    missing: dict[int, int] = {}
    clean = fonts.prepared(data, missing)
    claim = seal.Claim(*(data["doc"][name] for name in ("number", "revision", "digest")))
    drawn = {**made.pictures(clean), "qr": qr(claim.code()), **(pictures or {})}
    clean = _breakable(made.arranged(clean))
    clean["doc"] |= {
        "kind": made.title,
        "keyword": claim.keyword(),
        "missing": _missing_words(missing),
    }
    return _compiled(made, clean, drawn)


def reproduces(pdf: bytes, evidence: seal.Seal) -> bool:
    """Whether the PDF is, byte for byte, what the evidence file makes with this version."""
    doc = {**evidence.data["doc"], "digest": evidence.digest}
    return render(evidence.kind, {**evidence.data, "doc": doc}) == pdf


def _missing_words(missing: Mapping[int, int]) -> str:
    if not missing:
        return ""
    names = [fonts.named(point) for point in sorted(missing)]
    many = sum(missing.values())
    said = "1 character has no glyph" if many == 1 else f"{many:,} characters have no glyph"
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"{said} and stands as its code point: {', '.join(names[:SHOWN])}{more}"


_LONG = re.compile(r"[!-~]{29,}")  # a word that no line has room for


def _breakable(value: Any, name: str = "") -> Any:
    """Long words get places to break, after a separator or every 20 letters."""
    if isinstance(value, str) and name not in WHOLE:
        return _LONG.sub(lambda m: re.sub(r"(.{20}|[-_/.:,;])(?=.)", "\\1\u200b", m[0]), value)
    if isinstance(value, dict):
        return {key: _breakable(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [_breakable(item, name) for item in value]
    return value


def _timestamp(as_of: str) -> int:
    try:
        at = datetime.fromisoformat(as_of.replace("Z", "+00:00"))
    except ValueError as error:
        raise InvalidInput(
            f"doc.as_of is “{as_of}”; expected a time like 2026-03-10T16:02:00Z.", field="as_of"
        ) from error
    if at.tzinfo is None:
        raise InvalidInput(f"doc.as_of is “{as_of}”, without a time zone; expected one in UTC.")
    return int(at.timestamp())


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return str(value)
    raise InvalidInput(f"A document cannot hold a {type(value).__name__}.")


def _compiled(kind: Kind, data: dict[str, Any], pictures: Mapping[str, bytes]) -> bytes:
    import typst  # loaded when the first document is set

    inputs = {
        "data": json.dumps(data, ensure_ascii=False, default=_plain),
        "pictures": json.dumps({name: svg.decode() for name, svg in pictures.items()}),
        "fonts": json.dumps(fonts.families(fonts.strings(data))),
    }
    compiler = typst.Compiler(
        str(TEMPLATES / f"{kind.name}.typ"),
        root=str(TEMPLATES),
        font_paths=fonts.typst_fonts(),
        sys_inputs=inputs,
    )
    pdf = compiler.compile(
        format="pdf", pdf_standards="a-2b", timestamp=_timestamp(data["doc"]["as_of"])
    )
    if not isinstance(pdf, bytes):
        raise TypeError(f"typst gave {type(pdf).__name__} for a PDF")
    return pdf
