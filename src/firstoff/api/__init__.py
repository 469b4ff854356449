"""The API under /api/v1: everything the web can do, described by OpenAPI at /api/v1/docs.

A router per area; adding one is one line in ``ROUTERS``.
"""

import importlib
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import register_converter
from ninja import NinjaAPI, Router, Swagger
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema

from firstoff import __version__
from firstoff.api.addresses import Escaped
from firstoff.api.auth import Session, Token, described

# area module -> prefix
ROUTERS: tuple[tuple[str, str], ...] = (
    ("access", ""),
    ("product", ""),
    ("documents", ""),
    ("bom", ""),
    ("plan", ""),
    ("review", ""),
    ("supply", ""),
    ("sourcing", ""),
    ("execution", ""),
    ("records", ""),
    ("labels", ""),
    ("nonconformity", ""),
    ("evidence", ""),
    ("tolerance", ""),
    ("change", ""),
    ("techpack", ""),
    ("release", ""),
    ("trace", ""),
    ("containments", ""),
    ("epcis", ""),
    ("ledger", ""),
)

_TEXT = {"type": "string"}
_PROBLEM = {
    "type": "object",
    "description": "RFC 9457. `code` is the rule (R-31) or the kind of mistake, and stays.",
    "required": ["title", "status", "code"],
    "properties": {
        "type": _TEXT,
        "title": {"type": "string", "description": "One sentence"},
        "status": {"type": "integer"},
        "code": _TEXT,
        "way_out": {"type": "string", "description": "What would make it yes, and who can"},
        "details": {"type": "object"},
    },
}
_REFUSED = {
    "description": "An error, always of this shape: 400 not understood, 401, 403, 404, 409 a "
    "rule says no, 503 the disk or the database does not answer (Retry-After says when to ask)",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


class Described(NinjaAPI):
    """The document names what every operation can answer beside its success: a problem."""

    def get_openapi_schema(self, **kwargs: Any) -> OpenAPISchema:
        document = super().get_openapi_schema(**kwargs)
        document["components"].setdefault("schemas", {}).update({"Problem": _PROBLEM, **_named})
        for operations in document["paths"].values():
            for operation in operations.values():
                operation["responses"].setdefault("default", _REFUSED)
        return document


api = Described(
    title="Firstoff",
    version="1",
    description=(
        f"Firstoff {__version__}. Lists answer `items`, `next` (a cursor) and `total`. Errors are "
        "problem+json with a stable `code`; a refusal names the rule and the way out. Records "
        "carry a UUIDv7 made by whoever recorded them: posting one again is safe."
    ),
    auth=[Token(), Session()],
    urls_namespace="api",
    docs=Swagger(settings={"persistAuthorization": False}),
    docs_decorator=described,
)

register_converter(Escaped, "escaped")  # before any router names its addresses

_named: dict[str, Any] = {}  # schemas that a module brings beside those of its shapes
for _name, _prefix in ROUTERS:
    _module = importlib.import_module(f"firstoff.api.{_name}")
    _router: Router = _module.router
    api.add_router(_prefix, _router, tags=[_name])
    _named.update(getattr(_module, "COMPONENTS", {}))


@api.exception_handler(AuthenticationError)
def not_authenticated(request: HttpRequest, error: Any) -> HttpResponse:
    return _problem(
        request,
        401,
        "not-signed-in",
        "This needs a token or a signed-in session.",
        "Send Authorization: Bearer with a token from the Tokens page.",
    )


@api.exception_handler(ValidationError)
def not_understood(request: HttpRequest, error: Any) -> HttpResponse:
    first = error.errors[0] if error.errors else {"loc": (), "msg": "cannot be read"}
    where = ".".join(str(p) for p in first["loc"][1:] if p != "payload") or "the request"
    fields = [
        {"field": ".".join(str(p) for p in e["loc"][1:]), "message": e["msg"]}
        for e in error.errors
    ]
    return _problem(
        request, 400, "invalid-input", f"{where}: {first['msg']}.", details={"fields": fields}
    )


@api.exception_handler(HttpError)
def refused_by_framework(request: HttpRequest, error: Any) -> HttpResponse:
    return _problem(request, error.status_code, "invalid-input", f"{error.message}.")


def _problem(
    request: HttpRequest,
    status: int,
    code: str,
    title: str,
    way_out: str = "",
    details: dict[str, Any] | None = None,
) -> HttpResponse:
    body: dict[str, Any] = {"title": title, "status": status, "code": code}
    if way_out:
        body["way_out"] = way_out
    if details:
        body["details"] = details
    response = api.create_response(request, body, status=status)
    response["Content-Type"] = "application/problem+json"
    return response
