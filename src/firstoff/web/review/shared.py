"""What the pages of reviews share."""

from typing import Any

from django import forms
from django.http import HttpResponse

from firstoff.formats.exports import CSV_TYPE, XLSX_TYPE
from firstoff.web.auth import Request

HERE = "p/<str:site>/<str:code>/"
_TYPES = {"pdf": "application/pdf", "xlsx": XLSX_TYPE, "csv": CSV_TYPE}


def of(request: Request, program_id: int) -> dict[str, Any]:
    """What every verb takes."""
    return {"program_id": program_id, "by": request.actor, "at": request.at}


def handed_out(name: str, ending: str, content: bytes) -> HttpResponse:
    answer = HttpResponse(content, content_type=_TYPES[ending])
    shown = "inline" if ending == "pdf" else "attachment"
    answer["Content-Disposition"] = f'{shown}; filename="{name}.{ending}"'
    return answer


def area(rows: int = 2, **more: Any) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, **more})


def short(size: int, **more: Any) -> forms.TextInput:
    return forms.TextInput(attrs={"size": size, "autocomplete": "off", **more})
