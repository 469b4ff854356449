"""The cards beside a station: codes that say pass, fail, undo, an operation or a defect."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.safestring import SafeString

from firstoff.formats.labels import svg
from firstoff.formats.labels.internal import COMMAND, encode
from firstoff.queries.execution.line import LineView, line
from firstoff.queries.execution.runs import runs_called
from firstoff.rules.genealogy.at_line import COMMANDS, REASONS
from firstoff.web.auth import Request, page


@dataclass(frozen=True, slots=True)
class Card:
    """``typed`` is what does the same on a keyboard."""

    title: str
    says: str
    typed: str
    picture: SafeString


@page("unit.record")
def line_commands(request: Request) -> HttpResponse:
    """A sheet to print; with a batch also its operations and the defect codes of its program."""
    batch = request.GET.get("batch", "")[:200]
    known = [r for r in runs_called(request.actor, batch) if r.site_id == request.place.id]
    run = known[0] if batch and known else None
    view = line(run) if run else None
    context = {
        "run": run,
        "groups": [
            ("Every station", [_card(w.capitalize(), says, w) for w, _, says in COMMANDS]),
            *_of_run(view),
            ("Why a part is taken out", [_card(t.capitalize(), "", w) for w, t in REASONS]),
        ],
    }
    return render(request, "execution/line_commands.html", context)


def _of_run(view: LineView | None) -> list[tuple[str, list[Card]]]:
    if view is None:
        return []
    operations = [
        _card(f"Operation {o.seq}", f"Reels scanned next go to {o.name}.", f"OP{o.seq}")
        for o in view.operations
    ]
    codes = [
        Card(c.code, c.name, c.code, SafeString(svg(c.code))) for c in view.codes if c.code.strip()
    ]
    found = [("Operations", operations)]
    return [*found, ("Defects", codes)] if codes else found


def _card(title: str, says: str, word: str) -> Card:
    """The code has check letters, so that a keyboard of another layout does not change it."""
    return Card(title, says, f"*{word}*", SafeString(svg(encode(COMMAND, word))))


urlpatterns = [path("line/commands/", line_commands, name="line-commands")]
