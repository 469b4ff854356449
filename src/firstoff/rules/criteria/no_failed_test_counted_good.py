"""No unit is counted good against a test that it failed."""

from dataclasses import dataclass

from firstoff.rules.criteria import samples
from firstoff.rules.criteria.base import Answer, Example, RunCriterion, unit_refs
from firstoff.rules.evidence import FailedTest, PilotEvidence, Ref
from firstoff.rules.evidence.words import listed, of
from firstoff.rules.execution import JudgementFacts, UnitState, effective, moment
from firstoff.terms import UnitResult, Verdict

WAY_OUT = (
    "Correct the result by signature, record a retest, or test again: a test record alone "
    "judges no unit."
)


@dataclass(frozen=True, slots=True)
class NoFailedTestCountedGood(RunCriterion):
    kind = "no_failed_test_counted_good"
    title = "Units good against a failed test"
    needs = "the test records of counting units, and what was judged after them"
    rule = "R-34, R-48"

    def answers(self, evidence: PilotEvidence) -> tuple[Answer, ...]:
        if not evidence.tests.tested:
            return ()
        sample = evidence.reading.sample_units
        tested = len(sample.keys() & evidence.tests.tested)
        found = _contradictions(evidence)
        parameters = {"tested": tested, "contradicted": len(found)}
        if not found:
            sentence = (
                "No unit is judged good against a test that it failed; "
                f"{of(tested, len(sample))} counting units have a test record."
            )
            return (Answer(Verdict.MET, "none", "none", sentence, (), parameters),)
        records = (
            *unit_refs(state.unit for state, _ in found),
            *(Ref("test", test.uid, test.test) for _, test in found[:100]),
        )
        figure = f"{len(found):,}"
        sentence = f"{_said(evidence, found)} {WAY_OUT}"
        return (Answer(Verdict.NOT_MET, figure, "none", sentence, records, parameters),)

    @staticmethod
    def examples() -> tuple[Example, ...]:
        return (
            Example(Verdict.MET, samples.with_tests()),
            Example(Verdict.NOT_MET, samples.with_tests(failed=1)),
            Example(Verdict.NOT_MET, samples.with_tests(failed=3)),
        )


def _contradictions(evidence: PilotEvidence) -> list[tuple[UnitState, FailedTest]]:
    """Units of the sample whose first result is good, each with a test it failed last."""
    failed: dict[int, FailedTest] = {}
    for test in evidence.tests.failed:
        known = failed.get(test.unit, test)
        failed[test.unit] = max(known, test, key=lambda t: t.ended_at)
    if not failed:
        return []
    later = [j for j in effective(evidence.run.judgements) if j.attempt > 1 and j.unit in failed]
    return [
        (state, failed[state.unit.id])
        for state in evidence.reading.sample
        if state.first is UnitResult.GOOD
        and state.unit.id in failed
        and not any(_answers(j, failed[state.unit.id]) for j in later)
    ]


def _answers(judgement: JudgementFacts, test: FailedTest) -> bool:
    """Whether somebody judged the unit again after the test, and passed it."""
    if judgement.unit != test.unit or judgement.judged_at is None:
        return False
    passed = "fail" not in (judgement.fit, judgement.finish, judgement.function)
    return passed and judgement.judged_at > test.ended_at


def _said(evidence: PilotEvidence, found: list[tuple[UnitState, FailedTest]]) -> str:
    names = listed([state.unit.serial for state, _ in found])
    if len(found) > 1:
        return (
            f"{len(found):,} units are judged good, and each failed a test that it has not passed "
            f"since: {names}."
        )
    _, test = found[0]
    at = moment(test.ended_at, evidence.run.zone)
    return (
        f"{names} is judged good, and failed the test “{test.test}” at {at}, which it has not "
        "passed since."
    )
