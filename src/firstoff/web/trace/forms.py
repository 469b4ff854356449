"""What is filled in on the pages of containments."""

from typing import Any

from django import forms

from firstoff.rules.trace.containment import OUTCOMES
from firstoff.services.trace import UnitGiven
from firstoff.web.evidence.forms import Once, password
from firstoff.web.forms import DateTimeInput


def _prose(label: str, rows: int = 2, *, required: bool = True, hint: str = "") -> Any:
    return forms.CharField(
        label=label,
        required=required,
        max_length=10_000,
        help_text=hint,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class OpenForm(Once):
    title = forms.CharField(max_length=200, help_text="As refusals and letters name it.")
    reason = _prose("Why", hint="What was seen, by whom. The letter to customers says it too.")
    question = forms.CharField(widget=forms.HiddenInput())


class FindingForm(Once):
    """One finding for every unit of the list as it is sifted."""

    outcome = forms.ChoiceField(label="What was found")
    note = _prose("Note", required=False)
    meant = forms.IntegerField(widget=forms.HiddenInput())  # how many the page showed

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A concession is signed: it has a form of its own.
        self.choose("outcome", [(o.value, r.title) for o, r in OUTCOMES.items() if not r.signed])
        self.fields["meant"].widget.input_type = "hidden"


class ConcessionForm(Once):
    note = _prose("What is wrong, and why they may be used")
    meant = forms.IntegerField(widget=forms.HiddenInput())  # how many the page showed
    password = password()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["meant"].widget.input_type = "hidden"


class AddForm(Once):
    units = forms.CharField(
        label="Serial numbers",
        max_length=200_000,
        help_text="One a line; its part after a space or a tab where two units have the number.",
        widget=forms.Textarea(attrs={"rows": 3, "class": "mono"}),
    )
    reason = _prose("Why they are at risk", rows=1)

    def clean_units(self) -> list[UnitGiven]:
        found = []
        for line in self.cleaned_data["units"].splitlines():
            serial, _, part = line.strip().partition("\t")
            if not part:
                serial, _, part = line.strip().partition(" ")
            if serial:
                found.append(UnitGiven(serial, part.strip()))
        return found


class NoticeForm(Once):
    customer = forms.CharField(max_length=200, widget=forms.HiddenInput())
    sent_at = forms.DateTimeField(
        label="Told", required=False, help_text="Now, unless you say.", widget=DateTimeInput()
    )
    reference = forms.CharField(
        required=False, max_length=200, help_text="Of the letter, the call, the mail."
    )


class CloseForm(Once):
    note = _prose("What you want the reader to know", rows=3, required=False)
    password = password()
