"""Forms: what was posted becomes typed values, or a sentence beside the field.

A form is a ``django.forms.Form`` with our words. ``attempt`` runs the verb and keeps its answer:
what the service could not understand (InvalidInput) goes beside the field it names and answers
422; what a rule refuses (Refused) goes into the form and answers 409; a missing permission and a
thing that is not there stay pages of their own.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.http import HttpRequest

from firstoff.errors import InvalidInput, NotAllowed, Refused


class Form(forms.Form):
    """``status`` is what the page answers with; ``refusal`` is the rule that said no."""

    use_required_attribute = False  # our own sentence beside the field, not the browser's bubble
    refused_beside = ""  # the field that a refusal stands beside, when it names none

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.status = 200
        self.refusal: Refused | None = None
        self.result: Any = None
        for name, field in self.fields.items():
            _in_our_words(name, field)

    @classmethod
    def of(cls, request: HttpRequest, **kwargs: Any) -> Any:
        """Bound to what was posted, or empty."""
        if request.method == "POST":
            return cls(request.POST, request.FILES, **kwargs)
        return cls(**kwargs)

    def choose(self, name: str, choices: Iterable[tuple[str, str]]) -> None:
        """What may be chosen in a field, where that depends on the page."""
        field: Any = self.fields[name]
        field.choices = list(choices)

    def attempt(self, verb: Callable[[dict[str, Any]], Any]) -> bool:
        """Check, run the verb with the cleaned values, keep its result. True when it is done."""
        if not self.is_bound:
            return False
        if not self.is_valid():
            self.status = 422
            return False
        try:
            self.result = verb(self.cleaned_data)
        except NotAllowed:
            raise
        except InvalidInput as error:
            self.status = 422
            self._beside(error)
        except Refused as error:
            self.status = 409
            if error.details.get("field", self.refused_beside) in self.fields:
                self._beside(error)
            else:
                self.refusal = error
        else:
            return True
        return False

    def _beside(self, error: InvalidInput | Refused) -> None:
        field = error.details.get("field", self.refused_beside)
        self.add_error(field if field in self.fields else None, str(error))


def _in_our_words(name: str, field: forms.Field) -> None:
    label = str(field.label or name.replace("_", " ").capitalize())
    field.label = label
    field.error_messages["required"] = f"{label} is missing."
    if isinstance(field, forms.DecimalField | forms.IntegerField):
        kind = "whole number" if type(field) is forms.IntegerField else "number"
        field.error_messages["invalid"] = f"{label} is no {kind}; a decimal point, no units."
        # A number field of the browser scrolls away by the wheel and swallows what it cannot read.
        field.widget.input_type = "text"
        field.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}
    elif isinstance(field, forms.DateField):
        field.error_messages["invalid"] = f"{label} is no date; expected 2026-05-12."
    elif isinstance(field, forms.DateTimeField):
        field.error_messages["invalid"] = f"{label} is no time; expected 2026-05-12 16:42."


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class DateTimeInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")
