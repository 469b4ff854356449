"""The work instruction at the line: one step at a time, read at arm's length.

It is that of the run's frozen baseline, never the draft. The line's own field stays: a scan here
does what it does there.
"""

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import path, reverse

from firstoff.queries.execution.definition import frozen
from firstoff.queries.execution.instruction import InstructionView, instruction, picture
from firstoff.queries.execution.line import line
from firstoff.queries.execution.runs import RunView
from firstoff.queries.plan.papers import frozen_instruction
from firstoff.queries.product import program_by_id
from firstoff.web.auth import Request, page
from firstoff.web.documents.register import page_picture
from firstoff.web.execution.line_shared import here, station
from firstoff.web.execution.shared import about, found, new_uid

_WIDTH = 1200
_SHORT = 90  # letters that are read at arm's length beside a picture


@page("unit.record")
def line_instruction(request: Request, site: str, batch_id: str, seq: int) -> HttpResponse:
    run = found(request, site, batch_id)
    held = instruction(run, seq)
    serial = request.GET.get("serial", "")[:120]
    view = line(run, serial)
    total = len(held.steps)
    number = min(max(_number(request.GET), 1), max(total, 1))
    step = held.steps[number - 1] if total else None
    back = here(run, view.unit.serial if view.unit else "", **_branch(held))
    context = about(
        run,
        line=view,
        unit=view.unit,
        operation=held.operation,
        step=step,
        long=step is not None and len(step.text) > _SHORT,
        number=number,
        total=total,
        steps=range(1, total + 1),
        check=held.checked(step) if step else "",
        setting=held.setting(step) if step else "",
        back=back,
        before=_address(run, seq, number - 1, serial) if number > 1 else "",
        after=_address(run, seq, number + 1, serial) if number < total else "",
        serial=serial,
        uid=new_uid(),
        station=station(request, run, view),
    )
    return render(request, "execution/line_instruction.html", context)


def _branch(held: InstructionView) -> dict[str, str]:
    return {"operation": str(held.operation.seq)}


def _number(query: QueryDict) -> int:
    text = query.get("step", "1")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else 1


def _address(run: RunView, seq: int, number: int, serial: str) -> str:
    query = QueryDict(mutable=True)
    if serial:
        query["serial"] = serial
    query["step"] = str(number)
    address = reverse("line-instruction", args=[run.site, run.batch_id, seq])
    return f"{address}?{query.urlencode()}"


@page("see")
def line_picture(request: Request, site: str, batch_id: str, sha256: str) -> HttpResponse:
    """A picture that the instructions of the run show."""
    return page_picture(request, picture(found(request, site, batch_id), sha256), 1, _WIDTH)


@page("see")
def run_instructions(request: Request, site: str, batch_id: str) -> HttpResponse:
    """The work instructions of a run on paper, as they were frozen."""
    run = found(request, site, batch_id)
    made = frozen_instruction(
        program_by_id(request.actor, run.program_id),
        frozen(run.baseline_id, run.baseline),
        at=request.at,
        batch=run.batch_id,
    )
    answer = HttpResponse(made.pdf, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{made.name}.pdf"'
    return answer


_LINE = "runs/<str:site>/<str:batch_id>/line/"

urlpatterns = [
    path(f"{_LINE}operation/<int:seq>/", line_instruction, name="line-instruction"),
    path(f"{_LINE}picture/<str:sha256>.png", line_picture, name="line-picture"),
    path(f"{_LINE}instructions.pdf", run_instructions, name="run-instructions"),
]
