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
    "FIRSTOFF_HISTORY": "The folder of the measurement history, when not in the home.",
    "FIRSTOFF_LOG_LEVEL": "debug, info, warning or error; info unless set.",
    "FIRSTOFF_LABEL_PRINTERS": "Label printers as name=host:port, separated by commas.",
    "FIRSTOFF_GS1_PREFIX": "The GS1 company prefix, or one a site: STOKE=9506000,LEEDS=9506001.",
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
        "CONN_MAX_AGE": None,  # what is prepared on a connection is gone with it
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            # What is prepared (db/planned.py) is planned once, for any values.
            "options": "-c jit=off -c timezone=UTC -c plan_cache_mode=force_generic_plan"
        },
    }


def label_printers() -> dict[str, tuple[str, int]]:
    """The label printers of the plant by name: host and port of their raw socket."""
    return {name: _socket(name, address) for name, address in _pairs("FIRSTOFF_LABEL_PRINTERS")}


def _socket(name: str, address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    if not name or not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise InvalidInput(
            f"FIRSTOFF_LABEL_PRINTERS has {name}={address}.",
            way_out="Expected name=host:port, as zebra-1=10.0.4.20:9100.",
        )
    return host, int(port)


def gs1_prefixes() -> dict[str, str]:
    """GS1 company prefixes by the code of the site; under "" for every other one."""
    found = dict(_pairs("FIRSTOFF_GS1_PREFIX"))
    for prefix in found.values():
        if not (prefix.isascii() and prefix.isdecimal() and 4 <= len(prefix) <= 12):
            raise InvalidInput(
                f"FIRSTOFF_GS1_PREFIX is {prefix!r}; a GS1 company prefix has 4 to 12 digits."
            )
    return found


def _pairs(name: str) -> list[tuple[str, str]]:
    """``a=1,b=2`` by its commas; a text without a name is for all."""
    texts = [text.strip() for text in os.environ.get(name, "").split(",") if text.strip()]
    pairs = (text.rpartition("=") for text in texts)
    return [(key.strip(), value.strip()) for key, _, value in pairs]
