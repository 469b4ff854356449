"""Is production made of what was proven?"""

from firstoff.rules.sourcing.identity import MaterialIdentity, Used, material_identity
from firstoff.rules.sourcing.values import Approval, ManufacturerPartFacts, Source
from firstoff.terms import RunKind

QUALIFIED = Approval(form=True, fit=True, function=True, evidence=("TR-17",))


def source(key: str, *approvals: Approval) -> Source:
    return Source(ManufacturerPartFacts(key, f"{key}-1", "Maker"), approvals, alternate=True)


def compared(*uses: Used, tdk: tuple[Approval, ...] = ()) -> MaterialIdentity:
    sources = {"C-100": [source("kemet", Approval()), source("tdk", *tdk)]}
    return material_identity(uses, sources)


def took(kind: RunKind, key: str) -> Used:
    return Used("C-100", kind, key)


PLANNED = Used("C-100", RunKind.PRODUCTION, "tdk", planned=True)
PILOT = took(RunKind.PILOT, "kemet")


def test_a_substitution_is_named_and_blocks_gates_6_and_7_until_qualified() -> None:
    found = compared(PILOT, PLANNED)
    (one,) = found.blocking
    assert (one.gates, one.way_out) == (
        (6, 7),
        "Qualify Maker tdk-1, or plan what the run took.",
    )
    assert one.sentence == (
        "C-100: the pilot run took Maker kemet-1; production takes Maker tdk-1. "
        "Maker tdk-1 is not approved for production."
    )
    assert found.sentence == ("1 substitution: C-100. 1 blocks gates 6 and 7 until qualified.")


def test_an_approval_without_evidence_does_not_qualify_it() -> None:
    (one,) = compared(PILOT, PLANNED, tdk=(Approval(form=True, fit=True),)).blocking
    assert one.lacks == "Maker tdk-1 lacks function and evidence"


def test_a_qualified_substitution_is_named_and_blocks_nothing() -> None:
    found = compared(PILOT, PLANNED, tdk=(QUALIFIED,))
    assert (len(found.substitutions), found.blocking) == (1, ())
    assert found.substitutions[0].sentence.endswith("Maker tdk-1 is qualified.")


def test_the_same_material_throughout_is_said_so() -> None:
    uses = [took(kind, "tdk") for kind in (RunKind.SAMPLE, RunKind.PRE_PRODUCTION, RunKind.PILOT)]
    found = compared(*uses, PLANNED)
    assert (found.substitutions, found.sentence) == (
        (),
        "1 part compared: production takes what the runs before it took.",
    )


def test_a_second_source_that_no_run_took_has_to_be_qualified() -> None:
    plan = (PLANNED, Used("C-100", RunKind.PRODUCTION, "kemet", planned=True))
    assert compared(PILOT, *plan).blocking[0].lacks == (
        "Maker tdk-1 is not approved for production"
    )


def test_what_production_leaves_out_is_named_and_blocks_nothing() -> None:
    found = compared(PILOT, took(RunKind.PILOT, "tdk"), PLANNED)
    assert (found.blocking, found.substitutions[0].sentence) == (
        (),
        "C-100: the pilot run took Maker kemet-1 and Maker tdk-1; production takes Maker tdk-1. "
        "Nothing in it is new.",
    )


def test_a_prototype_may_be_of_anything() -> None:
    found = compared(took(RunKind.PROTOTYPE, "kemet"), PLANNED)
    assert (found.substitutions, found.rows[0].used) == (
        (),
        {RunKind.PROTOTYPE: ("Maker kemet-1",)},
    )


def test_what_nobody_recorded_is_no_proof() -> None:
    found = compared(took(RunKind.PILOT, ""))
    assert found.gaps == (
        "The pilot run took C-100 from lots whose manufacturer part nobody recorded.",
        "Nobody said which manufacturer part of C-100 production takes.",
    )
    assert found.sentence == "2 places have nothing to compare."


def test_production_is_held_to_its_own_plan() -> None:
    (one,) = compared(took(RunKind.PRODUCTION, "kemet"), PLANNED).substitutions
    assert (one.gates, one.sentence) == (
        (),
        "C-100: production took Maker kemet-1; it was to take Maker tdk-1. "
        "Maker kemet-1 lacks form, fit, function and evidence.",
    )


def test_without_any_run_there_is_nothing_to_compare() -> None:
    assert compared().sentence == "No run has taken material yet, and none is planned."


def test_a_plan_alone_is_said_to_prove_nothing() -> None:
    assert compared(PLANNED).sentence == (
        "No sample, pre-production or pilot run has taken material yet; "
        "production is to take 1 part."
    )


def test_what_no_run_took_is_counted_apart() -> None:
    other = Used("R-100", RunKind.PRODUCTION, "x", planned=True)
    found = compared(took(RunKind.PILOT, "tdk"), PLANNED, other)
    assert found.sentence == (
        "1 part compared: production takes what the runs before it took. "
        "1 more was taken by none of these runs on record."
    )
