"""The lines of a draft, typed: a page of the table at a time, saved at once."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path

from firstoff.errors import InvalidInput
from firstoff.formats.bom.designators import designators
from firstoff.queries import bom as reads
from firstoff.queries.bom.facts import page_state
from firstoff.queries.bom.listing import line_count
from firstoff.rules.bom.lines import AlternateFacts, LineFacts
from firstoff.rules.bom.paging import TypedLine
from firstoff.services.bom.paging import set_page
from firstoff.terms import CharacteristicClass
from firstoff.web.auth import Request, page
from firstoff.web.bom.shared import BOM, Shown, found, here
from firstoff.web.figures import plural
from firstoff.web.grids import Grid, Row
from firstoff.web.templatetags.firstoff import page_bounds

_SEVERAL = re.compile(r"[;,\n]+")
_ALL = {"all", "x", "yes", "dnp", "dni", "nf", "1", "not fitted"}
_TOLD = 5  # warnings that a message names


def _short(size: int, **more: Any) -> forms.TextInput:
    return forms.TextInput(attrs={"size": size, "autocomplete": "off", **more})


class LineRow(Row):
    told = (
        "find_number",
        "part",
        "quantity",
        "unit",
        "designators",
        "not_fitted",
        "alternates",
        "note",
    )

    line = forms.CharField(max_length=18, required=False, widget=forms.HiddenInput())
    find_number = forms.CharField(
        label="Find no.", max_length=20, required=False, widget=_short(4)
    )
    part = forms.CharField(max_length=120, widget=_short(16, spellcheck="false"))
    quantity = forms.DecimalField(required=False, widget=_short(5))
    unit = forms.CharField(max_length=20, required=False, widget=_short(4))
    designators = forms.CharField(
        max_length=20_000, required=False, widget=_short(18, spellcheck="false")
    )
    not_fitted = forms.CharField(
        label="Not fitted", max_length=20_000, required=False, widget=_short(8)
    )
    classification = forms.ChoiceField(
        label="Class",
        required=False,
        choices=[("", "not said"), *((c.value, c.value) for c in CharacteristicClass)],
    )
    alternates = forms.CharField(max_length=2000, required=False, widget=_short(14))
    note = forms.CharField(max_length=10_000, required=False, widget=_short(14))


def typed_line(values: dict[str, Any]) -> TypedLine:
    """A row as it was typed. The quantity of places that are named need not be."""
    places = designators(values["designators"]).names
    said = values["not_fitted"].strip()
    out = said.casefold() in _ALL
    empty = () if out else designators(said).names
    quantity = values["quantity"]
    if quantity is None:
        quantity = Decimal(len(places) - (0 if out else len(empty))) if places else Decimal(1)
    kind = values["classification"]
    line = LineFacts(
        part=values["part"],
        quantity=quantity,
        find_number=values["find_number"],
        unit=values["unit"],
        designators=places,
        not_fitted=places if out else empty,
        fitted=not out,
        classification=CharacteristicClass(kind) if kind else None,
        note=values["note"],
        alternates=alternates_of(values["alternates"]),
    )
    key = values["line"]
    return TypedLine(int(key) if key.isascii() and key.isdecimal() else None, line)


def alternates_of(text: str) -> tuple[AlternateFacts, ...]:
    """``A-1; B-2``: by the order in which they stand."""
    words = [word.strip() for word in _SEVERAL.split(text) if word.strip()]
    return tuple(AlternateFacts(word, rank) for rank, word in enumerate(words, 1))


def _initial(line: reads.BomLineView) -> dict[str, Any]:
    """What the fields of a row show."""
    every = not line.fitted
    return {
        "line": line.id,
        "find_number": line.find_number,
        "part": line.part_number,
        "quantity": f"{line.quantity.normalize():f}",
        "unit": line.unit,
        "designators": ", ".join(line.designators),
        "not_fitted": "all" if every else ", ".join(line.not_fitted),
        "classification": line.classification.value if line.classification else "",
        "alternates": "; ".join(a.number for a in line.alternates if a.line_id is not None),
        "note": line.note,
    }


@page("definition.edit", post="definition.edit")
def bom_edit(request: Request, site: str, part: str, revision: str) -> HttpResponse:
    """A page of lines to type into; what other pages hold stays as it is."""
    shown = found(request, site, part, revision)
    if not shown.edits:
        messages.info(request, _why_not(shown))
        return redirect(shown.at())
    if request.method != "POST":
        offset, limit = page_bounds(request.GET)
        lines, _ = reads.lines(request.actor, shown.revision.id, offset=offset, limit=limit)
        grid = Grid(LineRow, "b", initial=[_initial(line) for line in lines])
        return _page(request, shown, grid, [line.id for line in lines])
    keys = _keys(request.POST.get("shown", ""))
    grid = Grid.of(request, LineRow, "b")
    if grid.attempt(
        lambda sent: set_page(
            revision_id=shown.revision.id,
            shown=keys,
            typed=[typed_line(values) for values in sent],
            seen=request.POST.get("seen", ""),
            **here(request),
        )
    ):
        _say(request, grid.result)
        query = request.GET.urlencode()
        return redirect(f"{shown.at()}?{query}" if query else shown.at())
    return _page(request, shown, grid, keys)


def _page(request: Request, shown: Shown, grid: Grid, keys: list[int]) -> HttpResponse:
    context = shown.context(
        grid=grid,
        shown=",".join(str(key) for key in keys),
        seen=page_state(request.actor, shown.revision.id, keys),
        total=line_count(shown.revision.id),
        query=request.GET.urlencode(),
    )
    return render(request, "bom/edit.html", context, status=grid.status)


def _keys(text: str) -> list[int]:
    """The lines that the page showed. Raises InvalidInput."""
    words = [word for word in text.split(",") if word]
    if not all(word.isascii() and word.isdecimal() and len(word) < 19 for word in words):
        raise InvalidInput("The page does not say which lines it showed; open it again.")
    return [int(word) for word in words]


def _say(request: Request, written: Any) -> None:
    messages.success(request, f"Saved: {plural(len(written.lines), 'line')}.")
    for remark in written.warnings[:_TOLD]:
        messages.warning(request, remark.sentence)
    if (more := len(written.warnings) - _TOLD) > 0:
        messages.warning(request, f"{more:,} more such lines.")


def _why_not(shown: Shown) -> str:
    word = shown.revision.status.value.replace("_", " ")
    return f"Revision {shown.revision.label} is {word}; only a draft can be changed (R-10)."


urlpatterns = [path(f"{BOM}edit/", bom_edit, name="bom-edit")]
