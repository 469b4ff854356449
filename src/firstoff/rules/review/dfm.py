"""The review for manufacture: what it goes through, its findings, how they close (R-17)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from firstoff.errors import InvalidInput, Refused
from firstoff.rules.product import check_name, check_prose
from firstoff.terms import DfmCategory, FindingSeverity, FindingState

CATEGORY_NAMES: Mapping[DfmCategory, str] = {
    DfmCategory.BOARD: "Board",
    DfmCategory.HOUSING: "Housing",
    DfmCategory.FASTENER: "Fasteners",
    DfmCategory.FINISH: "Finishes",
    DfmCategory.ASSEMBLY: "Assembly access",
    DfmCategory.MATERIAL: "Material",
    DfmCategory.TOLERANCE: "Tolerances",
    DfmCategory.TEST: "Test",
    DfmCategory.OTHER: "Other",
}


@dataclass(frozen=True, slots=True)
class Point:
    """One question of the checklist."""

    key: str
    category: DfmCategory
    question: str


def _points(category: DfmCategory, **questions: str) -> tuple[Point, ...]:
    return tuple(
        Point(f"{category.value}.{key}", category, text) for key, text in questions.items()
    )


CHECKLIST: tuple[Point, ...] = (
    *_points(
        DfmCategory.BOARD,
        stack_up="Is the stack-up one that the board maker builds as a standard?",
        connectors="Are the connectors in stock from two makers, and can a hand mate them?",
        panelisation="Is the panel drawn, with rails, fiducials and a way to separate it?",
        test_points="Has every net that a test needs a test point that a pin reaches?",
        footprints="Do the footprints match the parts that will be bought, polarity marked?",
        clearance="Are copper, edge and component clearances what the line needs?",
    ),
    *_points(
        DfmCategory.HOUSING,
        material="Is the grade named, and is it the one of the production tool?",
        draft="Has every wall that leaves a mould its draft angle?",
        wall="Is the wall thickness even, ribs at most 60 % of it?",
        tool_access="Does the tool reach every face, without an undercut that needs a slide?",
        shrinkage="Is the shrinkage of the real material taken into the dimensions?",
        sinks="Where are gates, ejectors and sinks, and does the customer see them?",
    ),
    *_points(
        DfmCategory.FASTENER,
        types="Are there as few types, drives and lengths as can be?",
        torque="Is a torque stated for each joint, and does the boss bear it?",
        access="Does a driver reach every screw, straight?",
        thread="Do threads hold being opened as often as service needs?",
    ),
    *_points(
        DfmCategory.FINISH,
        standard="Is each finish named by a standard or a sample that both sides hold?",
        faces="Is said which faces are seen, and what flaw is allowed on them?",
        thickness="Is the thickness of coatings taken into the fits?",
    ),
    *_points(
        DfmCategory.ASSEMBLY,
        order="Is there an order in which it goes together, each part placed once?",
        wrong="Can a part be fitted the wrong way round, and what shows it?",
        hold="Does each part stay where it is put until it is fixed; if not, is a jig named?",
        reach="Do hand and tool reach, with gloves?",
        cables="Are cables long enough to mate, short enough not to be pinched?",
    ),
    *_points(
        DfmCategory.MATERIAL,
        grade="Is every material named with grade and supplier, not by family?",
        substitute="Is said what may be substituted, and what never?",
    ),
    *_points(
        DfmCategory.TOLERANCE,
        needed="Is every tight tolerance needed for the function?",
        capable="Does the maker's own capability data hold every critical tolerance, in writing?",
        chain="Is each fit that matters reckoned as a chain?",
    ),
    *_points(
        DfmCategory.TEST,
        function="Can the function be tested on the line, in the time there is?",
        gauge="Is there a gauge for each critical characteristic, fit for its tolerance?",
        programming="Is it said how it is programmed, calibrated and given its serial number?",
    ),
)
_BY_KEY = {point.key: point for point in CHECKLIST}
CLOSED = (FindingState.RESOLVED, FindingState.ACCEPTED, FindingState.REJECTED)


class PointAnswer(StrEnum):
    """How a point of the checklist came out."""

    GOOD = "good"
    FINDING = "finding"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class FindingFacts:
    """A finding as it stands. ``late_cost``: what it costs to change it later."""

    number: int
    review: int
    category: DfmCategory
    severity: FindingSeverity
    text: str
    state: FindingState = FindingState.OPEN
    owner: str = ""
    due: date | None = None
    point: str = ""
    proposal: str = ""
    late_cost: str = ""
    answer: str = ""
    answered_by: str = ""
    answered_at: datetime | None = None
    signed: bool = False
    uid: str = ""

    @property
    def label(self) -> str:
        return f"DFM-{self.number:03}"

    @property
    def open(self) -> bool:
        return self.state not in CLOSED


def point(key: str) -> Point | None:
    return _BY_KEY.get(key)


def check_checklist(answers: Mapping[str, str]) -> dict[str, str]:
    """The points that were answered, in the order of the list. Raises InvalidInput.

    A point that nobody answered is not there: it shows as not gone through.
    """
    for key, answer in answers.items():
        if key not in _BY_KEY:
            raise InvalidInput(
                f"The checklist has no point {key!r}.", field="checklist", point=key
            )
        if answer not in set(PointAnswer):
            raise InvalidInput(
                f"Point {key} is answered {answer!r}; expected one of {', '.join(PointAnswer)}.",
                field="checklist",
                point=key,
            )
    return {p.key: answers[p.key] for p in CHECKLIST if p.key in answers}


def unanswered(answers: Mapping[str, str], categories: Iterable[DfmCategory]) -> tuple[Point, ...]:
    """Points of these categories that nobody answered."""
    wanted = set(categories)
    return tuple(p for p in CHECKLIST if p.category in wanted and p.key not in answers)


def unwritten(answers: Mapping[str, str], findings: Iterable[FindingFacts]) -> tuple[Point, ...]:
    """Points that came out as a finding of which there is none: none names the point, and none
    of its category names no point."""
    written = {f.point or f.category for f in findings}
    return tuple(
        p
        for p in CHECKLIST
        if answers.get(p.key) == PointAnswer.FINDING and written.isdisjoint((p.key, p.category))
    )


def check_finding(
    *, category: str, severity: str, text: str, point: str = ""
) -> tuple[DfmCategory, FindingSeverity, str]:
    """What a finding has to say. Raises InvalidInput naming the field."""
    try:
        found = DfmCategory(category)
    except ValueError:
        raise InvalidInput(
            f"A finding cannot be about {category or 'nothing'}.",
            way_out=f"Expected one of {', '.join(DfmCategory)}.",
            field="category",
        ) from None
    try:
        grave = FindingSeverity(severity)
    except ValueError:
        raise InvalidInput(
            f"The severity is {severity or 'not said'}.",
            way_out=f"Expected one of {', '.join(FindingSeverity)}.",
            field="severity",
        ) from None
    if point and point not in _BY_KEY:
        raise InvalidInput(f"The checklist has no point {point!r}.", field="point")
    said = check_prose(text, "finding", field="text")
    check_name(said[:200].replace("\n", " "), "finding", field="text")
    return found, grave, said


def check_answer(found: FindingFacts, state: FindingState, text: str, *, signed: bool) -> str:
    """What becomes of a finding. Raises InvalidInput, Refused (R-17).

    Accepting a finding as it is, or reopening what was accepted, takes a signature; every answer
    says why.
    """
    said = check_prose(text, "answer", field="text")
    if not said:
        raise InvalidInput(f"{found.label} is answered without a word.", field="text")
    if state is FindingState.OPEN and found.open:
        raise Refused(f"{found.label} is open already.", code="R-17")
    if state is FindingState.ACCEPTED and not signed:
        raise Refused(
            f"{found.label} stays as it is only by signature.",
            code="R-17",
            way_out="A quality manager signs for it; or resolve it.",
        )
    if found.state is state:
        raise Refused(f"{found.label} is {state.value} already.", code="R-17")
    return said


@dataclass(frozen=True, slots=True)
class DfmStand:
    """All findings of a program. ``reviews``: how many were held; ``of_revision``: whether one
    was held of the revision that is meant; ``points``: answers on their checklists; ``unwritten``:
    points that came out as a finding nobody wrote, with the number of the review."""

    reviews: int
    of_revision: bool
    findings: tuple[FindingFacts, ...]
    points: int = 0
    unwritten: tuple[tuple[int, Point], ...] = ()

    @property
    def open(self) -> tuple[FindingFacts, ...]:
        """The gravest first."""
        order = list(FindingSeverity)
        found = [f for f in self.findings if f.open]
        return tuple(sorted(found, key=lambda f: (order.index(f.severity), f.number)))


def by_category(findings: Sequence[FindingFacts]) -> Mapping[DfmCategory, tuple[int, int]]:
    """Category to (all, open), those without a finding left out."""
    return {
        category: (
            sum(1 for f in findings if f.category is category),
            sum(1 for f in findings if f.category is category and f.open),
        )
        for category in DfmCategory
        if any(f.category is category for f in findings)
    }
