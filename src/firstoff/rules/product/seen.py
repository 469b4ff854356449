"""Whether somebody moved what was shown; and which of several things an error is about."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from firstoff.errors import InvalidInput, StaleState
from firstoff.rules import ledger


def state_of(found: Iterable[Any]) -> str:
    """A digest of facts as they were shown, to tell whether somebody moved them since."""
    return ledger.digest([asdict(one) for one in found])


def check_unmoved(seen: str, now: Iterable[Any], what: str) -> None:
    """Raises StaleState when it is not as it was seen. Empty: nobody looked before."""
    if seen and seen != state_of(now):
        raise StaleState(
            f"Somebody else changed the {what} since you opened them.",
            way_out="Your entries are kept. Save once more to put them in place of theirs, or "
            "open the page again to see theirs.",
        )


@contextmanager
def at_row(row: int) -> Iterator[None]:
    """Adds to an error in which of several things it was found, from 0."""
    try:
        yield
    except InvalidInput as error:
        raise InvalidInput(
            error.message, code=error.code, way_out=error.way_out, **error.details, row=row
        ) from error
