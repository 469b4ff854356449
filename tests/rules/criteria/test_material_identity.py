"""R-23 at a gate: green is what a run took, not what is planned."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from firstoff.rules.criteria import definition_samples
from firstoff.rules.criteria.production_intent_material import ProductionIntentMaterial
from firstoff.rules.sourcing.identity import Used, material_identity
from firstoff.terms import RunKind, Verdict

PLANNED = Used("CAP", RunKind.PRODUCTION, "tdk", planned=True)
OTHER = Used("RES", RunKind.PRODUCTION, "yageo", planned=True)


def took(maker: str, kind: RunKind = RunKind.PILOT) -> Used:
    return Used("CAP", kind, maker)


@pytest.mark.parametrize(
    ("uses", "verdict", "figure"),
    [
        ([took("tdk"), PLANNED, OTHER], Verdict.MET, "1 of 1"),
        ([took(""), PLANNED], Verdict.NO_EVIDENCE, "0 of 1"),
        ([took("kemet"), PLANNED], Verdict.NOT_MET, "0 of 1"),
    ],
)
def test_what_a_run_took_is_judged(uses: Sequence[Used], verdict: Verdict, figure: str) -> None:
    (answer,) = judged(uses)
    assert (answer.verdict, answer.figure) == (verdict, figure)


@pytest.mark.parametrize("uses", [[PLANNED], [took("kemet", RunKind.PROTOTYPE), PLANNED], []])
def test_what_is_only_planned_waits_for_a_statement(uses: Sequence[Used]) -> None:
    assert judged(uses) == ()


def judged(uses: Sequence[Used]):
    evidence = definition_samples.defined(6, material="same")
    definition = replace(evidence.definition, identity=material_identity(uses, {}))
    return ProductionIntentMaterial().answers(replace(evidence, definition=definition))
