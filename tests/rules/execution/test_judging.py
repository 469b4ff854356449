"""Which result a judgement is, and what a reject has to say."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from firstoff.errors import InvalidInput
from firstoff.rules.execution import (
    Aspects,
    DecisionFacts,
    EarlierJudgement,
    Place,
    Refusal,
    check_aspect,
    check_batch_id,
    check_first_article,
    check_given_serial,
    check_plan,
    closed_refusals,
    compact,
    first_article_refusals,
    following,
    is_over_time,
    operation_attempt,
    place_judgement,
    settle_aspects,
)
from firstoff.terms import Attempt, RunVerdict

GOOD = Aspects("pass", "pass", "pass")
FIRST = EarlierJudgement(1, "first", Aspects("fail", "pass", ""), timed=True)


def test_an_aspect_with_a_defect_fails() -> None:
    settled = settle_aspects(Aspects(finish="pass"), ["fit", "fit"], serial="A")
    assert settled == Aspects("fail", "pass", "")


def test_a_slow_build_fails_no_aspect() -> None:
    assert settle_aspects(GOOD, ["build_time"], serial="A") == GOOD


def test_a_defect_in_an_aspect_that_passed_is_a_contradiction() -> None:
    with pytest.raises(InvalidInput) as error:
        settle_aspects(GOOD, ["finish"], serial="A-1")
    assert error.value.message == "A-1 has a finish defect, and finish is recorded as passed."


def test_a_fail_without_a_defect_is_none() -> None:
    with pytest.raises(InvalidInput) as error:
        settle_aspects(Aspects(function="fail"), [], serial="A-1")
    assert (error.value.code, error.value.message) == (
        "R-34",
        "A-1 fails function without a defect code.",
    )


@pytest.mark.parametrize(
    ("given", "read"), [("pass", "pass"), (" FAIL ", "fail"), ("", ""), (None, "")]
)
def test_an_aspect_is_pass_fail_or_nothing(given: str | None, read: str) -> None:
    assert check_aspect("fit", given) == read


def test_another_word_is_no_aspect() -> None:
    with pytest.raises(InvalidInput, match="fit is 'ok'; expected pass, fail, or nothing"):
        check_aspect("fit", "ok")


@pytest.mark.parametrize(
    ("kind", "given", "timed", "earlier", "placed"),
    [
        (Attempt.FIRST, GOOD, True, [], Place(1, Attempt.FIRST)),
        (Attempt.FIRST, Aspects(function="pass"), False, [FIRST], Place(1, Attempt.FIRST)),
        (Attempt.REWORK, GOOD, False, [FIRST], Place(2, Attempt.REWORK)),
        (
            Attempt.REWORK,
            Aspects(finish="pass"),
            False,
            [FIRST, EarlierJudgement(2, "rework", Aspects(fit="pass"), timed=False)],
            Place(2, Attempt.REWORK),
        ),
        (
            Attempt.RETEST,
            Aspects(finish="pass"),
            False,
            [FIRST, EarlierJudgement(2, "rework", Aspects(fit="pass"), timed=False)],
            Place(3, Attempt.RETEST),
        ),
        (
            Attempt.RETEST,
            Aspects(fit="pass"),
            False,
            [FIRST, EarlierJudgement(2, "retest", Aspects(fit="fail"), timed=False)],
            Place(3, Attempt.RETEST),
        ),
    ],
)
def test_where_a_judgement_belongs(
    kind: Attempt, given: Aspects, timed: bool, earlier: list[EarlierJudgement], placed: Place
) -> None:
    assert place_judgement(kind, given, timed=timed, earlier=earlier, serial="A") == placed


@pytest.mark.parametrize(
    ("kind", "given", "timed", "earlier", "message"),
    [
        (Attempt.FIRST, Aspects(fit="pass"), False, [FIRST], "A was judged already: fit failed."),
        (
            Attempt.FIRST,
            Aspects(finish="fail"),
            False,
            [FIRST],
            "A was judged already: finish passed.",
        ),
        (Attempt.FIRST, Aspects(), True, [FIRST], "A has a build time already."),
        (Attempt.RETEST, GOOD, False, [], "A has no first result yet; a retest follows one."),
    ],
)
def test_a_first_result_is_never_judged_again(
    kind: Attempt, given: Aspects, timed: bool, earlier: list[EarlierJudgement], message: str
) -> None:
    refusal = place_judgement(kind, given, timed=timed, earlier=earlier, serial="A")
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.message) == ("R-48", message)


@pytest.mark.parametrize(
    ("seconds", "limit", "over"),
    [
        (Decimal(300), Decimal(5), False),
        (Decimal("300.001"), Decimal(5), True),
        (None, Decimal(5), False),
        (Decimal(300), None, False),
    ],
)
def test_exactly_the_limit_is_within_it(
    seconds: Decimal | None, limit: Decimal | None, over: bool
) -> None:
    assert is_over_time(seconds, limit) is over


@pytest.mark.parametrize(
    ("done", "judged", "rework", "attempt"),
    [
        ({}, [], False, 1),
        ({(1, 10): "pass"}, [], False, 1),
        ({(1, 10): "fail"}, [1], True, 2),
        ({(1, 10): "fail", (2, 10): "pass"}, [1], False, 2),
        ({(1, 10): "fail"}, [1, 2], True, 3),
    ],
)
def test_rework_begins_the_next_attempt(
    done: dict[tuple[int, int], str], judged: list[int], rework: bool, attempt: int
) -> None:
    assert operation_attempt(done, judged, rework=rework) == attempt


@pytest.mark.parametrize(
    ("passed", "checked", "conforming", "message"),
    [
        (True, 0, 0, "A first article inspection looks at one characteristic or more."),
        (False, 2, 3, "3 of 2 characteristics conform; expected 0 to 2."),
        (True, 14, 12, "2 of 14 characteristics do not conform; pass is not possible."),
    ],
)
def test_the_counts_of_a_first_article_have_to_agree(
    passed: bool, checked: int, conforming: int, message: str
) -> None:
    with pytest.raises(InvalidInput) as error:
        check_first_article(passed=passed, checked=checked, conforming=conforming)
    assert error.value.message == message


def test_a_first_article_that_failed_may_conform_in_everything_looked_at() -> None:
    check_first_article(passed=False, checked=2, conforming=2)


def test_a_first_article_is_made_as_every_unit_will_be() -> None:
    assert first_article_refusals("A", ()) == ()
    (refusal,) = first_article_refusals("A", ("built on bench equipment",))
    assert refusal.message == "A cannot be the first article: built on bench equipment."


def test_a_decided_batch_takes_no_more_of_it() -> None:
    at = datetime(2026, 5, 8, 16, 20, tzinfo=UTC)
    held = DecisionFacts(RunVerdict.HOLD, "Ada", at)
    assert closed_refusals(None, batch_id="B", what="adjustments") == ()
    (refusal,) = closed_refusals(held, batch_id="B", what="adjustments")
    assert (
        refusal.message == "B was held by Ada at 2026-05-08 16:20; it takes no more adjustments."
    )


@pytest.mark.parametrize(
    ("batch_id", "after"),
    [("CC1-P1", "CC1-P2"), ("CC1-P09", "CC1-P10"), ("B99", "B100"), ("SPRING", "SPRING-2")],
)
def test_the_batch_after_a_batch(batch_id: str, after: str) -> None:
    assert following(batch_id) == after


def test_a_program_code_is_written_together_in_a_batch_id() -> None:
    assert (compact("CC-1"), compact("..")) == ("CC1", "RUN")


@pytest.mark.parametrize("text", ["A/1", "..", "A 1", "", "x" * 61])
def test_a_batch_id_can_stand_in_an_address(text: str) -> None:
    with pytest.raises(InvalidInput):
        check_batch_id(text)


@pytest.mark.parametrize("serial", ["007", "CTR-0001b é_Ω", 'A "B" 3/4', "部品-1"])
def test_a_serial_made_by_somebody_else_is_taken_as_it_is(serial: str) -> None:
    assert check_given_serial(f" {serial} ") == serial


@pytest.mark.parametrize("serial", ["", "  ", "A\u200bB", "A\nB", "x" * 121])
def test_what_nobody_can_see_is_in_no_serial(serial: str) -> None:
    with pytest.raises(InvalidInput):
        check_given_serial(serial)


@pytest.mark.parametrize(
    ("sample", "rejects", "claim", "confidence"),
    [(0, 0, None, 0.95), (20, 20, None, 0.95), (20, 1, 1.0, 0.95), (20, 1, None, 1.0)],
)
def test_a_plan_that_cannot_be_is_not_asked_about(
    sample: int, rejects: int, claim: float | None, confidence: float
) -> None:
    with pytest.raises(InvalidInput):
        check_plan(sample, rejects, claim=claim, confidence=confidence)
