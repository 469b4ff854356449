"""pytest: a test run becomes one test record of one unit.

    pytest --firstoff-serial CC1-021 --firstoff-part CC-1 --firstoff-batch CC1-P2

Every test is a line of the record. A test that measures says so:

    def test_supply(measure):
        measure("supply", 5.02, unit="V", lower=4.75, upper=5.25)

Address and token come from FIRSTOFF_URL and FIRSTOFF_TOKEN. Without ``--firstoff-serial`` the
plugin does nothing but offer ``measure``.
"""

from __future__ import annotations

import math
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timezone

import pytest

from firstoff_station.errors import StationError
from firstoff_station.station import Station


@dataclass
class _Line:
    name: str
    phase: str
    outcome: str
    value: float | None = None
    unit: str = ""
    lower: float | None = None
    upper: float | None = None
    place: tuple[str, int, str] = ("", 0, "")


@dataclass
class _Run:
    """What this run of pytest found."""

    began: datetime
    lines: list[_Line] = field(default_factory=list)
    broke: bool = False  # an error outside a test: says something about the station

    def in_order(self) -> list[_Line]:
        """As they stand in the files, in whatever order they ran: the procedure is the same."""
        return sorted(self.lines, key=lambda line: line.place)


def _place(item: pytest.Item) -> tuple[str, int, str]:
    path, line, _ = item.location
    return path, line or 0, item.name


_RUN = pytest.StashKey[_Run]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("firstoff", "hand the run to Firstoff as a test record")
    group.addoption("--firstoff-serial", default="", help="serial number of the unit under test")
    group.addoption("--firstoff-part", default="", help="its part number")
    group.addoption("--firstoff-batch", default="", help="its batch ID")
    group.addoption("--firstoff-procedure", default="", help="name of the test procedure")
    group.addoption("--firstoff-version", default="", help="version of the procedure")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_RUN] = _Run(datetime.now(timezone.utc))


@pytest.fixture
def measure(request: pytest.FixtureRequest) -> Iterator[Callable[..., float]]:
    """Record a value with its limits, inclusive, and fail the test where it lies outside.

    All values of a test are recorded, also those after the first outside: the test fails at its
    end with every one of them.
    """
    run = request.config.stash[_RUN]
    outside: list[str] = []

    def record(
        name: str,
        value: float,
        *,
        unit: str = "",
        lower: float | None = None,
        upper: float | None = None,
    ) -> float:
        low = lower is None or value >= lower
        high = upper is None or value <= upper
        good = low and high and not math.isnan(value)
        phase = request.node.name
        outcome = "pass" if good else "fail"
        place = _place(request.node)
        run.lines.append(_Line(name, phase, outcome, float(value), unit, lower, upper, place))
        if not good:
            outside.append(f"{name} is {value:g} {unit}".rstrip() + _limits(lower, upper))
        return value

    yield record
    if outside:
        pytest.fail("; ".join(outside), pytrace=False)


def _limits(lower: float | None, upper: float | None) -> str:
    if lower is not None and upper is not None:
        return f"; expected {lower:g} to {upper:g}"
    return (
        f"; expected at least {lower:g}" if lower is not None else f"; expected at most {upper:g}"
    )


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: object) -> Iterator[None]:
    result = yield
    report = result.get_result()  # type: ignore[attr-defined]  # pluggy's result
    run = item.config.stash[_RUN]
    own = any(line.phase == item.name for line in run.lines)

    def add(outcome: str) -> None:
        run.lines.append(_Line(item.name, "", outcome, place=_place(item)))

    if report.when == "call":
        if report.skipped:
            add("skipped")
        elif not own or report.failed:
            add("fail" if report.failed else "pass")
    elif report.failed and not (report.when == "teardown" and own):
        run.broke = True
        add("error")
    elif report.skipped:
        add("skipped")


def pytest_sessionfinish(session: pytest.Session) -> None:
    config = session.config
    serial = config.getoption("--firstoff-serial")
    run = config.stash[_RUN]
    if not serial or not run.lines or hasattr(config, "workerinput"):
        return
    reporter = config.pluginmanager.get_plugin("terminalreporter")

    def say(text: str) -> None:
        if reporter is not None:
            reporter.write_line(f"firstoff: {text}")

    try:
        with Station(background=False) as station:
            station.record_all([_record(config, serial, run)])
            sent = station.flush(timeout=5.0)
            say(f"the record of {serial} is {'handed over' if sent else 'kept; it goes later'}")
    except StationError as error:
        say(str(error))
        session.exitstatus = pytest.ExitCode.INTERNAL_ERROR  # a run without its record is none


def _record(config: pytest.Config, serial: str, run: _Run) -> dict[str, object]:
    failed = any(line.outcome == "fail" for line in run.lines)
    outcome = "error" if run.broke else "fail" if failed else "pass"
    root = config.rootpath.name
    lines = run.in_order()
    return {
        "kind": "test",
        "serial": serial,
        "part": config.getoption("--firstoff-part") or None,
        "batch": config.getoption("--firstoff-batch") or None,
        "station": socket.gethostname(),
        "procedure": {
            "name": config.getoption("--firstoff-procedure") or root,
            "version": config.getoption("--firstoff-version") or "",
            "lines": [_line(line) for line in lines],
        },
        "values": [_finite(line.value) for line in lines],
        "outcomes": [line.outcome for line in lines],
        "outcome": outcome,
        "began_at": run.began,
        "ended_at": datetime.now(timezone.utc),
    }


def _line(line: _Line) -> dict[str, object]:
    said = {"name": line.name, "phase": line.phase, "unit": line.unit}
    found: dict[str, object] = {k: v for k, v in said.items() if v}
    if line.lower is not None:
        found["lower"] = repr(line.lower)
    if line.upper is not None:
        found["upper"] = repr(line.upper)
    return found


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
