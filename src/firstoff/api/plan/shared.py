"""What the addresses of the area have in common."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from firstoff.api.auth import actor
from firstoff.api.product import program_at
from firstoff.queries import access

ONE = "/sites/{site}/programs/{code}"
REVISION = ONE + "/revisions/{revision}"


def of_program(request: HttpRequest, site: str, code: str) -> dict[str, Any]:
    by, program = program_at(request, site, code)
    return {"program_id": program.id, "by": by, "at": timezone.now()}


def of_site(request: HttpRequest, site: str) -> dict[str, Any]:
    by = actor(request)
    return {"site_id": access.site(by, site).id, "by": by, "at": timezone.now()}
