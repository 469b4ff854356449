"""The rules of Nelson and of Western Electric, by number, on any series, in bounded memory.

A signal is the index (from 0) of the last point of the window that broke the rule. "Beyond" is
strictly greater; a point on the centre line is on neither side and breaks a run.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firstoff.stats import checks
from firstoff.stats.checks import Floats, Integers
from firstoff.stats.errors import OutOfDomain

RuleSet = Literal["nelson", "western-electric"]
Bools = NDArray[np.bool_]

NELSON = (1, 2, 3, 4, 5, 6, 7, 8)
WESTERN_ELECTRIC = (1, 2, 3, 4)
# Ranges and counts are skewed: the zone rules do not fit them.
SKEWED: dict[str, tuple[int, ...]] = {"nelson": (1, 2, 3, 4), "western-electric": (1, 4)}
_CHUNK = 1 << 17  # points looked at together: they stay in the processor's cache
_REACH = 64  # points that a window may look back; the chunks overlap by as many

RULES: dict[tuple[str, int], str] = {
    ("nelson", 1): "1 point beyond 3 sigma",
    ("nelson", 2): "9 points in a row on one side of the centre",
    ("nelson", 3): "6 points in a row rising or falling",
    ("nelson", 4): "14 points in a row alternating up and down",
    ("nelson", 5): "2 of 3 points beyond 2 sigma on one side",
    ("nelson", 6): "4 of 5 points beyond 1 sigma on one side",
    ("nelson", 7): "15 points in a row within 1 sigma",
    ("nelson", 8): "8 points in a row beyond 1 sigma on both sides",
    ("western-electric", 1): "1 point beyond 3 sigma",
    ("western-electric", 2): "2 of 3 points beyond 2 sigma on one side",
    ("western-electric", 3): "4 of 5 points beyond 1 sigma on one side",
    ("western-electric", 4): "8 points in a row on one side of the centre",
}


@dataclass(frozen=True, slots=True, eq=False)
class Signals:
    """Where rules were broken. ``found`` maps a rule's number to the indices of its signals."""

    rule_set: RuleSet
    found: dict[int, Integers]

    @property
    def first(self) -> tuple[int, int] | None:
        """(index, rule) of the earliest signal, the lower rule on a tie; None without one."""
        starts = [(int(at[0]), rule) for rule, at in self.found.items() if at.size]
        return min(starts) if starts else None

    @property
    def points(self) -> Integers:
        """All indices with a signal, each once."""
        every = [at for at in self.found.values() if at.size]
        return np.unique(np.concatenate(every)) if every else np.empty(0, dtype=np.int64)

    def rules_at(self, index: int) -> tuple[int, ...]:
        """The rules that the point at ``index`` breaks."""
        return tuple(rule for rule, at in self.found.items() if bool(np.isin(index, at)))

    def firsts(self) -> dict[int, int]:
        """The first signalling point of each rule that was broken."""
        return {rule: int(at[0]) for rule, at in self.found.items() if at.size}


def run_rules(
    values: ArrayLike,
    *,
    center: float,
    sigma: float,
    rules: Iterable[int] | None = None,
    rule_set: RuleSet = "nelson",
    newest_beyond: bool = True,
    same_side: int | None = None,
    trend: int = 6,
) -> Signals:
    """Points of a series that break the rules.

    values: shape (n,), n may be 0; sigma: of the plotted points, 0 allowed. rules: numbers, all of
    the set unless told. newest_beyond: in 2 of 3 and 4 of 5 the newest point must be beyond too;
    without it a window signals one or more points longer. same_side, trend: other run lengths that
    texts use (7 and 8 against 9; 7 against 6). Raises OutOfDomain.
    Source: Nelson (1984); Western Electric (1956). Oracle: R Rspc, brute-force scan
    """
    points = checks.array("values", values)
    level, spread = checks.real("center", center), checks.real("sigma", sigma, least=0)
    limits = Zones(np.asarray(level), np.asarray(spread))
    return scan(points, limits, rules, rule_set, newest_beyond, same_side, trend)


