"""What the pages of runs share: the run of an address, its context, IDs made by the page."""

from typing import Any

import uuid6
from django import forms

from firstoff.queries.execution import runs as reads
from firstoff.queries.execution.runs import RunView
from firstoff.web.auth import Request
from firstoff.web.forms import Form

_LONGEST_TEXT = 5000


def found(request: Request, site: str, batch_id: str) -> RunView:
    """The run of an address. Raises NotFound."""
    return reads.run(request.actor, site, batch_id)


def about(run: RunView, **more: Any) -> dict[str, Any]:
    """The context of a page about a run: the run, and its program for the side column."""
    program = {"site": run.site, "code": run.program, "name": run.program_name}
    return {"run": run, "program": program, **more}


def new_uid() -> str:
    """A UUIDv7 made by the page: the form can be sent twice and is recorded once (R-36)."""
    return str(uuid6.uuid7())


class RecordForm(Form):
    """A form whose record carries an ID of the page's own."""

    uid = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["uid"].initial = new_uid


def prose(label: str, rows: int = 3, **more: Any) -> forms.CharField:
    """A text of several lines."""
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=_LONGEST_TEXT, widget=widget, **more)


def password() -> forms.CharField:
    """The password that makes a signature."""
    widget = forms.PasswordInput(attrs={"autocomplete": "current-password"})
    return forms.CharField(label="Password, again", max_length=500, strip=False, widget=widget)
