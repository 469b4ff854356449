"""Work instructions of a plan on paper."""

from django.http import HttpResponse
from django.urls import path

from firstoff.queries.plan.papers import draft_instruction
from firstoff.web.auth import Request, page
from firstoff.web.plan.process import HERE, read


@page("see")
def instruction(request: Request, site: str, code: str, seq: int) -> HttpResponse:
    return _paper(request, site, code, seq)


@page("see")
def instructions(request: Request, site: str, code: str) -> HttpResponse:
    """Of all operations, in their order."""
    return _paper(request, site, code, None)


def _paper(request: Request, site: str, code: str, seq: int | None) -> HttpResponse:
    view = read(request, site, code)
    made = draft_instruction(view, seq, at=request.at)
    answer = HttpResponse(made.pdf, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{made.name}.pdf"'
    return answer


urlpatterns = [
    path(
        f"{HERE}operations/<int:seq>/instruction.pdf", instruction, name="definition-instruction"
    ),
    path(f"{HERE}instructions.pdf", instructions, name="definition-instructions"),
]