@dataclass(frozen=True, slots=True, eq=False)
class Zones:
    """Centre and sigma of the plotted points: single numbers, or one for each point."""

    center: Floats
    sigma: Floats

    def beyond(self, part: slice, points: Floats, sigmas: float) -> tuple[Bools, Bools]:
        """Which points lie above and below so many sigma."""
        center = self.center[part] if self.center.ndim else self.center
        width = sigmas * (self.sigma[part] if self.sigma.ndim else self.sigma)
        return points > center + width, points < center - width


def scan(
    points: Floats,
    zones: Zones,
    rules: Iterable[int] | None = None,
    rule_set: RuleSet = "nelson",
    newest_beyond: bool = True,
    same_side: int | None = None,
    trend: int = 6,
) -> Signals:
    """``run_rules`` for checked values and limits that may differ from point to point."""
    wanted = rules_of(rules, rule_set)
    checks.flag("newest_beyond", newest_beyond)
    usual = 9 if rule_set == "nelson" else 8
    side = usual if same_side is None else checks.whole("same_side", same_side, least=2)
    rising = checks.whole("trend", trend, least=3)
    if max(side, rising) > _REACH:
        raise OutOfDomain("same_side and trend", max(side, rising), f"at most {_REACH}")
    found: dict[int, list[Integers]] = {rule: [] for rule in wanted}
    for start in range(0, points.size, _CHUNK):
        begin, stop = max(0, start - _REACH), min(points.size, start + _CHUNK)
        window = _Window(points, zones, slice(begin, stop), newest_beyond, side, rising)
        for rule in wanted:
            broken = window.rule(rule_set, rule)
            at = np.flatnonzero(broken) + begin
            found[rule].append(at[at >= start] if start else at)
    joined = {
        rule: np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)
        for rule, parts in found.items()
    }
    return Signals(rule_set, joined)


