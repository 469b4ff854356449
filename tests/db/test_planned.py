"""What PostgreSQL plans once answers what it answers planned anew."""

from typing import Any

import pytest
from django.db import connection
from django.db.models import Case, CharField, Count, QuerySet, Value, When
from django.test.utils import CaptureQueriesContext

from firstoff.db import planned
from firstoff.db.keys import among, keys, within
from firstoff.db.models import Person
from firstoff.db.prepared import asked, prepared
from tests.conftest import World

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        "connection.vendor != 'postgresql'", reason="asks PostgreSQL what it prepared"
    ),
]


@pytest.fixture(autouse=True)
def nothing_prepared(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    connection.connection._prepared.clear()


def on_server() -> list[tuple[str, int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT parameter_types::text, generic_plans, custom_plans "
            "FROM pg_prepared_statements ORDER BY prepare_time"
        )
        return list(cursor.fetchall())


@prepared
def named(held: Any) -> "QuerySet[Person, str]":
    rows = Person.objects.filter(among(Person, "id", held)).order_by("pk")
    return rows.values_list("username", flat=True)


def test_a_question_is_planned_once_whatever_its_values(world: World) -> None:
    assert (named(keys([world.ada.person_id])), named(keys([1 << 40]))) == (["ada"], [])
    assert on_server() == [("{bigint[]}", 2, 0)]


def test_many_keys_are_planned_for_what_they_are(world: World) -> None:
    many = keys([world.ada.person_id, *range(1 << 40, (1 << 40) + 1000)])
    assert named(many) == ["ada"]
    assert on_server() == []


def test_constants_are_part_of_the_question(world: World) -> None:
    def counted(least: int) -> "QuerySet[Person, tuple[Any, ...]]":
        said = Case(
            When(username__startswith="a", then=Value("100 %")),
            default=Value("it's %s"),
            output_field=CharField(),
        )
        rows = Person.objects.filter(pk__gte=least).annotate(said=said).order_by("said")
        return rows.values_list("said").annotate(n=Count("pk"))

    found = prepared(counted)(0)
    assert dict(found) == dict(counted(0))
    assert {said for said, _ in found} == {"100 %", "it's %s"}
    assert on_server() == [("{bigint}", 1, 0)]


def test_sql_that_is_written_out_is_planned_once(world: World) -> None:
    sql = f"SELECT p.username FROM firstoff_person p WHERE {within('p.id')} AND p.name <> %s"
    held = keys([world.ada.person_id])
    assert asked(sql, [held, "x"]) == asked(sql, [held, "y"]) == [("ada",)]
    many = keys([world.ada.person_id, *range(1 << 40, (1 << 40) + 1000)])
    assert asked(sql, [many, "x"]) == [("ada",)]
    assert [row[1:] for row in on_server()] == [(2, 0)]


@pytest.mark.parametrize("once", [True, False])
def test_a_column_comes_whole(world: World, once: bool) -> None:
    sql = "SELECT generate_series(%s::bigint, %s::bigint)"
    with CaptureQueriesContext(connection) as made:
        assert planned.column(sql, [-2, 2], once=once).tolist() == [-2, -1, 0, 1, 2]
        assert planned.column(sql, [2, -2], once=once).tolist() == []
        assert planned.column("SELECT NULL AS unit WHERE 1 = 0", [], once=once).size == 0
    assert len(made) == 3
    assert len(on_server()) == 2 * once


def test_what_was_prepared_is_prepared_again_after_a_rollback(world: World) -> None:
    from django.db import transaction

    held = keys([world.ada.person_id])
    with transaction.atomic():
        named(held)
        transaction.set_rollback(True)
    assert named(held) == ["ada"]
