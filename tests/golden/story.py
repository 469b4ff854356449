"""The golden pilot as somebody would tell it who makes another thing: the numbers are the seed's,
the product, its codes, serials and causes are a stranger's own.

What is told here is told to three doors; each has a test beside this file.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SITE, PROGRAM = "STOKE", "TEA-3"
FIRST, SECOND = "TEA3-P1", "TEA3-P2"
LINE = "Line 4, decorating shop"
MACHINE, JIG, BENCH = "AS-4", "J-7", "BENCH"
LID, GLAZE, CHIP = "LID-1", "GLZ-2", "CHP-3"
NAMES = {LID: "Lid does not seat", GLAZE: "Pinholes in the top glaze", CHIP: "Chipped foot"}
CATEGORY = {LID: "fit", GLAZE: "finish", CHIP: "finish"}
CAUSES = {
    LID: ("process", "The clay shrinks more in the tunnel kiln than in the studio kiln."),
    GLAZE: ("process", "The glaze fire is too fast for the body to gas out."),
    CHIP: ("handling", "Set down on the trolley's bare edge."),
}
ACTIONS = (
    (LID, "Skim 0.3 mm off the lid's mating face", "Ten lids measured, all seat."),
    (GLAZE, "Slow the glaze fire to 90 °C/h above 900 °C", "24 tiles without a pinhole."),
    ("BUILD-TIME", "Assembly jig J-7 holds the lid", "Five trial seatings, 2 min each."),
)
OPERATIONS: tuple[dict[str, Any], ...] = (
    {
        "seq": 10,
        "name": "Set the ring",
        "standard_minutes": "1",
        "instruction": "Press the ring into the groove until it clicks.",
        "jig_not_needed": True,
    },
    {
        "seq": 20,
        "name": "Seat the lid",
        "standard_minutes": "3",
        "instruction": "Turn the lid a quarter while it goes down.",
        "caution": "The rim chips.",
        "jig": JIG,
        "characteristics": ["1"],
    },
    {
        "seq": 30,
        "name": "Label",
        "standard_minutes": "1",
        "instruction": "Label the foot, code outwards.",
        "jig_not_needed": True,
    },
)
CHARACTERISTICS: tuple[dict[str, Any], ...] = (
    {
        "number": "1",
        "name": "Gap under the lid",
        "kind": "variable",
        "classification": "critical",
        "lower": "0.20",
        "upper": "0.80",
        "unit": "mm",
        "method": "Feeler gauge",
    },
)
EQUIPMENT: tuple[dict[str, Any], ...] = (
    {"code": MACHINE, "name": "Assembly cell 4", "kind": "machine",
     "equipment_class": "production", "line": "Line 4"},
    {"code": JIG, "name": "Lid jig", "kind": "jig", "equipment_class": "production"},
    {"code": BENCH, "name": "Studio bench", "kind": "machine", "equipment_class": "bench"},
)  # fmt: skip
DEFECTS = tuple({"code": c, "name": NAMES[c], "category": CATEGORY[c]} for c in NAMES)
ABOUT: dict[str, Any] = {
    "code": PROGRAM,
    "name": "Tea caddy",
    "part_number": "TC-300",
    "part_name": "Tea caddy with lid",
    "currency": "GBP",
    "first_quantity": 1000,
}
DEFINITION: dict[str, Any] = {
    "format": "firstoff-definition/1",
    "program": {
        "code": PROGRAM,
        "name": "Tea caddy",
        "currency": "GBP",
        "first_quantity": 1000,
    },
    "part": {"number": "TC-300", "name": "Tea caddy with lid"},
    "revision": {"label": "A", "release": True, "characteristics": list(CHARACTERISTICS)},
    "plan": {"label": "1", "release": True, "operations": list(OPERATIONS)},
    "equipment": list(EQUIPMENT),
    "defect_codes": list(DEFECTS),
}
TOO_SLOW = "7"  # the bar's limit on the mean build time, between the two batches

# What each door says where one of the seed's `must_refuse` is tried.
NO_SIGN_OFF = (
    "TEA3-P1 cannot be signed off: rejects 5 of 20 (bar: at most 1 of 20) and build time, mean "
    "11.0 min (bar: at most 7 min)."
)
NO_BAR = "TEA3-P1 has no locked bar, so no unit may be started."
NO_UNIT = "No counting unit of TEA3-P1 is judged; there is nothing to decide on."
REWORKED = "TEA3-P1-003 was built in batch TEA3-P1 (rejected)."
FRESH = "A repeat batch is made of fresh units; rework does not make one."
UNCHANGED = "No process change is recorded since batch TEA3-P1 was held."
DIFFERENCE = (
    "5 of 20 against 1 of 20 is not a significant difference (Fisher exact, two-sided p = 0.18): "
    "the improvement may be chance."
)


@dataclass(frozen=True)
class Unit:
    """A unit of a batch: its serial, how long it took, and what is wrong with it."""

    serial: str
    minutes: int
    code: str = ""

    @property
    def result(self) -> dict[str, str]:
        wrong = CATEGORY.get(self.code)
        return {a: "fail" if a == wrong else "pass" for a in ("fit", "finish", "function")}


@dataclass(frozen=True)
class Pilot:
    """The facts of the seed."""

    sample: int
    max_rejects: int
    commits: int
    bench_minutes: int
    minutes: tuple[int, int]
    causes: tuple[int, int]  # rejects of the first batch by cause: the lid, the glaze

    @property
    def bar(self) -> dict[str, Any]:
        return {
            "sample": self.sample,
            "max_rejects": self.max_rejects,
            "commits": self.commits,
            "max_mean_minutes": TOO_SLOW,
            "bad_unit_cost": "149",
            "batch_cost": "1800",
            "delay_days": 7,
            "delay_day_cost": "250",
        }

    @property
    def first(self) -> list[Unit]:
        lids, glazes = self.causes
        wrong = dict(zip(range(3, 3 * (lids + glazes) + 1, 3), [LID] * lids + [GLAZE] * glazes,
                         strict=True))  # fmt: skip
        return self._batch(FIRST, self.minutes[0], wrong)

    @property
    def second(self) -> list[Unit]:
        return self._batch(SECOND, self.minutes[1], {13: CHIP})

    def _batch(self, batch: str, minutes: int, wrong: dict[int, str]) -> list[Unit]:
        numbers = range(1, self.sample + 1)
        return [Unit(f"{batch}-{n:03}", minutes, wrong.get(n, "")) for n in numbers]


def read_pilot(shared: Path) -> Pilot:
    """The pilot as the file of the cases states it, and nothing that it does not."""
    seed = json.loads((shared / "cases" / "seed_pilot.json").read_text("utf-8"))
    first, second = seed["batches"]
    assert (first["units"], first["rejects"], second["units"], second["rejects"]) == (20, 5, 20, 1)
    return Pilot(
        sample=seed["bar"]["sample"],
        max_rejects=seed["bar"]["max_rejects"],
        commits=seed["run_size"]["max"],
        bench_minutes=seed["bench_assembly_min_per_unit"],
        minutes=(first["assembly_min_per_unit"], second["assembly_min_per_unit"]),
        causes=tuple(cause["count"] for cause in first["causes"]),
    )


def plain(text: str) -> str:
    """With spaces that a keyboard has: sentences are typeset."""
    return text.replace("\u00a0", " ")
