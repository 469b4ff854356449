"""The golden pilot's numbers.

What the source states: 20 units, 5 rejects (3 lid, 2 glaze), 11 minutes on the line against 4 on
the bench, bar at most 1 of 20, three process fixes, then 20 fresh units, 1 reject, 6 minutes.
Serials, times of day, clearances and the fault of the second batch's reject are invented.
"""

from dataclasses import dataclass
from decimal import Decimal

D = Decimal


@dataclass(frozen=True, slots=True)
class Fault:
    code: str
    cause_class: str
    cause: str
    note: str = ""


LID = Fault(
    "D-101", "process", "The fired ceramic shrinks more than the prototype did; the faces foul."
)
GLAZE = Fault(
    "D-204", "process", "The firing ramp is too fast for the glaze to gas out.", "top face"
)
CHIP = Fault(
    "D-310", "handling", "Set down on the bare steel edge of the transfer cart.", "foot ring"
)


@dataclass(frozen=True, slots=True)
class Batch:
    """One batch, unit by unit in build order.

    minutes: build time; share: part of it that each operation takes, by its number;
    clearance: of the lid, in mm; faults: by place, from 1.
    """

    minutes: tuple[Decimal, ...]
    share: dict[int, Decimal]
    clearance: tuple[Decimal, ...]
    faults: dict[int, Fault]


def _decimals(text: str) -> tuple[Decimal, ...]:
    return tuple(D(part) for part in text.split())


FIRST = Batch(
    minutes=_decimals(
        "11.9 12.3 11.0 12.0 12.6 11.8 13.1 10.0 11.0 10.0 "
        "9.8 10.4 10.8 10.9 11.0 13.0 11.2 8.1 10.1 9.0"
    ),
    share={20: D("0.06"), 30: D("0.07"), 40: D("0.57"), 50: D("0.06"), 60: D("0.24")},
    clearance=_decimals(
        "0.52 0.47 0.24 0.55 0.43 0.50 0.61 0.39 0.22 0.58 "
        "0.46 0.41 0.63 0.27 0.49 0.54 0.36 0.60 0.45 0.51"
    ),
    faults={3: LID, 7: GLAZE, 9: LID, 14: LID, 18: GLAZE},
)

SECOND = Batch(
    minutes=_decimals(
        "5.9 6.3 6.7 6.9 6.6 6.1 6.3 5.9 5.5 5.8 6.4 6.1 5.8 5.5 5.9 5.6 5.9 6.1 4.9 5.8"
    ),
    share={
        10: D("0.17"),
        20: D("0.08"),
        30: D("0.10"),
        40: D("0.36"),
        50: D("0.08"),
        60: D("0.21"),
    },
    clearance=_decimals(
        "0.62 0.57 0.65 0.52 0.60 0.70 0.55 0.63 0.58 0.66 "
        "0.49 0.62 0.57 0.68 0.60 0.53 0.65 0.58 0.63 0.55"
    ),
    faults={13: CHIP},
)

SETUP_FIRST = {
    "programme": "Lid skimmer M-02, programme LS-4 rev C",
    "offsets": "Skim tool T-07: X +0.02, Z −0.01 mm",
    "profile": "Glaze fire GF-11: 150 °C/h to 1,050 °C, soak 40 min",
    "mould": "Lid mould 3, body mould 3",
    "calibration": "Gap gauge G-11, calibrated; force gauge F-03, calibrated",
    "briefing": "Ben Tams and Olu Mensah, inspection plan IP-CC1 rev 2",
}
SETUP_SECOND = {
    **SETUP_FIRST,
    "programme": "Lid skimmer M-02, programme LS-5 rev A (relief skim 0.4 mm)",
    "profile": "Glaze fire GF-12: 90 °C/h from 900 to 1,050 °C, soak 40 min",
    "mould": "Lid mould 3, body mould 3, assembly jig J-02",
}

# code -> what is changed, and how one can tell; days after the hold that it takes effect
ACTIONS = (
    (
        "D-101",
        "Relief skim of 0.4 mm on the lid mating face.",
        2,
        "Programme LS-5 released; ten lids measured, clearance 0.55 to 0.64 mm.",
    ),
    (
        "D-204",
        "Glaze-firing ramp slowed from 150 to 90 °C/h between 900 and 1,050 °C (GF-12).",
        3,
        "Firing log of kiln K-1, 24 test tiles without pinholes.",
    ),
    (
        "BUILD-TIME",
        "Assembly jig J-02 holds the lid while the ring is set.",
        3,
        "Jig J-02 on line 2; five trial seatings, 1.8 min each.",
    ),
)

STATEMENTS = (
    (1, "Specification CC1-SPEC rev 2: function, performance envelope, materials and limits."),
    (2, "Technical package CC1-TP rev C, quoted from by two makers without a query."),
    (3, "Clay body, glaze, seal ring and felt: two qualified sources each, MOQ 500."),
    (4, "DFM review CC1-DFM-02: 14 findings, all closed; moulds reviewed with the maker."),
    (5, "Sample batch of 12: all 38 critical and major dimensions within tolerance."),
    (6, "Sample PP-01, made of production clay in production mould 3, approved and kept."),
)
