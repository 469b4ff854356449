"""Test records as stations export them: stored as they came, attachments beside them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from django.conf import settings

from firstoff.db.models import Attachment, TestRecord, Unit
from firstoff.errors import FirstoffError, NotFound
from firstoff.formats import store
from firstoff.formats.testdata.drafts import TestDraft
from firstoff.formats.testdata.packing import pack_draft, procedure_from
from firstoff.services.execution.bulk import Answer, BulkAnswer
from firstoff.services.execution.floor import Floor, tests_known
from firstoff.services.execution.measuring import revision_of, store_tests
from firstoff.services.execution.planning import plan_start
from firstoff.services.execution.posted import PostedUnit
from firstoff.services.ledger import Entry
from firstoff.terms import TestOutcome

_WORDS = {
    TestOutcome.PASS: "passed",
    TestOutcome.FAIL: "failed",
    TestOutcome.ERROR: "error of the station",
}


@dataclass(slots=True)
class PlannedTests:
    """Test records to be written, each with the draft it came from."""

    units: list[Unit] = field(default_factory=list)
    tests: list[tuple[TestRecord, TestDraft]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def write(self, entry: Entry) -> None:
        self._keep_files()
        entry.add_all(self.units)
        store_tests(entry, [test for test, _ in self.tests])
        entry.add_all([row for test, draft in self.tests for row in _attachments(test, draft)])

    def _keep_files(self) -> None:
        """Attachments first: a file in the store that no record names harms nothing."""
        for _, draft in self.tests:
            for attachment in draft.attachments:
                if attachment.content is not None:
                    store.put(settings.MEDIA_ROOT, attachment.content, name=attachment.name)


def plan_tests(
    floor: Floor, drafts: Sequence[TestDraft], *, source: str, start_missing: bool
) -> tuple[BulkAnswer, PlannedTests]:
    """Plan every record. start_missing: a unit nobody started is started when its test began."""
    floor.read_units(d.serial for d in drafts)
    known = tests_known(floor.run, [d.digest for d in drafts])
    planned = PlannedTests()
    answers = []
    fresh: set[tuple[str, str]] = set()
    for index, draft in enumerate(drafts):
        answer = Answer(index, draft.serial, "stored", row=draft.row)
        try:
            unit = _unit(floor, planned, draft, start_missing)
            key = (draft.serial, draft.digest)
            if (unit.pk, draft.digest) in known or key in fresh:
                answer = replace(answer, state="already")
            else:
                fresh.add(key)
                planned.tests.append((_record(floor, unit, draft, source), draft))
                _notice(planned, unit, draft)
        except FirstoffError as error:
            answer = replace(
                answer,
                state="refused",
                code=error.code,
                message=error.message,
                way_out=error.way_out,
            )
        answers.append(answer)
    return BulkAnswer(tuple(answers)), planned


def summary(draft: TestDraft) -> str:
    """One record in a few words, for the preview."""
    count = len(draft.measurements)
    word = _WORDS.get(draft.outcome, draft.outcome.replace("_", " "))
    marginal = ", marginal" if draft.marginal else ""
    return f"{word}{marginal}, {count} measurement{'' if count == 1 else 's'}"


def _unit(floor: Floor, planned: PlannedTests, draft: TestDraft, start_missing: bool) -> Unit:
    unit = floor.units.get(draft.serial)
    if unit is not None:
        return unit
    if not start_missing and floor.known(draft.serial) is None:
        raise NotFound(
            f"{draft.serial} is not started in {floor.run.batch_id}.",
            way_out="Start it on the line page, or have missing units started with the import.",
        )
    plan = plan_start(floor, PostedUnit(serial=draft.serial, started_at=draft.started_at))
    if plan.unit is None:
        raise TypeError("a start without a unit")
    planned.units.append(plan.unit)
    floor.units[draft.serial] = plan.unit
    floor.next_position = plan.unit.position + 1
    floor.counting_started = floor.counting_started or int(not plan.reasons)
    return plan.unit


def _record(floor: Floor, unit: Unit, draft: TestDraft, source: str) -> TestRecord:
    packed = pack_draft(draft)
    began = draft.started_at or floor.at
    details = "; ".join(f"{d.code}: {d.description}".strip(": ") for d in draft.outcome_details)
    return TestRecord(
        run=floor.run,
        unit=unit,
        procedure=revision_of(floor, procedure_from(draft)),
        source=source[:20],
        source_digest=draft.digest,
        station=draft.station[:120],
        outcome=draft.outcome,
        outcome_details=details,
        marginal=bool(draft.marginal),
        began_at=began,
        ended_at=draft.ended_at or began,
        values=packed.values,
        outcomes=packed.outcomes,
        extras=packed.extras,
    )


def _notice(planned: PlannedTests, unit: Unit, draft: TestDraft) -> None:
    if draft.started_at is None:
        planned.warnings.append(
            f"Record {draft.row}: the file says no time; it is dated by its import."
        )
    elif draft.started_at < unit.started_at - timedelta(minutes=5):
        planned.warnings.append(
            f"Record {draft.row}: the test of {draft.serial} began "
            f"{draft.started_at:%Y-%m-%d %H:%M} UTC, before the unit was started."
        )
    lost = [a.name for a in draft.attachments if a.content is None]
    if lost:
        planned.warnings.append(
            f"Record {draft.row}: the file holds only the name of {', '.join(lost[:5])}."
        )


def _attachments(test: TestRecord, draft: TestDraft) -> list[Attachment]:
    return [
        Attachment(
            test_record=test,
            name=a.name[:300],
            media_type=a.mimetype[:120],
            size=len(a.content),
            sha256=a.sha256 or "",
        )
        for a in draft.attachments
        if a.content is not None
    ]
