"""Tracing: what a scan means, what is asked, what a genealogy looks like, what differs."""

from firstoff.rules.trace.conditions import CONDITIONS, Condition, condition_kind
from firstoff.rules.trace.question import AsOf, Question, read_moment, read_question
from firstoff.rules.trace.scanning import elements, meant

__all__ = [
    "CONDITIONS",
    "AsOf",
    "Condition",
    "Question",
    "condition_kind",
    "elements",
    "meant",
    "read_moment",
    "read_question",
]
