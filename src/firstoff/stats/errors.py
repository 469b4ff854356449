"""What the statistics refuse, by type. A number that cannot exist is never returned as another.

    StatsError (a ValueError)
    ├── OutOfDomain    an input outside what the method is defined for
    ├── TooFewData     fewer values than the method needs
    ├── NoVariation    all values are equal, and the result would divide by their spread
    └── NotEstimable   the data leave the quantity undetermined (no failure seen, singular matrix)

A message is one sentence: what was given, what was found, what is expected.
"""

from typing import Any


class StatsError(ValueError):
    """The root. ``details`` hold the figures of the sentence, for a caller that words its own."""

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


class OutOfDomain(StatsError):
    """An input lies outside what the method is defined for."""

    def __init__(self, name: str, got: object, expected: str) -> None:
        super().__init__(
            f"{name} is {_shown(got)}; expected {expected}.", name=name, got=got, expected=expected
        )


class TooFewData(StatsError):
    """Fewer values than the method needs."""

    def __init__(self, *, needed: int, got: int, what: str = "values") -> None:
        super().__init__(
            f"Too few {what}: {got} given, at least {needed} needed.",
            needed=needed,
            got=got,
            what=what,
        )


class NoVariation(StatsError):
    """All values are equal: the spread is zero, and what is asked divides by it."""

    def __init__(self, what: str = "values") -> None:
        super().__init__(
            f"All {what} are equal, so their spread is zero; expected {what} that vary.", what=what
        )


class NotEstimable(StatsError):
    """The data leave the quantity undetermined."""


def _shown(got: object) -> str:
    text = repr(got)
    return text if len(text) <= 60 else text[:57] + "..."
