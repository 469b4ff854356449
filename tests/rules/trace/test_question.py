"""Questions: what they say, their JSON, what is refused."""

from datetime import UTC, datetime
from typing import Any

import pytest

from firstoff.errors import InvalidInput
from firstoff.rules.trace import CONDITIONS, AsOf, Condition, Question, read_question
from firstoff.rules.trace.conditions import Equipment, Lot, Parameter, Serial, Span, Subject

NOON = "2026-05-08T12:00:00Z"
# Of each kind: its JSON, and the sentence it makes.
EXAMPLES: tuple[tuple[dict[str, str], str], ...] = (
    ({"kind": "lot", "lot": "GLZ-7781"}, "lot GLZ-7781"),
    ({"kind": "lot", "lot": "釉 7/8", "part": "GLZ"}, "lot 釉 7/8 of part GLZ"),
    ({"kind": "supplier_lot", "supplier_lot": "2618"}, "supplier lot 2618"),
    (
        {"kind": "supplier_lot", "supplier_lot": "2618", "supplier": "Potclays"},
        "supplier lot 2618 of Potclays",
    ),
    ({"kind": "mpn", "mpn": "RC0402"}, "manufacturer part RC0402"),
    (
        {"kind": "mpn", "mpn": "RC0402", "manufacturer": "Yageo"},
        "manufacturer part RC0402 of Yageo",
    ),
    ({"kind": "supplier", "supplier": "Potclays"}, "material of Potclays"),
    (
        {"kind": "received", "received": "GLZ", "from": NOON},
        "part GLZ received since 2026-05-08 12:00 UTC",
    ),
    (
        {"kind": "received", "received": "*", "to": NOON},
        "material received until 2026-05-08 12:00 UTC",
    ),
    (
        {"kind": "equipment", "equipment": "L2-40", "from": NOON, "to": "2026-05-08T13:00:00Z"},
        "equipment L2-40 from 2026-05-08 12:00 UTC to 2026-05-08 13:00 UTC",
    ),
    ({"kind": "gauge", "gauge": "G-11"}, "gauge G-11 since its last good calibration"),
    ({"kind": "operator", "operator": "ben"}, "operator ben"),
    ({"kind": "parameter", "parameter": "Peak"}, "Peak outside its limits"),
    (
        {"kind": "parameter", "parameter": "Peak", "lower": "1200", "upper": "1230"},
        "Peak outside 1200 to 1230",
    ),
    ({"kind": "parameter", "parameter": "Peak", "lower": "0.5"}, "Peak below 0.5"),
    ({"kind": "parameter", "parameter": "Peak", "upper": "7"}, "Peak above 7"),
    ({"kind": "station", "station": "EOL 1"}, "test station EOL 1"),
    ({"kind": "procedure", "procedure": "Leak test"}, "test procedure Leak test"),
    ({"kind": "baseline", "baseline": "ab12cd34ef567890"}, "baseline ab12cd34ef56"),
    ({"kind": "instruction", "instruction": "ab12"}, "instructions ab12"),
    ({"kind": "batch", "batch": "CC1-P1"}, "batch CC1-P1"),
    ({"kind": "serial", "serial": "A-1", "part": "CC-1"}, "serial number A-1 of part CC-1"),
    ({"kind": "package", "package": "C-9"}, "package C-9"),
    ({"kind": "shipment", "shipment": "SO-1"}, "shipment SO-1"),
    ({"kind": "customer", "customer": "Acme"}, "customer Acme"),
    (
        {"kind": "serial", "serial": "A-01", "to_serial": "A-12"},
        "serial numbers A-01 to A-12",
    ),
)


@pytest.mark.parametrize(("data", "sentence"), EXAMPLES)
def test_a_condition_keeps_its_json_and_says_what_it_asks(
    data: dict[str, str], sentence: str
) -> None:
    question = read_question({"where": [data]})
    (condition,) = question.conditions
    plain = {k: v.replace("Z", ".000000Z") if v == NOON else v for k, v in data.items()}
    assert condition.plain() == plain | {
        k: v for k, v in condition.plain().items() if k in ("from", "to")
    }
    assert condition.sentence() == sentence
    assert read_question(question.as_json()) == question


def test_every_kind_has_an_example() -> None:
    assert {data["kind"] for data, _ in EXAMPLES} == {c.kind for c in CONDITIONS}


@pytest.mark.parametrize("kind", CONDITIONS)
def test_a_kind_is_named_by_its_first_field_which_is_required(kind: type[Condition]) -> None:
    assert (kind.main().name, kind.main().required) == (kind.kind, True)
    assert (bool(kind.title), kind.subject in Subject) == (True, True)


def test_the_same_question_has_the_same_json_however_it_was_put() -> None:
    one = Question((Lot("B"), Equipment("L2-40"), Lot("A"), Lot("A")))
    other = Question((Lot("A"), Lot("B"), Equipment("L2-40")))
    assert (one, one.as_json()) == (other, other.as_json())
    assert one.as_json() == (
        '{"format":"firstoff-question/1","where":[{"kind":"lot","lot":"A"},'
        '{"kind":"lot","lot":"B"},{"equipment":"L2-40","kind":"equipment"}]}'
    )


def test_of_one_kind_one_is_enough_and_all_kinds_have_to_hold() -> None:
    question = Question((Lot("A"), Equipment("L2-40"), Lot("B")), AsOf.SHIPPED)
    assert question.sentence() == "lot A or lot B, and equipment L2-40, as shipped"
    assert [len(kind) for kind in question.kinds] == [2, 1]


