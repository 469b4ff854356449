"""MIL-STD-105E = ANSI/ASQ Z1.4: the published plans, arrows followed.

These are not the plans of ISO 2859-1:1999 and later, which differ in all reduced and multiple and
some double plans. The numbers are in ``tables``; the tests hold each cell against a second source.
"""

import csv
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Literal, NamedTuple

from firstoff.stats import checks
from firstoff.stats.caveats import Caveat
from firstoff.stats.errors import OutOfDomain

Inspection = Literal["normal", "tightened", "reduced"]
Procedure = Literal["single", "double", "multiple"]
Level = Literal["S-1", "S-2", "S-3", "S-4", "I", "II", "III"]

LEVELS = ("S-1", "S-2", "S-3", "S-4", "I", "II", "III")
INSPECTIONS = ("normal", "tightened", "reduced")
PROCEDURES = ("single", "double", "multiple")
_ONE_SOURCE = ("multiple", "reduced")
_TABLES = Path(__file__).parent / "tables"


@dataclass(frozen=True, slots=True)
class StandardPlan:
    """A plan of the tables for one lot.

    n, ac, re: for each stage, counts over all stages so far; ac -1 means that the stage cannot
    accept. letter: from table I; letter_used: of the row that the arrows reached. inspect_all: the
    samples reach the lot, so that every unit is inspected, with Ac and Re as they are.
    """

    lot: int
    level: Level
    aql: str
    inspection: Inspection
    procedure: Procedure
    letter: str
    letter_used: str
    n: tuple[int, ...]
    ac: tuple[int, ...]
    re: tuple[int, ...]
    inspect_all: bool
    standard: str = "MIL-STD-105E (ANSI/ASQ Z1.4)"
    caveats: tuple[Caveat, ...] = ()

    @property
    def c(self) -> tuple[int, ...]:
        """Accept numbers as they work: a reduced plan also accepts between Ac and Re at its end
        (and normal inspection is taken up again)."""
        return (*self.ac[:-1], self.re[-1] - 1)

    @property
    def most_inspected(self) -> int:
        """Units inspected when every stage is drawn, or the whole lot."""
        return min(sum(self.n), self.lot)


class _Cell(NamedTuple):
    procedure: Procedure
    letter: str
    n: tuple[int, ...]
    ac: tuple[int, ...]
    re: tuple[int, ...]


def code_letter(lot: int, level: Level = "II") -> str:
    """The code letter of a lot at an inspection level, from table I.

    lot: at least 2. Raises OutOfDomain. Oracle: R AQLSchemes; oracle file mil_std_105e.json
    """
    size = checks.whole("lot", lot, least=2)
    column = LEVELS.index(checks.choice("level", level, LEVELS))
    starts, letters = _letters()
    return letters[bisect_right(starts, size) - 1][column]


def aql_labels() -> tuple[str, ...]:
    """The AQLs of the tables, as printed: percent nonconforming up to 10, or nonconformities per
    100 units. Held by: every label found in the tables, and n x AQL that stays at one Ac."""
    return tuple(_tables()[1].values())


def standard_plan(
    lot: int,
    *,
    aql: str | float,
    level: Level = "II",
    inspection: Inspection = "normal",
    procedure: Procedure = "single",
) -> StandardPlan:
    """The plan of MIL-STD-105E for a lot.

    aql: the heading of a column as printed ("0.65", 1.0): percent, or nonconformities per 100
    units. Arrows are followed and the sample of the row reached is used; where a procedure has no
    plan the simpler one is given, and named. Raises OutOfDomain, also for an AQL not printed.
    Source: MIL-STD-105E (1989). Oracle: R AQLSchemes; oracle file mil_std_105e.json
    """
    letter = code_letter(lot, level)
    checks.choice("inspection", inspection, INSPECTIONS)
    checks.choice("procedure", procedure, PROCEDURES)
    cells, labels = _tables()
    label = labels.get(_aql_key(aql))
    if label is None:
        raise OutOfDomain("aql", aql, "a column of the tables: " + ", ".join(labels.values()))
    cell = cells[procedure, inspection, letter, label]
    return StandardPlan(
        lot,
        level,
        label,
        inspection,
        cell.procedure,
        letter,
        cell.letter,
        cell.n,
        cell.ac,
        cell.re,
        sum(cell.n) >= lot,
        # A second printed source for the lists of these plans could not be had.
        caveats=(Caveat.ONE_SOURCE,) if (cell.procedure, inspection) == _ONE_SOURCE else (),
    )


