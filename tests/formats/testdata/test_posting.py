"""Drafts as records to post: each is one that its kind takes."""

import base64
from dataclasses import replace
from decimal import Decimal

import msgspec
import pytest

from firstoff.formats.testdata.drafts import AttachmentDraft
from firstoff.formats.testdata.posting import Placing, records_of
from firstoff.rules.genealogy import KINDS
from firstoff.rules.genealogy.values import Posted
from tests.formats.testdata.cfx_messages import ict, message, numeric, package, take, unit
from tests.formats.testdata.dfq_files import FIRST_SET, HEAD, of
from tests.formats.testdata.dfq_files import take as take_dfq
from tests.formats.testdata.qif_files import BORE, FLAT, document, measured, results
from tests.formats.testdata.qif_files import take as take_qif

PLACED = Placing(part="CC-1", batch="CC1-P2", operation=30, operations={"line.9": 40})


_ANY = KINDS[0]
for _kind in KINDS[1:]:
    _ANY |= _kind


def read(*messages) -> tuple[list[Posted], tuple[str, ...]]:
    found = records_of(take(*messages).drafts, PLACED)
    return [check(each) for each in found.records], found.left_out


def check(record: dict) -> Posted:
    found = msgspec.json.decode(msgspec.json.encode(record), type=_ANY)
    found.check()
    return found


EACH = [
    message("UnitsInitialized", Units=[unit()]),
    message("UnitsProcessed", UnitProcessData=[unit()], OverallResult="Succeeded",
            CommonProcessData={"Speed": 1.5}),
    ict(numeric()),
    message("UnitsDisqualified", Reason="Defective", Units=[unit()]),
    message("UnitsPersonalized", PersonalizedUnits=[
        unit() | {"Characteristics": [{"Name": "MAC", "Value": "C0"}]}]),
    message("UnitsRepaired", RepairedUnits=[unit() | {"Repairs": [{"RepairName": "RESOLDER"}]}]),
    message("MaterialsInstalled", InstalledMaterials=[
        unit() | {"Material": package(), "QuantityInstalled": 1},
        unit() | {"Material": package("", "PCB"), "InstalledComponents": [
            {"ReferenceDesignator": "A1", "InstalledUnitIdentifier": "PCB-9"}]}]),
    message("MaterialsUninstalled", UninstalledMaterials=[
        unit() | {"Material": package("", "PCB"), "UninstalledComponents": [
            {"ReferenceDesignator": "A1", "InstalledUnitIdentifier": "PCB-9"}]}]),
    message("MaterialsInitialized", Materials=[package(Quantity=5, Status="Blocked")]),
    message("MaterialsSplit", SourceMaterialPackageIdentifier="A",
            NewMaterialPackageIdentifier="B", NewMaterialPackageQuantity=30.0),
    message("MaterialsJoined", LeadingMaterialPackage=package("A", Quantity=1),
            TrailingMaterialPackage=package("B")),
    message("MaterialsConsumed", ConsumedMaterials=[
        {"MaterialLocation": {"MaterialPackage": package("M-9")}, "QuantityUsed": 3,
         "QuantitySpoiled": 1}]),
    message("MaterialsRetired", Materials=[package()]),
    message("MaterialsLoaded", Materials=[{"MaterialPackage": package()}]),
    message("BlockMaterialsRequest", MaterialPackageIdentifiers=["A"]),
]  # fmt: skip
KINDS_OF_ALL = [
    "test", "unit", "operation", "scrap", "operation", "repair", "consume", "install", "remove",
    "lot", "lot_status", "lot_split", "lot_merge", "consume", "lot_adjust", "lot_status", "load",
    "lot_status",
]  # fmt: skip


def test_each_message_is_a_record_that_its_kind_takes():
    found, left_out = read(*EACH)
    assert ([each.__struct_config__.tag for each in found], left_out) == (KINDS_OF_ALL, ())


def test_an_endpoint_stands_for_an_operation_of_the_plan():
    given = message("UnitsProcessed", UnitProcessData=[unit()], source="line.9")
    found, _ = read(given, EACH[1])
    assert [each.operation for each in found] == [40, 30]


@pytest.mark.parametrize(
    ("given", "placing", "why"),
    [
        (EACH[0], Placing(), "Message 1, UnitsInitialized: which part or batch it is of is not "
                             "said; left out."),
        (EACH[1], Placing(part="P"), "Message 1, UnitsProcessed: which operation of the plan it "
                                     "is, is not said; left out."),
        (EACH[11], Placing(part="P"), "Message 1, MaterialsConsumed: which batch it is of is not "
                                      "said; left out."),
        (EACH[13], Placing(operation=10), "Message 1, MaterialsLoaded: which batch it is for is "
                                          "not said; left out."),
        (ict(numeric()), Placing(), "Record 1, the test of U-1: which part or batch it is of is "
                                    "not said; left out."),
        (message("MaterialsInitialized", Materials=[package(part="", Quantity=1)]), Placing(),
         "Message 1, MaterialsInitialized: a lot has a part and a quantity; left out."),
        (message("MaterialsInstalled", InstalledMaterials=[
            unit() | {"Material": package("", ""), "InstalledComponents": [
                {"InstalledUnitIdentifier": "PCB-9"}]}]), PLACED,
         "Message 1, MaterialsInstalled: the part of PCB-9 is not said; left out."),
        (message("UnitsArrived", Units=[unit()]), PLACED,
         "Message 1, UnitsArrived: no kind of record holds it; left out."),
    ],
)  # fmt: skip
def test_what_nobody_said_leaves_a_record_out(given, placing, why):
    assert records_of(take(given).drafts, placing).left_out[0] == why


def test_a_test_record_has_the_lines_values_and_outcomes_of_its_procedure():
    lid = {"MeasurementName": "lid", "Value": True, "ExpectedValue": True, "Result": "Passed"}
    word = {"MeasurementName": "fw", "Value": "1.4", "Result": "Passed"}
    (found,), _ = read(ict(numeric(), lid, word))
    assert [(line.name, line.phase, line.unit, line.lower) for line in found.procedure.lines] == [
        ("R21", "ICT", "kOhm", Decimal("28.0")),
        ("lid", "ICT", "", None),
        ("fw", "ICT", "", None),
    ]
    assert (found.values, found.outcomes, found.outcome, found.station) == (
        [28.3, True, "1.4"],
        ("pass", "pass", "pass"),
        "pass",
        "line.3.aoi",
    )
    assert (found.procedure.name, found.procedure.version, found.id.version) == ("final", "3", 7)


def test_tests_of_every_importer_are_posted():
    drafts = (
        *take_dfq(of(*HEAD, *FIRST_SET)).drafts,
        *take_qif(document([BORE, FLAT], [results(measured(1))])).drafts,
    )
    found = records_of(drafts, PLACED)
    assert [check(each).values for each in found.records] == [[10.01, 0.06], [10.01]]


def test_an_attachment_goes_with_its_test():
    file = AttachmentDraft("ICT", 0, "log.txt", "text/plain", "", None, b"ok", "0" * 64)
    draft = replace(take(ict(numeric())).tests[0], attachments=(file,))
    (found,) = records_of([draft], PLACED).records
    assert found["attachments"] == [
        {
            "name": "log.txt",
            "media_type": "text/plain",
            "content": base64.b64encode(b"ok").decode(),
        }
    ]
    assert check(found).attachments[0].content == b"ok"


def test_the_same_file_gives_the_same_records():
    first, again = (records_of(take(*EACH).drafts, PLACED).records for _ in range(2))
    assert first == again
