"""What the API of runs takes and answers."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from ninja import Schema
from pydantic import AwareDatetime, Field

from firstoff.queries.execution.runs import RunHead, RunView
from firstoff.rules.execution import Bar, BarCapability
from firstoff.services.execution import PostedDefect, PostedMeasure
from firstoff.terms import Attempt, OperationOutcome, RunKind, UnitResult

UID = Field(None, description="A UUIDv7 made by you: posting it again is safe (R-36)")
PASSWORD = Field(max_length=500, description="Your password, again: it signs")


class Capability(Schema):
    characteristic: str = Field(max_length=20, description="Its number in the baseline")
    minimum: Decimal


class BarIn(Schema):
    sample: int = Field(description="Units that count: n")
    max_rejects: int = Field(description="Accept number: c")
    commits: int = Field(description="The quantity a pass commits")
    max_mean_minutes: Decimal | None = None
    max_unit_minutes: Decimal | None = None
    min_first_pass_yield: Decimal | None = Field(None, description="A fraction: 0.95")
    capabilities: list[Capability] = Field([], max_length=100)
    reject_definition: str = Field("", max_length=5000)
    bad_unit_cost: Decimal | None = None
    batch_cost: Decimal | None = None
    delay_days: int | None = None
    delay_day_cost: Decimal | None = None

    def bar(self) -> Bar:
        values = {k: v for k, v in self.dict().items() if k in BarIn.model_fields}
        wanted = tuple(BarCapability(**c) for c in values.pop("capabilities"))
        return Bar(**values, capabilities=wanted)


class BarLock(BarIn):
    password: str = PASSWORD
    uid: UUID | None = UID


class BarOut(BarIn):
    locked_at: datetime | None
    locked_by: str
    uid: str


class BarLockedOut(Schema):
    batch_id: str
    uid: UUID
    locked_at: datetime
    content_digest: str = Field(description="SHA-256 of what was signed")
    warnings: list[str]


class DecisionOut(Schema):
    decision: str
    by: str
    at: datetime
    reason: str


class RunOut(Schema):
    uid: str
    batch_id: str
    kind: RunKind
    number: int
    site: str
    program: str
    part: str
    line: str
    planned_quantity: int
    serial_pattern: str
    bench_minutes: Decimal | None
    note: str
    baseline: str
    repeat_of: str
    created_at: datetime
    created_by: str
    units: int
    bar: BarOut | None
    decision: DecisionOut | None


class UsedEquipmentOut(Schema):
    code: str
    name: str
    kind: str
    equipment_class: str


class SetupOut(Schema):
    key: str
    label: str
    value: str
    by: str
    at: datetime | None
    gap: bool


class AdjustmentOut(Schema):
    uid: str
    made_at: datetime
    what: str
    before: str
    after: str
    reason: str
    by: str


class FirstArticleOut(Schema):
    uid: str
    serial: str
    passed: bool
    checked: int
    conforming: int
    judged_at: datetime


class ReleaseOut(Schema):
    lift: str
    subject: str
    reason: str
    by: str
    at: datetime


class ImportOut(Schema):
    file_name: str
    kind: str
    sha256: str
    taken: int
    at: datetime
    by: str


class RunHeadOut(RunOut):
    equipment: list[UsedEquipmentOut]
    setup: list[SetupOut]
    setup_gaps: list[str]
    first_article: FirstArticleOut | None
    releases: list[ReleaseOut]
    adjustments: list[AdjustmentOut]
    step_fixes: dict[int, str]
    imports: list[ImportOut]
    repeats: list[str]


class RunIn(Schema):
    kind: RunKind = RunKind.PILOT
    planned_quantity: int
    line: str = Field(max_length=120)
    batch_id: str = Field("", max_length=60, description="Else by the pattern, else the next")
    batch_pattern: str = Field("", max_length=120, examples=["{program}-P{n}"])
    baseline: str = Field("", max_length=64, description="Digest; the newest when empty")
    equipment: list[str] = Field([], description="Codes")
    serial_pattern: str = Field("{batch}-{n:03}", max_length=120)
    bench_minutes: Decimal | None = None
    note: str = Field("", max_length=5000)
    uid: UUID | None = UID


class RepeatIn(Schema):
    batch_id: str = Field("", max_length=60)
    baseline: str = Field("", max_length=64, description="Digest; the same when empty")
    planned_quantity: int | None = None
    equipment: list[str] | None = Field(None, description="Codes; the same when left out")
    note: str = Field("", max_length=5000)
    uid: UUID | None = UID


class RunMadeOut(Schema):
    uid: UUID
    batch_id: str
    number: int
    warnings: list[str]


class SetupIn(Schema):
    lines: dict[str, str]


class DefectIn(Schema):
    code: str = Field(max_length=40)
    note: str = Field("", max_length=5000)
    cause_class: str = Field("", max_length=10)
    cause: str = Field("", max_length=5000)

    def posted(self) -> PostedDefect:
        return PostedDefect(self.code, self.note, self.cause_class, self.cause)


class MeasureIn(Schema):
    characteristic: str = Field(max_length=20, description="Its number in the baseline")
    value: Decimal | None = None
    text: str = Field("", max_length=200, description="Where the value is no number")

    def posted(self) -> PostedMeasure:
        return PostedMeasure(self.characteristic, self.value, self.text)


class StartIn(Schema):
    serial: str = Field(max_length=120)
    started_at: AwareDatetime | None = None
    operator: str = Field("", max_length=200, description="User name; you when empty")
    equipment: str = Field("", max_length=60, description="Code; the run's when it names one")
    instruction: str | None = Field(None, max_length=64)
    previous_serial: str = Field("", max_length=120)
    uid: UUID | None = UID


class StartedOut(Schema):
    uid: UUID
    serial: str
    position: int
    started_at: datetime
    counts: bool
    reasons: list[str] = Field(description="Why it does not count")
    again: bool


class JudgeIn(Schema):
    serial: str = Field(max_length=120)
    attempt: Attempt = Attempt.FIRST
    fit: OperationOutcome | None = None
    finish: OperationOutcome | None = None
    function: OperationOutcome | None = None
    build_seconds: Decimal | None = None
    defects: list[DefectIn] = Field([], max_length=50)
    judged_at: AwareDatetime | None = None
    uid: UUID | None = UID


class JudgedOut(Schema):
    uid: UUID
    serial: str
    attempt: int
    kind: Attempt
    fit: str
    finish: str
    function: str
    build_seconds: Decimal | None
    defects: list[str]
    failed: bool
    again: bool


class CorrectIn(Schema):
    reason: str = Field(max_length=5000)
    password: str = PASSWORD
    fit: str | None = None
    finish: str | None = None
    function: str | None = None
    build_seconds: Decimal | None = None
    defects: list[DefectIn] | None = Field(None, description="None: carried over")
    uid: UUID | None = UID


class OperationIn(Schema):
    serial: str = Field(max_length=120)
    seq: int
    began_at: AwareDatetime
    ended_at: AwareDatetime
    outcome: OperationOutcome
    defects: list[DefectIn] = Field([], max_length=50)
    measures: list[MeasureIn] = Field([], max_length=200)
    operator: str = Field("", max_length=200)
    equipment: str = Field("", max_length=60)
    rework: bool = False
    note: str = Field("", max_length=5000)
    uid: UUID | None = UID


class OperationOut(Schema):
    uid: UUID
    serial: str
    seq: int
    attempt: int
    outcome: OperationOutcome
    judged: JudgedOut | None
    again: bool


class ExclusionIn(Schema):
    serial: str = Field(max_length=120)
    reason: str = Field(max_length=5000)
    uid: UUID | None = UID


class FirstArticleIn(Schema):
    serial: str = Field(max_length=120)
    passed: bool
    checked: int
    conforming: int
    note: str = Field("", max_length=5000)
    judged_at: AwareDatetime | None = None
    uid: UUID | None = UID


class AdjustmentIn(Schema):
    what: str = Field(max_length=300)
    before: str = Field("", max_length=300)
    after: str = Field(max_length=300)
    reason: str = Field(max_length=5000)
    made_at: AwareDatetime | None = None
    uid: UUID | None = UID


class StepFixIn(Schema):
    seq: int
    proposal: str = Field(max_length=5000)
    uid: UUID | None = UID


class ReleaseIn(Schema):
    lift: str = Field(max_length=40, description="first-article, order, failed-unit, ...")
    subject: str = Field(max_length=200, description="Serial, equipment code or user name")
    reason: str = Field(max_length=5000)
    password: str = PASSWORD
    uid: UUID | None = UID


class RecordedOut(Schema):
    uid: UUID
    again: bool = False


class DefectOut(Schema):
    uid: str
    code: str
    name: str
    category: str
    cause_class: str
    cause: str


class UnitOut(Schema):
    uid: str
    serial: str
    position: int
    started_at: datetime
    operator: str
    equipment: str
    first: UnitResult
    final: UnitResult
    fit: str
    finish: str
    function: str
    build_seconds: float | None
    over_time: bool
    attempts: int
    corrected: bool
    counts: bool
    beyond: bool
    reasons: list[str]
    defects: list[DefectOut]


def run_out(view: RunView) -> dict[str, Any]:
    return {name: getattr(view, name) for name in RunOut.model_fields}


def head_out(head: RunHead) -> dict[str, Any]:
    setup = [
        {
            "key": line.item.key,
            "label": line.item.label,
            "value": line.value,
            "by": line.by,
            "at": line.at,
            "gap": line.gap,
        }
        for line in head.setup
    ]
    return {
        **run_out(head.run),
        "equipment": head.equipment,
        "setup": setup,
        "setup_gaps": [item.label for item in head.setup_gaps],
        "first_article": head.first_article,
        "releases": head.releases,
        "adjustments": head.adjustments,
        "step_fixes": head.step_fixes,
        "imports": head.imports,
        "repeats": head.repeats,
    }
