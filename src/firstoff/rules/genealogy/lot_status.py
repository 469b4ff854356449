"""A lot accepted, rejected, back in quarantine, declared used up (R-22)."""

from typing import ClassVar

from firstoff.rules.genealogy.values import Posted, check_name
from firstoff.terms import LotStatus


class LotDecided(Posted, frozen=True, kw_only=True, tag="lot_status"):
    """``reason``: ``skip-lot`` says that a lot is accepted without inspection."""

    permission: ClassVar[str] = "lot.decide"

    lot: str
    status: LotStatus
    part: str = ""
    reason: str = ""

    def check(self) -> None:
        check_name(self.lot, "lot", "lot")
