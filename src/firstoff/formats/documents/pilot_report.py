"""The report of a pilot batch: the decision on one page, then the evidence."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NotRequired, TypedDict

from firstoff.formats import charts
from firstoff.formats.charts import words
from firstoff.formats.charts.build_time import BatchTimes, BuildTime, UnitTime
from firstoff.formats.charts.interval import BatchRate, Interval
from firstoff.formats.charts.operating_characteristic import OperatingCharacteristic
from firstoff.formats.charts.pareto import Defect as ParetoDefect
from firstoff.formats.charts.pareto import Pareto
from firstoff.formats.charts.prediction import Prediction as PredictionChart

from . import serials
from .frame import Doc, Product, Signature
from .kind import Kind

LISTED = 300  # up to so many units have a row each; beyond, rows for rejects and a summary
RATE = ("label", "rejects", "counting", "low", "high", "cleared", "current")
NAMED = 12  # serials that the table of defects names
BATCHES = 5  # the interval picture shows the last ones
HALF, FULL = 240.9, 498.9  # points: one column of 85 mm, and the full 176 mm

Judgement = Literal["pass", "fail"] | None  # none: not judged
Word = Literal["met", "not_met", "no_evidence", "waived"]


class Bar(TypedDict):
    sample: int
    max_rejects: int
    rate: float  # the largest reject rate the bar speaks for
    commit: int | None  # units that a pass commits
    locked_at: str | None
    locked_by: str
    locked_role: str
    locked_meaning: str  # of the signature that locked it
    locked_key: str | None


class Run(TypedDict):
    id: str
    kind: str
    line: str
    planned: int
    began: str | None  # first unit
    ended: str | None


class Batch(TypedDict):
    """Oldest first; the one reported on is current."""

    label: str
    rejects: int
    counting: int
    low: float
    high: float
    cleared: bool
    current: bool


class Result(TypedDict):
    rejects: int
    counting: int
    low: float
    high: float
    confidence: float
    method: str  # ``Clopper-Pearson, two-sided``
    p_over_bar: float | None  # probability that the true rate is over the bar
    prior: str
    first_pass: float | None  # first-pass yield
    final: float | None  # final yield
    more_clean_90: int | None  # further units without a reject for 90 % confidence
    more_clean_95: int | None


class Waiver(TypedDict):
    by: str
    reason: str
    expires: str | None


class Criterion(TypedDict):
    name: str
    bar: str
    result: str
    verdict: Word
    records: str  # what decided it, in words
    waiver: NotRequired[Waiver | None]


class Defect(TypedDict):
    code: str
    name: str
    count: int
    category: str  # fit, finish, function ...
    cause_class: str  # process, design ...
    cause: str
    action: str
    effect: str  # when the action takes effect, in words
    serials: list[str]


class Fix(TypedDict):
    what: str
    rejects: int | None
    action: str


class HeldAction(TypedDict):
    """A corrective action of an earlier, held batch, and what this batch shows of it."""

    action: str
    against: str
    what: str
    effect: str | None  # in effect from
    shown: str


class Standard(TypedDict):
    name: str  # ``bench build``
    minutes: float


class Series(TypedDict):
    """minutes: (serial, minutes) in build order."""

    label: str
    minutes: list[tuple[str, float]]
    mean: float | None
    current: bool


class Step(TypedDict):
    step: str
    name: str
    standard: float
    measured: float | None
    slow: bool
    proposal: str | None


class Build(TypedDict):
    bar_minutes: float | None
    mean: float | None  # of the units that count
    standards: list[Standard]
    series: list[Series]
    steps: list[Step]


class Curve(TypedDict):
    """Operating characteristic: (true reject rate, chance of sign-off)."""

    curve: list[tuple[float, float]]
    marked: list[tuple[float, float]]


class Prediction(TypedDict):
    """pmf: (rejects, probability); needed for the first prediction, which is drawn."""

    committed: int
    level: float
    mean: float
    low: int
    median: int
    high: int
    pmf: NotRequired[list[tuple[int, float]]]


class MoneyRow(TypedDict):
    what: str
    units: int | None
    value: str  # a decimal as text


class Money(TypedDict):
    currency: str  # ISO 4217
    rows: list[MoneyRow]
    sentence: str


class Try(TypedDict):
    rate: float
    chance: list[float]  # of passing at least once in 1, 2, 3 tries


class Tries(TypedDict):
    since_change: int
    total: int
    sentence: str
    table: list[Try]


class SetupLine(TypedDict):
    """value is none where the line was not filled: a gap."""

    item: str
    value: str | None
    by: str | None
    at: str | None


class Release(TypedDict):
    """A refusal released, or a gap accepted, by signature."""

    what: str
    rule: str
    reason: str
    by: str
    role: str
    at: str
    key: str | None


class Adjustment(TypedDict):
    at: str
    what: str
    before: str
    after: str
    reason: str


class Pilot(TypedDict):
    verdict: Literal["sign_off", "hold"]
    sentence: str
    caution: str
    oc_sentence: str
    interval_sentence: str
    product: Product
    run: Run
    bar: Bar
    oc: Curve
    batches: list[Batch]
    result: Result
    criteria: list[Criterion]
    defects: list[Defect]
    to_fix: list[Fix]
    held_actions: list[HeldAction]
    build: Build
    predictions: list[Prediction]
    money: Money | None
    tries: Tries
    setup: list[SetupLine]
    releases: list[Release]
    adjustments: list[Adjustment]


class Unit(TypedDict):
    """One counting unit. fit, finish, function: first results; rework: what came after, in words.
    defects: codes."""

    serial: str
    built: str | None
    operator: str
    minutes: float | str | None
    fit: Judgement
    finish: Judgement
    function: Judgement
    result: Literal["good", "reject", "pending"]
    defects: list[str]
    rework: NotRequired[str | None]


class NotCounted(TypedDict):
    serial: str
    built: str | None
    minutes: float | str | None
    result: Literal["good", "reject", "pending"]
    reason: str


class Units(TypedDict):
    counted: list[Unit]
    not_counted: list[NotCounted]


class PilotReport(TypedDict):
    doc: Doc
    pilot: Pilot
    units: Units
    signatures: list[Signature]


# --- Pictures


def _picture(kind: str, data: object, width: float, height: float | None = None) -> bytes:
    return charts.svg(charts.spec(kind, data, theme="paper", width=width, height=height))


def pictures(data: Mapping[str, Any]) -> dict[str, bytes]:
    p = data["pilot"]
    low = _room(p, draft=bool(data["doc"]["draft"]))
    drawn = {
        "interval": _picture("interval", _interval(p), HALF, low),
        "build": _picture("build_time", _build(p["build"]), FULL),
    }
    if len(p["oc"]["curve"]) > 1:
        drawn["oc"] = _picture("operating_characteristic", _curve(p), HALF, low)
    if p["defects"]:
        drawn["pareto"] = _picture("pareto", _pareto(p), FULL)
    if p["predictions"] and p["predictions"][0].get("pmf"):
        drawn["prediction"] = _picture("prediction", _prediction(p["predictions"][0]), FULL)
    return drawn


def _room(p: Mapping[str, Any], *, draft: bool) -> float:
    """Height in points that leaves the decision on one page, its pictures still readable."""
    rows = len(p["criteria"]) + min(len(p["to_fix"]) or len(p["held_actions"]), 5)
    rows += 3 if draft else 0  # the band that says so
    batches = len(p["batches"][-BATCHES:])
    return min(96.0, max(60.0, 24.0 * batches, 96.0 - 9.0 * (rows - 10)))


def _curve(p: Mapping[str, Any]) -> OperatingCharacteristic:
    bar = p["bar"]
    return OperatingCharacteristic(
        sample=bar["sample"],
        accept=bar["max_rejects"],
        bar_rate=float(bar["rate"]),
        curve=tuple((float(r), float(a)) for r, a in p["oc"]["curve"]),
        marked=tuple((float(r), float(a)) for r, a in p["oc"]["marked"]),
    )


def _interval(p: Mapping[str, Any]) -> Interval:
    bar = p["bar"]
    return Interval(
        batches=tuple(
            BatchRate(**{name: b[name] for name in RATE}) for b in p["batches"][-BATCHES:]
        ),
        bar_rate=float(bar["rate"]),
        bar_label=f"at most {bar['max_rejects']} of {words.count(bar['sample'])}",
        confidence=float(p["result"]["confidence"]),
        method=p["result"]["method"],
    )


def _pareto(p: Mapping[str, Any]) -> Pareto:
    return Pareto(
        defects=tuple(
            ParetoDefect(d["name"], d["count"], f"{d['cause_class']} cause, {d['category']}")
            for d in p["defects"]
        ),
        total=p["result"]["rejects"],
    )


def _build(build: Mapping[str, Any]) -> BuildTime:
    return BuildTime(
        batches=tuple(
            BatchTimes(
                label=s["label"],
                units=tuple(UnitTime(serial, float(m)) for serial, m in s["minutes"]),
                mean=float(s["mean"] or 0),
                current=s["current"],
            )
            for s in build["series"]
            if s["minutes"]
        ),
        bar=None if build["bar_minutes"] is None else float(build["bar_minutes"]),
        standards=tuple((s["name"], float(s["minutes"])) for s in build["standards"]),
    )


def _prediction(d: Mapping[str, Any]) -> PredictionChart:
    return PredictionChart(
        committed=d["committed"],
        pmf=tuple((int(k), float(q)) for k, q in d["pmf"]),
        mean=float(d["mean"]),
        low=d["low"],
        median=d["median"],
        high=d["high"],
        level=float(d["level"]),
    )


# --- Lists told briefly


def arranged(data: Mapping[str, Any]) -> dict[str, Any]:
    """The data without what only pictures need, and with units the way they are printed."""
    p = dict(data["pilot"])
    p["predictions"] = [{k: v for k, v in d.items() if k != "pmf"} for d in p["predictions"]]
    p["build"] = {k: v for k, v in p["build"].items() if k != "series"}
    p["oc"] = None
    p["defects"] = [{**d, "serials": _named(d["serials"])} for d in p["defects"]]
    return {**data, "pilot": p, "units": _units(data["units"])}


def _named(found: Sequence[str]) -> str:
    """The serials of a defect; many are named among the units, not in a column of their own."""
    if len(found) <= NAMED:
        return serials.told(found)
    return f"{serials.told(found[:NAMED])} and {words.count(len(found) - NAMED)} more"


def _units(units: Mapping[str, Any]) -> dict[str, Any]:
    counted, others = units["counted"], units["not_counted"]
    listed = counted
    if len(counted) > LISTED:
        listed = [u for u in counted if u["result"] != "good"][:LISTED]
    rows = {u["serial"] for u in listed}
    rest = [u for u in counted if u["serial"] not in rows]
    return {
        "total": len(counted),
        "counted": listed,
        "brief": [
            {"what": name, "count": len(found), "serials": serials.told(found)}
            for key, name in RESULTS
            if (found := [u["serial"] for u in rest if u["result"] == key])
        ],
        "summary": _summary(counted) if len(counted) > LISTED else [],
        "others": len(others),
        "not_counted": others if len(others) <= LISTED else [],
        "reasons": _reasons(others) if len(others) > LISTED else [],
    }


def _summary(counted: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Facts about units that have no row of their own."""
    results = [u["result"] for u in counted]
    minutes = sorted(float(u["minutes"]) for u in counted if u["minutes"] is not None)
    built = sorted(u["built"] for u in counted if u["built"])
    facts = [(name, words.count(results.count(key))) for key, name in RESULTS if key in results]
    if minutes:
        quarter = [minutes[round((len(minutes) - 1) * q)] for q in (0, 0.25, 0.5, 0.75, 1)]
        low, first, middle, third, high = (words.rounded(m, 1) for m in quarter)
        facts.append(("Minutes, median", middle))
        facts.append(("Minutes, middle half", f"{first} to {third}"))
        facts.append(("Minutes, shortest and longest", f"{low} and {high}"))
    if built:
        facts.append(("First and last assembled, UTC", f"{_short(built[0])}, {_short(built[-1])}"))
    facts.append(("Operators", words.count(len({u["operator"] for u in counted}))))
    return facts


RESULTS = (("good", "Good"), ("reject", "Rejected"), ("pending", "Not judged for everything"))


def _short(at: str) -> str:
    return at[:16].replace("T", " ")


def _reasons(others: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Units that do not count, by reason, most frequent first."""
    found: dict[str, list[str]] = {}
    for unit in others:
        found.setdefault(unit["reason"], []).append(unit["serial"])
    ranked = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    return [{"reason": r, "count": len(s), "serials": serials.told(s)} for r, s in ranked]


KIND = Kind(
    name="pilot_report",
    title="Pilot report",
    shape=PilotReport,
    pictures=pictures,
    arranged=arranged,
)
