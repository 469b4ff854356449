"""Parts, repairs, lots and consumption as records to post: each is one that its kind takes."""

from firstoff.formats.testdata.b2mml import read as read_b2mml
from firstoff.formats.testdata.drafts import ReadOptions
from firstoff.formats.testdata.posting import Placing, records_of
from firstoff.formats.testdata.posting_parts import held_in
from tests.formats.testdata.b2mml_files import actual, document, lot, quantity
from tests.formats.testdata.openhtf_records import record
from tests.formats.testdata.openhtf_records import take as take_openhtf
from tests.formats.testdata.test_posting import check
from tests.formats.testdata.wats_reports import repair, report, take

PLACED = Placing(part="CTR-149", batch="CC1-P2", operation=30)
EVENT = {
    "target": {"serial": "U-1"},
    "child": {"serial": "P-1", "part_number": "PCB", "instance_name": "board"},
    "time": "2026-05-04T08:00:00Z",
}


def posted(result, placing=PLACED):
    found = records_of(result.drafts, placing)
    for each in found.records:
        check(each)
    return found


def plant(content):
    return read_b2mml(content, name="p.xml", options=ReadOptions())


def test_an_assembly_event_is_an_installation():
    found = posted(take_openhtf(record(metadata={"assembly_events": [EVENT]})))
    assert [each["kind"] for each in found.records] == ["test", "install"]
    made = {name: value for name, value in found.records[1].items() if name != "id"}
    assert made == {
        "kind": "install",
        "at": "2026-05-04T08:00:00+00:00",
        "part": "CTR-149",
        "batch": "CC1-P2",
        "serial": "U-1",
        "child": {"serial": "P-1", "part": "PCB"},
        "position": "board",
    }


def test_a_part_taken_out_is_a_removal():
    event = EVENT | {"op": "DETACH"}
    found = posted(take_openhtf(record(metadata={"assembly_events": [event]})))
    assert found.records[1]["kind"] == "remove"


def test_the_same_record_has_the_same_ids():
    held = record(metadata={"assembly_events": [EVENT]})
    assert posted(take_openhtf(held)).records == posted(take_openhtf([held])).records


def test_a_part_without_its_number_is_left_out_with_the_reason():
    event = {"child": {"serial": "P-1"}}
    found = posted(take_openhtf(record(metadata={"assembly_events": [event]})))
    assert (len(found.records), found.left_out) == (
        1,
        ("Record 1: P-1 in U-1: its part number is not said; left out.",),
    )


def test_a_list_of_parts_is_no_event_and_comes_once():
    parts = [{"partType": "PCBA", "pn": "PCB", "sn": "P-1", "rev": "A", "position": 0}]
    again = report(id="again", start="2026-05-05T10:00:00Z", startUTC=..., subUnits=parts)
    result = take([report(subUnits=parts), again])
    assert [each["kind"] for each in posted(result).records] == ["test", "test"]
    assert [(h.inside, h.part.serial, h.at) for h in held_in(result.drafts)] == [
        ("U-1", "P-1", result.tests[0].started_at)
    ]


def test_a_repair_says_what_was_found_and_what_was_replaced():
    found = posted(take(repair())).records
    assert [each["kind"] for each in found] == ["repair", "remove", "install"]
    assert (found[0]["what"], found[0]["reason"], found[0]["note"]) == (
        "replaced",
        "Component, Burned at U1 (TPS7A): dark",
        "test 5a0c8d3e-0000-4000-8000-000000000001, Burn in, ida",
    )
    assert [each["child"]["serial"] for each in found[1:]] == ["P-1", "P-2"]


def test_a_repair_names_its_part_itself():
    assert posted(take(repair()), Placing()).records[0]["part"] == "CTR-149"


def test_consumption_goes_into_the_batch():
    found = posted(plant(actual(quantity("0.02")))).records[0]
    assert {name: value for name, value in found.items() if name != "id"} == {
        "kind": "consume",
        "at": "2026-05-04T09:00:00.123456+00:00",
        "batch": "CC1-P2",
        "operation": 30,
        "items": [{"lot": "L-7", "quantity": "0.02", "part": "GLZ"}],
        "note": "order O-9, Weighing",
    }


def test_a_lot_has_its_quantity():
    found = posted(plant(document(lot(inside=f"<Status>Valid</Status>{quantity()}")))).records[0]
    assert (found["kind"], found["lot"], found["quantity"], found["unit"], found["note"]) == (
        "lot",
        "L-7",
        "1.50",
        "KG",
        "Valid",
    )


def test_material_that_cannot_be_a_record_is_left_out_with_the_reason():
    left = [
        posted(plant(document(lot()))).left_out,
        posted(plant(actual(quantity(), use="Produced"))).left_out,
        posted(plant(actual(quantity())), Placing()).left_out,
        posted(plant(actual())).left_out,
    ]
    assert left == [
        ("Lot L-7: its quantity is not said; left out.",),
        ("Row 1, L-7: it says what was made, not what was used; left out.",),
        ("Row 1, L-7: which unit or batch it went into is not said; left out.",),
        ("Row 1, L-7: its quantity is not said; left out.",),
    ]
