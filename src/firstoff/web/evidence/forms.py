"""What is filled in on the run page."""

from typing import Any

import uuid6
from django import forms

from firstoff.terms import CauseClass, RunVerdict
from firstoff.web.forms import DateTimeInput, Form

CAUSES = [(c.value, c.value.capitalize()) for c in CauseClass if c is not CauseClass.UNKNOWN]


def password(meaning: str = "") -> forms.CharField:
    return forms.CharField(
        label="Password, again",
        strip=False,
        help_text=meaning,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class Seen(forms.IntegerField):
    """The ledger entry the page was read at: it goes along unseen."""

    widget = forms.HiddenInput

    def __init__(self) -> None:
        super().__init__(required=False)


class Once(Form):
    """A form whose record carries an ID made with the page: sent twice, it is recorded once."""

    uid = forms.UUIDField(required=False, widget=forms.HiddenInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("uid", uuid6.uuid7())
        for field in self.fields.values():
            if isinstance(field, Seen):
                field.widget.input_type = "hidden"  # numbers are made text fields otherwise


class DecisionForm(Once):
    """Sign off or hold. Sign-off is offered only where the bar gives it."""

    decision = forms.ChoiceField(widget=forms.RadioSelect())
    reason = forms.CharField(
        label="What you want the reader to know",
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    password = password()
    seen = Seen()

    def offer(self, *, may_sign_off: bool) -> "DecisionForm":
        held = "Hold, although the bar is cleared" if may_sign_off else "Hold"
        choices = [(RunVerdict.HOLD.value, held)]
        if may_sign_off:
            choices.insert(0, (RunVerdict.SIGN_OFF.value, "Sign off"))
        self.choose("decision", choices)
        self.initial.setdefault("decision", choices[0][0])
        return self


class CauseForm(Form):
    code = forms.CharField(max_length=40, widget=forms.HiddenInput())
    cause_class = forms.ChoiceField(label="Class of the cause", choices=CAUSES)
    cause = forms.CharField(
        label="What it was",
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ActionForm(Once):
    against = forms.ChoiceField(label="Against")
    cause_class = forms.ChoiceField(label="Class of the cause", choices=CAUSES)
    what = forms.CharField(
        label="What is changed",
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class InForceForm(Once):
    effective_at = forms.DateTimeField(
        label="In force since",
        required=False,
        help_text="Now, unless you say. A batch that has begun stays what it was.",
        widget=DateTimeInput(),
    )
    evidence = forms.CharField(
        label="How one can tell",
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
