"""The reference page of the criteria, written from the registry: nothing is typed twice."""

import sys

from firstoff.rules.criteria import CRITERIA, GATE_CRITERIA, RUN_CRITERIA, Criterion, Example
from firstoff.rules.criteria.base import GateCriterion, RunCriterion
from firstoff.rules.evidence import Finding, PilotEvidence
from firstoff.rules.release import TEMPLATES
from firstoff.terms import Verdict

_WORDS = {
    Verdict.MET: "Met",
    Verdict.NOT_MET: "Not met",
    Verdict.NO_EVIDENCE: "No evidence",
    Verdict.WAIVED: "Waived",
}


def reference_page() -> str:
    """docs/reference/criteria.md."""
    parts = [
        "# Criteria\n",
        "A criterion reads records and answers *met*, *not met* or *no evidence*, with a figure, "
        "a threshold, a sentence and the records behind it. This page is written from the "
        "registry `firstoff.rules.criteria`; the examples are judged by the same code that "
        "decides.\n",
        "## Of a pilot run\n",
        "A run may be signed off if and only if every one of these is met. One that the bar does "
        "not ask for is left out.\n",
        *(_section(c) for c in RUN_CRITERIA),
        "## Of a gate\n",
        *(_section(c) for c in GATE_CRITERIA),
        "## Templates\n",
        *(_template(place) for place in range(len(TEMPLATES))),
    ]
    return "\n".join(parts)


def _section(criterion: Criterion) -> str:
    rows = [_row(criterion, example) for example in criterion.examples()]
    return "\n".join(
        [
            f"### {criterion.title}\n",
            f"`{criterion.kind}` · {criterion.rule} · reads {criterion.needs}.\n",
            "| verdict | figure | asked | sentence |",
            "|---|---|---|---|",
            *rows,
            "",
        ]
    )


def _row(criterion: Criterion, example: Example) -> str:
    found = first_finding(criterion, example)
    cells = (_WORDS[found.verdict], found.figure, found.threshold, found.sentence)
    return "| " + " | ".join(cell.replace("\u00a0", " ") for cell in cells) + " |"


def first_finding(criterion: Criterion, example: Example) -> Finding:
    """What the criterion finds on its example."""
    if isinstance(criterion, RunCriterion):
        assert isinstance(example.evidence, PilotEvidence)
        return criterion.judge(example.evidence)[0]
    assert isinstance(criterion, GateCriterion)
    assert not isinstance(example.evidence, PilotEvidence)
    return criterion.judge(example.evidence)[0]


def _template(place: int) -> str:
    template = TEMPLATES[place]
    titles = {c.kind: c.title for c in CRITERIA}
    lines = [f"### {template.key}\n", f"{template.name}.\n"]
    for gate in template.gates:
        lines.append(f"{gate.number}. **{gate.name}.** {gate.opens_when}")
        for criterion in gate.criteria:
            hard = " (never waived)" if criterion.hard else ""
            by = f" (decided by `{criterion.computed}` where records are)"
            decided = by if criterion.computed else ""
            lines.append(f"   - {criterion.claim or titles[criterion.kind]}{hard}{decided}")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    sys.stdout.write(reference_page())
