"""CFX messages: what is told of units, lots and places, and where a message contradicts itself."""

import json
import os
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstoff.errors import InvalidInput
from firstoff.formats.testdata.drafts import LimitsDraft, OutcomeDetail, ValueKind
from firstoff.formats.testdata.si_units import converted
from firstoff.terms import TestOutcome
from tests.formats.testdata.cfx_messages import (
    ict,
    message,
    numeric,
    package,
    said,
    take,
    unit,
)

SHARED = Path(
    os.environ.get("FIRSTOFF_SHARED", Path(__file__).resolve().parents[3] / ".." / "shared")
)
CASES = SHARED / "cases" / "cfx"


def refusal(raw: bytes) -> str:
    with pytest.raises(InvalidInput) as caught:
        take(raw)
    return str(caught.value)


# ---------------------------------------------------------------- tests


def test_units_tested_are_test_records():
    times = {"TestStartTime": "2026-03-04T07:29:00Z", "TestEndTime": "2026-03-04T07:29:30Z"}
    result = take(ict(numeric(), **times))
    (draft,) = result.tests
    assert (draft.serial, draft.outcome, draft.station, draft.operator, draft.test_name) == (
        "U-1",
        TestOutcome.PASS,
        "line.3.aoi",
        "ann",
        "final",
    )
    assert (draft.started_at, draft.test_version) == (datetime(2026, 3, 4, 7, 29, tzinfo=UTC), "3")
    (found,) = draft.measurements
    assert (found.name, found.phase, found.value, found.unit.suffix, found.limits) == (
        "R21",
        "ICT",
        Decimal("28.3"),
        "kOhm",
        LimitsDraft(lower=Decimal("28.0"), upper=Decimal("28.4")),
    )
    assert ([(p.name, p.outcome) for p in draft.phases], result.warnings) == (
        [("ICT", TestOutcome.PASS)],
        (),
    )


def test_without_test_times_the_time_is_that_of_the_message():
    draft = take(ict(numeric())).tests[0]
    assert draft.started_at == datetime(2026, 3, 4, 7, 30, 0, 123456, tzinfo=UTC)
    bare = ict(numeric()) | {"TimeStamp": "0001-01-01T00:00:00"}
    assert take(bare).tests[0].started_at is None


@pytest.mark.parametrize(
    ("word", "outcome"),
    [("Passed", "pass"), ("Failed", "fail"), ("Error", "error"), ("Aborted", "aborted"),
     ("Skipped", "skipped")],
)  # fmt: skip
def test_each_result_is_an_outcome(word, outcome):
    draft = take(ict(numeric(result=word), result=word, overall=word)).tests[0]
    assert (draft.outcome, draft.phases[0].outcome, draft.measurements[0].outcome) == (
        outcome,
    ) * 3


def test_a_unit_without_result_has_that_of_its_tests():
    assert take(ict(numeric(99, "Failed"), result="Failed", overall="")).tests[0].outcome == (
        "fail"
    )


def test_truths_texts_and_what_else_is_measured_are_kept():
    kinds = [
        {"MeasurementName": "lid", "Value": True, "ExpectedValue": True, "Result": "Passed"},
        {"MeasurementName": "fw", "Value": "1.4", "ExpectedValue": "1.5", "Result": "Passed"},
        {"MeasurementName": "paste", "X": 1.5, "Vol": 2, "Result": "Passed"},
    ]
    result = take(ict(*kinds))
    found = result.tests[0].measurements
    assert [(m.kind, m.flag, m.text) for m in found] == [
        (ValueKind.BOOLEAN, True, ""),
        (ValueKind.TEXT, None, "1.4"),
        (ValueKind.TEXT, None, '{"Vol":2,"X":"1.5"}'),
    ]
    assert (found[1].unread, result.warnings) == (
        ("is 1.5",),
        ("U-1, fw: Passed, and '1.4' is not '1.5'.",),
    )


def test_a_value_that_only_a_symptom_names_is_measured_too():
    symptom = {
        "SymptomCode": "RES",
        "Description": "high",
        "ComponentsOfInterest": [{"ReferenceDesignator": "R22.1"}],
        "RelatedMeasurements": [numeric(28.3), numeric(28.52, "Failed", "R22")],
    }
    draft = take(
        ict(numeric(28.3), SymptomsFound=[symptom], result="Failed", overall="Failed")
    ).tests[0]
    assert [m.name for m in draft.measurements] == ["R21", "R22"]
    assert draft.outcome_details == (OutcomeDetail("RES", "high (R22.1)"),)


