"""Parts that an OpenHTF record names, in the forms that are in use."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstoff.formats.testdata.drafts import SubUnitDraft
from tests.formats.testdata.openhtf_records import one, record, take


def parts(**metadata):
    return one(record(metadata=metadata)).sub_units


def odd(**metadata):
    result = take(record(metadata=metadata))
    assert result.refused == ()
    return result.warnings


def test_a_list_of_sub_units_names_serials():
    held = [{"serial_number": "P-1", "part_number": "PCB", "revision": "C"}, {"sn": "L-2"}, "X-3"]
    assert parts(sub_units=held) == (
        SubUnitDraft("P-1", "PCB", "C"),
        SubUnitDraft("L-2"),
        SubUnitDraft("X-3"),
    )


def test_sub_units_may_stand_by_their_role():
    assert parts(sub_units={"camera": "C-1", "board": {"sn": "P-1", "lot": "W7"}}) == (
        SubUnitDraft("C-1", name="camera"),
        SubUnitDraft("P-1", name="board", lot="W7"),
    )


def test_an_assembly_event_joins_a_child_to_its_target():
    event = {
        "target": {"part_number": "CTR", "serial": "U-1"},
        "child": {"part_number": "PCB", "serial": "P-1", "instance_name": "main_board"},
        "op": "ATTACH",
        "time": "2026-05-04T08:00:00Z",
    }
    assert parts(assembly_events=[event]) == (
        SubUnitDraft(
            "P-1", "PCB", name="main_board", event=True, at=datetime(2026, 5, 4, 8, 0, tzinfo=UTC)
        ),
    )


@pytest.mark.parametrize("op", ["DETACH", 1, "AssemblyEvent.Operation.DETACH", "removed"])
def test_an_assembly_event_may_take_a_part_out(op):
    event = {"target": {"serial": "U-1"}, "child": {"serial": "P-1"}, "op": op}
    assert parts(assembly_events=[event]) == (SubUnitDraft("P-1", removed=True, event=True),)


def test_a_part_of_a_part_names_what_it_sits_in():
    event = {"target": {"serial": "P-1"}, "child": {"serial": "C-9"}, "time": {"seconds": 0}}
    found = parts(assembly_events=[event])
    assert found == (
        SubUnitDraft("C-9", parent="P-1", event=True, at=datetime(1970, 1, 1, tzinfo=UTC)),
    )


def test_a_part_may_be_of_a_lot():
    child = {"part_number": "LENS", "lot": {"lot_number": "L77", "lot_index": "4"}}
    assert parts(assembly_events=[{"target": {"serial": "U-1"}, "child": child}]) == (
        SubUnitDraft(part_number="LENS", lot="L77", position="4", event=True),
    )


def test_a_short_event_has_a_parent_and_a_child():
    events = [{"parent": "U-1", "child": "P-1"}, {"parent": "P-1", "child": "C-1"}]
    assert parts(assembly_events=events) == (
        SubUnitDraft("P-1", event=True),
        SubUnitDraft("C-1", parent="P-1", event=True),
    )


def test_an_event_as_text_is_read():
    text = (
        'target {\n  part_number: "CTR"\n  serial: "U-1"\n}\nchild {\n  part_number: "PCB"\n'
        '  serial: "P-1 \\303\\251"\n}\nop: ATTACH\ntime {\n  seconds: 1767225600\n}\n'
    )
    assert parts(assembly_events=[text]) == (
        SubUnitDraft("P-1 é", "PCB", event=True, at=datetime(2026, 1, 1, tzinfo=UTC)),
    )


def test_free_fields_of_an_event_say_the_revision():
    text = (
        'child { part_number: "PCB" serial: "P-1" extra_data { fields { key: "revision" '
        'value { string_value: "C" } } fields { key: "slot" value { string_value: "4" } } } }'
    )
    event = {"child": {"serial": "P-1", "part_number": "PCB", "extra_data": {"revision": "C"}}}
    assert parts(assembly_events=[text]) == (
        SubUnitDraft("P-1", "PCB", "C", position="4", event=True),
    )
    assert parts(assembly_events=[event]) == (SubUnitDraft("P-1", "PCB", "C", event=True),)


def test_an_event_about_the_unit_itself_names_no_part():
    events = [{"target": {"serial": "U-1"}}, {"target": {"serial": "U-1"}, "op": "UPDATE"}]
    assert (parts(assembly_events=events), odd(assembly_events=events)) == ((), ())


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (None, "no assembly event"),
        ("AssemblyEvent { dut: 1 }", "no part is named"),
        ("child { serial:", "text that is no assembly event"),
        ("child { serial: 1", "text that breaks off"),
        ({"op": "DETACH_ALL_CHILDREN"}, "DETACH_ALL_CHILDREN does not name the parts taken out"),
        ({"child": {"serial": "x"}, "op": "WELD"}, "'weld' is no operation of an assembly event"),
        ({"child": "U-1"}, "'U-1' would be a part of itself"),
        ({"child": "a\u200bb"}, "a serial holds the invisible character U+200B"),
    ],
)
def test_what_names_no_part_is_a_warning_with_its_place(event, reason):
    assert odd(assembly_events=[event]) == (f"metadata.assembly_events[0]: {reason}; left out.",)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["target", "child", "op", "time", "serial", "lot", "seconds", "parent"]
            ),
            inner,
        )
    ),
)


@given(events=anything, units=anything)
def test_any_metadata_is_read(events, units):
    odd(assembly_events=events, sub_units=units)
