"""What is decided of a source: proposed, approved, withdrawn (AVL; R-20, R-21)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from firstoff.errors import InvalidInput, Refused, StaleState
from firstoff.terms import ApprovalDecision, RunKind


@dataclass(frozen=True, slots=True)
class ApprovalGiven:
    """A decision on one source for one kind of run. ``run_kind`` empty: every kind.

    evidence: what form, fit and function were judged by; ``document``: a version of one, as text.
    """

    decision: ApprovalDecision
    run_kind: str = ""
    form: bool = False
    fit: bool = False
    function: bool = False
    evidence: str = ""
    document: str = ""

    @property
    def missing(self) -> tuple[str, ...]:
        """What an alternate lacks to be qualified (R-21), in words."""
        said = {"form": self.form, "fit": self.fit, "function": self.function}
        lacks = tuple(name for name, given in said.items() if not given)
        return lacks if self.evidence.strip() or self.document else (*lacks, "evidence")

    @property
    def qualified(self) -> bool:
        return self.decision is ApprovalDecision.APPROVED and not self.missing


@dataclass(frozen=True, slots=True)
class ApprovalStanding:
    """The latest decision on a source for a kind of run. ``uid``: of its record."""

    uid: str
    given: ApprovalGiven


def check_approval(
    given: ApprovalGiven,
    *,
    name: str,
    before: ApprovalStanding | None,
    seen: str | None = None,
    critical: bool = False,
    signed: bool = False,
) -> ApprovalGiven:
    """The decision, if it may be made now. Raises InvalidInput, StaleState, Refused (R-21).

    before: what stands for the same source and run kind. seen: what the person saw standing, its
    uid, empty for nothing; None where they did not look. critical: of a critical part or line.
    """
    if given.run_kind and given.run_kind not in set(RunKind):
        raise InvalidInput(
            f"{given.run_kind[:40]!r} is no kind of run; expected {', '.join(RunKind)}, "
            "or nothing for every kind.",
            field="run_kind",
        )
    stands = before.uid if before else ""
    if seen is not None and seen != stands:
        word = before.given.decision.value if before else "taken back"
        raise StaleState(
            f"Somebody decided on {name} since you looked: it is {word} now.",
            way_out="Look at it again, then decide.",
        )
    if given.decision is ApprovalDecision.WITHDRAWN:
        _check_withdrawal(given, name, before)
    stands_approved = before is not None and before.given.decision is ApprovalDecision.APPROVED
    if given.decision is ApprovalDecision.PROPOSED and stands_approved:
        raise Refused(
            f"{name} is approved already; proposing it says nothing new.",
            code="R-20",
            way_out="Approve it with more evidence, or withdraw it with the reason.",
        )
    if given.decision is ApprovalDecision.APPROVED and critical and not signed:
        raise Refused(
            f"{name} is for a critical part: its approval is signed.",
            code="R-21",
            way_out="Approve it with your password, which makes the signature.",
            field="password",
        )
    return given


def _check_withdrawal(given: ApprovalGiven, name: str, before: ApprovalStanding | None) -> None:
    if before is None or before.given.decision is ApprovalDecision.WITHDRAWN:
        kind = f" for {given.run_kind.replace('_', '-')} runs" if given.run_kind else ""
        raise Refused(
            f"{name} is neither proposed nor approved{kind}: there is nothing to withdraw.",
            code="R-20",
            way_out="Name the kind of run that it was approved for.",
        )
    if not given.evidence.strip():
        raise InvalidInput(f"{name} is withdrawn for a reason; none is given.", field="evidence")


def approval_meaning(name: str, given: ApprovalGiven) -> str:
    """What whoever approves a source of a critical part signs."""
    runs = f"{given.run_kind.replace('_', '-')} runs" if given.run_kind else "every kind of run"
    said = ("form", given.form), ("fit", given.fit), ("function", given.function)
    judged = [word for word, is_so in said if is_so]
    by = f", judged by {' and '.join(judged)}" if judged else ""
    return f"I approve {name} for {runs}{by}."


def holding(decisions: Sequence[ApprovalGiven]) -> Mapping[RunKind, ApprovalGiven]:
    """Which approval holds for each kind of run; kinds that none holds for are absent.

    decisions: on one source, in the order they were made. For a kind the latest decision on that
    kind or on every kind holds; a proposal takes nothing back.
    """
    found: dict[RunKind, ApprovalGiven] = {}
    for one in decisions:
        kinds = [RunKind(one.run_kind)] if one.run_kind else list(RunKind)
        if one.decision is ApprovalDecision.APPROVED:
            found.update(dict.fromkeys(kinds, one))
        elif one.decision is ApprovalDecision.WITHDRAWN:
            for kind in kinds:
                found.pop(kind, None)
    return found
