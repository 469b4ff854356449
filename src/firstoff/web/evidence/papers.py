"""The documents of a run, and where to find them."""

from collections.abc import Callable

from django.http import HttpResponse
from django.shortcuts import render

from firstoff.queries.evidence import papers
from firstoff.queries.execution import runs
from firstoff.queries.product import program as program_named
from firstoff.rules.access import Actor
from firstoff.web.auth import Request, page


def _answer(
    request: Request,
    site: str,
    batch_id: str,
    made: Callable[[Actor, int], papers.Paper],
    *,
    pdf: bool,
) -> HttpResponse:
    run = runs.run(request.actor, site, batch_id)
    paper = made(request.actor, run.id)
    name = "".join(c if c.isalnum() or c in "._-" else "_" for c in paper.name)
    if pdf:
        response = HttpResponse(paper.pdf, content_type="application/pdf")
        response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    else:
        response = HttpResponse(paper.evidence, content_type="application/json")
        response["Content-Disposition"] = f'attachment; filename="{name}.json"'
    return response


@page("see")
def report(request: Request, site: str, batch_id: str) -> HttpResponse:
    """The pilot report; a DRAFT while nobody has decided."""
    return _answer(request, site, batch_id, papers.pilot_report, pdf=True)


@page("see")
def report_evidence(request: Request, site: str, batch_id: str) -> HttpResponse:
    """The evidence to keep beside the report: anyone can check the report by it."""
    return _answer(request, site, batch_id, papers.evidence_file, pdf=False)


@page("see")
def certificate(request: Request, site: str, batch_id: str) -> HttpResponse:
    return _answer(request, site, batch_id, papers.certificate, pdf=True)


@page("see")
def certificate_evidence(request: Request, site: str, batch_id: str) -> HttpResponse:
    return _answer(request, site, batch_id, papers.certificate, pdf=False)


@page("see")
def documents(request: Request, site: str, code: str) -> HttpResponse:
    """The papers of a program, run by run."""
    program = program_named(request.actor, site, code)
    found, total = runs.runs(request.actor, program_id=program.id, limit=500)
    context = {"program": program, "runs": found, "total": total}
    return render(request, "evidence/documents.html", context)
