"""Tolerances: whether a process holds them, and how they add up."""

from firstoff.rules.tolerance.chains import (
    ChainLink,
    ChainVerdict,
    chain_links,
    judge_chain,
)
from firstoff.rules.tolerance.holding import (
    REQUIRED,
    REQUIRED_CRITICAL,
    Holding,
    ProcessFacts,
    check_process,
    holding,
    required_index,
)

__all__ = [
    "REQUIRED",
    "REQUIRED_CRITICAL",
    "ChainLink",
    "ChainVerdict",
    "Holding",
    "ProcessFacts",
    "chain_links",
    "check_process",
    "holding",
    "judge_chain",
    "required_index",
]
