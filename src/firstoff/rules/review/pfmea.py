"""Failure modes of the process and what comes first: severity, occurrence, detection.

The action priority is a table, not a product of the three: AIAG & VDA FMEA handbook, 1st ed.
2019, 3.5.8 and table AP. Severity counts first, then occurrence, then detection; the products
(RPN) that many pages still print say something else.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from firstoff.errors import InvalidInput
from firstoff.rules.product import check_line, check_prose


class ActionPriority(StrEnum):
    HIGH = "H"  # an action is needed, or a reason why the controls do
    MEDIUM = "M"  # an action should be taken
    LOW = "L"


# severity from .. to -> occurrence from .. to -> detection 7-10, 5-6, 2-4, 1
_TABLE: tuple[tuple[tuple[int, int], tuple[tuple[tuple[int, int], str], ...]], ...] = (
    (
        (9, 10),
        (
            ((8, 10), "HHHH"),
            ((6, 7), "HHHH"),
            ((4, 5), "HHHM"),
            ((2, 3), "HMLL"),
            ((1, 1), "LLLL"),
        ),
    ),
    (
        (7, 8),
        (
            ((8, 10), "HHHH"),
            ((6, 7), "HHHM"),
            ((4, 5), "HMMM"),
            ((2, 3), "MMLL"),
            ((1, 1), "LLLL"),
        ),
    ),
    (
        (4, 6),
        (
            ((8, 10), "HHMM"),
            ((6, 7), "MMML"),
            ((4, 5), "MLLL"),
            ((2, 3), "LLLL"),
            ((1, 1), "LLLL"),
        ),
    ),
    ((2, 3), (((8, 10), "MMLL"), ((1, 7), "LLLL"))),
    ((1, 1), (((1, 10), "LLLL"),)),
)
_DETECTION = ((7, 10), (5, 6), (2, 4), (1, 1))
ACTION_STATES = ("open", "decided", "done", "none needed")


@dataclass(frozen=True, slots=True)
class FailureModeFacts:
    """One row: what fails, what follows, why, and what holds it today. Ratings 1 to 10."""

    failure_mode: str
    effect: str = ""
    cause: str = ""
    operation: int | None = None  # seq; None: the plan as a whole
    function: str = ""
    requirement: str = ""
    prevention: str = ""
    detection_control: str = ""
    severity: int | None = None
    occurrence: int | None = None
    detection: int | None = None
    characteristic: str = ""  # number
    action: str = ""
    action_owner: str = ""
    action_due: date | None = None
    action_state: str = ""
    action_taken: str = ""
    severity_after: int | None = None
    occurrence_after: int | None = None
    detection_after: int | None = None
    work_element: str = ""  # what of man, machine, material, environment causes it
    element_function: str = ""  # of the work element, and the process characteristic
    detection_action: str = ""  # ``action`` prevents, this one finds
    action_done_on: date | None = None
    filter_code: str = ""
    remarks: str = ""

    @property
    def priority(self) -> ActionPriority | None:
        """None until all three are rated."""
        return _rated(self.severity, self.occurrence, self.detection)

    @property
    def priority_after(self) -> ActionPriority | None:
        return _rated(self.severity_after, self.occurrence_after, self.detection_after)

    @property
    def open(self) -> bool:
        """High, and neither acted on nor said why the controls do."""
        done = self.action_state in ("done", "none needed")
        return self.priority is ActionPriority.HIGH and not (done and self.action_taken.strip())


def action_priority(severity: int, occurrence: int, detection: int) -> ActionPriority:
    """The priority of three ratings from 1 to 10. Raises InvalidInput."""
    for field, rating in (
        ("severity", severity),
        ("occurrence", occurrence),
        ("detection", detection),
    ):
        _check_rating(rating, field)
    rows = next(rows for (low, high), rows in _TABLE if low <= severity <= high)
    letters = next(letters for (low, high), letters in rows if low <= occurrence <= high)
    column = next(c for c, (low, high) in enumerate(_DETECTION) if low <= detection <= high)
    return ActionPriority(letters[column])


def priority_letters() -> str:
    """The priority of all thousand ratings in one text, so that a page needs no second table:
    the letter of S, O, D stands at ``(S - 1) * 100 + (O - 1) * 10 + D - 1``."""
    every = range(1, 11)
    return "".join(action_priority(s, o, d).value for s in every for o in every for d in every)


def check_failure_mode(found: FailureModeFacts) -> FailureModeFacts:
    """The row, trimmed. Raises InvalidInput naming the field."""
    for field in (
        *("severity", "occurrence", "detection"),
        *("severity_after", "occurrence_after", "detection_after"),
    ):
        rating = getattr(found, field)
        if rating is not None:
            _check_rating(rating, field)
    if not found.failure_mode.strip():
        raise InvalidInput("A row without a failure mode says nothing.", field="failure_mode")
    if found.action_state not in ("", *ACTION_STATES):
        raise InvalidInput(
            f"The state of an action is {found.action_state!r}.",
            way_out=f"Expected one of {', '.join(ACTION_STATES)}.",
            field="action_state",
        )
    if found.action_state == "none needed" and not found.action_taken.strip():
        raise InvalidInput(
            "No action is needed for a reason; none is given.", field="action_taken"
        )
    texts = {
        name: check_prose(getattr(found, name), name.replace("_", " "), field=name)
        for name in _PROSE
    }
    texts |= {
        name: check_line(getattr(found, name), word, longest=longest, field=name)
        for name, (word, longest) in _LINES.items()
    }
    return replace(found, **texts)  # type: ignore[arg-type]  # texts each


_PROSE = (
    *("failure_mode", "effect", "cause", "function", "requirement", "prevention"),
    *("detection_control", "action", "action_taken"),
    *("element_function", "detection_action", "remarks"),
)
_LINES = {
    "action_owner": ("owner", 120),
    "work_element": ("work element", 120),
    "filter_code": ("filter code", 60),
}
# The head of the form, AIAG & VDA step 1.
HEADER: Mapping[str, str] = {
    "customer": "Customer",
    "model": "Model / platform",
    "number": "PFMEA ID",
    "started": "Start date",
    "team": "Cross-functional team",
    "owner": "Process responsibility (owner)",
    "confidentiality": "Confidentiality",
}


def priorities(rows: Iterable[FailureModeFacts]) -> Mapping[str, int]:
    """How many rows of each priority, and unrated ones under ``""``."""
    found = {"H": 0, "M": 0, "L": 0, "": 0}
    for row in rows:
        found[row.priority or ""] += 1
    return found


def _rated(
    severity: int | None, occurrence: int | None, detection: int | None
) -> ActionPriority | None:
    if severity is None or occurrence is None or detection is None:
        return None
    return action_priority(severity, occurrence, detection)


def _check_rating(rating: int, field: str) -> None:
    if not 1 <= rating <= 10:
        raise InvalidInput(
            f"The {field.replace('_', ' ')} is {rating}; expected a rating from 1 to 10.",
            field=field,
        )