def test_inspections_are_read_alike():
    inspection = {"InspectionName": "AOI", "InspectionStartTime": None, "Result": "Failed",
                  "DefectsFound": [{"DefectCode": "D7", "Description": "bridge"}]}  # fmt: skip
    held = {"UnitIdentifier": "U-2", "OverallResult": "Failed", "Inspections": [inspection]}
    draft = take(message("UnitsInspected", InspectedUnits=[held])).tests[0]
    assert (draft.serial, draft.outcome, draft.phases[0].name, draft.outcome_details) == (
        "U-2",
        TestOutcome.FAIL,
        "AOI",
        (OutcomeDetail("D7", "bridge"),),
    )


# ---------------------------------------------------------------- contradictions of tests


@pytest.mark.parametrize(
    ("given", "warning"),
    [
        (ict(numeric(), result="Failed"), "U-1: the unit is Passed, and ICT is Failed."),
        (ict(numeric(), overall="Failed"),
         "U-1: the unit is Failed, and every TestName Passed."),
        (ict(numeric(29, "Failed")), "U-1, ICT: Passed, and R21 Failed."),
        (ict(numeric(28.5)),
         "U-1, R21: Passed, and 28.5 kOhm is outside its limits (28.0 to 28.4)."),
        (ict(numeric(28.3, "Failed"), result="Failed", overall="Failed"),
         "U-1, R21: Failed, and 28.3 kOhm is within its limits (28.0 to 28.4)."),
        (ict(numeric(MaximumAcceptableValueUnits="V")),
         "U-1, R21: the limit 28.4 V cannot be put into 'kOhm'; left out."),
    ],
)  # fmt: skip
def test_what_does_not_agree_is_told(given, warning):
    assert take(given).warnings == (warning,)


def test_a_limit_without_unit_has_that_of_the_expected_value():
    result = take(ict(numeric(28300.0, ValueUnits="Ohm", ExpectedValueUnits="kOhm")))
    found = result.tests[0].measurements[0]
    assert (found.value, found.unit.suffix, found.limits.upper, found.outcome) == (
        Decimal("28300.0"),
        "Ohm",
        Decimal(28400),
        TestOutcome.PASS,
    )
    assert result.warnings == (
        "U-1, R21: 28300.0 Ohm is given against 28.0 to 28.4 without a unit; "
        "read in kOhm, the unit of the expected value.",
    )


@pytest.mark.parametrize(
    ("value", "own", "wanted", "found"),
    [
        ("28.4", "kOhm", "Ohm", "28400"),
        ("28.4", "kilohm", "Ω", None),
        ("28.4", "kiloohm", "Ω", "28400"),
        ("1.5", "mV", "V", "0.0015"),
        ("1.5", "MOhm", "kOhm", "1500"),
        ("3", "mm", "m", "0.003"),
        ("3", "min", "s", None),
        ("3", "V", "A", None),
        ("3", "furlong", "furlong", "3"),
    ],
)
def test_units_with_prefixes_are_compared_exactly(value, own, wanted, found):
    assert converted(Decimal(value), own, wanted) == (None if found is None else Decimal(found))


# ---------------------------------------------------------------- what happened


def test_units_of_one_carrier_are_named_by_their_place():
    body = {"UnitCount": 2, "Units": [unit("PNL", 1), unit("PNL", 2)]}
    result = take(message("UnitsInitialized", WorkOrderIdentifier={"Batch": "B1"}, **body))
    assert [draft.serial for draft in result.records] == ["PNL.1", "PNL.2"]
    assert result.warnings == ("PNL carries 2 units: they are named PNL.1 to PNL.2.",)
    own = [unit("U-1", 1), unit("U-2", 2)]
    assert said(message("UnitsInitialized", UnitCount=2, Units=own)) == [
        ("unit", {"serial": "U-1"}),
        ("unit", {"serial": "U-2"}),
    ]


