"""Reading people, roles and tokens."""

from datetime import date
from typing import Any

import pytest

from firstoff.errors import NotAllowed, NotFound
from firstoff.queries import access
from firstoff.rules.access import may
from firstoff.services import access as verbs
from firstoff.terms import Role
from tests.conftest import NOW, World


def test_people_see_their_sites_and_no_other(world: World) -> None:
    assert [s.code for s in access.sites(world.cy)] == ["LEEDS"]
    with pytest.raises(NotFound):
        access.site(world.cy, "STOKE")
    with pytest.raises(NotFound):
        access.people(world.cy, world.site.pk)
    with pytest.raises(NotFound):
        access.person(world.cy, world.site.pk, "ben")


def test_a_page_of_people_and_the_true_total(world: World) -> None:
    page, total = access.people(world.vic, world.site.pk, offset=2, limit=3)
    assert ([p.username for p in page], total) == (["ben", "bo", "eli"], 8)


@pytest.mark.parametrize(
    ("search", "expected"), [("OKA", ["ada"]), ("be", ["ben"]), ("%", []), ("_", [])]
)
def test_people_are_found_by_part_of_a_name(world: World, search: str, expected: Any) -> None:
    page, total = access.people(world.vic, world.site.pk, search=search)
    assert ([p.username for p in page], total) == (expected, len(expected))


def test_somebody_retired_stays_on_the_list(world: World) -> None:
    verbs.update_person(site_id=world.site.pk, username="ben", active=False, by=world.adam, at=NOW)
    assert access.person(world.vic, world.site.pk, "ben").active is False


def test_who_can_release_a_refusal(world: World) -> None:
    names = access.who_may(frozenset({Role.QUALITY_MANAGER}), world.site.pk)
    assert names == ("Ada Okafor",)


def test_the_number_of_queries_does_not_grow_with_people(
    world: World, django_assert_num_queries: Any
) -> None:
    for username in ("ben", "olu", "ivy"):
        verbs.record_training(
            site_id=world.site.pk,
            username=username,
            skill="glaze",
            valid_from=date(2026, 1, 1),
            by=world.eli,
            at=NOW,
        )
    for limit in (1, 3):
        with django_assert_num_queries(4):
            access.people(world.vic, world.site.pk, limit=limit)
    with django_assert_num_queries(2):
        access.signed_in(world.ben.person_id)


def test_tokens_are_for_administrators(world: World) -> None:
    assert access.tokens(world.adam, world.site.pk) == ((), 0)
    with pytest.raises(NotAllowed):
        access.tokens(world.ada, world.site.pk)


def test_the_local_console_reads_everything_and_writes_nothing(world: World) -> None:
    console = access.console()
    assert len(access.sites(console)) == 2
    assert may(console, "see", world.site.pk)
    assert not may(console, "unit.record", world.site.pk)
