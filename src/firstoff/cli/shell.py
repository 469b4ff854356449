"""What all commands share: lazy nouns, errors as exit codes, who acts, JSON or text."""

import difflib
import functools
import getpass
import importlib
import io
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any
from uuid import UUID

import typer

from firstoff.errors import FirstoffError, InvalidInput

if TYPE_CHECKING:
    from rich.console import Console

    from firstoff.rules.access import Actor

# noun or verb -> (module, attribute, help): imported only when it is asked for, so that
# `firstoff stats` pays for no Django and `firstoff --help` for nothing.
COMMANDS: Mapping[str, tuple[str, str, str]] = {
    "demo": ("ops", "demo", "Load the golden pilot and start the site."),
    "plant": ("plant", "plant", "Add a made-up plant to the demonstration, of any size."),
    "init": ("ops", "init", "Set up: the first site and its administrator."),
    "serve": ("ops", "serve", "Start the site."),
    "migrate": ("ops", "migrate", "Bring the database to this version."),
    "doctor": ("ops", "doctor", "Check everything and say what to do."),
    "backup": ("ops", "backup", "Write everything into one verified file."),
    "restore": ("ops", "restore", "Bring a backup back."),
    "version": ("ops", "version", "Print the version."),
    "ledger": ("ledger", "app", "Verify the chain of records."),
    "people": ("access", "people", "People and their roles."),
    "training": ("access", "training", "What people have learnt."),
    "token": ("access", "token", "Keys for the API."),
    "site": ("access", "site", "Plants and teams."),
    "program": ("program", "program", "Programs: products on their road."),
    "part": ("parts", "app", "Parts, their revisions, and where they go."),
    "definition": ("program", "definition", "What is built and how."),
    "document": ("documents", "app", "Drawings, models, certificates, with versions."),
    "characteristics": ("characteristics", "app", "Characteristics, and files of them."),
    "bom": ("bom", "app", "Bills of materials out of files."),
    "operation": ("process", "operation", "The process plan: operations, gaps, instructions."),
    "procedure": ("process", "procedure", "Test procedures."),
    "equipment": ("equipment", "app", "Machines, tools, jigs, gauges."),
    "baseline": ("program", "baseline", "The frozen definition."),
    "control-plan": ("plans", "control", "How each thing is held where it is made."),
    "inspection-plan": ("plans", "inspection", "What is looked at, when, on how many."),
    "dfm": ("review", "dfm", "Reviews for manufacture and their findings."),
    "pfmea": ("review", "pfmea", "Failure modes of a process plan."),
    "query": ("review", "query", "Questions that documents should have answered."),
    "lot": ("supply", "app", "Lots: material and reels."),
    "supplier": ("sourcing.suppliers", "app", "Suppliers, and how their lots fared."),
    "avl": ("sourcing.avl", "app", "Approved sources of parts."),
    "offer": ("sourcing.offers", "app", "Offers: prices, minimum orders, lead times."),
    "order": ("sourcing.orders", "app", "Orders: what is to come, and when."),
    "compliance": ("sourcing.compliance", "app", "RoHS, REACH, CE: declared, missing, over."),
    "buy": ("sourcing.buying", "app", "What stands between you and so many units."),
    "cost": ("sourcing.buying", "cost", "What a piece costs at a quantity."),
    "change": ("change", "app", "Change orders: asked for, approved, in force."),
    "tolerance": ("tolerance", "app", "Tolerances against what processes hold."),
    "package": ("tolerance", "package", "Could a stranger quote from this?"),
    "run": ("run", "app", "Runs: bars, units, verdicts, sign-off."),
    "trace": ("trace", "trace", "From a serial number to everything."),
    "where-used": ("trace", "where_used", "From anything to serial numbers: units at risk."),
    "containment": ("containment", "app", "Units at risk: hold, work off, close."),
    "label": ("label", "app", "Labels: asked for, printed, scanned back."),
    "genealogy": ("genealogy", "app", "Readings and records: compared, made again."),
    "action": ("verdict", "action", "Corrective actions."),
    "gate": ("verdict", "gate", "Gates and their criteria."),
    "verify": ("verdict", "verify", "Check a report against its records."),
    "history": ("history", "app", "Measurements of years, in a moment."),
    "records": ("records", "app", "Records out of files."),
    "epcis": ("epcis", "app", "Events out and in: GS1 EPCIS 2.0."),
    "stats": ("stats", "app", "The statistics, with no server."),
}


