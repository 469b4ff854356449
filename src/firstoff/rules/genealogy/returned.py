"""A unit back from the field, with what is said to be wrong with it."""

from firstoff.rules.genealogy.values import Posted, check_short, need_unit


class Returned(Posted, frozen=True, kw_only=True, tag="return"):
    serial: str
    part: str = ""
    batch: str = ""
    customer: str = ""
    failure: str = ""

    def check(self) -> None:
        need_unit(self.part, self.serial, self.batch)
        check_short(self.customer, "customer", "customer", longest=200)
