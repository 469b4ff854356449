"""What was done to a unit that failed, beside the route."""

from firstoff.errors import InvalidInput
from firstoff.rules.genealogy.values import Posted, need_unit


class Repaired(Posted, frozen=True, kw_only=True, tag="repair"):
    serial: str
    what: str
    part: str = ""
    batch: str = ""
    reason: str = ""
    defect: str = ""

    def check(self) -> None:
        need_unit(self.part, self.serial, self.batch)
        if not self.what.strip():
            raise InvalidInput("The repair does not say what was done.", field="what")
