"""A reel taken off its place."""

from firstoff.rules.genealogy.values import Number, Posted, check_name, check_short


class Unloaded(Posted, frozen=True, kw_only=True, tag="unload"):
    batch: str
    operation: Number
    position: str = ""
    lot: str = ""
    part: str = ""

    def check(self) -> None:
        check_name(self.batch, "batch ID", "batch")
        check_short(self.position, "position", "position", longest=60)
