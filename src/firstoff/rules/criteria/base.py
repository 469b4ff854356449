"""What every criterion has in common, and the two kinds of evidence they read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from itertools import islice
from typing import ClassVar, NamedTuple

from firstoff.rules.evidence import Finding, PilotEvidence, Ref, RunState
from firstoff.rules.execution import DecisionFacts, UnitFacts
from firstoff.rules.nonconformity import DesignDefect
from firstoff.rules.plan import BaselineFacts
from firstoff.rules.product import CharacteristicFacts
from firstoff.rules.release import GateDecisionFacts, GateSpec, StatementFacts
from firstoff.rules.review import DfmStand, QueryFacts
from firstoff.rules.sourcing.coverage import LineCoverage
from firstoff.rules.sourcing.identity import MaterialIdentity
from firstoff.rules.techpack import TechPack
from firstoff.rules.tolerance import ChainVerdict, Holding
from firstoff.terms import RunVerdict, Verdict


@dataclass(frozen=True, slots=True)
class SupplyEvidence:
    """Every bought line of the build judged, the worst first, and what the build is."""

    units: int
    needed_by: date | None
    lines: tuple[LineCoverage, ...]


@dataclass(frozen=True, slots=True)
class PilotStanding:
    """The latest pilot run of a program, as its verdict reads now."""

    batch_id: str
    uid: str
    baseline: str
    state: RunState
    computed: RunVerdict
    headline: str
    sentence: str
    findings: tuple[Finding, ...] = ()
    decision: DecisionFacts | None = None


@dataclass(frozen=True, slots=True)
class DefinitionEvidence:
    """What the records say of the newest definition and of its supply.

    ``supply`` is None where there is no bill of materials, ``pack`` where nothing of the package
    is recorded, ``dfm`` where no review was held, ``identity`` where no material was consumed:
    then a person states what no record can decide.
    """

    revision: str
    characteristics: tuple[CharacteristicFacts, ...] = ()
    queries: tuple[QueryFacts, ...] = ()
    pack: TechPack | None = None
    supply: SupplyEvidence | None = None
    dfm: DfmStand | None = None
    holdings: tuple[Holding, ...] = ()
    chains: tuple[ChainVerdict, ...] = ()
    identity: MaterialIdentity | None = None


@dataclass(frozen=True, slots=True)
class GateEvidence:
    """What the criteria of a gate read.

    ``statements`` and ``decisions`` hold the latest of each; ``baseline`` is the newest frozen
    definition; ``design_defects`` are those open for it.
    """

    spec: GateSpec
    hard_gates: frozenset[int] = frozenset()  # of the template
    statements: Mapping[str, StatementFacts] = field(default_factory=dict)
    decisions: Mapping[int, GateDecisionFacts] = field(default_factory=dict)
    baseline: BaselineFacts | None = None
    pilot: PilotStanding | None = None
    design_defects: tuple[DesignDefect, ...] = ()
    pilot_units: int = 0  # judged units of all pilot runs: what a design defect could show in
    zone: tzinfo = UTC
    definition: DefinitionEvidence | None = None


class Example(NamedTuple):
    """Evidence on which the criterion reads ``verdict``: for its tests and its page."""

    verdict: Verdict
    evidence: PilotEvidence | GateEvidence


@dataclass(frozen=True, slots=True)
class Answer:
    """What a criterion found out, before it is put under its name."""

    verdict: Verdict
    figure: str
    threshold: str
    sentence: str
    records: tuple[Ref, ...] = ()
    parameters: Mapping[str, object] = field(default_factory=dict)
    method: str = ""
    subject: str = ""
    title: str = ""  # where the criterion's own title is not enough: which characteristic


class Criterion:
    """One kind of criterion: its words, and how it judges.

    A kind is a frozen dataclass without fields; ``examples`` builds evidence for each verdict it
    can return, which the registry's test judges and the reference page shows.
    """

    kind: ClassVar[str]
    title: ClassVar[str]
    needs: ClassVar[str]  # which records it reads
    rule: ClassVar[str]  # of the domain

    def finding(self, answer: Answer) -> Finding:
        return Finding(
            kind=self.kind,
            title=answer.title or self.title,
            verdict=answer.verdict,
            figure=answer.figure,
            threshold=answer.threshold,
            sentence=answer.sentence,
            records=answer.records,
            parameters=answer.parameters,
            method=answer.method,
            subject=answer.subject,
        )

    @staticmethod
    def examples() -> tuple[Example, ...]:
        raise NotImplementedError


class RunCriterion(Criterion):
    """Judges a pilot run. No finding at all means that the bar does not ask for it."""

    def answers(self, evidence: PilotEvidence) -> tuple[Answer, ...]:
        raise NotImplementedError

    def judge(self, evidence: PilotEvidence) -> tuple[Finding, ...]:
        return tuple(self.finding(answer) for answer in self.answers(evidence))


class GateCriterion(Criterion):
    """Judges a gate of a program."""

    def answers(self, evidence: GateEvidence) -> tuple[Answer, ...]:
        raise NotImplementedError

    def judge(self, evidence: GateEvidence) -> tuple[Finding, ...]:
        return tuple(self.finding(answer) for answer in self.answers(evidence))


def unit_refs(units: Iterable[UnitFacts]) -> tuple[Ref, ...]:
    """References to units, at most a hundred: a finding names records, it does not copy them."""
    return tuple(Ref("unit", u.uid, u.serial) for u in islice(units, 100))


def when(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
