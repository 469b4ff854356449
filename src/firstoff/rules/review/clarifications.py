"""Queries from the maker: a documentation failure each, open until a document says it (R-16)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from firstoff.errors import InvalidInput, Refused
from firstoff.rules.product import check_line, check_prose


@dataclass(frozen=True, slots=True)
class QueryFacts:
    """A query as it stands. ``about`` names the document or revision it was about; ``closed_by``
    the version or revision that says it now, empty while it is open."""

    number: int
    question: str
    about: str
    asked_by: str
    asked_at: datetime
    answer: str = ""
    closed_by: str = ""
    closed_at: datetime | None = None
    document: str = ""  # number
    uid: str = ""

    @property
    def label(self) -> str:
        return f"Q-{self.number:03}"

    @property
    def open(self) -> bool:
        return not self.closed_by

    @property
    def sentence(self) -> str:
        return f"{self.label} about {self.about} is open: {self.question.splitlines()[0]}"


def check_query(
    question: str, asked_by: str, *, document: str, revision: str, about: str
) -> tuple[str, str, str]:
    """Question, who asked, and what it is about, trimmed. Raises InvalidInput."""
    said = check_prose(question, "question", field="question")
    if not said:
        raise InvalidInput("The query asks nothing.", field="question")
    thing = check_line(about, "subject", longest=300, field="about")
    if not (document or revision or thing):
        raise InvalidInput(
            "The query is about nothing; name the document that should have answered it, or say "
            "what is missing.",
            field="document",
        )
    return said, check_line(asked_by, "name of who asked", field="asked_by"), thing


def check_closing(
    query: QueryFacts, *, version_is_later: bool | None, says: str, text: str
) -> str:
    """A query is closed by a document that was revised after it (R-16); answering it by word alone
    leaves it open. Raises InvalidInput, Refused.

    version_is_later: whether the version named came after the question and is of the document it
    was about; None where none is named. says: the version or revision that is named.
    """
    said = check_prose(text, "answer", field="text")
    if not said and not says:
        raise InvalidInput(f"{query.label} is answered without a word.", field="text")
    if not query.open:
        raise Refused(
            f"{query.label} is closed by {query.closed_by}.",
            code="R-16",
            way_out="Log what is still unclear as a new query.",
        )
    if version_is_later is False:
        raise Refused(
            f"{says} does not answer {query.label}: it is no later version of {query.about}.",
            code="R-16",
            way_out="Revise the document, and name the version that says it.",
        )
    return said


def open_queries(queries: Iterable[QueryFacts]) -> tuple[QueryFacts, ...]:
    """The oldest first."""
    return tuple(sorted((q for q in queries if q.open), key=lambda q: q.number))