class _Lazy:
    """A console that loads rich when it is first used: most of `firstoff stats` prints plainly."""

    def __init__(self, *, stderr: bool) -> None:
        self._stderr = stderr

    @functools.cached_property
    def console(self) -> "Console":
        """The console itself, where rich wants one."""
        from rich.console import Console

        return Console(stderr=self._stderr, highlight=False, soft_wrap=True)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.console, name)


out = _Lazy(stderr=False)
err = _Lazy(stderr=True)


# typer gives its errors no public name but this one, which is a kind of usage error.
_UsageError = typer.BadParameter.__mro__[1]


def run(arguments: Sequence[str]) -> int:
    """Run one command line; answers its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a glyph the terminal lacks stops nothing
    try:
        name, rest = _split(arguments)
        if name is None:
            _help()
            return 0
        if name not in COMMANDS:
            near = difflib.get_close_matches(name, COMMANDS, n=1)
            hint = f"Did you mean {near[0]}?" if near else "See firstoff --help."
            raise InvalidInput(f"There is no command {name!r}.", way_out=hint)
        result = _load(name)(list(rest), prog_name=f"firstoff {name}", standalone_mode=False)
    except typer.Exit as error:
        return int(error.exit_code)
    except typer.Abort:
        err.print("Stopped.")
        return 130
    except FirstoffError as error:
        return _say(error, "--json" in arguments)
    except BrokenPipeError:
        return 0
    except Exception as error:
        if isinstance(error, _UsageError):
            error.show()  # type: ignore[attr-defined]  # typer gives its usage error no type
            return 2
        from firstoff.services.outages import outage

        if (away := outage(error)) is not None:
            return _say(away, "--json" in arguments)
        raise
    return result if isinstance(result, int) else 0


def _split(arguments: Sequence[str]) -> tuple[str | None, Sequence[str]]:
    """The noun and what follows it; ``--home`` may stand before it."""
    rest = list(arguments)
    while rest and rest[0].startswith("-"):
        option = rest.pop(0)
        if option in ("-h", "--help"):
            return None, ()
        if option == "--version":
            return "version", ()
        key, _, value = option.partition("=")
        if key != "--home" or not (value or rest):
            raise InvalidInput(f"{option} is no option here.", way_out="See firstoff --help.")
        os.environ["FIRSTOFF_HOME"] = value or rest.pop(0)
    return (rest[0], rest[1:]) if rest else (None, ())


def _load(name: str) -> Callable[..., Any]:
    module, attribute, text = COMMANDS[name]
    found = getattr(importlib.import_module(f"firstoff.cli.{module}"), attribute)
    if isinstance(found, typer.Typer):
        return found
    single = typer.Typer(add_completion=False)
    single.command(name, help=text)(found)
    return single


def _help() -> None:
    out.print("Firstoff: no process signed off on hope, no unit untraceable.\n")
    out.print("Usage: firstoff [--home FOLDER] COMMAND ...\n", markup=False)
    width = max(map(len, COMMANDS)) + 2
    for name, (_, _, text) in COMMANDS.items():
        out.print(f"  {name:<{width}}{text}", markup=False)
    out.print("\nfirstoff COMMAND --help tells more. The data folder is --home, FIRSTOFF_HOME,")
    out.print("./firstoff-data, ./firstoff-demo or your own data folder, in this order.")


def _say(error: FirstoffError, as_json: bool) -> int:
    if as_json:
        body = {"code": error.code, "title": error.message, "way_out": error.way_out}
        show({**body, "details": dict(error.details)})
    else:
        err.print(error.message, style="bold", markup=False)
        if error.way_out:
            err.print(error.way_out, markup=False)
        if error.code.startswith("R-"):
            err.print(f"Rule {error.code}.", style="dim", markup=False)
    return error.exit_code


def django(*, ready: bool = True) -> None:
    """Make the tables usable; called by every command that reads or writes.

    Raises Unavailable, saying what to do, where there is no database or one of another version;
    ``ready`` is false for the commands that set up and look after it.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "firstoff.site.settings")
    os.environ.setdefault("FIRSTOFF_LOG_LEVEL", "warning")
    import django as framework

    framework.setup()
    if ready:
        from firstoff.queries.health import require_ready

        require_ready()


