"""Looked at before it is too late: reviews for manufacture, failure modes, queries."""

from firstoff.rules.review.clarifications import (
    QueryFacts,
    check_closing,
    check_query,
    open_queries,
)
from firstoff.rules.review.dfm import (
    CATEGORY_NAMES,
    CHECKLIST,
    DfmStand,
    FindingFacts,
    Point,
    PointAnswer,
    by_category,
    check_answer,
    check_checklist,
    check_finding,
    point,
    unanswered,
    unwritten,
)
from firstoff.rules.review.pfmea import (
    ACTION_STATES,
    ActionPriority,
    FailureModeFacts,
    action_priority,
    check_failure_mode,
    priorities,
    priority_letters,
)

__all__ = [
    "ACTION_STATES",
    "CATEGORY_NAMES",
    "CHECKLIST",
    "ActionPriority",
    "DfmStand",
    "FailureModeFacts",
    "FindingFacts",
    "Point",
    "PointAnswer",
    "QueryFacts",
    "action_priority",
    "by_category",
    "check_answer",
    "check_checklist",
    "check_closing",
    "check_failure_mode",
    "check_finding",
    "check_query",
    "open_queries",
    "point",
    "priorities",
    "priority_letters",
    "unanswered",
    "unwritten",
]
