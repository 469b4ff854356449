"""What is kept of a build is true of the ledger as it is."""

from functools import partial

from firstoff.queries.sourcing.remembered import Remembered
from firstoff.services.sourcing.suppliers import create_supplier
from tests.conftest import NOW, World


def test_it_is_computed_anew_once_something_is_recorded(world: World) -> None:
    computed: list[str] = []
    kept: Remembered[int] = Remembered()

    def ask(what: str) -> int:
        def compute() -> int:
            computed.append(what)
            return len(computed)

        return kept.of(what, compute)

    assert [ask("a"), ask("a"), ask("b"), ask("a")] == [1, 1, 2, 1]
    create_supplier(site_id=world.site.pk, name="Mouser", by=world.bo, at=NOW)
    assert (ask("a"), computed) == (3, ["a", "b", "a"])


def test_few_answers_are_kept(world: World) -> None:
    kept: Remembered[int] = Remembered()
    found = [kept.of(n, partial(int, n)) for n in range(9)]
    assert (found, kept.of(0, lambda: -1), kept.of(8, lambda: -1)) == ([*range(9)], -1, 8)