def draw_sample(lot: int, n: int, *, seed: str) -> tuple[int, ...]:
    """n of the units 1 ... lot, sorted, each set equally likely; the seed lets anyone redraw it.

    The k-th number is SHA-256 of "seed:k" as a whole number; it picks by Floyd's method, and is
    passed over where it would favour small units. Raises OutOfDomain.
    Source: Bentley and Floyd, Communications of the ACM 30 (1987).
    Oracle: sha256sum and bc; how often each unit comes in 2,000 draws
    """
    size, wanted = checks.whole("lot", lot, least=1), checks.whole("n", n, least=1)
    if wanted > size:
        raise OutOfDomain("n", wanted, f"at most the lot, {size}")
    if not checks.word("seed", seed):
        raise OutOfDomain("seed", seed, "a text, kept with the record")
    chosen: set[int] = set()
    counter = 0
    for last in range(size - wanted + 1, size + 1):
        counter, pick = _pick(seed, counter, last)
        chosen.add(last if pick in chosen else pick)
    return tuple(sorted(chosen))


def _pick(seed: str, counter: int, upto: int) -> tuple[int, int]:
    whole = (
        2**256 - 2**256 % upto
    )  # beyond the last whole multiple, small units would come oftener
    while True:
        number = int.from_bytes(sha256(f"{seed}:{counter}".encode()).digest(), "big")
        counter += 1
        if number < whole:
            return counter, number % upto + 1


def _aql_key(aql: object) -> float:
    if isinstance(aql, str):
        try:
            return float(aql)
        except ValueError as error:
            raise OutOfDomain("aql", aql, "a column of the tables, such as 1.0") from error
    return checks.real("aql", aql)


@lru_cache(maxsize=1)
def _letters() -> tuple[list[int], list[list[str]]]:
    rows = _read("mil_std_105e_letters.csv")[1:]
    return [int(row[0]) for row in rows], [row[1:] for row in rows]


@lru_cache(maxsize=1)
def _tables() -> tuple[dict[tuple[str, str, str, str], _Cell], dict[float, str]]:
    """Every cell with its arrows followed, and the labels of the AQLs by their number."""
    head, *rows = _read("mil_std_105e_plans.csv")
    labels = head[4:]
    sizes = {(row[0], row[1], row[2]): int(row[3] or 0) for row in rows}
    letters: dict[tuple[str, str], list[str]] = {}
    raw: dict[tuple[str, str, str, str], str] = {}
    for row in rows:
        letters.setdefault((row[0], row[1]), []).append(row[2])
        for label, cell in zip(labels, row[4:], strict=True):
            raw[row[0], row[1], row[2], label] = cell
    found = {}
    for key, cell in raw.items():
        if cell:
            found[key] = _resolved(key, raw, letters[key[0], key[1]], sizes)
    return found, {float(label): label for label in labels}


def _resolved(
    key: tuple[str, str, str, str],
    raw: dict[tuple[str, str, str, str], str],
    letters: list[str],
    sizes: dict[tuple[str, str, str], int],
) -> _Cell:
    procedure, inspection, letter, label = key
    while (cell := raw[procedure, inspection, letter, label]) in ("v", "^"):
        letter = letters[letters.index(letter) + (1 if cell == "v" else -1)]
    if cell in ("*", "++"):
        simpler = "single" if cell == "*" else "double"
        return _resolved((simpler, inspection, letter, label), raw, letters, sizes)
    stages = [stage.split("/") for stage in cell.split()]
    size = sizes[procedure, inspection, letter]
    return _Cell(
        procedure,  # type: ignore[arg-type]  # a word of the table, read as text
        letter,
        (size,) * len(stages),
        tuple(-1 if ac == "#" else int(ac) for ac, _ in stages),
        tuple(int(re) for _, re in stages),
    )


def _read(name: str) -> list[list[str]]:
    with (_TABLES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.reader(line for line in file if not line.startswith("#")))
