"""From a serial number to everything (R-60), and from anything to serial numbers (R-61)."""

from firstoff.queries.trace.answers import (
    Answer,
    AnswerPage,
    at_risk,
    at_risk_ids,
    export,
    meets,
    page,
    shipped_with,
    why,
)
from firstoff.queries.trace.places import Counts, UnitAtRisk, Where, where
from firstoff.queries.trace.story import Story, parts_inside, story
from firstoff.queries.trace.unit import attachment, called, find_units, unit_trace
from firstoff.queries.trace.views import JudgementView, UnitTrace

__all__ = [
    "Answer",
    "AnswerPage",
    "Counts",
    "JudgementView",
    "Story",
    "UnitAtRisk",
    "UnitTrace",
    "Where",
    "at_risk",
    "at_risk_ids",
    "attachment",
    "called",
    "export",
    "find_units",
    "meets",
    "page",
    "parts_inside",
    "shipped_with",
    "story",
    "unit_trace",
    "where",
    "why",
]
