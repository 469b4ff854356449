"""Queries: open until a later version of the document says it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from firstoff.errors import InvalidInput, Refused
from firstoff.rules.review import QueryFacts, check_closing, check_query, open_queries

ASKED = datetime(2026, 5, 4, 8, tzinfo=UTC)
QUERY = QueryFacts(1, "Which glaze on the foot?\nPlease.", "DRW-1", "Stoke Ceramics", ASKED)


def test_a_query_is_about_something() -> None:
    with pytest.raises(InvalidInput):
        check_query("Which glaze?", "Stoke", document="", revision="", about=" ")
    assert check_query(" Which glaze? ", "Stoke", document="DRW-1", revision="", about="") == (
        "Which glaze?",
        "Stoke",
        "",
    )


def test_a_word_alone_leaves_it_open_and_an_earlier_version_does_not_close_it() -> None:
    assert check_closing(QUERY, version_is_later=None, says="", text="Matt.") == "Matt."
    with pytest.raises(Refused) as refused:
        check_closing(QUERY, version_is_later=False, says="DRW-1 version A", text="Matt.")
    assert refused.value.code == "R-16"
    with pytest.raises(InvalidInput):
        check_closing(QUERY, version_is_later=None, says="", text=" ")


def test_what_is_closed_is_not_answered_again() -> None:
    closed = replace(QUERY, closed_by="DRW-1 version B")
    with pytest.raises(Refused, match="closed by DRW-1 version B"):
        check_closing(closed, version_is_later=True, says="DRW-1 version C", text="Matt.")
    assert open_queries([closed, QUERY]) == (QUERY,)
    assert QUERY.sentence == "Q-001 about DRW-1 is open: Which glaze on the foot?"
