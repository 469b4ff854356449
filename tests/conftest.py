"""The cast and the database: three people appear in tests.

Ada may approve (quality manager), Ben builds (operator), Cy is from another site and must see
nothing. Which database the tests run on: tests/plugins/database.py.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import hypothesis
import pytest

# `make fast` draws few examples where a test does not say how many it needs.
hypothesis.settings.register_profile("fast", max_examples=5, deadline=None, database=None)

SHARED = Path(os.environ.get("FIRSTOFF_SHARED", Path(__file__).resolve().parents[2] / "shared"))
NOW = datetime(2026, 5, 8, 9, 0, tzinfo=UTC)
PASSWORD = "correct horse battery staple"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared cases; tests that read it skip where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("the folder of shared cases is not here (FIRSTOFF_SHARED)")
    return SHARED


@pytest.fixture(scope="session")
def django_db_modify_db_settings(request: pytest.FixtureRequest) -> None:
    """SQLite in a file: in memory, the second of two writing threads gets an error, no turn.

    The tables are made as the models say, like those of any new database; the migrations have a
    test of their own (tests/db/test_creating.py)."""
    from django.db import connections

    connections["default"].settings_dict["TEST"]["MIGRATE"] = False
    if connections["default"].vendor == "sqlite":
        worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
        name = str(Path(os.environ["FIRSTOFF_HOME"]) / f"test-{worker}.sqlite3")
        connections["default"].settings_dict["TEST"]["NAME"] = name
    else:
        request.getfixturevalue("django_db_modify_db_settings_parallel_suffix")


@pytest.fixture(scope="session", autouse=True)
def _quick_hashes(request: pytest.FixtureRequest) -> Iterator[None]:
    """Argon2 is slow on purpose; tests that are not about it need not pay. Once for all tests:
    settings changed before each would take longer than most tests."""
    if not request.config.pluginmanager.hasplugin("django"):
        yield  # `make fast` runs without Django
        return
    from django.conf import settings
    from django.test import override_settings

    static = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        STORAGES={**settings.STORAGES, "staticfiles": static},
    ):
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Before the database of the tests is dropped, whoever is still connected is sent away.

    A thread of a test's server may end after the test, its connection with it; PostgreSQL drops no
    database that somebody else is connected to.
    """
    with django_db_blocker.unblock():
        from django.core.management import call_command

        call_command("migrate", fake=True, verbosity=0)
    yield
    with django_db_blocker.unblock():
        from django.db import connection

        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )


@dataclass(frozen=True)
class World:
    """Two sites and the people at them, as Actors with the roles they hold."""

    site: Any  # firstoff.db.models.Site "STOKE"
    other_site: Any  # "LEEDS"
    adam: Any  # administrator
    ada: Any  # quality manager: may approve
    ben: Any  # operator: builds
    olu: Any  # operator: builds too
    ivy: Any  # inspector
    eli: Any  # engineer
    bo: Any  # buyer
    vic: Any  # viewer
    cy: Any  # quality manager of the other site: must see nothing here

    @property
    def by_role(self) -> dict[str, Any]:
        people = (self.vic, self.ben, self.ivy, self.eli, self.bo, self.ada, self.adam)
        return {next(iter(p.roles_at(self.site.pk))).value: p for p in people}


CAST = (
    ("ada", "Ada Okafor", "quality_manager"),
    ("ben", "Ben Tams", "operator"),
    ("olu", "Olu Mensah", "operator"),
    ("ivy", "Ivy Chen", "inspector"),
    ("eli", "Eli Novak", "engineer"),
    ("bo", "Bo Lindqvist", "buyer"),
    ("vic", "Vic Moreau", "viewer"),
)


@pytest.fixture
def world(db: None, _quick_hashes: None) -> World:
    return make_world()


@pytest.fixture
def lasting_world(transactional_db: None, _quick_hashes: None) -> Iterator[World]:
    """The same in a database with real transactions, for tests with threads."""
    from django.db import connection

    from firstoff.db import triggers

    yield make_world()
    # What is committed has to be cleared away, and records do not let themselves be deleted;
    # the flush that follows installs the triggers again.
    triggers.remove(connection)


def make_world(at: datetime = NOW) -> World:
    from firstoff.queries.access import actor_named
    from firstoff.services import access
    from firstoff.terms import Role

    access.found(
        username="adam",
        name="Adam Reed",
        password=PASSWORD,
        site="Stoke-on-Trent",
        site_code="STOKE",
        time_zone="Europe/London",
        at=at,
    )
    adam = actor_named("adam")
    (stoke,) = adam.site_ids
    for username, name, role in CAST:
        access.create_person(
            site_id=stoke,
            username=username,
            name=name,
            password=PASSWORD,
            roles=[Role(role)],
            by=adam,
            at=at,
        )
    leeds = access.create_site(
        code="LEEDS", name="Leeds", time_zone="Europe/London", by=adam, at=at
    )
    access.create_person(
        site_id=leeds.pk,
        username="cy",
        name="Cy Baptiste",
        password=PASSWORD,
        roles=[Role.QUALITY_MANAGER],
        by=actor_named("adam"),
        at=at,
    )
    from firstoff.db.models import Site

    named = {name: actor_named(name) for name, _, _ in CAST}
    return World(
        site=Site.objects.get(pk=stoke),
        other_site=leeds,
        adam=actor_named("adam"),
        cy=actor_named("cy"),
        **named,
    )
