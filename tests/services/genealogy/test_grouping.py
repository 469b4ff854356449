"""Posts that come at the same time share a commit, and nothing else."""

import time
from collections.abc import Callable, Iterator, Sequence
from threading import Thread
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from firstoff.db.models import LedgerEntry, TestRecord, Unit
from firstoff.db.writer import as_writer
from firstoff.errors import FirstoffError, Refused, Unavailable
from firstoff.rules.genealogy import Posted
from firstoff.services import genealogy, ledger
from firstoff.services.genealogy import grouping, post_in_company
from tests.conftest import NOW
from tests.recording import LATER, post, rec, sound, unit


@pytest.fixture
def plant(lasting_world: Any) -> Iterator[Any]:
    yield lasting_world
    with as_writer() as writer:
        writer.close()


def send(world: Any, *records: Posted) -> Any:
    return post_in_company(
        site_id=world.site.pk, records=list(records), by=world.ada, at=LATER, mode="all"
    )


def in_company(world: Any, posts: list[list[Posted]]) -> list[Any]:
    """Send all while somebody else writes, so that they wait together; answers in their order."""
    found: list[Any] = [None] * len(posts)

    def run(place: int) -> None:
        try:
            found[place] = send(world, *posts[place])
        except (FirstoffError, OperationalError) as error:
            found[place] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=[place]) for place in range(len(posts))]
    with ledger.verb("test.hold", by=world.ada, at=NOW, subject="the lock"):
        threads[0].start()  # writes as soon as it may, and finds itself alone
        _until(lambda: grouping._writing and not grouping._waiting)
        for place, thread in enumerate(threads[1:], start=1):
            thread.start()
            _until(lambda place=place: len(grouping._waiting) == place)  # type: ignore[misc]
    for thread in threads:
        thread.join()
    return found


def _until(true: Callable[[], bool]) -> None:
    while not true():
        time.sleep(0.01)


@pytest.fixture
def commits(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many posts were in each group."""
    found: list[int] = []
    take = grouping._take

    def counting(posts: Sequence[Any]) -> None:
        found.append(len(posts))
        take(posts)

    monkeypatch.setattr(grouping, "_take", counting)
    return found


def test_each_has_its_entry_and_its_answer(plant: Any, commits: list[int]) -> None:
    answers = in_company(plant, [[unit(f"P-{n}")] for n in range(5)])
    assert ([a.count("stored") for a in answers], commits) == ([1] * 5, [1, 4])
    rows = Unit.objects.order_by("entry_id").values_list("serial", flat=True)
    assert list(rows) == [f"P-{n}" for n in range(5)]
    assert LedgerEntry.objects.filter(verb="genealogy.post_records").count() == 5
    sound()


def test_one_that_is_refused_takes_no_other_with_it(plant: Any, commits: list[int]) -> None:
    missing = rec("consume", part="PCBA", serial="P-1", items=[{"lot": "NO", "quantity": "1"}])
    posts: list[list[Posted]] = [
        [unit("P-0")],
        [unit("P-1")],
        [unit("P-2"), missing],
        [unit("P-3")],
    ]
    answers = in_company(plant, posts)
    assert (type(answers[2]), commits) == (Refused, [1, 3])
    assert sorted(Unit.objects.values_list("serial", flat=True)) == ["P-0", "P-1", "P-3"]
    sound()


def test_one_may_rest_on_another_of_the_same_commit(plant: Any) -> None:
    posts = [[unit("P-0")], [unit("P-1")], [_tested("P-1")], [_tested("P-1")]]
    assert [a.count("stored") for a in in_company(plant, posts)] == [1] * 4
    assert TestRecord.objects.count() == 2
    sound()


def test_the_same_record_sent_twice_is_stored_once(plant: Any) -> None:
    same = unit("P-1")
    answers = in_company(plant, [[unit("P-0")], [same], [same]])
    assert [a.answers[0].state for a in answers] == ["stored", "stored", "already"]
    assert Unit.objects.count() == 2


def test_where_the_commit_of_a_group_fails_each_is_taken_by_itself(
    plant: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = ledger.together

    def fails() -> Any:
        monkeypatch.setattr(ledger, "together", together)
        return _failing(together())

    monkeypatch.setattr(ledger, "together", fails)
    answers = in_company(plant, [[unit(f"P-{n}")] for n in range(3)])
    assert ([a.count("stored") for a in answers], Unit.objects.count()) == ([1] * 3, 3)
    sound()


class _failing:  # noqa: N801  # stands in for a function
    """A transaction that is rolled back at its end, as where the disk is full."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def __enter__(self) -> None:
        self.inner.__enter__()

    def __exit__(self, *_: Any) -> None:
        broken = OperationalError("database or disk is full")
        self.inner.__exit__(type(broken), broken, None)
        raise broken


def test_what_breaks_the_transaction_of_all_is_one_post_s_own_affair(
    plant: Any, monkeypatch: pytest.MonkeyPatch
) -> None:

    def breaks(**given: Any) -> Any:
        if given["records"][0].about == "P-2":
            raise Unavailable("The disk of the site is full. Nothing was recorded.")
        return genealogy.post_records(**given)

    monkeypatch.setattr(grouping, "post_records", breaks)
    answers = in_company(plant, [[unit(f"P-{n}")] for n in range(4)])
    assert [isinstance(a, Unavailable) for a in answers] == [False, False, True, False]
    assert sorted(Unit.objects.values_list("serial", flat=True)) == ["P-0", "P-1", "P-3"]
    sound()


def test_a_connection_that_is_gone_is_opened_anew(plant: Any) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("a file does not hang up")
    send(plant, unit("P-0"))
    with as_writer() as writer:
        writer.connection.close()  # behind Django's back, as a server that is started again does
    assert (send(plant, unit("P-1")).count("stored"), Unit.objects.count()) == (1, 2)


def test_inside_a_transaction_a_post_is_part_of_it(world: Any) -> None:
    with transaction.atomic():
        send(world, unit("P-0"))
        transaction.set_rollback(True)
    assert Unit.objects.count() == 0


def _tested(serial: str) -> Posted:
    procedure = {"name": "ICT", "lines": [{"name": "u", "upper": "2"}]}
    return rec("test", part="PCBA", serial=serial, procedure=procedure, values=[1.0])


def test_a_test_in_company_names_its_procedure(plant: Any) -> None:
    post(plant, unit("P-1"))
    answers = in_company(plant, [[_tested("P-1")], [_tested("P-1")], [_tested("P-1")]])
    assert len({a.answers[0].procedure for a in answers}) == 1
    assert TestRecord.objects.values("procedure").distinct().count() == 1