def test_work_from_start_to_end_is_one_operation_with_its_process_data():
    key = "0f6d6ce4-5d3e-4d87-9d70-000000000001"
    data = {"ZoneData": [{"Name": "Z1", "Temp": {"Value": 245.5, "ValueUnits": "C",
                                                "MaximumAcceptableValue": 250}}]}  # fmt: skip
    found = said(
        message("WorkStarted", "2026-03-04T08:00:00Z", TransactionID=key, Units=[unit()],
                RecipeName="reflow-7"),
        message("UnitsProcessed", "2026-03-04T08:04:00Z", TransactionId=key,
                OverallResult="Succeeded", CommonProcessData={"ConveyorSpeed": 60.0},
                UnitProcessData=[{"UnitIdentifier": "U-1", "UnitResult": "Succeeded",
                                  "UnitProcessData": data}]),
        message("WorkCompleted", "2026-03-04T08:05:00Z", TransactionID=key, Result="Completed"),
    )  # fmt: skip
    assert [kind for kind, _ in found] == ["", "", "operation"]
    assert found[-1][1] == {
        "serial": "U-1",
        "outcome": "pass",
        "began_at": "2026-03-04T08:00:00+00:00",
        "ended_at": "2026-03-04T08:05:00+00:00",
        "note": "recipe reflow-7",
        "parameters": [
            {"name": "ConveyorSpeed", "value": "60.0"},
            {"name": "ZoneData.Z1.Temp", "value": "245.5", "unit": "C", "upper": "250"},
        ],
    }


def test_process_data_that_is_no_number_is_no_parameter():
    data = {"Recipe": "A", "On": True, "Speed": 2, "Huge": 1e12, "Reading": {
        "Name": "peak", "Value": "hot", "ValueUnits": "C"}}  # fmt: skip
    given = message("UnitsProcessed", UnitProcessData=[unit()], CommonProcessData=data)
    assert said(given)[0][1]["parameters"] == [{"name": "Speed", "value": "2"}]


def test_work_that_ends_without_units_is_told():
    result = take(message("WorkCompleted", Result="Completed", Units=[], UnitCount=0))
    assert result.warnings == (
        "Message 1, WorkCompleted: no unit is named here or by its WorkStarted; "
        "nothing is recorded of it.",
    )


def test_installed_material_is_consumed_and_a_subassembly_is_installed():
    places = [{"ReferenceDesignator": "R1"}, {"ReferenceDesignator": "R2"}]
    child = [{"ReferenceDesignator": "A1", "InstalledUnitIdentifier": "PCB-9"}]
    held = [
        unit() | {"Material": package(), "QuantityInstalled": 2.0, "InstalledComponents": places},
        unit() | {"Material": package("", "PCB"), "QuantityInstalled": 1,
                  "InstalledComponents": child},
    ]  # fmt: skip
    assert said(message("MaterialsInstalled", InstalledMaterials=held)) == [
        ("consume", {"serial": "U-1", "items": [{"lot": "MAT-1", "part": "PN-7", "quantity": "2",
                                                 "designators": ["R1", "R2"]}]}),
        ("install", {"serial": "U-1", "child": {"serial": "PCB-9", "part": "PCB"},
                     "position": "A1"}),
    ]  # fmt: skip


def test_a_count_that_is_not_that_of_the_places_is_told():
    places = [{"ReferenceDesignator": "R1"}]
    held = [
        unit() | {"Material": package(), "QuantityInstalled": 3, "InstalledComponents": places}
    ]
    assert take(message("MaterialsInstalled", InstalledMaterials=held)).warnings == (
        "U-1: QuantityInstalled of MAT-1 is 3, and 1 places are named.",
    )


