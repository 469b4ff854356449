"""Labels that are asked for, and the packing specification (R-64, R-66)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from firstoff.errors import InvalidInput, Refused
from firstoff.rules.execution import Refusal
from firstoff.terms import PackageKind

# What a label is for; the name of its template.
Thing = Literal["unit", "batch", "carton", "pallet", "lot", "place"]
MOST_LABELS = 10_000  # of one job


@dataclass(frozen=True, slots=True)
class PackingStep:
    """A line of the packing specification, ticked off by doing it."""

    key: str
    title: str
    text: str


# What is done to a unit between its last operation and the closed carton, in this order.
PACKING: tuple[PackingStep, ...] = (
    PackingStep("clean", "Clean", "Free of dust, flux and fingerprints; nothing loose inside."),
    PackingStep("protect", "Protect", "Bag, cap or foam on it; boards in antistatic bags."),
    PackingStep(
        "label", "Label", "Its own label is on it, scanned back, with the batch ID readable."
    ),
    PackingStep("marks", "Marks", "The regulatory marks are on the unit or its label."),
    PackingStep("pack", "Pack", "In the carton with what belongs to it: manual, parts, papers."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelWish:
    """Labels as somebody asks for them.

    template: what they are for. Units by their batch, all of them, from ``first`` to ``last`` by
    their order in the batch, one by ``serial``, or those that no label was asked for yet
    (``only_new``); anything else by ``number``: a batch ID, a package, a lot, equipment.
    verify: units of this batch are packed only after their label was scanned back (R-64).
    reason: needed where labels are asked for a second time.
    """

    template: str
    size: str
    batch: str = ""
    part: str = ""
    serial: str = ""
    number: str = ""
    first: int | None = None
    last: int | None = None
    only_new: bool = False
    form: str = "pdf"
    dpi: int = 300
    code: str = "datamatrix"
    copies: int = 1
    start: int = 1
    gtin: str = ""
    marks: str = ""
    extra: tuple[str, ...] = ()
    verify: bool = False
    reason: str = ""


def check_again(serials: Iterable[str], reason: str) -> None:
    """Raises Refused (R-64) where labels of these exist already and nobody says why again."""
    found = list(serials)
    if not found or reason.strip():
        return
    more = f" and {len(found) - 1:,} more" if len(found) > 1 else ""
    raise Refused(
        f"A label of {found[0]}{more} was asked for before.",
        code="R-64",
        way_out="Say why it is printed again, or ask only for those without one.",
        field="reason",
    )


def check_reprint(printed: bool, reason: str) -> None:
    """Raises Refused (R-64) where a job is printed a second time without a reason."""
    if printed and not reason.strip():
        raise Refused(
            "These labels were printed before.",
            code="R-64",
            way_out="Say why they are printed again; two labels of one serial must not both be "
            "stuck on.",
            field="reason",
        )


def unverified_refusal(serial: str, doing: str) -> Refusal:
    """A unit whose batch asks for its label to be scanned back, and was not (R-64)."""
    return Refusal(
        "R-64",
        f"The label of {serial} was not scanned back; it cannot be {doing}.",
        "Apply its label and scan it on the page Verify labels.",
    )


SERIES = {
    PackageKind.CARTON: "C-{:05}",
    PackageKind.PALLET: "P-{:05}",
    PackageKind.TRAY: "T-{:05}",
}
SHIPMENTS = "S-{:05}"


def next_in_series(pattern: str, codes: Iterable[str]) -> str:
    """The code after the largest one of the series: ``C-00031`` after ``C-00030``."""
    before, _, _ = pattern.partition("{")
    shape = re.compile(rf"{re.escape(before)}(\d{{5,9}})")
    numbers = (int(m[1]) for code in codes if (m := shape.fullmatch(code)))
    return pattern.format(max(numbers, default=0) + 1)


def check_range(first: int | None, last: int | None) -> None:
    """Raises InvalidInput where a range begins after its end."""
    if first is not None and last is not None and first > last:
        raise InvalidInput(
            f"The range begins at unit {first} and ends at {last}; expected the smaller first.",
            field="first",
        )