@pytest.mark.parametrize(
    ("as_of", "said"),
    [
        (None, "lot A"),
        ("ever", "lot A, inside at any time"),
        ("2026-05-08T14:00:00+02:00", "lot A, as it was 2026-05-08 12:00 UTC"),
    ],
)
def test_a_question_is_asked_as_of_a_time(as_of: str | None, said: str) -> None:
    question = read_question({"where": [{"kind": "lot", "lot": "A"}], "as_of": as_of})
    assert question.sentence() == said
    assert read_question(question.as_json()) == question


def test_taking_away_and_adding() -> None:
    question = Question((Lot("A"),), datetime(2026, 5, 8, tzinfo=UTC))
    more = question.with_condition(Lot("B"))
    assert (more.without(1), question.without(0)) == (question, None)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("{", "The question is no JSON."),
        ("[" * 100_000, "The question is no JSON."),
        ([], "A question is a JSON object with the list where."),
        ({"where": []}, "The question has no condition."),
        ({"where": "lot"}, "The question has no condition."),
        ({"where": [1]}, "Condition 1 is no JSON object."),
        ({"format": "x/2", "where": []}, "This is no question: its format is 'x/2'."),
        ({"were": 1}, "A question has no 'were'; it has where and as_of."),
        (
            {"where": [{"kind": "lot", "lot": "A", "colour": "red"}]},
            "Condition 1: lot has no 'colour'; it has lot, part.",
        ),
        ({"where": [{"kind": "lot", "lot": " "}]}, "Condition 1: lot is missing."),
        (
            {"where": [{"kind": "lot", "lot": 7}]},
            "Condition 1: lot is 'int'; a text of up to 200 letters is meant.",
        ),
        (
            {"where": [{"kind": "equipment", "equipment": "A", "from": "yesterday"}]},
            "Condition 1: from is 'yesterday'; a time like 2026-05-12T16:42:00Z is meant.",
        ),
        (
            {"where": [{"kind": "equipment", "equipment": "A", "from": "2026-05-12T16:42"}]},
            "Condition 1: from is '2026-05-12 16:42:00'; a time with its offset, "
            "2026-05-12T16:42:00Z, is meant.",
        ),
        (
            {
                "where": [
                    {"kind": "station", "station": "A", "from": NOON, "to": "2026-05-08T11:00Z"}
                ]
            },
            "Condition 1: it ends before it begins.",
        ),
        (
            {"where": [{"kind": "parameter", "parameter": "A", "lower": "warm"}]},
            "Condition 1: lower is 'warm'; a number is meant.",
        ),
        (
            {"where": [{"kind": "parameter", "parameter": "A", "lower": "NaN"}]},
            "Condition 1: lower is 'NaN'; a number is meant.",
        ),
        (
            {"where": [{"kind": "parameter", "parameter": "A", "lower": 3, "upper": 2}]},
            "Condition 1: its upper end is below the lower.",
        ),
        (
            {"where": [{"kind": "baseline", "baseline": "xyz"}]},
            "Condition 1: baseline is 'xyz'; four or more of 0 to 9 and a to f are meant.",
        ),
        (
            {"where": [{"kind": "serial", "serial": "A-2", "to_serial": "B-4"}]},
            "Condition 1: 'A-2' to 'B-4' is no range; both have to begin alike and end with "
            "digits.",
        ),
        (
            {"where": [{"kind": "serial", "serial": "A-4", "to_serial": "A-2"}]},
            "Condition 1: the range ends before it begins.",
        ),
    ],
)
def test_what_cannot_be_meant_is_said_in_one_sentence(given: Any, sentence: str) -> None:
    with pytest.raises(InvalidInput) as said:
        read_question(given)
    assert said.value.message == sentence


def test_an_unknown_kind_names_those_there_are() -> None:
    with pytest.raises(InvalidInput, match="no condition 'colour'; there are lot, "):
        read_question({"where": [{"kind": "colour"}]})


def test_more_conditions_than_anybody_reads_are_refused() -> None:
    with pytest.raises(InvalidInput, match="201 conditions; up to 200"):
        read_question({"where": [{"kind": "lot", "lot": str(n)} for n in range(201)]})


@pytest.mark.parametrize(
    ("first", "last", "spans"),
    [
        ("A-01", "A-12", [Span("A-", "A-01", "A-12")]),
        ("A-98", "A-102", [Span("A-", "A-98", "A-99"), Span("A-", "A-100", "A-102")]),
        ("7", "7", [Span("", "7", "7")]),
        (
            "x9",
            "x1000",
            [
                Span("x", "x9", "x9"),
                Span("x", "x10", "x99"),
                Span("x", "x100", "x999"),
                Span("x", "x1000", "x1000"),
            ],
        ),
    ],
)
def test_a_range_of_serial_numbers_is_a_span_of_each_length(
    first: str, last: str, spans: list[Span]
) -> None:
    assert list(Serial(first, last).spans()) == spans


def test_a_float_is_taken_by_the_digits_it_is_written_with() -> None:
    (found,) = read_question(
        {"where": [{"kind": "parameter", "parameter": "A", "lower": 0.1}]}
    ).conditions
    assert isinstance(found, Parameter)
    assert str(found.lower) == "0.1"
