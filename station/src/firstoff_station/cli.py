"""``firstoff-station``: send, status, drain, watch.

Exit codes: 0 done; 2 what was given means nothing; 4 the server refuses; 5 records still wait.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from firstoff_station.errors import NotAccepted, ServerRefused, StationError
from firstoff_station.station import Station, Status, default_folder
from firstoff_station.watch import Watcher

OK, INVALID, REFUSED, WAITING = 0, 2, 4, 5


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        return int(options.do(options))
    except NotAccepted as error:
        return _fail(str(error), INVALID)
    except ServerRefused as error:
        return _fail(str(error), REFUSED)
    except StationError as error:
        return _fail(str(error), WAITING)
    except KeyboardInterrupt:
        return _fail("Stopped. What was kept is safe.", 130)


def _fail(said: str, code: int) -> int:
    print(said, file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="firstoff-station",
        description="Keeps the records of a test station and hands them to Firstoff.",
        epilog="The token: FIRSTOFF_TOKEN, or the file that FIRSTOFF_TOKEN_FILE names.",
    )
    parser.add_argument("--url", default="", help="the site; else FIRSTOFF_URL")
    parser.add_argument("--site", default="", help="the plant's code; else FIRSTOFF_SITE")
    parser.add_argument("--queue", default=None, help=f"the queue folder; else {default_folder()}")
    parser.add_argument("--ca-file", default="", help="authority of the site's certificate")
    parser.add_argument("--plain-http", action="store_true", help="allow http to other machines")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    send = commands.add_parser("send", help="keep records or files, then hand over what can be")
    send.add_argument("files", nargs="+", help="JSON records, JSON lines, - for standard input")
    send.add_argument("--file", action="store_true", help="they are files that a machine wrote")
    _add_fields(send)
    send.add_argument("--timeout", type=float, default=10.0, help="seconds to try")
    send.set_defaults(do=_send)

    status = commands.add_parser("status", help="what waits, what was refused and why")
    status.add_argument("--json", action="store_true")
    status.set_defaults(do=_status)

    drain = commands.add_parser("drain", help="hand over everything that waits")
    drain.add_argument("--timeout", type=float, default=600.0, help="seconds to try")
    drain.add_argument("--retry-refused", action="store_true", help="ask again for all refused")
    drain.add_argument("--discard", nargs="+", metavar="ID", default=[], help="drop refused ones")
    drain.set_defaults(do=_drain)

    watch = commands.add_parser("watch", help="keep every file that appears in a folder")
    watch.add_argument("folder", type=Path)
    watch.add_argument("--pattern", default="*")
    watch.add_argument("--done", type=Path, default=None, help="where kept files go")
    watch.add_argument("--settled", type=float, default=2.0, help="seconds a file must rest")
    watch.add_argument("--every", type=float, default=2.0, help="seconds between looks")
    watch.add_argument("--once", action="store_true", help="look, hand over, end")
    _add_fields(watch)
    watch.set_defaults(do=_watch)
    return parser


def _add_fields(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--part", default=None, help="part number, where the file does not say")
    parser.add_argument("--batch", default=None, help="batch ID, where the file does not say")
    parser.add_argument("--importer", default=None, help="kind of file, where it is not found")


def _station(options: argparse.Namespace, *, background: bool = False) -> Station:
    return Station(
        options.url,
        _token(),
        site=options.site,
        folder=options.queue,
        background=background,
        allow_plain_http=options.plain_http,
        ca_file=options.ca_file,
    )


def _token() -> str:
    named = os.environ.get("FIRSTOFF_TOKEN_FILE")
    if not named:
        return ""
    try:
        return Path(named).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ServerRefused(f"The token file {named} cannot be read: {error.strerror}.") from error


def _fields(options: argparse.Namespace) -> dict[str, object]:
    named = {"part": options.part, "batch": options.batch, "importer": options.importer}
    return {name: value for name, value in named.items() if value}


def _send(options: argparse.Namespace) -> int:
    with _station(options) as station:
        kept = 0
        for name in options.files:
            if options.file:
                station.record_file(name, **_fields(options))
                kept += 1
            else:
                kept += len(station.record_all(list(_records(name))))
        print(f"{kept} {'record is' if kept == 1 else 'records are'} kept.")
        return _hand_over(station, options.timeout)


def _records(name: str) -> Iterable[dict[str, Any]]:
    """A record, an array of records, an envelope with ``records``, or a record a line."""
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise NotAccepted(f"{name} cannot be read: {error}.") from error
    try:
        found = json.loads(text)
    except ValueError:
        found = [
            _line(name, n, line) for n, line in enumerate(text.splitlines(), 1) if line.strip()
        ]
    if isinstance(found, dict):
        found = found.get("records", [found])
    if not isinstance(found, list) or not found or not all(isinstance(r, dict) for r in found):
        raise NotAccepted(f"{name} holds no records; expected JSON objects with a kind.")
    return found


def _line(name: str, number: int, line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError as error:
        raise NotAccepted(
            f"{name}, line {number}: {line[:40]!r} is no JSON ({error}). Nothing was kept."
        ) from error


def _hand_over(station: Station, timeout: float) -> int:
    done = station.flush(timeout)
    status = station.status()
    if status.refused:
        _tell_refused(status)
        return REFUSED
    if done:
        print("Everything is handed over.")
        return OK
    print(f"{status.waiting} wait: {status.problem or 'no address is given'}", file=sys.stderr)
    return WAITING


def _status(options: argparse.Namespace) -> int:
    with Station(folder=options.queue, background=False, url="", token="-") as station:
        status = station.status()
    if options.json:
        print(json.dumps(_as_json(status), ensure_ascii=False, indent=2))
    else:
        since = f", the oldest since {_time(status.oldest)}" if status.oldest else ""
        print(f"{status.waiting} waiting{since}; {status.refused} refused.")
        print(f"Last contact {_time(status.last_contact)}.")
        if status.problem:
            print(f"Problem: {status.problem}")
        for name in status.damaged:
            print(f"A damaged queue was set aside: {name}")
        if status.refused:
            _tell_refused(status)
    return REFUSED if status.refused else WAITING if status.waiting else OK


def _as_json(status: Status) -> dict[str, Any]:
    return {
        "waiting": status.waiting,
        "oldest": _time(status.oldest) if status.oldest else None,
        "refused": status.refused,
        "refusals": [
            {"id": r.id, "code": r.code, "message": r.said, "way_out": r.way_out, "tries": r.tries}
            for r in status.refusals
        ],
        "last_contact": _time(status.last_contact) if status.last_contact else None,
        "problem": status.problem,
        "damaged": list(status.damaged),
    }


def _tell_refused(status: Status) -> None:
    for record in status.refusals:
        again = f" Asked again at {_time(record.again_at)}." if record.again_at else ""
        print(f"Refused {record.id}: {record.said} {record.way_out}{again}", file=sys.stderr)
    if status.refused > len(status.refusals):
        print(f"... and {status.refused - len(status.refusals)} more.", file=sys.stderr)


def _time(seconds: float | None) -> str:
    if seconds is None:
        return "never"
    return datetime.fromtimestamp(seconds).astimezone().isoformat(timespec="seconds")


def _drain(options: argparse.Namespace) -> int:
    with _station(options) as station:
        if options.discard:
            print(f"{station.queue.discard(options.discard)} dropped.")
        if options.retry_refused:
            station.queue.again(everything=True)
        return _hand_over(station, options.timeout)


def _watch(options: argparse.Namespace) -> int:
    if not options.folder.is_dir():
        raise NotAccepted(f"{options.folder} is no folder.")
    with _station(options, background=not options.once) as station:
        watcher = Watcher(
            station,
            options.folder,
            options.pattern,
            _fields(options),
            options.done,
            options.settled,
        )
        if options.once:
            watcher.look()
            threading.Event().wait(min(options.settled, 1.0))
            watcher.look()
            return _hand_over(station, 10.0)
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        print(f"Watching {options.folder}.")
        watcher.run(stop, options.every)
    return OK


if __name__ == "__main__":
    sys.exit(main())