def test_what_is_taken_out_is_a_removal_or_a_repair():
    child = [{"ReferenceDesignator": "A1", "InstalledUnitIdentifier": "PCB-9"}]
    held = [
        unit() | {"Material": package("", "PCB"), "Reason": "DefectiveMaterial",
                  "UninstalledComponents": child},
        unit() | {"Material": package(), "QuantityUninstalled": 1, "Reason": "IncorrectMaterial",
                  "UninstalledComponents": [{"ReferenceDesignator": "R1"}]},
    ]  # fmt: skip
    assert said(message("MaterialsUninstalled", UninstalledMaterials=held)) == [
        ("remove", {"serial": "U-1", "child": {"serial": "PCB-9", "part": "PCB"},
                    "position": "A1", "reason": "DefectiveMaterial"}),
        ("repair", {"serial": "U-1", "what": "took out 1 of MAT-1 (R1)",
                    "reason": "IncorrectMaterial"}),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (message("UnitsDisqualified", Reason="Defective", Comments="dropped", Units=[unit()]),
         [("scrap", {"serial": "U-1", "reason": "Defective: dropped"})]),
        (message("UnitsPersonalized", PersonalizedUnits=[
            unit() | {"Characteristics": [{"Name": "MAC", "Value": "C0-15"}]}]),
         [("operation", {"serial": "U-1", "outcome": "pass", "note": "MAC: C0-15"})]),
        (message("UnitsRepaired", RepairedUnits=[unit() | {"OverallResult": "Scrap", "Repairs": [
            {"RepairName": "RESOLDER", "ComponentOfInterest": {"ReferenceDesignator": "R1"},
             "RelatedDefectIdentifiers": ["D1"], "Result": "UnableToRepair"}]}]),
         [("repair", {"serial": "U-1", "what": "RESOLDER R1", "defect": "D1",
                      "note": "UnableToRepair"}),
          ("scrap", {"serial": "U-1", "reason": "Scrap"})]),
        (message("MaterialsSplit", SourceMaterialPackageIdentifier="A",
                 SourceMaterialPackageRemainingQuantity=121.0,
                 NewMaterialPackageIdentifier="B", NewMaterialPackageQuantity=30.0),
         [("lot_split", {"lot": "A", "into": [{"lot": "B", "quantity": "30"}],
                         "note": "121 remain"})]),
        (message("MaterialsJoined", LeadingMaterialPackage=package("A", Quantity=151.0),
                 TrailingMaterialPackage=package("B", Quantity=500)),
         [("lot_merge", {"lots": [{"lot": "A", "quantity": "151"}], "into": "B", "part": "PN-7",
                         "reason": "spliced"})]),
        (message("MaterialsRetired", Materials=[package()]),
         [("lot_status", {"lot": "MAT-1", "part": "PN-7", "status": "depleted",
                          "reason": "retired"})]),
        (message("MaterialsLoaded", Materials=[
            {"LocationIdentifier": "F3.2", "MaterialPackage": package()}]),
         [("load", {"lot": "MAT-1", "part": "PN-7", "position": "F3.2"})]),
        (message("BlockMaterialsRequest", Reason="Defective",
                 MaterialPackageIdentifiers=["A", "B"]),
         [("lot_status", {"lot": name, "status": "quarantine", "reason": "Defective"})
          for name in ("A", "B")]),
        (message("MaterialsConsumed", ConsumedMaterials=[
            {"MaterialLocation": {"MaterialPackage": package()}, "QuantityUsed": 10.0,
             "QuantitySpoiled": 1.0}]),
         [("consume", {"items": [{"lot": "MAT-1", "part": "PN-7", "quantity": "10"}]}),
          ("lot_adjust", {"lot": "MAT-1", "part": "PN-7", "by": "-1", "reason": "spoiled"})]),
    ],
)  # fmt: skip
def test_each_message_is_its_kind_of_record(given, found):
    assert said(given) == found


def test_a_lot_is_as_much_as_is_left_of_it():
    held = package(Manufacturer="ACME", ManufacturerPartNumber="A-1", Vendor="Shop",
                   ManufacturerLotCode="L7", ManufactureDate="2026-01-05T00:00:00",
                   ExpiryDate="2027-01-05T00:00:00", InitialQuantity=1000.0, Quantity=887.0,
                   Units=None, Status="Blocked")  # fmt: skip
    assert said(message("MaterialsInitialized", Materials=[held])) == [
        ("lot", {"lot": "MAT-1", "part": "PN-7", "quantity": "887", "supplier": "Shop",
                 "supplier_lot": "L7", "date_code": "2026-01-05", "mpn": "A-1",
                 "manufacturer": "ACME", "expires": "2027-01-05",
                 "note": "initial quantity 1000"}),
        ("lot_status", {"lot": "MAT-1", "status": "quarantine", "reason": "Blocked"}),
    ]  # fmt: skip


def test_use_that_is_told_unit_by_unit_is_not_recorded_twice():
    installed = [unit() | {"Material": package(), "QuantityInstalled": 2}]
    consumed = [{"MaterialLocation": {"MaterialPackage": package()}, "QuantityUsed": 2,
                 "QuantitySpoiled": 0}]  # fmt: skip
    result = take(
        message("MaterialsInstalled", InstalledMaterials=installed),
        message("MaterialsConsumed", ConsumedMaterials=consumed),
    )
    assert [draft.kind for draft in result.records] == ["consume", ""]
    assert result.warnings[0] == (
        "MAT-1: its use is told unit by unit; the 2 used in all are not recorded again."
    )


def test_who_signed_on_at_an_endpoint_did_what_it_says_next():
    result = take(
        message("OperatorActivated", Operator={"LoginName": "ben"}),
        message("UnitsDisqualified", Reason="Defective", Units=[unit()]),
        message("UnitsDisqualified", Reason="Defective", Units=[unit()], source="line.4"),
    )
    assert [draft.operator for draft in result.records] == ["ben", "ben", ""]