def now() -> datetime:
    return datetime.now(UTC)


def writer(username: str | None) -> "Actor":
    """Who writes: `--as`, or FIRSTOFF_USER."""
    from firstoff.queries.access import actor_named

    name = username or os.environ.get("FIRSTOFF_USER")
    if not name:
        raise InvalidInput("Who does this?", way_out="Add --as USERNAME, or set FIRSTOFF_USER.")
    return actor_named(name)


def reader(username: str | None = None) -> "Actor":
    """Who reads: the local console sees every site, unless somebody is named."""
    from firstoff.queries.access import actor_named, console

    return actor_named(username) if username else console()


def site_of(actor: "Actor", code: str | None, *, program: str = "") -> Any:
    """The site meant; with only one, or one that has the program, there is no need to name it."""
    from firstoff.queries.access import site, sites
    from firstoff.queries.product import sites_with

    if code:
        return site(actor, code)
    seen = sites(actor)
    if program and len(seen) > 1:
        having = sites_with(actor, program)
        seen = tuple(s for s in seen if s.id in having) or seen
    if len(seen) == 1:
        return seen[0]
    names = ", ".join(s.code for s in seen) or "none"
    raise InvalidInput("Which site?", way_out=f"Add --site with one of: {names}.")


def password(from_stdin: bool, prompt: str = "Password, again") -> str:
    """Never an argument: arguments show in the list of processes."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    if not sys.stdin.isatty():
        raise InvalidInput("No password was given.", way_out="Add --password-stdin.")
    return getpass.getpass(f"{prompt}: ")


def program_of(actor: "Actor", code: str, site: str | None) -> Any:
    """A program by its code. Raises NotFound."""
    from firstoff.queries.product import program

    return program(actor, site_of(actor, site, program=code).code, code)


def reading(code: str, site: str | None, by: str | None) -> tuple[Any, Any]:
    """Who reads, and the program."""
    actor = reader(by)
    return actor, program_of(actor, code, site)


def changing(code: str, site: str | None, by: str | None) -> dict[str, Any]:
    """What a verb on a program takes."""
    actor = writer(by)
    return {"program_id": program_of(actor, code, site).id, "by": actor, "at": now()}


def line(*cells: object) -> None:
    """One line, cells parted by tabs: it reads, and `cut` splits it."""
    text = "\t".join("" if cell is None else str(cell) for cell in cells)
    sys.stdout.write(text.rstrip("\t") + "\n")


def said(as_json: bool, value: object, text: str) -> None:
    """What was done: as JSON, or as a sentence."""
    if as_json:
        show(value)
    else:
        out.print(text, markup=False)


def show(value: object) -> None:
    """A value as JSON on standard output."""
    sys.stdout.write(json.dumps(plain(value), ensure_ascii=False, indent=2) + "\n")


def plain(value: object) -> Any:
    """Values as JSON has them: decimals as text, times in ISO 8601."""
    match value:
        case Enum():
            return value.value
        case None | bool() | int() | float() | str():
            return value
        case Decimal() | UUID():
            return str(value)
        case datetime() | date():
            return value.isoformat()
        case Mapping():
            return {str(k): plain(v) for k, v in value.items()}
        case list() | tuple() | set() | frozenset():
            return [plain(v) for v in value]
        case _ if hasattr(value, "__struct_fields__"):  # msgspec's, without importing it
            return {name: plain(getattr(value, name)) for name in value.__struct_fields__}
        case _ if is_dataclass(value) and not isinstance(value, type):
            return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
        case _:
            return str(value)
