"""Labels as PDF and SVG, and their text as pixels: typst sets what the layout placed."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal

from firstoff.errors import InvalidInput
from firstoff.formats.documents import fonts

from .layout import Code, Layout

TEMPLATE = Path(__file__).with_name("label.typ")


def pdf(layouts: Sequence[Layout], *, start: int = 1) -> bytes:
    """One label a page, or sheets of them from the place ``start``, counted along the rows.

    Raises InvalidInput for a start that the sheet has not.
    """
    (made,) = _compiled(_sheets(layouts, start), "pdf")
    return made


def svg(layout: Layout) -> bytes:
    """One label, for the screen."""
    (made,) = _compiled([_page([layout])], "svg")
    return made


def text_pictures(layouts: Sequence[Layout]) -> list[bytes]:
    """A PNG a label of its texts alone, a pixel a dot, smoothed."""
    pages = [_page([layout], codes=False) for layout in layouts]
    return _compiled(pages, "png", ppi=layouts[0].dots * 25.4)


def _sheets(layouts: Sequence[Layout], start: int) -> list[dict[str, Any]]:
    if not layouts:
        raise InvalidInput("There are no labels to print; expected at least one.")
    size = layouts[0].size
    sheet = size.sheet
    if sheet is None:
        return [_page([layout]) for layout in layouts]
    if not 1 <= start <= sheet.many:
        raise InvalidInput(
            f"A sheet of {size.label} has places 1 to {sheet.many}; found {start}.", field="start"
        )
    places = list(enumerate(layouts, start - 1))
    pages = range(places[-1][0] // sheet.many + 1)
    return [
        {
            "width": sheet.page[0],
            "height": sheet.page[1],
            "labels": [
                _label(one, *sheet.place(at % sheet.many))
                for at, one in places
                if at // sheet.many == page
            ],
        }
        for page in pages
    ]


def _page(layouts: Sequence[Layout], *, codes: bool = True) -> dict[str, Any]:
    one = layouts[0]
    labels = [_label(layout, 0, 0, codes=codes) for layout in layouts]
    return {"width": one.mm(one.width), "height": one.mm(one.height), "labels": labels}


def _label(layout: Layout, x: float, y: float, *, codes: bool = True) -> dict[str, Any]:
    mm = layout.mm
    return {
        "x": x,
        "y": y,
        "width": mm(layout.width),
        "height": mm(layout.height),
        "codes": [
            {
                "x": mm(code.x),
                "y": mm(code.y),
                "width": mm(code.width),
                "height": mm(code.height),
                "svg": _path(code),
            }
            for code in layout.codes
            if codes
        ],
        "texts": [
            {
                "x": mm(text.x),
                "y": mm(text.baseline),
                "size": mm(text.size),
                "width": mm(text.width),
                "text": text.text,
                "bold": text.bold,
            }
            for text in layout.texts
        ],
    }


def _path(code: Code) -> str:
    wide, high = code.modules.width, code.modules.height
    # Rows overlap by a hair, so that no line of paper shows between them.
    path = "".join(
        f"M{x} {y}h{run}v{1 if y == high - 1 else 1.02}h-{run}z"
        for x, y, run in code.modules.runs()
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" width="{wide}" '
        f'height="{high}" preserveAspectRatio="none"><path d="{path}"/></svg>'
    )


def _compiled(
    pages: Iterable[dict[str, Any]], form: Literal["pdf", "svg", "png"], ppi: float = 144
) -> list[bytes]:
    import typst  # loaded when the first label is set

    data = {"title": "Labels", "pages": list(pages)}
    compiler = typst.Compiler(
        str(TEMPLATE),
        root=str(TEMPLATE.parent),
        font_paths=fonts.typst_fonts(),
        sys_inputs={
            "data": json.dumps(data, ensure_ascii=False),
            "fonts": json.dumps(fonts.families(fonts.strings(data["pages"]))),
        },
    )
    made = compiler.compile(format=form, ppi=ppi)
    many = made if isinstance(made, list) else [made]
    return [one for one in many if isinstance(one, bytes)]
