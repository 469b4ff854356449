"""Process parameters that an instruction asks for."""

from decimal import Decimal

import pytest

from firstoff.errors import InvalidInput
from firstoff.rules.plan import AskedParameter, asked_parameters, check_answers, check_asked


@pytest.mark.parametrize(
    ("line", "name", "lower", "upper", "unit"),
    [
        ("Record: Press force 200 to 250 N", "Press force", "200", "250", "N"),
        ("  record:  Torque at least 1.2 N·m ", "Torque", "1.2", None, "N·m"),
        ("RECORD: Oven 2 at most 80 °C", "Oven 2", None, "80", "°C"),
        ("Record: Humidity", "Humidity", None, None, ""),
        ("Record: Ofentemperatur -5,5 to +3 °C", "Ofentemperatur", "-5.5", "3", "°C"),
        ("Record: Offset \u22120.5 to 0.5", "Offset", "-0.5", "0.5", ""),
        ("Record: Time to 5 s", "Time to 5 s", None, None, ""),
    ],
)
def test_a_line_names_a_parameter_and_its_limits(
    line: str, name: str, lower: str | None, upper: str | None, unit: str
) -> None:
    (found,) = asked_parameters(f"Do it.\n{line}\nThen stop.")
    limits = tuple(None if text is None else Decimal(text) for text in (lower, upper))
    assert (found.name, (found.lower, found.upper), found.unit) == (name, limits, unit)
    check_asked(line, "Operation 10")


def test_other_lines_ask_for_nothing() -> None:
    assert asked_parameters("Press the ring.\nKeep a record: of nothing\nRecord:\n") == ()


def test_they_are_numbered_in_their_order_and_stand_once() -> None:
    found = asked_parameters("Record: B 1 to 2\nRecord: A\nRecord: B 3 to 4")
    assert [(a.number, a.name, a.limits) for a in found] == [(1, "B", "1 to 2"), (2, "A", "")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Record:", "names no parameter"),
        ("Record: 5 to 6 N", "names no parameter"),
        ("Record: Force 9 to 8 N", "the lower one is above"),
        ("Record: A\nRecord: A", "asks for A twice"),
    ],
)
def test_a_line_that_cannot_be_meant_is_refused_where_it_is_written(text: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said) as refused:
        check_asked(text, "Operation 10")
    assert refused.value.details["field"] == "instruction"


FORCE = AskedParameter("Force", Decimal(200), Decimal(250), "N", 1)


@pytest.mark.parametrize(
    ("given", "passing", "said"),
    [
        ({"Force": Decimal(200)}, True, ""),
        ({"Force": Decimal(250)}, True, ""),
        ({}, False, ""),
        ({"Force": Decimal(900)}, False, ""),
        ({}, True, "Force is asked for here and not entered."),
        ({"Force": Decimal("250.1")}, True, "Force is 250.1 N; expected 200 to 250."),
    ],
)
def test_to_pass_takes_what_is_asked_within_its_limits(
    given: dict[str, Decimal], passing: bool, said: str
) -> None:
    assert refusal(given, passing=passing).startswith(said)
    assert (refusal(given, passing=passing) == "") == (said == "")


def refusal(given: dict[str, Decimal], *, passing: bool) -> str:
    try:
        check_answers((FORCE,), given, passing=passing)
    except InvalidInput as error:
        return error.message
    return ""
