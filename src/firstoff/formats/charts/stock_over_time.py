"""When does it run out, and until when does ordering help? Stock of one part over time."""

from dataclasses import dataclass
from datetime import date, timedelta

from firstoff.rules.sourcing import StockOutlook

from . import marks, words
from .kind import Kind, Look, Spec, Table

HEIGHT = 200
DOTTED = 100  # more days than these are drawn as a line alone
TICKS = 6
_ZERO = date(1970, 1, 1)
_STEPS = (1, 2, 7, 14, 28, 56, 91, 182, 364)


@dataclass(frozen=True, slots=True)
class StockDay:
    """The end of a day on which something moved; below 0 is what is missing."""

    on: date
    on_hand: float
    received: float = 0.0
    taken: float = 0.0


@dataclass(frozen=True, slots=True)
class StockOverTime:
    """days: by rising date, the first is today. ``stock_out``: the first day on which demand is
    not met; ``reorder_by``: the last day on which an order still comes in time, at a lead time of
    ``lead_time_days``; ``short``: the most that is missing. ``safety``: stock that is to stay.
    None: there is no such day, or nobody knows.
    """

    part: str
    days: tuple[StockDay, ...]
    stock_out: date | None = None
    reorder_by: date | None = None
    lead_time_days: int | None = None
    short: float = 0.0
    safety: float = 0.0
    unit: str = "pieces"


def from_outlook(outlook: StockOutlook, *, unit: str = "") -> StockOverTime:
    """The outlook of a part (R-24) as it is drawn. unit: of its stock; empty: pieces."""
    return StockOverTime(
        part=outlook.part,
        days=tuple(
            StockDay(p.on, float(p.on_hand), float(p.received), float(p.taken))
            for p in outlook.points
        ),
        stock_out=outlook.stock_out,
        reorder_by=outlook.reorder_by,
        lead_time_days=outlook.lead_time_days,
        short=float(outlook.missing),
        safety=float(outlook.safety),
        unit=unit or "pieces",
    )


def title(d: StockOverTime) -> str:
    return f"When does it run out? Stock of {d.part}"


def finding(d: StockOverTime) -> str:
    if not d.days:
        return "Nothing is known of the stock yet."
    last = d.days[-1]
    if d.stock_out is None:
        said = (
            f"{d.part} does not run out: {_amount(d, last.on_hand)} are left on {last.on}, the "
            "last day with a need or an order."
        )
    else:
        said = f"{d.part} runs out on {d.stock_out}; {_amount(d, d.short)} are missing then."
    if d.reorder_by is None:
        return said
    if d.reorder_by < d.days[0].on:
        return f"{said} The last day to reorder was {d.reorder_by}."
    return f"{said} Reorder by {d.reorder_by}."


def _amount(d: StockOverTime, value: float) -> str:
    return f"{words.trimmed(value, 3)} {d.unit}".strip()


def table(d: StockOverTime) -> Table:
    return Table(
        ("Day", "Received", "Taken", f"On hand, {d.unit}"),
        tuple((str(day.on), day.received, day.taken, day.on_hand) for day in d.days),
    )


def draw(d: StockOverTime, look: Look) -> Spec:
    if not d.days:
        said = [{"text": "Nothing is known of the stock yet."}]
        nothing = marks.text("label", said, x=marks.at(0), y=marks.at(look(14)))
        return {"height": look(40), "layer": [nothing]}
    first, last = _reach(d)
    across = {
        "title": f"day; upwards: {d.unit} on hand, below 0 missing",
        "values": _ticks(first, last),
        "labelExpr": "utcFormat(datum.value * 86400000, '%Y-%m-%d')",
    }
    x = marks.number([first, last], axis=across)
    values = [day.on_hand for day in d.days] + [0.0, d.safety]
    room = 0.1 * (max(values) - min(values)) or 1.0
    low = min(values) - (room if min(values) < 0 else 0)
    # The stretch of the lead time lies above all values.
    high = max(values) + room * (3 if d.reorder_by and d.lead_time_days is not None else 1)
    y = marks.on(marks.number([low, high], axis={"title": None, "tickCount": 5}), "y")
    at = marks.on(x, "x")
    layers = _missing(d, last, at, y)
    layers.append(marks.layer("rule", "spec-limit", [{"y": 0}], y=y))
    if d.safety:
        layers.append(marks.layer("rule", "standard", [{"y": d.safety}], y=y))
    steps = [{"x": _number(day.on), "y": day.on_hand} for day in d.days]
    steps.append({"x": last, "y": d.days[-1].on_hand})
    how = {"interpolate": "step-after"}
    layers.append(marks.layer("line", "curve", steps, mark_options=how, x=at, y=y))
    return {
        "height": look(HEIGHT),
        "layer": [*layers, *_dots(d, at, y), *_lead(d, at, look), *_named(d, x, look)],
    }