def scan_rows(
    points: Floats, zones: Zones, rules: Iterable[int] | None = None, rule_set: str = "nelson"
) -> tuple[Integers, Integers]:
    """The rules on many series of one length at once.

    points: shape (m, n); centre and sigma in zones: shape (m, 1) or (m, n). Gives the first
    signal of each (-1 without one) and the number of signals, both of shape (m, rules).
    Raises OutOfDomain. Held by: ``scan`` of each row
    """
    wanted = rules_of(rules, rule_set)
    m, n = points.shape
    first = np.full((m, len(wanted)), -1, dtype=np.int64)
    counts = np.zeros((m, len(wanted)), dtype=np.int64)
    side = 9 if rule_set == "nelson" else 8
    step = max(1, _CHUNK // max(n, 1))
    for begin in range(0, m, step):
        rows = slice(begin, begin + step)
        part = Zones(zones.center[rows], zones.sigma[rows])
        window = _Window(points[rows], part, slice(None), True, side, 6)
        for place, rule in enumerate(wanted):
            broken = window.rule(rule_set, rule)
            number = np.count_nonzero(broken, axis=1)
            counts[rows, place] = number
            first[rows, place] = np.where(number > 0, broken.argmax(axis=1), -1)
    return first, counts


def rules_of(rules: Iterable[int] | None, rule_set: str) -> tuple[int, ...]:
    """The rules asked for, all of the set unless told. Raises OutOfDomain."""
    known = {"nelson": NELSON, "western-electric": WESTERN_ELECTRIC}
    checks.choice("rule_set", rule_set, known)
    return _wanted(known[rule_set] if rules is None else rules, known[rule_set])


def skewed_rules(rules: Iterable[int] | None, rule_set: str) -> tuple[int, ...]:
    """The rules asked for, unless told those that fit skewed points. Raises OutOfDomain."""
    checks.choice("rule_set", rule_set, SKEWED)
    return rules_of(SKEWED[rule_set] if rules is None else rules, rule_set)


class _Window:
    """One chunk of the series, or many series in rows, with what the rules share."""

    def __init__(
        self,
        points: Floats,
        zones: Zones,
        part: slice,
        newest_beyond: bool,
        same_side: int,
        trend: int,
    ) -> None:
        self._points = points[part]
        self._zones, self._part, self._newest = zones, part, newest_beyond
        self._side, self._trend = same_side, trend
        self._kept: dict[float, tuple[Bools, Bools]] = {}

    def rule(self, rule_set: str, number: int) -> Bools:
        """Which points are the last of a window that breaks the rule."""
        western: dict[int, Callable[[], Bools]] = {
            1: self._one_beyond,
            2: lambda: self._most_beyond(2, 3, 2),
            3: lambda: self._most_beyond(1, 5, 4),
            4: self._same_side,
        }
        nelson: dict[int, Callable[[], Bools]] = {
            1: self._one_beyond,
            2: self._same_side,
            3: self._in_trend,
            4: self._alternating,
            5: lambda: self._most_beyond(2, 3, 2),
            6: lambda: self._most_beyond(1, 5, 4),
            7: self._within,
            8: self._outside,
        }
        return (nelson if rule_set == "nelson" else western)[number]()

    def _beyond(self, sigmas: float) -> tuple[Bools, Bools]:
        if sigmas not in self._kept:
            self._kept[sigmas] = self._zones.beyond(self._part, self._points, sigmas)
        return self._kept[sigmas]

    def _one_beyond(self) -> Bools:
        above, below = self._beyond(3)
        return above | below

    def _same_side(self) -> Bools:
        above, below = self._beyond(0)
        return _all_of(above, self._side) | _all_of(below, self._side)

    def _most_beyond(self, sigmas: float, window: int, least: int) -> Bools:
        above, below = self._beyond(sigmas)
        return _some_of(above, window, least, self._newest) | _some_of(
            below, window, least, self._newest
        )

    def _in_trend(self) -> Bools:
        up, down = self._steps()
        return _all_of(up, self._trend - 1) | _all_of(down, self._trend - 1)

    def _alternating(self) -> Bools:
        up, down = self._steps()
        turned = np.zeros_like(up)
        turned[..., 1:] = (up[..., 1:] & down[..., :-1]) | (down[..., 1:] & up[..., :-1])
        return _all_of(turned, 12)  # 14 points are 13 steps with 12 turns

    def _within(self) -> Bools:
        above, below = self._beyond(1)
        return _all_of(~(above | below), 15)

    def _outside(self) -> Bools:
        above, below = self._beyond(1)
        return _all_of(above | below, 8)

    def _steps(self) -> tuple[Bools, Bools]:
        up, down = np.zeros((2, *self._points.shape), dtype=np.bool_)
        newer, older = self._points[..., 1:], self._points[..., :-1]
        up[..., 1:] = newer > older
        down[..., 1:] = newer < older
        return up, down


def _all_of(flags: Bools, length: int) -> Bools:
    """Whether a point and the length - 1 before it are all set, by doubling the window."""
    found = flags.copy()
    have = 1
    while have < length:
        more = min(have, length - have)
        shifted = np.zeros_like(found)
        shifted[..., more:] = found[..., :-more]
        found &= shifted
        have += more
    return found


def _some_of(flags: Bools, window: int, least: int, newest: bool) -> Bools:
    """Whether at least so many of a point and the window - 1 before it are set."""
    if flags.shape[-1] < window:
        return np.zeros_like(flags)
    number = flags.astype(np.int8)
    total = number.copy()
    for back in range(1, window):
        total[..., back:] += number[..., :-back]
    found = total >= least
    found[..., : least - 1] = False
    if newest:
        found &= flags
    return found


def _wanted(rules: Iterable[int], known: tuple[int, ...]) -> tuple[int, ...]:
    if isinstance(rules, (str, bytes)) or not isinstance(rules, Iterable):
        raise OutOfDomain("rules", rules, f"numbers from {known[0]} to {known[-1]}")
    wanted = tuple(dict.fromkeys(checks.whole("rules", rule) for rule in rules))
    for rule in wanted:
        if rule not in known:
            raise OutOfDomain("rules", rule, f"numbers from {known[0]} to {known[-1]}")
    return wanted
