"""The charts of the run page, from the verdict."""

from collections import OrderedDict
from itertools import repeat
from threading import Lock
from typing import Any
from urllib.parse import quote

from firstoff import stats
from firstoff.formats import charts
from firstoff.formats.charts.build_time import BatchTimes, BuildTime, UnitTime
from firstoff.formats.charts.interval import BatchRate, Interval
from firstoff.formats.charts.pareto import Defect, Pareto
from firstoff.formats.charts.step_times import StepTime, StepTimes
from firstoff.queries.evidence.verdict import Assessed
from firstoff.rules.evidence.words import trimmed
from firstoff.rules.execution import Reading, describe
from firstoff.web.templatetags.firstoff import script_json

_LISTED = 300  # values behind a chart that are written out; beyond, the table of units has them


_KEPT = 64
# A chart is a function of the verdict, and the verdict of the program's newest entry.
_drawn: OrderedDict[tuple[str, int], dict[str, dict[str, Any]]] = OrderedDict()
_lock = Lock()


def pictures(found: Assessed) -> dict[str, dict[str, Any]]:
    """By name, what ``evidence/picture.html`` takes; what has nothing to show is left out."""
    key = (found.run.uid, found.version)
    with _lock:
        held = _drawn.get(key)
    if held is None:
        held = _pictures(found)
        with _lock:
            _drawn[key] = held
            while len(_drawn) > _KEPT:
                _drawn.popitem(last=False)
    return held


def _pictures(found: Assessed) -> dict[str, dict[str, Any]]:
    drawn = {
        "interval": _interval(found),
        "pareto": _pareto(found),
        "build_time": _build(found),
        "step_times": _steps(found),
    }
    return {name: picture(name, data) for name, data in drawn.items() if data is not None}


def picture(kind: str, data: object) -> dict[str, Any]:
    table = charts.table(kind, data) if _is_short(data) else None
    return {
        "spec": script_json(charts.spec(kind, data)),
        "finding": charts.finding(kind, data),
        "title": charts.title(kind, data),
        "table": table,
    }


def _is_short(data: object) -> bool:
    """Only build times are as many as there are units."""
    return not isinstance(data, BuildTime) or sum(len(b.units) for b in data.batches) <= _LISTED


def _interval(found: Assessed) -> Interval | None:
    evidence, bar = found.evidence, found.evidence.run.bar
    readings = [r for r in (*evidence.earlier_readings, evidence.reading) if r.judged]
    if bar is None or not readings:
        return None
    return Interval(
        batches=tuple(_rate(found, r, r is evidence.reading) for r in readings[-5:]),
        bar_rate=bar.rate,
        bar_label=describe(bar),
        method="Clopper-Pearson, two-sided",
    )


def _rate(found: Assessed, reading: Reading, current: bool) -> BatchRate:
    rejects, judged, bar = len(reading.rejects), reading.judged, reading.run.bar
    seen = stats.proportion(rejects, judged)
    cleared = bar is not None and judged == bar.sample and rejects <= bar.max_rejects
    href = "" if current else f"/runs/{quote(found.run.site)}/{quote(reading.run.batch_id)}/"
    return BatchRate(
        reading.run.batch_id, rejects, judged, seen.lower, seen.upper, cleared, current, href
    )


def _pareto(found: Assessed) -> Pareto | None:
    verdict = found.verdict
    if not verdict.pareto:
        return None
    return Pareto(
        defects=tuple(
            Defect(bar.name, bar.rejects, f"{' and '.join(bar.classes)} cause, {bar.category}")
            for bar in verdict.pareto
        ),
        total=len(found.evidence.reading.rejects),
    )


def _build(found: Assessed) -> BuildTime | None:
    evidence, build = found.evidence, found.verdict.build_time
    if build is None:
        return None
    readings = [r for r in (*evidence.earlier_readings[-1:], evidence.reading) if r.timed]
    bar = evidence.run.bar
    limit = None if bar is None else bar.max_mean_minutes
    standards = [("bench", build.bench), ("standard", build.standard)]
    return BuildTime(
        batches=tuple(_times(found, r, r is evidence.reading) for r in readings),
        bar=None if limit is None else float(limit),
        standards=tuple((name, value) for name, value in standards if value is not None),
    )


def _times(found: Assessed, reading: Reading, current: bool) -> BatchTimes:
    minutes = (reading.build_seconds / 60).tolist()
    serials = [state.unit.serial for state in reading.timed]
    few = len(minutes) <= _LISTED
    links = [_unit(found, serial) for serial in serials] if few else repeat("")
    return BatchTimes(
        label=reading.run.batch_id,
        units=tuple(map(UnitTime, serials, minutes, links)),
        mean=sum(minutes) / len(minutes),
        current=current,
    )


def _unit(found: Assessed, serial: str) -> str:
    return f"/find/?q={quote(serial)}&site={quote(found.run.site)}"


def _steps(found: Assessed) -> StepTimes | None:
    steps = [step for step in found.verdict.steps if step.standard is not None]
    if not steps:
        return None
    return StepTimes(
        tuple(
            StepTime(trimmed(step.seq), step.name, step.standard or 0.0, step.mean, step.slow)
            for step in steps
        )
    )