def test_a_record_has_the_same_id_whenever_its_message_comes():
    given = message("UnitsDisqualified", Reason="Defective", Units=[unit("A"), unit("B")])
    first, again = (take(given).records for _ in range(2))
    ids = [UUID(draft.record_id) for draft in first]
    assert [draft.record_id for draft in again] == [str(each) for each in ids]
    assert (len(set(ids)), [each.version for each in ids]) == (2, [7, 7])


# ---------------------------------------------------------------- files


def test_a_body_by_itself_is_known_by_its_type():
    body = ict(numeric())["MessageBody"]
    assert take(body).tests[0].serial == "U-1"


def test_lists_and_lines_are_read_alike():
    given = [message("UnitsDisqualified", Reason="x", Units=[unit(f"U-{n}")]) for n in range(3)]
    lines = "\n".join(json.dumps(each) for each in given).encode()
    for content in (json.dumps(given).encode(), lines):
        assert [(d.row, d.serial) for d in take(content).records] == [
            (1, "U-0"),
            (2, "U-1"),
            (3, "U-2"),
        ]


def test_a_message_twice_is_taken_once():
    given = ict(numeric()) | {"UniqueID": "8a1f3f0e-8c57-4c22-9b37-7d3a90c0e101"}
    result = take(given, given)
    assert (len(result.tests), result.warnings) == (
        1,
        ("Message 2 is message 1 again; taken once.",),
    )


def test_a_file_of_what_no_record_holds_is_no_success():
    result = take(message("UnitsArrived", UnitCount=1, Units=[unit()]))
    assert ([draft.serial for draft in result.records], result.nothing) == (
        ["U-1"],
        "No kind of record holds what UnitsArrived says: there is no record to take from m.json.",
    )
    with pytest.raises(InvalidInput) as caught:
        result.demand_all()
    assert str(caught.value) == result.nothing


def test_a_message_of_another_kind_is_told():
    assert take(message("CFX.EndpointConnected"), ict(numeric())).warnings == (
        "Message 1: CFX.EndpointConnected is not recorded; left out.",
    )


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"MessageName": "CFX.X", "MessageBody": 5},
         "Message 1, $.MessageBody: found 5; expected an object."),
        ({"a": 1}, "Message 1, $: found 'a'; expected a CFX message: an object with MessageName "
                   "and MessageBody."),
        (message("UnitsTested", TestedUnits={}),
         "Message 1, $.MessageBody.TestedUnits: found an object; expected a list."),
        (message("UnitsTested", TestedUnits=[{}]),
         "Message 1, $.MessageBody.TestedUnits[0].UnitIdentifier: found nothing; "
         "expected the identifier of the unit."),
        (ict(numeric("wide")),
         "Message 1, $.MessageBody.TestedUnits[0].Tests[0].Measurements[0].MeasuredValue.Value: "
         "found 'wide'; expected a number."),
        (ict(numeric(), result="Great"),
         "Message 1, $.MessageBody.TestedUnits[0].Tests[0].Result: found 'Great'; "
         "expected Passed, Failed, Error, Aborted or Skipped."),
        (message("UnitsTested", "yesterday", TestedUnits=[]),
         "Message 1, $.TimeStamp: found 'yesterday'; "
         "expected a date and time as 2026-03-04 07:30 (year-month-day)."),
        (message("MaterialsRetired", Materials=[package("a\u200bb")]),
         "Message 1, $.MessageBody.Materials[0].UniqueIdentifier: "
         "found the invisible character U+200B; expected visible characters."),
    ],
)  # fmt: skip
def test_a_field_that_means_nothing_is_named_by_its_path(given, sentence):
    result = take(given)
    assert ([problem.sentence for problem in result.refused], result.drafts) == ([sentence], ())


def test_a_message_of_objects_inside_objects_is_refused():
    deep = '{"MessageName": "CFX.Production.UnitsArrived", "MessageBody": {"Units": %s%s}}'
    raw = (deep % ("[" * 900, "]" * 900)).encode()
    assert len(take(raw).refused) == 1


def test_json_that_is_none_is_refused_with_its_place():
    assert refusal(b'{"MessageName": "CFX.X",\n "MessageBody": {"a" 1}}') == (
        "m.json, line 2, column 22 (byte 46): no valid JSON (expecting ':' delimiter)."
    )
    assert refusal(b"[]") == "m.json: found no message; expected CFX messages."


