"""The lines of a revision: a page of them, the tree, files of them."""

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse

from firstoff.errors import NotFound
from firstoff.formats.exports import CSV_TYPE, XLSX_TYPE, csv_stream, xlsx
from firstoff.queries import bom as reads
from firstoff.queries import product
from firstoff.queries.bom.figures import figures
from firstoff.queries.bom.listing import variant_names
from firstoff.queries.bom.tree import TreeLine, tree
from firstoff.web.auth import Request, page
from firstoff.web.bom.shared import BOM, OPEN, Shown, found
from firstoff.web.templatetags.firstoff import page_bounds

_ONLY = (
    ("", "All lines"),
    ("assemblies", "Assemblies"),
    ("not_fitted", "Not fitted"),
    ("critical", "Critical"),
    ("without_source", "Bought, without a source"),
)
_MOST_OPEN = 200  # assemblies that a tree has open at once


@page("see")
def program_bom(request: Request, site: str, code: str) -> HttpResponse:
    """To the lines of the program's part: what is worked on, else what is released."""
    program = product.program(request.actor, site, code)
    revisions = product.part_revisions(program.part_id)
    drafted = next((r for r in revisions if r.status in OPEN), None)
    chosen = drafted or product.default_revision(program.part_id) or revisions[0]
    return redirect("bom-lines", site, program.part_number, chosen.label)


@page("see")
def bom_lines(request: Request, site: str, part: str, revision: str) -> HttpResponse:
    shown = found(request, site, part, revision)
    asked = {n: request.GET.get(n, "").strip()[:200] for n in ("q", "only", "variant")}
    section = request.GET.get("section")
    offset, limit = page_bounds(request.GET)
    lines: Sequence[reads.BomLineView]
    if asked["variant"]:
        every = _of_variant(request, shown, asked, section)
        total, lines = len(every), every[offset : offset + limit]
    else:
        lines, total = reads.lines(
            request.actor,
            shown.revision.id,
            search=asked["q"],
            only=asked["only"],
            section=section,
            offset=offset,
            limit=limit,
        )
    counted = figures(request.actor, shown.revision.id)
    context = shown.context(
        lines=lines,
        total=total,
        asked=asked,
        section=section,
        head=counted.head,
        sections=counted.sections if len(counted.sections) > 1 else (),
        variants=variant_names(request.actor, shown.revision.id),
        only=[(value, words, None) for value, words in _ONLY],
        filtered=bool(asked["q"] or asked["only"] or section is not None),
        query=urlencode({"variant": asked["variant"]} if asked["variant"] else {}),
        page_query=urlencode({"page": request.GET.get("page", "1")[:7]}),
    )
    return render(request, "bom/lines.html", context)


def _of_variant(
    request: Request, shown: Shown, asked: dict[str, str], section: str | None
) -> list[reads.BomLineView]:
    """The lines as a variant has them. They are worked out whole, so they are searched here."""
    found = reads.variant_lines(request.actor, shown.revision.id, asked["variant"])
    word = asked["q"].casefold()
    kinds: dict[str, Callable[[reads.BomLineView], object]] = {
        "": lambda line: True,
        "assemblies": lambda line: line.child_id is not None,
        "not_fitted": lambda line: not line.fitted or line.not_fitted,
        "critical": lambda line: line.classification == "critical",
        "without_source": lambda line: (
            line.fitted and line.procurement == "buy" and not line.sources
        ),
    }
    if asked["only"] not in kinds:
        raise NotFound("There is no such choice of lines.")
    meant = kinds[asked["only"]]
    return [
        line
        for line in found
        if meant(line)
        and (section is None or line.section == section)
        and (not word or _holds(line, word))
    ]


def _holds(line: reads.BomLineView, word: str) -> bool:
    said = (line.part_number, line.part_name, line.value, *(s.mpn for s in line.sources))
    exact = (line.find_number, *line.designators)
    return any(word in text.casefold() for text in said) or any(
        word == text.casefold() for text in exact
    )


@page("see")
def bom_tree(request: Request, site: str, part: str, revision: str) -> HttpResponse:
    """Every level, opened one by one: ``?open=3&open=3.9``."""
    shown = found(request, site, part, revision)
    opened = list(dict.fromkeys(request.GET.getlist("open")))[:_MOST_OPEN]
    rows = [_row(one, opened) for one in tree(request.actor, shown.revision.id, opened)]
    every = [o["is"].path for o in rows if isinstance(o["is"], TreeLine) and o["is"].lines]
    context = shown.context(
        rows=rows,
        head=figures(request.actor, shown.revision.id).head,
        open_all=_opening(list(dict.fromkeys([*opened, *every]))) if every else "",
        opened=bool(opened),
    )
    return render(request, "bom/tree.html", context)


def _row(one: Any, opened: list[str]) -> dict[str, Any]:
    """A line with the address that opens or closes it; closing closes what is under it too."""
    if not isinstance(one, TreeLine):
        return {"is": one, "left": True}
    if one.open:
        others = [p for p in opened if p != one.path and not p.startswith(f"{one.path}.")]
        return {"is": one, "url": _opening(others)}
    return {"is": one, "url": _opening([*opened, one.path]) if one.lines else ""}


def _opening(paths: list[str]) -> str:
    return "?" + urlencode([("open", path) for path in paths[:_MOST_OPEN]])


@page("see")
def bom_file(
    request: Request, site: str, part: str, revision: str, ending: str
) -> HttpResponseBase:
    """The lines as a file, which the import takes again."""
    if ending not in ("csv", "xlsx"):
        raise NotFound("There is no such file; expected csv or xlsx.")
    shown = found(request, site, part, revision)
    header, rows = reads.table(
        request.actor,
        shown.revision.id,
        levels=request.GET.get("levels") == "1",
        variant=request.GET.get("variant", ""),
    )
    title = f"{shown.part.number} revision {shown.revision.label}"
    answer: HttpResponseBase
    if ending == "csv":
        answer = StreamingHttpResponse(csv_stream(header, rows), content_type=CSV_TYPE)
    else:
        answer = HttpResponse(xlsx(title, header, rows), content_type=XLSX_TYPE)
    safe = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "-" for c in title)
    answer["Content-Disposition"] = f'attachment; filename="{safe}.{ending}"'
    return answer


@page("see")
def bom_print(request: Request, site: str, part: str, revision: str) -> HttpResponse:
    """Every line on one page, for paper."""
    shown = found(request, site, part, revision)
    variant = request.GET.get("variant", "")
    lines = (
        reads.variant_lines(request.actor, shown.revision.id, variant)
        if variant
        else reads.lines_of(shown.revision.id)
    )
    most = 5000
    context = shown.context(
        lines=lines[:most],
        left=max(0, len(lines) - most),
        variant=variant,
        head=figures(request.actor, shown.revision.id).head,
        back=reverse("bom-lines", args=[site, part, revision]),
    )
    return render(request, "bom/print.html", context)


urlpatterns = [
    path("p/<str:site>/<str:code>/bom/", program_bom, name="bom"),
    path(f"{BOM}", bom_lines, name="bom-lines"),
    path(f"{BOM}levels/", bom_tree, name="bom-tree"),
    path(f"{BOM}print/", bom_print, name="bom-print"),
    path(f"{BOM}lines.<str:ending>", bom_file, name="bom-file"),
]
