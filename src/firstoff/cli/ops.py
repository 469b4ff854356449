"""Setting up, serving, looking after: init, serve, migrate, demo, doctor, backup, restore."""

import os
import platform
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlparse

import typer

from firstoff import __version__
from firstoff.cli.options import StdinOption
from firstoff.cli.shell import django, err, now, out, password, show
from firstoff.errors import InvalidInput, Refused
from firstoff.terms import Role

if TYPE_CHECKING:
    from firstoff.cli.serving import Server
    from firstoff.services.demo import DemoGuide

_LOOPBACK = ("127.0.0.1", "localhost", "::1")

Home = Annotated[str | None, typer.Option("--home", help="The data folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Host = Annotated[str, typer.Option(help="The address to listen at.")]
Port = Annotated[int, typer.Option(min=1, max=65535, help="The port to listen at.")]
Force = Annotated[bool, typer.Option("--force", help="Replace what is there.")]
File = Annotated[Path, typer.Argument(help="The backup file.")]


def version(as_json: AsJson = False) -> None:
    if as_json:
        show({"version": __version__, "python": platform.python_version()})
    else:
        out.print(f"Firstoff {__version__} on Python {platform.python_version()}")


def init(
    username: Annotated[str | None, typer.Option(help="User name of the administrator.")] = None,
    name: Annotated[str | None, typer.Option(help="Full name of the administrator.")] = None,
    site: Annotated[str | None, typer.Option(help="Name of the plant or team.")] = None,
    site_code: Annotated[str | None, typer.Option(help="Short code of it, in addresses.")] = None,
    time_zone: Annotated[str | None, typer.Option(help="Such as Europe/London.")] = None,
    role: Annotated[
        list[Role] | None,
        typer.Option("--role", help="What else they do: engineer, to define products. Again."),
    ] = None,
    password_stdin: StdinOption = False,
    home: Home = None,
) -> None:
    start(home, make=True)
    from django.conf import settings

    from firstoff.queries import health
    from firstoff.services import access, upkeep

    if health.has_people():
        raise Refused(
            f"{settings.HOME} is set up already.",
            code="already-set-up",
            way_out="Start the site with: firstoff serve. Another one goes into another --home.",
        )
    place = _ask("Name of the plant or team", site, "--site")
    code = _ask("Short code of it", site_code, "--site-code", _code_of(place))
    zone = _ask("Time zone", time_zone, "--time-zone", _local_zone())
    user = _ask("User name of the administrator", username, "--username")
    full = _ask("Full name", name, "--name", user)
    secret = _new_password(password_stdin)
    upkeep.migrate(out.print)
    access.found(
        username=user,
        name=full,
        password=secret,
        site=place,
        site_code=code,
        time_zone=zone,
        at=now(),
        roles=dict.fromkeys((Role.ADMINISTRATOR, *(role or ()))),
    )
    out.print(f"{settings.HOME} is set up for {place}. Start the site with:", markup=False)
    named = f" --home {settings.HOME}" if os.environ.get("FIRSTOFF_HOME") else ""
    out.print(f"  firstoff{named} serve", markup=False)


def migrate(home: Home = None) -> None:
    start(home, make=True)
    from firstoff.rules.evidence.words import counted
    from firstoff.services import upkeep

    applied = upkeep.migrate(out.print)
    done = f"{counted(len(applied), 'migration')} applied."
    out.print(done if applied else "Nothing to migrate.")


def serve(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    url: Annotated[
        str | None, typer.Option(help="The address people use, such as https://firstoff.example.")
    ] = None,
    plain_http: Annotated[
        bool, typer.Option("--plain-http", help="Let passwords cross the network unencrypted.")
    ] = False,
    proxy: Annotated[
        str, typer.Option(help="Address of the reverse proxy in front, when the URL is https.")
    ] = "127.0.0.1",
    home: Home = None,
) -> None:
    _reachable_at(host, url, plain_http)
    os.environ.setdefault("FIRSTOFF_LOG_LEVEL", "info")
    start(home)
    _serve(host, port, proxy)


def demo(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Load only.")] = False,
    plain_http: Annotated[
        bool, typer.Option("--plain-http", help="Let passwords cross the network unencrypted.")
    ] = False,
    home: Home = None,
) -> None:
    _reachable_at(host, None, plain_http)
    if not home and "FIRSTOFF_HOME" not in os.environ:
        home = "firstoff-demo"
    os.environ.setdefault("FIRSTOFF_LOG_LEVEL", "warning" if no_serve else "info")
    from firstoff.cli import serving

    if not no_serve:
        serving.check_free(host, port)
    start(home, make=True)
    guide = load_demo()
    if no_serve:
        _print_guide(guide, "")
    else:
        _serve(host, port, "", lambda address: _print_guide(guide, address))


def doctor(
    full: Annotated[
        bool, typer.Option("--full", help="The whole ledger, every document, the whole file.")
    ] = False,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    start(home)
    from firstoff.queries.health import State, examine

    with progress_bar(as_json) as progress:
        found = list(examine(now(), full=full, progress=lambda n, of: progress("Ledger", n, of)))
        if any(check.name == "ledger" for check in found):  # as far as the tables were reached
            from firstoff.services.genealogy.rebuilding import examined

            found.append(examined(full))
    failed = [c for c in found if c.state is State.FAIL]
    if as_json:
        show({"ok": not failed, "checks": [asdict(c) for c in found]})
    else:
        styles = {State.OK: "green", State.WARN: "yellow", State.FAIL: "bold red"}
        for check in found:
            out.print(f"{check.state.value:<5}", style=styles[check.state], end="")
            out.print(f"{check.name:<12}{check.sentence}", markup=False)
            if check.what_to_do:
                out.print(f"{'':17}{check.what_to_do}", markup=False)
        out.print(f"{len(failed)} of {len(found)} checks failed." if failed else "All is well.")
    raise typer.Exit(4 if failed else 0)


def backup(file: File, force: Force = False, as_json: AsJson = False, home: Home = None) -> None:
    start(home)
    from firstoff.services import backup as service

    with progress_bar(as_json) as progress:
        done = service.backup(file, at=now(), progress=progress, force=force)
    if as_json:
        show(done)
        return
    out.print(
        f"{done.file}: {done.size / 1e6:,.1f} MB, {done.documents:,} documents, read back and "
        f"verified.\nLedger: entry {done.ledger_seq}, {done.ledger_hash}",
        markup=False,
    )
    if done.missing:
        err.print(
            f"{done.missing} documents that records name are missing here and in the backup; "
            "run firstoff doctor --full.",
            markup=False,
        )


def restore(file: File, force: Force = False, as_json: AsJson = False, home: Home = None) -> None:
    start(home, make=True)
    from firstoff.services import backup as service

    with progress_bar(as_json) as progress:
        done = service.restore(file, at=now(), progress=progress, force=force)
    if as_json:
        show(done)
        return
    out.print(
        f"The state of {done.made_at} is back: ledger entry {done.ledger_seq}, "
        f"{done.documents:,} documents.",
        markup=False,
    )
    if done.kept:
        out.print(f"What was here before is kept in {done.kept}.", markup=False)
    out.print("A site that runs has to be restarted; everybody signs in again.")


def start(home: str | None, *, make: bool = False) -> None:
    """Django with the data folder that is meant; the folder is made for those that may."""
    if home:
        os.environ["FIRSTOFF_HOME"] = home
    django(ready=False)
    from django.conf import settings

    if make:
        from firstoff.services.upkeep import prepare_home

        prepare_home(Path(settings.HOME))


def _reachable_at(host: str, url: str | None, plain_http: bool) -> None:
    """Passwords cross a network only encrypted, unless somebody says that they may."""
    if url:
        os.environ["FIRSTOFF_URL"] = url
    address = urlparse(os.environ.get("FIRSTOFF_URL", ""))
    if address.scheme not in ("", "http", "https") or bool(address.scheme) != bool(address.netloc):
        raise InvalidInput(
            f"{address.geturl()!r} is no address people can use.",
            way_out="Expected something like https://firstoff.example.",
            field="url",
        )
    if host in _LOOPBACK or address.scheme == "https":
        return
    if not plain_http:
        raise Refused(
            f"At {host} passwords would cross the network unencrypted.",
            code="plain-http",
            way_out="Put a reverse proxy with TLS in front and name its address with --url "
            "https://..., or add --plain-http on a network you trust.",
        )
    err.print("Warning: passwords and records cross the network unencrypted.", style="yellow")
    if not address.hostname:
        hosts = filter(None, [os.environ.get("FIRSTOFF_HOSTS", ""), host, *_own_names()])
        os.environ["FIRSTOFF_HOSTS"] = ",".join(hosts)


def _own_names() -> set[str]:
    import socket

    name = socket.gethostname()
    found = {name, socket.getfqdn()}
    with suppress(OSError):  # its name is in no directory: then the name alone counts
        found |= {str(info[4][0]) for info in socket.getaddrinfo(name, None)}
    return found


def _serve(host: str, port: int, proxy: str, ready: Callable[[str], None] | None = None) -> None:
    from django.conf import settings

    from firstoff.cli import serving
    from firstoff.queries import health
    from firstoff.services import upkeep

    health.require_ready()
    upkeep.prepare_home(Path(settings.HOME))
    if gone := upkeep.put_back_triggers():
        serving.say(f"Warning: {len(gone)} triggers were missing and are back; see the log.")
        serving.log.warning("triggers were missing and are back: %s", ", ".join(gone))
    upkeep.sweep_sessions(now())
    server = _listening(host, port, proxy)
    shown = settings.URL.geturl() or f"http://{f'[{host}]' if ':' in host else host}:{port}"
    if ready:
        ready(shown)
    else:
        serving.say(f"Firstoff {__version__} at {shown} (data in {settings.HOME})")
    serving.say("Ctrl+C stops it.")
    cut = server.run()
    if cut:
        err.print(f"Stopped; {cut} requests took too long and were cut off.")
        raise typer.Exit(1)
    serving.say("Stopped; every request was finished.")


def _listening(host: str, port: int, proxy: str) -> "Server":
    from django.conf import settings
    from django.core.servers.basehttp import get_internal_wsgi_application

    from firstoff.cli import serving

    serving.check_free(host, port)
    serving.collect_static()
    at = serving.Address(host, port, proxy if settings.SECURE else "")
    return serving.Server(get_internal_wsgi_application(), at, settings.MAX_UPLOAD_BYTES)


def load_demo(*, quiet: bool = False) -> "DemoGuide":
    """Load the golden pilot, once; the second time it is there."""
    from django.conf import settings

    from firstoff.services import demo as service
    from firstoff.services import upkeep

    say = (lambda text: None) if quiet else out.print
    upkeep.migrate(say)
    try:
        return service.load(at=now(), say=say)
    except Refused as error:
        if error.code != "already-set-up":
            raise
        raise Refused(
            f"{settings.HOME} holds a Firstoff that is no demo.",
            code="occupied",
            way_out="Name another folder with --home; firstoff serve starts this one.",
        ) from error


def _print_guide(guide: "DemoGuide", address: str) -> None:
    out.print(f"\nFirstoff {__version__}: the golden pilot", style="bold", markup=False)
    if address:
        out.print(f"\n  {address}", style="bold", markup=False)
    out.print("\nSign in as", markup=False)
    for p in guide.people:
        out.print(f"  {p.username:<6}{p.password}   {p.name}, {p.role}", markup=False)
    out.print("\nLook at", markup=False)
    for thing in guide.look_at:
        out.print(f"  {thing.sentence}\n    {address}{thing.path}", markup=False)
    out.print()
    sys.stdout.flush()


def _ask(label: str, given: str | None, option: str, default: str | None = None) -> str:
    if given:
        return given
    if not sys.stdin.isatty():
        raise InvalidInput(f"{label} is missing.", way_out=f"Add {option}.", field=option)
    return str(typer.prompt(label, default=default))


def _new_password(from_stdin: bool) -> str:
    if from_stdin:
        return password(True)
    first = password(False, "Password (at least 10 characters)")
    if password(False, "The same again") != first:
        raise InvalidInput("The two passwords differ; nothing was set up.", field="password")
    return first


def _code_of(site: str) -> str:
    return "".join(c for c in site.split()[0].upper() if c.isascii() and c.isalnum())[:12] or "1"


def _local_zone() -> str:
    """The time zone of this machine by name, as far as it tells."""
    from zoneinfo import available_timezones

    guesses = [os.environ.get("TZ", "")]
    if Path("/etc/timezone").exists():
        guesses.append(Path("/etc/timezone").read_text().strip())
    guesses.append(os.path.realpath("/etc/localtime").partition("zoneinfo/")[2])
    known = available_timezones()
    return next((g for g in guesses if g in known), "UTC")


@contextmanager
def progress_bar(silent: bool = False) -> Iterator[Callable[[str, int, int], None]]:
    """A progress bar on a terminal; nothing in a pipe."""
    if silent or not sys.stderr.isatty():
        yield lambda what, done, of: None
        return
    from rich.progress import Progress

    with Progress(console=err.console, transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda what, done, of: bar.update(
            task, description=what, completed=done, total=max(of, 1)
        )
