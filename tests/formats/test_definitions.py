"""A definition as a file: read strictly, with the path of what is wrong; written to be read."""

import json
from dataclasses import replace
from decimal import Decimal
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from firstoff.errors import InvalidInput
from firstoff.formats.definitions import FORMAT, LARGEST, read_definition, schema, write_definition
from firstoff.rules.plan import total_minutes

SMALL: dict[str, Any] = {
    "format": FORMAT,
    "program": {"code": "CC-1", "name": "Counter crock"},
    "revision": {
        "label": "C",
        "characteristics": [
            {
                "number": "1",
                "name": "Lid clearance",
                "kind": "variable",
                "classification": "critical",
                "lower": "0.30",
                "upper": "0.90",
                "unit": "mm",
            }
        ],
    },
}


def read(data: object) -> Any:
    return read_definition(json.dumps(data, ensure_ascii=False).encode(), "crock.json")


def test_what_is_left_out_has_its_plain_meaning() -> None:
    found = read({k: SMALL[k] for k in ("format", "program", "revision")})

    assert (found.part, found.part_name, found.plan) == ("CC-1", "Counter crock", "1")
    assert (found.release_revision, found.release_plan) == (False, False)
    (clearance,) = found.characteristics
    assert (clearance.limits, clearance.decimals) == ("0.30 to 0.90\u00a0mm", 2)


def test_a_decimal_keeps_its_digits_written_as_a_number_too() -> None:
    text = json.dumps(SMALL).replace('"0.90"', "0.900000001")

    (clearance,) = read_definition(text.encode()).characteristics
    assert clearance.upper == Decimal("0.900000001")


def test_a_byte_order_mark_and_any_script_are_taken() -> None:
    named = {**SMALL, "program": {"code": "土-1", "name": "土鍋 «дзвін» 🏺"}}
    text = json.dumps(named, ensure_ascii=False)

    assert read_definition(b"\xef\xbb\xbf" + text.encode()).program.name == "土鍋 «дзвін» 🏺"


def changed(*path: str | int, to: Any) -> dict[str, Any]:
    copy: Any = json.loads(json.dumps(SMALL))
    place = copy
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = to
    return dict(copy)


