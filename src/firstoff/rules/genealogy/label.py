"""A label applied, and scanned back: what is scanned is what was meant (R-64)."""

from firstoff.errors import InvalidInput, Refused
from firstoff.rules.genealogy.values import Posted, check_short, need_unit


class Labelled(Posted, frozen=True, kw_only=True, tag="label"):
    expected: str
    scanned: str
    template: str = ""
    part: str = ""
    serial: str = ""
    package: str = ""
    batch: str = ""

    def check(self) -> None:
        if self.serial:
            need_unit(self.part, self.serial, self.batch)
        elif not self.package and not self.batch:
            raise InvalidInput(
                "The label belongs to nothing; expected a unit, a package or a batch.",
                field="serial",
            )
        check_short(self.template, "template", "template", longest=40)
        if not self.expected:
            raise InvalidInput("The label says nothing that could be scanned.", field="expected")


def check_scan(expected: str, scanned: str, about: str) -> None:
    """Raises Refused (R-64) where the label on the thing is not the one that was meant."""
    if expected != scanned:
        read = f"{scanned!r} was scanned" if scanned else "nothing was scanned"
        raise Refused(
            f"The label of {about} does not match: {read}, {expected!r} is expected.",
            code="R-64",
            way_out="Take the label off, apply the right one and scan it.",
        )
