"""Bringing the columnar history of measurements to what is recorded."""

from collections.abc import Callable
from datetime import datetime

from django.conf import settings

from firstoff.history import building
from firstoff.history.building import Built
from firstoff.history.files import Folder
from firstoff.queries import ledger
from firstoff.queries.execution import packed


def build(*, at: datetime, progress: Callable[[str, int, int], None], anew: bool = False) -> Built:
    """Add what was recorded since the last build, or make the history from nothing.

    It is derived from the records and written beside them: no permission, no ledger entry.
    Safe to kill and to repeat. Raises Refused while another build runs.
    """
    head = ledger.head()
    return building.build(
        Folder(settings.HISTORY_ROOT),
        lambda after: packed.pages(after, head),
        lambda entry, hashed: ledger.entry_hash(entry) == hashed,
        at=at,
        anew=anew,
        progress=lambda entry: progress("Building", entry, head.seq),
    )