_ONE = ("revision", "characteristics", 0)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (
            changed("format", to="other/1"),
            "crock.json: format is 'other/1'; expected 'firstoff-definition/1'.",
        ),
        (
            changed("program", "code", to=7),
            "crock.json, program.code: expected str, got int.",
        ),
        (
            changed("program", "colour", to="red"),
            "crock.json, program: object contains unknown field colour.",
        ),
        (
            changed(*_ONE, "kind", to="number"),
            "crock.json, revision.characteristics[0].kind: invalid enum value 'number'; expected "
            "one of variable, attribute.",
        ),
        (
            changed(*_ONE, "lower", to="0,30"),
            "crock.json, revision.characteristics[0].lower: invalid decimal string.",
        ),
        (
            changed(*_ONE, "lower", to="1.5"),
            "crock.json: Characteristic 1: the lower limit 1.5 is not below the upper 0.9.",
        ),
        (
            changed("plan", to={"operations": [{"seq": 10, "name": "A", "characteristics": "1"}]}),
            "crock.json, plan.operations[0].characteristics: expected array, got str.",
        ),
        (
            changed(
                "plan", to={"operations": [{"seq": 10, "name": "A", "characteristics": ["9"]}]}
            ),
            "crock.json: Operation 10 checks characteristic 9, which the definition does not "
            "have.",
        ),
        ({"format": FORMAT}, "crock.json: object missing required field program."),
        ([], "crock.json: expected object, got array."),
    ],
)
def test_what_is_wrong_is_named_by_its_path(data: Any, sentence: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read(data)
    assert refused.value.message == sentence


def test_no_json_and_too_much_of_it_are_refused() -> None:
    with pytest.raises(InvalidInput, match=r"crock.json is no JSON: Input data was truncated\."):
        read_definition(b'{"format":', "crock.json")
    with pytest.raises(InvalidInput, match="has 64,000,001 bytes; expected at most 64,000,000"):
        read_definition(b" " * (LARGEST + 1))


@pytest.mark.parametrize(
    ("name", "operations", "minutes"),
    [
        ("definition.json", 5, Decimal(4)),
        ("definition-plan-2.json", 6, Decimal(6)),
        ("definition-leeds.json", 3, Decimal("3.5")),
    ],
)
def test_the_definitions_of_the_demo_can_be_read_and_written_again(
    name: str, operations: int, minutes: Decimal
) -> None:
    file = resources.files("firstoff") / "services" / "demo" / name
    found = read_definition(file.read_bytes(), name)

    assert read_definition(write_definition(found).encode()) == found
    assert (len(found.operations), total_minutes(found.operations)) == (operations, minutes)


def test_what_is_written_leaves_out_what_says_nothing() -> None:
    found = replace(read(SMALL), defect_codes=())

    written = json.loads(write_definition(found))
    assert written["program"] == {"code": "CC-1", "name": "Counter crock", "currency": "USD"}
    assert written["revision"]["characteristics"] == SMALL["revision"]["characteristics"]


def test_the_example_in_the_docs_can_be_read() -> None:
    page = Path(__file__).parents[2] / "docs" / "reference" / "definition-file.md"
    example = page.read_text(encoding="utf-8").split("```json\n")[1].split("```")[0]

    found = read_definition(example.encode())
    assert (found.program.code, len(found.operations), found.release_plan) == ("CC-1", 1, True)


WORK = {
    "seq": 20,
    "name": "Fit the ring",
    "predecessors": [],
    "equipment": ["P-1"],
    "parameters": [{"name": "Gap", "unit": "mm", "lower": "0.30", "upper": 0.9}],
    "materials": [{"find_number": "30", "quantity": "2.50"}, {"line": 1}],
    "steps": [
        {"text": "Press it.", "asks": ["picture"], "parameter": "Gap", "tool": "Press"},
        {
            "text": "Look.",
            "characteristic": "1",
            "pictures": [{"sha256": "ab" * 32, "document": "P-1", "version": "2"}],
        },
    ],
}


def test_what_an_operation_consists_of_is_read_and_written_again() -> None:
    found = read({**SMALL, "plan": {"label": "1", "operations": [WORK]}})
    (one,) = found.operations
    assert (one.predecessors, one.parameters[0].limits, one.steps[0].asks) == (
        (),
        "0.30 to 0.90\u00a0mm",
        ("picture",),
    )
    written = write_definition(found)
    assert read_definition(written.encode()) == found
    (said,) = json.loads(written)["plan"]["operations"]
    assert said["predecessors"] == []
    assert said["parameters"] == [
        {"name": "Gap", "unit": "mm", "lower": "0.30", "upper": "0.90", "decimals": 2}
    ]
    assert said["materials"] == [{"find_number": "30", "quantity": "2.5"}, {"line": 1}]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (
            {"steps": [{"text": "x", "asks": ["sound"]}]},
            "crock.json, plan.operations[0].steps[0].asks[0]: invalid enum value 'sound'; "
            "expected one of picture, caution, tool, torque, parameter, check.",
        ),
        (
            {"steps": [{"txt": "x"}]},
            "crock.json, plan.operations[0].steps[0]: object contains unknown field txt.",
        ),
        ({"predecessors": [99]}, "crock.json: Operation 20 waits for 99, which the plan does not"),
    ],
)
def test_what_an_operation_cannot_consist_of_is_named(
    wrong: dict[str, Any], sentence: str
) -> None:
    file = {**SMALL, "plan": {"label": "1", "operations": [{**WORK, **wrong}]}}
    with pytest.raises(InvalidInput) as found:
        read(file)
    assert str(found.value).startswith(sentence)


def test_the_published_schema_is_that_of_the_file() -> None:
    page = Path(__file__).resolve().parents[2] / "docs" / "reference" / "definition.schema.json"
    assert json.loads(page.read_text(encoding="utf-8")) == schema()
