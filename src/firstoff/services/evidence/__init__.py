"""Decisions on a run, by signature, once: sign off or hold; accept a gap; close."""

from firstoff.services.evidence.closing import (
    GapAccepted,
    RunClosed,
    accept_gap,
    check_not_closed,
    close_run,
)
from firstoff.services.evidence.deciding import (
    RunDecided,
    decide_run,
    decision_meaning,
    verdict_content,
)

__all__ = [
    "GapAccepted",
    "RunClosed",
    "RunDecided",
    "accept_gap",
    "check_not_closed",
    "close_run",
    "decide_run",
    "decision_meaning",
    "verdict_content",
]