RAW = json.dumps([ict(numeric()), message("MaterialsRetired", Materials=[package()])]).encode()


def test_a_file_cut_off_anywhere_is_refused_with_its_place():
    for end in range(1, len(RAW)):
        assert refusal(RAW[:end]).startswith("m.json, line 1, column ")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
WHOLE = [
    ict(numeric()),
    message("WorkStarted", TransactionID="t", Units=[unit("P", 1), unit("P", 2)], UnitCount=2),
    message("UnitsProcessed", TransactionID="t", CommonProcessData={"a": 1.5},
            UnitProcessData=[unit() | {"UnitResult": "Failed"}]),
    message("MaterialsInstalled", InstalledMaterials=[
        unit() | {"Material": package(), "QuantityInstalled": 1,
                  "InstalledComponents": [{"ReferenceDesignator": "R1"}]}]),
    message("MaterialsInitialized", Materials=[package(Quantity=5, ExpiryDate=None)]),
    message("MaterialsConsumed", ConsumedMaterials=[
        {"MaterialLocation": {"MaterialPackage": package()}, "QuantityUsed": 1}]),
    message("UnitsRepaired", RepairedUnits=[unit() | {"Repairs": [{"RepairName": "x"}]}]),
]  # fmt: skip


def places(content, path=()):
    """The path of every value in a message."""
    yield path
    pairs = content.items() if isinstance(content, dict) else []
    pairs = enumerate(content) if isinstance(content, list) else pairs
    for key, inner in pairs:
        yield from places(inner, (*path, key))


@given(st.sampled_from([path for path in places(WHOLE) if path]), JSON)
@settings(max_examples=250, deadline=None, database=None)
def test_any_value_in_any_field_is_taken_or_refused_by_path(path, new):
    content = json.loads(json.dumps(WHOLE))
    inner = content
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = new
    result = take(*content)
    assert all(problem.sentence.startswith("Message ") for problem in result.refused)


# ---------------------------------------------------------------- the shared messages


@pytest.mark.parametrize(
    ("name", "units", "tests", "kinds"),
    [
        ("InformationSystem.UnitValidation.ValidateUnitsRequest", 2, 0, {""}),
        ("Materials.Management.BlockMaterialsRequest", 0, 0, {"lot_status"}),
        ("Materials.Management.MaterialsInitialized", 0, 0, {"lot"}),
        ("Materials.Management.MaterialsSplit", 0, 0, {"lot_split"}),
        ("Production.ActivitiesExecuted", 0, 0, {""}),
        ("Production.Assembly.UnitsPersonalized", 2, 0, {"operation"}),
        ("Production.OperatorActivated", 0, 0, {""}),
        ("Production.TestAndInspection.UnitsTested", 2, 2, set()),
        ("Production.UnitsArrived", 2, 0, {""}),
        ("Production.UnitsDeparted", 2, 0, {""}),
        ("Production.UnitsDisqualified", 2, 0, {"scrap"}),
        ("Production.WorkCompleted", 0, 0, {""}),
        ("Production.WorkStageCompleted", 0, 0, {""}),
        ("Production.WorkStageStarted", 0, 0, {""}),
        ("Production.WorkStarted", 2, 0, {""}),
    ],
)
def test_each_shared_message_is_read(name, units, tests, kinds):
    path = CASES / f"CFX.{name}.json"
    if not path.exists():
        pytest.skip(f"{path} is absent")
    result = take(path.read_bytes())
    serials = {draft.serial for draft in result.drafts} - {""}
    assert (len(serials), len(result.tests), {r.kind for r in result.records}) == (
        units,
        tests,
        kinds,
    )
    assert result.refused == ()


def test_the_shared_test_contradicts_itself_and_is_taken():
    path = CASES / "CFX.Production.TestAndInspection.UnitsTested.json"
    if not path.exists():
        pytest.skip(f"{path} is absent")
    result = take(path.read_bytes())
    assert [(d.serial, d.outcome, len(d.measurements)) for d in result.tests] == [
        ("PANEL34543535.1", TestOutcome.PASS, 2),
        ("PANEL34543535.2", TestOutcome.PASS, 2),
    ]
    assert (
        "PANEL34543535.1: the unit is Passed, and RESISTANCE_CHECK_R22 is Failed."
        in result.warnings
    )
    assert (
        "PANEL34543535.1, RESISTANCE_MEASUREMENT_R21: 28300.0 Ohm is given against 28.0 to 28.4 "
        "without a unit; read in kOhm, the unit of the expected value."
    ) in result.warnings
