"""Can so many units be built by that day? The answer that a page opens with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from firstoff.rules.sourcing import words
from firstoff.rules.sourcing.coverage import LineCoverage
from firstoff.rules.sourcing.standing import Colour
from firstoff.rules.sourcing.values import Build


class Answer(StrEnum):
    YES = "yes"
    AT_RISK = "at_risk"  # the material can be here; something may come to stop it
    NOT_YET = "not_yet"  # the material can be here; a gate stays shut
    NOT_KNOWN = "not_known"  # nobody said how long it takes, or there is no line
    NO = "no"


@dataclass(frozen=True, slots=True)
class BuildAnswer:
    """``earliest``: the first day on which all material is here, where the answer is no because
    of dates alone; None where nobody can say."""

    question: str
    answer: Answer
    earliest: date | None
    sentence: str


def build_answer(lines: Sequence[LineCoverage], build: Build) -> BuildAnswer:
    """The answer for a build, from its lines as they were judged."""
    by = f" by {build.needed_by}" if build.needed_by else ""
    question = f"Can we build {build.units:,}{by}?"
    waiting = [line for line in lines if line.blocked_units]
    red = sum(1 for line in lines if line.colour is Colour.RED)
    amber = sum(1 for line in lines if line.colour is Colour.AMBER)
    earliest = None
    if waiting and build.needed_by and all(line.days_late for line in waiting):
        earliest = build.needed_by + timedelta(days=max(line.days_late for line in waiting))
    answer = _answer(bool(lines), waiting, red, amber)
    return BuildAnswer(question, answer, earliest, _said(answer, red, amber, earliest))


def _answer(any_line: bool, waiting: Sequence[LineCoverage], red: int, amber: int) -> Answer:
    if not any_line:
        return Answer.NOT_KNOWN
    if waiting:
        known = any(line.colour is Colour.RED for line in waiting)
        return Answer.NO if known else Answer.NOT_KNOWN
    if red:
        return Answer.NOT_YET
    return Answer.AT_RISK if amber else Answer.YES


def _said(answer: Answer, red: int, amber: int, earliest: date | None) -> str:
    """What the counts of the lines do not say themselves."""
    if answer is Answer.NO and earliest is not None:
        return f"As offers stand, all of it is here on {earliest} at the earliest."
    if answer is Answer.NOT_YET:
        verb = "stops" if red == 1 else "stop"
        return f"{words.counted(red, 'line')} {verb} gate 3."
    if answer is Answer.NOT_KNOWN and (red or amber):
        return "Nobody said how long the missing parts take."
    return ""
