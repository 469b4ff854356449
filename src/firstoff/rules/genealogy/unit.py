"""A serial number begins: in a batch, or as a part that came from elsewhere."""

from firstoff.rules.genealogy.values import Posted, check_name, check_short, need_unit


class UnitBegun(Posted, frozen=True, kw_only=True, tag="unit"):
    serial: str
    part: str = ""
    batch: str = ""
    lot: str = ""  # what a part from elsewhere came out of: one piece of it
    equipment: str = ""
    instruction: str | None = None
    previous_serial: str = ""

    def check(self) -> None:
        need_unit(self.part, self.serial, self.batch)
        if self.lot:
            check_name(self.lot, "lot", "lot")
        check_short(self.instruction or "", "instruction", "instruction", longest=64)
