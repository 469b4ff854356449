"""A unit that goes no further."""

from firstoff.rules.genealogy.values import Posted, check_reason, need_unit


class Scrapped(Posted, frozen=True, kw_only=True, tag="scrap"):
    serial: str
    reason: str
    part: str = ""
    batch: str = ""

    def check(self) -> None:
        need_unit(self.part, self.serial, self.batch)
        check_reason(self.reason, "Scrap")