def _number(day: date) -> int:
    return (day - _ZERO).days


def _reach(d: StockOverTime) -> tuple[int, int]:
    """First and last day of the axis, the last day to reorder among them, with some room after."""
    seen = [_number(day.on) for day in d.days]
    seen += [_number(day) for day in (d.reorder_by, d.stock_out) if day is not None]
    first, last = min(seen), max(seen)
    return first, last + max(7, (last - first) // 12)


def _ticks(first: int, last: int) -> list[int]:
    step = next((s for s in _STEPS if (last - first) / s <= TICKS), (last - first) // TICKS + 1)
    return list(range(first, last, step))


def _missing(d: StockOverTime, last: int, x: Spec, y: Spec) -> list[Spec]:
    """What is missing, from the line of nothing down."""
    ends = [*(_number(day.on) for day in d.days[1:]), last]
    rows = [
        {"x": _number(day.on), "x2": end, "y": 0, "y2": day.on_hand}
        for day, end in zip(d.days, ends, strict=True)
        if day.on_hand < 0
    ]
    if not rows:
        return []
    beyond = {"field": "x2"}, {"field": "y2"}
    return [marks.layer("rect", "over-the-bar", rows, x=x, x2=beyond[0], y=y, y2=beyond[1])]


def _dots(d: StockOverTime, x: Spec, y: Spec) -> list[Spec]:
    rows = [
        {
            "x": _number(day.on),
            "y": day.on_hand,
            "day": str(day.on),
            "here": _amount(d, day.on_hand),
            "received": words.trimmed(day.received, 3),
            "taken": words.trimmed(day.taken, 3),
            "out": day.on == d.stock_out,
        }
        for day in d.days
        if day.on == d.stock_out or len(d.days) <= DOTTED
    ]
    tips = (("day", "Day"), ("here", "On hand"), ("received", "Received"), ("taken", "Taken"))
    found = []
    for style, out in (("observed", False), ("rule-broken", True)):
        here = [row for row in rows if row["out"] is out]
        if here:
            found.append(marks.layer("point", style, here, tips=tips, x=x, y=y))
    return found


def _lead(d: StockOverTime, x: Spec, look: Look) -> list[Spec]:
    """The lead time as a stretch from the last day to reorder."""
    if d.reorder_by is None or d.lead_time_days is None:
        return []
    begin = _number(d.reorder_by)
    row = {"x": begin, "x2": begin + d.lead_time_days}
    name = [{"x": begin, "text": f"lead time {_days(d.lead_time_days)}"}]
    options = {"dx": look(6)}
    return [
        marks.layer("rule", "interval-earlier", [row], x=x, x2={"field": "x2"}, y=marks.at(0)),
        marks.text("label", name, options=options, x=x, y=marks.at(look(10))),
    ]


def _days(count: int) -> str:
    if count % 7 == 0 and count >= 14:
        return f"{count // 7} weeks"
    return "1 day" if count == 1 else f"{count} days"


def _named(d: StockOverTime, x: Spec, look: Look) -> list[Spec]:
    today = d.days[0].on
    lines: list[marks.Named] = [(_number(today), "phase", "label", f"today {today}")]
    if d.reorder_by is not None:
        lines.append(
            (_number(d.reorder_by), "standard", "direct-label", f"reorder by {d.reorder_by}")
        )
    if d.stock_out is not None:
        lines.append((_number(d.stock_out), "spec-limit", "spec-label", f"out on {d.stock_out}"))
    return marks.uprights(x, lines, look)


def example() -> StockOverTime:
    today = date(2026, 4, 1)
    moves = ((0, 0, 0), (30, 0, 180), (44, 250, 0), (75, 0, 200), (110, 0, 120), (153, 0, 400))
    days, here = [], 300.0
    for after, received, taken in moves:
        here += received - taken
        days.append(StockDay(today + timedelta(days=after), here, received, taken))
    return StockOverTime(
        part="C-100",
        days=tuple(days),
        stock_out=date(2026, 9, 1),
        reorder_by=date(2026, 5, 12),
        lead_time_days=112,
        short=350,
    )


KIND = Kind(
    name="stock_over_time",
    data=StockOverTime,
    title=title,
    finding=finding,
    draw=draw,
    table=table,
    example=example,
)
