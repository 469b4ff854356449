"""The error tree. Classes are split by what the caller should do next, not by module.

    FirstoffError
    ├── InvalidInput     what was sent cannot mean anything        HTTP 400, exit 2
    ├── NotFound         no such thing, or not for you             HTTP 404, exit 3
    ├── Refused          a rule says no                            HTTP 409, exit 4
    │   ├── NotAllowed   the rule is about who you are             HTTP 403, exit 4
    │   └── StaleState   someone moved it; read again              HTTP 409, exit 4
    └── Unavailable      a store, printer or peer does not answer  HTTP 503, exit 5

Anything else that surfaces is our bug: HTTP 500, exit 1.
A message is one sentence that names the thing; ``details`` are JSON-safe.
"""

from collections.abc import Mapping
from typing import Any, ClassVar


class FirstoffError(Exception):
    """The root. ``code`` is stable and documented; it names the rule or the kind of mistake."""

    status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 1
    default_code: ClassVar[str] = "error"

    def __init__(
        self, message: str, *, code: str | None = None, way_out: str = "", **details: Any
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.way_out = way_out  # what would make it yes, and who can
        self.details: Mapping[str, Any] = details

    def __str__(self) -> str:
        return f"{self.message} {self.way_out}".strip()


class InvalidInput(FirstoffError):
    """What was sent cannot mean anything: says where, what was found, what is expected."""

    status = 400
    exit_code = 2
    default_code = "invalid-input"


class NotFound(FirstoffError):
    """No such thing, or not for you: the two are not told apart."""

    status = 404
    exit_code = 3
    default_code = "not-found"


class Refused(FirstoffError):
    """A rule says no. ``code`` is the rule (``R-31``); ``way_out`` says what would make it yes."""

    status = 409
    exit_code = 4
    default_code = "refused"


class NotAllowed(Refused):
    """The rule is about who you are: no role at this site carries the permission."""

    status = 403
    default_code = "not-allowed"


class StaleState(Refused):
    """Someone moved it while you were looking; read again, then decide."""

    default_code = "stale-state"


class Unavailable(FirstoffError):
    """A store, printer or peer does not answer; trying later may work."""

    status = 503
    exit_code = 5
    default_code = "unavailable"
