"""Where things lie and what may be set: one table of environment names, with help."""

import os
from pathlib import Path
from urllib.parse import unquote, urlparse

from firstoff.errors import InvalidInput

# Name -> what it does; docs/reference/settings.md is tested against this table.
ENVIRONMENT: dict[str, str] = {
    "FIRSTOFF_HOME": "The folder that holds everything: database, documents, secret key.",
    "FIRSTOFF_DATABASE_URL": "postgresql://user:password@host:port/name. Without it: SQLite.",
    "FIRSTOFF_URL": "The address people use, for instance https://firstoff.example.",
    "FIRSTOFF_HOSTS": "Further host names the site answers to, separated by commas.",
    "FIRSTOFF_SECRET_KEY_FILE": "A file with the secret key, when it shall not lie in the home.",
    "FIRSTOFF_HISTORY": "The folder of the measurement history, when it shall not lie in the home.",
    "FIRSTOFF_LOG_LEVEL": "debug, info, warning or error; info unless set.",
    "FIRSTOFF_MAX_UPLOAD_MB": "The largest file the site takes, in megabytes; 50 unless set.",
}

_LOCAL = ("firstoff-data", "firstoff-demo")


def home() -> Path:
    """The data folder: as set; else beside you; else in the user's own place."""
    if name := os.environ.get("FIRSTOFF_HOME"):
        return Path(name).expanduser().resolve()
    for local in _LOCAL:
        if (Path.cwd() / local / "firstoff.sqlite3").exists():
            return (Path.cwd() / local).resolve()
    base = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return (Path(base).expanduser() / "firstoff").resolve()


def history(folder: Path) -> Path:
    """The folder of the measurement history: as set, else in the home."""
    name = os.environ.get("FIRSTOFF_HISTORY")
    return Path(name).expanduser().resolve() if name else folder / "history"


def database(folder: Path) -> dict[str, object]:
    url = os.environ.get("FIRSTOFF_DATABASE_URL", "")
    return postgresql(url) if url else sqlite(folder / "firstoff.sqlite3")


def sqlite(path: Path) -> dict[str, object]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {
            # DEFERRED transactions that read and then write fail under concurrency.
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
                "PRAGMA recursive_triggers=ON; PRAGMA cache_size=-65536; "
                "PRAGMA mmap_size=1073741824; PRAGMA temp_store=MEMORY;"
            ),
        },
        "CONN_MAX_AGE": None,
    }


def postgresql(url: str) -> dict[str, object]:
    parts = urlparse(url)
    if parts.scheme not in ("postgresql", "postgres") or not parts.path.strip("/"):
        raise InvalidInput(
            "FIRSTOFF_DATABASE_URL is not an address of a database.",
            way_out="Expected postgresql://user:password@host:port/name.",
        )
    query = dict(p.split("=", 1) for p in parts.query.split("&") if "=" in p)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(query.get("host", parts.hostname or "")),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"options": "-c jit=off -c timezone=UTC"},
    }
