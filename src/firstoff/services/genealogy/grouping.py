"""Posts of records that come at the same time are made durable by one commit.

Whoever comes while nobody writes, writes; who comes meanwhile waits, and the first of them takes
all that wait. Each post has its own entry in the ledger, its own answer and its own refusal.
Nobody is answered before the commit. Where the group fails, each post is taken by itself.
"""

from collections import deque
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from threading import Lock
from time import monotonic

from django.db import InterfaceError, OperationalError, connection

from firstoff.db.writer import as_writer
from firstoff.errors import FirstoffError, Unavailable
from firstoff.rules.access import Actor
from firstoff.rules.genealogy import Posted
from firstoff.services import ledger
from firstoff.services.genealogy.post import Mode, PostAnswer, post_records
from firstoff.services.outages import busy, outage

_SMALL = 200  # records of a post; a larger one does not gain by company, and keeps it waiting
_COMPANY = 32  # posts that are committed together
_PATIENCE = 25.0  # seconds; SQLite waits for thirty, and who came with the one that did has too


class _Broken(Exception):
    """The transaction of a group cannot go on."""


class _Post:
    """One post that waits for its answer."""

    def __init__(self, work: "partial[PostAnswer]") -> None:
        self.work = work
        self.woken = Lock()
        self.woken.acquire()
        self.found: PostAnswer | Exception | None = None
        self.came = monotonic()

    def answer(self) -> PostAnswer:
        if isinstance(self.found, PostAnswer):
            return self.found
        raise self.found or Unavailable("The server stopped before the records were taken.")

    def alone(self) -> None:
        """In a transaction of its own; once more where the connection turns out to be gone."""
        with as_writer() as writer:
            try:
                self.found = self.work()
                return
            except (InterfaceError, OperationalError) as error:
                self.found = error
            except Exception as error:
                self.found = error
                return
            writer.close_if_unusable_or_obsolete()
            if writer.connection is not None:
                return
            try:
                self.found = self.work()
            except Exception as error:
                self.found = error

    def in_company(self) -> None:
        """Inside the transaction of a group. Raises what may have broken that."""
        try:
            self.found = self.work()
        except Unavailable:
            raise
        except FirstoffError as error:
            self.found = error
        if connection.needs_rollback:
            raise _Broken


_waiting: deque[_Post] = deque()
_guard = Lock()  # of the two; held for moments
_writing = False


def post_in_company(
    *,
    site_id: int,
    records: Sequence[Posted],
    by: Actor,
    at: datetime,
    mode: Mode = "all",
) -> PostAnswer:
    """``post_records``, which shares its commit with others that come at the same time."""
    global _writing
    work = partial(post_records, site_id=site_id, records=records, by=by, at=at, mode=mode)
    if len(records) > _SMALL or connection.in_atomic_block:
        return work()
    post = _Post(work)
    with _guard:
        _waiting.append(post)
        first, _writing = not _writing, True
    if not first:
        post.woken.acquire()  # by whoever took it along, or because it is its turn to write
        if post.found is not None:
            return post.answer()
    _write(post)
    return post.answer()


def _write(post: _Post) -> None:
    """Take all that wait, of which this one is the first, and leave the next to whoever came."""
    global _writing
    with _guard:
        posts = [_waiting.popleft() for _ in range(min(len(_waiting), _COMPANY))]
    late = monotonic() - _PATIENCE
    try:
        for one in posts:
            one.found = busy() if one.came < late else None
        _take([one for one in posts if one.found is None])
    finally:
        with _guard:
            _writing = bool(_waiting)
            if _waiting:
                _waiting[0].woken.release()
        for other in posts:
            if other is not post:
                other.found = other.found or Unavailable("The server stopped.")
                other.woken.release()


def _take(posts: Sequence[_Post]) -> None:
    if len(posts) > 1:
        try:
            with as_writer(), ledger.together():
                for post in posts:
                    post.in_company()
            return
        except Exception as error:  # one broke it, or the commit failed: nothing is there
            away = outage(error)
            waited = away is not None and away.code == "database-busy"
            for post in posts:
                post.found = away if waited else None
            if waited:
                return
    for post in posts:
        post.alone()
