"""What was computed of a build, kept as long as nothing was recorded since."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

from firstoff.queries.ledger import head

T = TypeVar("T")
_KEPT = 4  # answers of a kind: one of fifty thousand lines is one of many


class Remembered(Generic[T]):
    """Answers by what was asked, at the head of the ledger that they were computed at. They are
    shared between readers: what is kept is frozen."""

    def __init__(self) -> None:
        self._found: OrderedDict[str, T] = OrderedDict()
        self._lock = Lock()

    def of(self, asked: object, compute: Callable[[], T]) -> T:
        """The answer kept for this question, or a new one. One query beside those of ``compute``.

        asked: all that the answer depends on and the records do not say, told apart by its repr.
        """
        key = repr((head(), asked))
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]
        answer = compute()
        with self._lock:
            self._found[key] = answer
            while len(self._found) > _KEPT:
                self._found.popitem(last=False)
        return answer

    def forget(self) -> None:
        with self._lock:
            self._found.clear()
