"""The log of clarification queries: each a gap of a document until a later version says it."""

from collections.abc import Mapping
from typing import Any, TypedDict

from .frame import Doc, Signature
from .kind import Kind

COLUMNS = (
    "Query",
    "About",
    "Question",
    "Asked by",
    "Asked",
    "State",
    "Answer",
    "Closed by",
    "Closed",
)


class LoggedQuery(TypedDict):
    label: str
    about: str
    question: list[str]
    asked: str  # by whom, when
    open: bool
    answer: list[str]
    closed: str  # by what, when


class QueryLog(TypedDict):
    open: int
    total: int
    queries: list[LoggedQuery]


class QueryLogDocument(TypedDict):
    doc: Doc
    log: QueryLog
    signatures: list[Signature]


def pictures(_data: Mapping[str, Any]) -> dict[str, bytes]:
    return {}


KIND = Kind(
    name="query_log", title="Clarification queries", shape=QueryLogDocument, pictures=pictures
)
