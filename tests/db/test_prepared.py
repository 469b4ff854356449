"""Questions written once answer what the same questions written anew answer."""

import threading
from typing import Any

import numpy as np
import pytest
from django.db import connection, connections
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from firstoff.db.keys import among, keys
from firstoff.db.models import Person, RoleGrant, Site
from firstoff.db.prepared import prepared
from tests.conftest import World

pytestmark = pytest.mark.django_db


def grants(person: int, role: str) -> "QuerySet[RoleGrant]":
    held = RoleGrant.objects.filter(person=person, role=role, granted=True)
    return held.select_related("person", "site").order_by("-pk")


def columns(person: int) -> "QuerySet[RoleGrant, tuple[Any, ...]]":
    rows = RoleGrant.objects.filter(person=person).order_by("pk")
    return rows.values_list("site__code", "role", "received_at")


def test_it_answers_what_the_question_answers(world: World) -> None:
    asked, tabled = prepared(grants), prepared(columns)
    for person in Person.objects.all():
        for role in ("administrator", "viewer", "engineer", "nobody's"):
            common = list(grants(person.pk, role))
            assert asked(person.pk, role) == common
            assert [(g.person.name, g.site.code) for g in asked(person.pk, role)] == [
                (g.person.name, g.site.code) for g in common
            ]
        assert tabled(person.pk) == list(columns(person.pk))


def test_it_is_one_query_with_nothing_behind_it(world: World) -> None:
    asked = prepared(grants)
    asked(world.adam.person_id, "administrator")
    with CaptureQueriesContext(connection) as made:
        grant, *_ = asked(world.adam.person_id, "administrator")
        assert grant.person.username == "adam"
    assert len(made) == 1


def test_arrays_of_keys_go_in_whole(world: World) -> None:
    @prepared
    def named(held: Any) -> "QuerySet[Person, str]":
        rows = Person.objects.filter(among(Person, "id", held)).order_by("pk")
        return rows.values_list("username", flat=True)

    some = keys([world.adam.person_id, world.ada.person_id])
    assert sorted(named(some)) == ["ada", "adam"]
    assert (named(some[:1]), named(np.array([], np.int64))) == (["adam"], [])


def test_what_it_does_not_know_is_asked_the_common_way(world: World) -> None:
    @prepared
    def of(person: int | None) -> "QuerySet[RoleGrant]":
        return RoleGrant.objects.filter(person=person)

    assert of(None) == []
    assert len(of(person=world.adam.person_id)) == len(of(world.adam.person_id)) > 0


def test_a_question_that_changes_with_its_values_is_refused(world: World) -> None:
    @prepared
    def like(name: str) -> "QuerySet[Person]":
        return Person.objects.filter(username__icontains=name)

    @prepared
    def forked(key: int) -> "QuerySet[Person]":
        return Person.objects.filter(pk=1) if key % 4 == 1 else Person.objects.all()

    @prepared
    def deaf(key: int) -> "QuerySet[Person]":
        return Person.objects.all()

    for question, value in ((like, "a"), (forked, 1), (deaf, 1)):
        with pytest.raises(TypeError, match="depends on what it is given"):
            question(value)


def test_texts_are_data(world: World) -> None:
    @prepared
    def called(code: str) -> "QuerySet[Site]":
        return Site.objects.filter(code=code)

    for text in ("' OR 1=1 --", "%s", "argument 1936120001", "", "ΩΩ"):
        assert called(text) == []


def test_each_thread_has_its_own(world: World) -> None:
    """What the test wrote is not committed: the others see none of it, and get no error."""
    asked = prepared(columns)
    assert asked(world.ada.person_id) != []
    found: list[Any] = []

    def work() -> None:
        found.extend(asked(world.ada.person_id) for _ in range(20))
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [[]] * 80
