"""The first article of the batch passed."""

from dataclasses import dataclass

from firstoff.rules.criteria import samples
from firstoff.rules.criteria.base import Answer, Example, RunCriterion, when
from firstoff.rules.evidence import PilotEvidence, Ref
from firstoff.rules.evidence.words import of
from firstoff.rules.execution import moment
from firstoff.terms import Verdict


@dataclass(frozen=True, slots=True)
class FirstArticlePassed(RunCriterion):
    kind = "first_article_passed"
    title = "First article"
    needs = "the latest first article inspection of the batch"
    rule = "R-35, R-41"

    def answers(self, evidence: PilotEvidence) -> tuple[Answer, ...]:
        article = evidence.run.first_article
        threshold = "passed"
        if article is None:
            sentence = "No first article is inspected; it gates the rest of the batch."
            return (Answer(Verdict.NO_EVIDENCE, "not inspected", threshold, sentence),)
        at = moment(article.judged_at, evidence.run.zone)
        figure = of(article.conforming, article.checked)
        verb = "passed" if article.passed else "failed"
        sentence = f"{article.serial} {verb} {at}: {figure} characteristics conform."
        return (
            Answer(
                Verdict.MET if article.passed else Verdict.NOT_MET,
                figure,
                threshold,
                sentence,
                (Ref("first_article", article.uid, f"First article {article.serial}"),),
                {
                    "checked": article.checked,
                    "conforming": article.conforming,
                    "judged_at": when(article.judged_at),
                },
            ),
        )

    @staticmethod
    def examples() -> tuple[Example, ...]:
        return (
            Example(Verdict.MET, samples.pilot()),
            Example(Verdict.NOT_MET, samples.pilot(first_article=False)),
            Example(Verdict.NO_EVIDENCE, samples.pilot(first_article=None)),
        )
