"""The IPC-1782 level a batch record reaches, for material and process apart (R-63).

Measured from what the records hold, never from what a form claims. The wording of the standard
is not free; what is asked at each level follows published summaries of it, named in
docs/reference/traceability.md.
"""

from dataclasses import dataclass

STEPS = 4


@dataclass(frozen=True, slots=True)
class Step:
    """One level: how many of what it is asked of have it. ``missing`` is empty once reached."""

    name: str  # M1 ... P4
    asks: str
    have: int
    of: int
    what: str  # units, lots
    missing: str
    example: str

    @property
    def held(self) -> bool:
        return self.of > 0 and self.have == self.of


@dataclass(frozen=True, slots=True)
class Level:
    """``reached``: the highest level that holds with all below it; 0: not even the first."""

    letter: str
    steps: tuple[Step, ...]

    @property
    def reached(self) -> int:
        return next((i for i, step in enumerate(self.steps) if not step.held), len(self.steps))

    @property
    def name(self) -> str:
        """``M3``, or ``none``."""
        return f"{self.letter}{self.reached}" if self.reached else "none"

    @property
    def next(self) -> Step | None:
        """The first level that is not reached, with what it lacks."""
        return None if self.reached == len(self.steps) else self.steps[self.reached]


@dataclass(frozen=True, slots=True)
class MaterialSeen:
    """Counts of what the records hold of material; each example is the first without."""

    units: int
    lots: int
    named: int  # with manufacturer part and quantity
    unnamed: str
    identified: int  # with the supplier's lot, a date code or the receipt
    unidentified: str
    own: int  # units that hold every part's lot themselves
    not_own: str
    batch_parts: tuple[str, ...]  # recorded for the batch only
    exact: int  # units whose lots name their reference designators
    not_exact: str


@dataclass(frozen=True, slots=True)
class ProcessSeen:
    """For P1 to P4: how many units have it, and the first that has not."""

    units: int
    steps: tuple[tuple[int, str], ...]


def material(seen: MaterialSeen) -> Level:
    """M1 to M4."""
    lots, units = seen.lots, seen.units
    batch = f" {', '.join(seen.batch_parts)}: for the batch only." if seen.batch_parts else ""
    without_lots = "No lot is recorded." if not lots else ""
    steps = (
        _step(
            "M1", "manufacturer part and quantity of every lot, for the batch",
            seen.named, lots, "lots",
            without_lots or f"{lots - seen.named:,} of {lots:,} lots name no manufacturer part.",
            seen.unnamed,
        ),
        _step(
            "M2", "a unique identity of every lot: supplier's lot, date code or receipt",
            seen.identified, lots, "lots",
            without_lots
            or f"{lots - seen.identified:,} of {lots:,} lots carry no identity of the supplier.",
            seen.unidentified,
        ),
        _step(
            "M3", "the lots of every unit, by its serial number",
            seen.own if lots else 0, units, "units",
            f"{units - seen.own:,} of {units:,} units do not hold the lot of every part.{batch}",
            seen.not_own,
        ),
        _step(
            "M4", "the lot of every reference designator of every unit",
            seen.exact if lots else 0, units, "units",
            f"{units - seen.exact:,} of {units:,} units do not say which designator got "
            "which lot.",
            seen.not_exact,
        ),
    )  # fmt: skip
    return Level("M", steps)


_PROCESS = (
    (
        "P1",
        "exceptions: a result of every unit, so that what failed shows",
        "have no complete result.",
    ),
    (
        "P2",
        "pass or fail of every operation and critical characteristic, and the fixture, by unit",
        "lack a pass or fail, or the equipment, of an operation or critical characteristic.",
    ),
    (
        "P3",
        "measured values of the characteristics, by unit",
        "lack a measured value.",
    ),
    (
        "P4",
        "everything, files and pictures included, by unit",
        "have no file or picture kept with a test.",
    ),
)


def process(seen: ProcessSeen) -> Level:
    """P1 to P4."""
    steps = tuple(
        _step(
            name, asks, have, seen.units, "units",
            f"{seen.units - have:,} of {seen.units:,} units {missing}", first,
        )
        for (name, asks, missing), (have, first) in zip(_PROCESS, seen.steps, strict=True)
    )  # fmt: skip
    return Level("P", steps)


def _step(name: str, asks: str, have: int, of: int, what: str, missing: str, example: str) -> Step:
    done = of > 0 and have == of
    if not of and what == "units":
        missing = "No unit is started."
    return Step(name, asks, have, of, what, "" if done else missing, "" if done else example)
