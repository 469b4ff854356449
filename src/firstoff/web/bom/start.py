"""Start from a bill of materials: the program, its part and a draft are made on the way."""

from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path

from firstoff.errors import FirstoffError, InvalidInput, NotAllowed, NotFound, Refused
from firstoff.queries import product as reads
from firstoff.services.bom import preview_start, start_program
from firstoff.web.auth import Request, page
from firstoff.web.bom.imports import say_taken
from firstoff.web.bom.reading import Asked, FilesForm, preview_context
from firstoff.web.bom.shared import here
from firstoff.web.forms import DateInput

_SAID = ("name", "code", "first_quantity", "due", "revision", "currency")


class StartForm(FilesForm):
    field_order = ("name", "code", "first_quantity", "due", "file", "revision", "currency")

    name = forms.CharField(
        label="Product", max_length=200, help_text="What you build, as people call it."
    )
    code = forms.CharField(
        label="Short code",
        max_length=40,
        help_text="Of the program and its part; it begins every batch ID, and stays.",
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "autocomplete": "off"}),
    )
    first_quantity = forms.IntegerField(
        label="Units owed first",
        required=False,
        min_value=1,
        help_text="What material is asked for, unless you ask for another number.",
    )
    due = forms.DateField(label="By when", required=False, widget=DateInput())
    revision = forms.CharField(max_length=20, help_text="The one that the file is of")
    currency = forms.CharField(
        max_length=3, widget=forms.TextInput(attrs={"size": 4, "autocomplete": "off"})
    )


@page("program.edit", post="program.edit")
def bom_start(request: Request) -> HttpResponse:
    if request.method == "POST" and request.POST.get("sha256"):
        given = {name: request.POST.get(name, "")[:200] for name in _SAID}
        asked = replace(Asked.of(request), said=given)
        return _take(request, asked) if asked.take else _look(request, asked)
    form: StartForm = StartForm.of(request, initial=_first(request))
    if form.attempt(lambda data: Asked.held(request, data["file"])):
        data = form.cleaned_data
        given = {n: "" if data[n] is None else str(data[n]) for n in _SAID}
        return _look(request, replace(form.result, said=given), form)
    return _choose(request, form)


def _first(request: Request) -> dict[str, Any]:
    """The currency that the site uses already."""
    others, _ = reads.programs(request.actor, site_id=request.place.id, limit=1)
    return {"revision": "A", "currency": others[0].currency if others else "USD"}


def _choose(
    request: Request, form: StartForm, problem: FirstoffError | None = None
) -> HttpResponse:
    status = 422 if isinstance(problem, InvalidInput) else 409 if problem else form.status
    return render(request, "bom/start.html", {"form": form, "problem": problem}, status=status)


def _look(
    request: Request, asked: Asked, form: StartForm | None = None, status: int = 200
) -> HttpResponse:
    try:
        preview = preview_start(site_id=request.place.id, by=request.actor, **_how(asked))
    except (NotAllowed, NotFound):
        raise
    except (InvalidInput, Refused) as error:
        bad = form or StartForm(initial=asked.said)
        if form is not None and error.details.get("field") in form.fields:
            form.attempt(_raising(error))
            return _choose(request, form)
        return _choose(request, bad, error)
    context = preview_context(preview, asked)
    return render(request, "bom/start_preview.html", context, status=status)


def _how(asked: Asked) -> dict[str, Any]:
    """What was asked, typed. Raises InvalidInput where the page was sent with something else."""
    given = asked.how()
    for name in ("first_quantity", "due"):
        try:
            given[name] = StartForm.base_fields[name].clean(given[name])
        except forms.ValidationError as error:
            raise InvalidInput(error.messages[0], field=name) from error
    return given


def _raising(error: FirstoffError) -> Any:
    def verb(_: dict[str, Any]) -> None:
        raise error

    return verb


def _take(request: Request, asked: Asked) -> HttpResponse:
    try:
        made = start_program(
            site_id=request.place.id,
            leave_out=asked.leave_out,
            **_how(asked),
            **here(request),
        )
    except (NotAllowed, NotFound):
        raise
    except FirstoffError:
        return _look(request, asked, status=409)
    messages.success(request, f"{made.program.name} is on the road.")
    say_taken(request, made.taken)
    site = request.place.code
    return redirect("bom-lines", site, made.program.part.number, asked.said["revision"].strip())


urlpatterns = [path("bom/start/", bom_start, name="bom-start")]
