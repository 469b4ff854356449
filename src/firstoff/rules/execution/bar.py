"""The acceptance bar: what it may hold, and how two bars differ (R-31, R-32)."""

from collections.abc import Sequence
from datetime import UTC, tzinfo
from decimal import Decimal

from firstoff.errors import InvalidInput
from firstoff.rules.execution.values import Bar, Refusal, moment

LARGEST_SAMPLE = 100_000
LARGEST_COMMITMENT = 10_000_000  # the prediction is summed term by term


def check_bar(bar: Bar, *, characteristics: Sequence[str] | None = None) -> Bar:
    """The bar, if it can decide anything. Raises InvalidInput naming the field.

    characteristics: numbers of the baseline's measured characteristics with limits, when known.
    """
    _between("sample", "The number of units that count", bar.sample, 1, LARGEST_SAMPLE)
    _between("max_rejects", "The rejects allowed", bar.max_rejects, 0, bar.sample - 1)
    _between("commits", "The quantity a pass commits", bar.commits, 1, LARGEST_COMMITMENT)
    for field, what, value in (
        ("max_mean_minutes", "The limit on mean build time", bar.max_mean_minutes),
        ("max_unit_minutes", "The limit on one unit's build time", bar.max_unit_minutes),
    ):
        if value is not None and not (value.is_finite() and value > 0):
            _refuse(field, what, value, "minutes above 0")
    share = bar.min_first_pass_yield
    if share is not None and not (share.is_finite() and 0 < share <= 1):
        _refuse("min_first_pass_yield", "The first-pass yield", share, "above 0 %, at most 100 %")
    _check_money(bar)
    _check_capabilities(bar, characteristics)
    return bar


def _check_money(bar: Bar) -> None:
    for field, what, value in (
        ("bad_unit_cost", "The cost of a bad unit", bar.bad_unit_cost),
        ("batch_cost", "The cost of a repeat batch", bar.batch_cost),
        ("delay_day_cost", "The cost of a day of delay", bar.delay_day_cost),
    ):
        if value is not None and not (value.is_finite() and value >= 0):
            _refuse(field, what, value, "an amount of 0 or more")
    if bar.delay_days is not None and bar.delay_days < 0:
        _refuse("delay_days", "The days of delay", bar.delay_days, "0 or more")


def _check_capabilities(bar: Bar, characteristics: Sequence[str] | None) -> None:
    seen: set[str] = set()
    for wanted in bar.capabilities:
        what = f"The capability of characteristic {wanted.characteristic}"
        if not (wanted.minimum.is_finite() and 0 < wanted.minimum <= 10):
            _refuse("capabilities", what, wanted.minimum, "above 0, at most 10")
        if wanted.characteristic in seen:
            raise InvalidInput(f"{what} is asked for twice.", field="capabilities")
        seen.add(wanted.characteristic)
        if characteristics is not None and wanted.characteristic not in characteristics:
            known = ", ".join(characteristics) or "none"
            raise InvalidInput(
                f"The baseline measures no characteristic {wanted.characteristic} with limits.",
                way_out=f"It has: {known}.",
                field="capabilities",
            )


def check_plan(
    sample: int, max_rejects: int, *, claim: float | None = None, confidence: float = 0.95
) -> None:
    """Whether n and c, and the rate to be shown, can be asked about. Raises InvalidInput."""
    _between("sample", "The number of units that count", sample, 1, LARGEST_SAMPLE)
    _between("max_rejects", "The rejects allowed", max_rejects, 0, sample - 1)
    if claim is not None and not 0.0001 <= claim < 1:
        _refuse("claim", "The rate to be shown", f"{claim:g}", "0.01\u00a0% to under 100\u00a0%")
    if not 0.5 <= confidence <= 0.9999:
        _refuse("confidence", "The confidence", f"{confidence:g}", "50\u00a0% to 99.99\u00a0%")


def check_lock(bar: Bar | None, *, batch_id: str, units: int, zone: tzinfo = UTC) -> None:
    """Whether a bar may be locked now: once, and before the first unit. Raises Refused (R-31)."""
    way_out = "A different bar needs a new run."
    if bar is not None and bar.locked_at is not None:
        raise Refusal(
            "R-31",
            f"The bar of {batch_id} is locked since {moment(bar.locked_at, zone)}: "
            f"{describe(bar)}. It cannot be changed.",
            way_out,
        ).error()
    if units:
        raise Refusal(
            "R-31",
            f"{batch_id} has {units} {'unit' if units == 1 else 'units'}: a bar set after the "
            "first unit proves nothing.",
            way_out,
        ).error()


def describe(bar: Bar) -> str:
    """``at most 1 of 20``."""
    return f"at most {bar.max_rejects:,} of {bar.sample:,}"


def bar_warnings(bar: Bar) -> tuple[str, ...]:
    """What a person should see before locking, none of it forbidden."""
    found = []
    if bar.sample < 10:
        found.append(f"{bar.sample} units say very little about a process; 10 to 100 are usual.")
    share = bar.min_first_pass_yield
    if share is not None:
        allowed = int(bar.sample * (1 - share))
        if allowed < bar.max_rejects:
            found.append(
                f"A first-pass yield of {float(share):.4g} as a fraction allows {allowed} of "
                f"{bar.sample} rejects, the bar allows {bar.max_rejects}: the yield decides."
            )
    if bar.bad_unit_cost is None:
        found.append("Without the cost of a bad unit the verdict shows units only, no money.")
    return tuple(found)


_COMPARED: tuple[tuple[str, str], ...] = (
    ("sample", "n"),
    ("max_rejects", "c"),
    ("max_mean_minutes", "mean build time"),
    ("max_unit_minutes", "build time of one unit"),
    ("min_first_pass_yield", "first-pass yield"),
    ("commits", "committed quantity"),
    ("reject_definition", "reject definition"),
)


def bar_differences(bar: Bar, earlier: Bar) -> tuple[str, ...]:
    """How the bar differs from an earlier one: ``c 2 instead of 1``. Empty when it is the same."""
    found = []
    for field, name in _COMPARED:
        now, then = getattr(bar, field), getattr(earlier, field)
        if now != then:
            found.append(f"{name} {_shown(now)} instead of {_shown(then)}")
    now_caps = {c.characteristic: c.minimum for c in bar.capabilities}
    then_caps = {c.characteristic: c.minimum for c in earlier.capabilities}
    for number in sorted(now_caps.keys() | then_caps.keys()):
        now, then = now_caps.get(number), then_caps.get(number)
        if now != then:
            found.append(f"capability of {number} {_shown(now)} instead of {_shown(then)}")
    return tuple(found)


def _shown(value: object) -> str:
    if value is None or value == "":
        return "none"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return f"{value}"


def _between(field: str, what: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        _refuse(field, what, value, f"{least:,} to {most:,}")


def _refuse(field: str, what: str, value: object, expected: str) -> None:
    raise InvalidInput(f"{what} is {value}; expected {expected}.", field=field)
