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
from firstoff.rules.tolerance.studies import (
    MOST_PIECES,
    StudyFacts,
    check_studied,
    check_study,
    study_label,
)

__all__ = [
    "MOST_PIECES",
    "REQUIRED",
    "REQUIRED_CRITICAL",
    "ChainLink",
    "ChainVerdict",
    "Holding",
    "ProcessFacts",
    "StudyFacts",
    "chain_links",
    "check_process",
    "check_studied",
    "check_study",
    "holding",
    "judge_chain",
    "required_index",
    "study_label",
]
