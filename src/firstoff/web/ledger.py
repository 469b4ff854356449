"""How old a page is: what is on it changed when the program's newest entry is another."""

from django.http import HttpResponse, JsonResponse
from django.urls import path

from firstoff.queries import ledger, product
from firstoff.web.auth import Request, page


@page("see")
def version(request: Request, site: str, code: str) -> HttpResponse:
    program = product.program(request.actor, site, code)
    return JsonResponse({"version": ledger.version(program.id)})


urlpatterns = [path("p/<str:site>/<str:code>/version/", version, name="program-version")]
