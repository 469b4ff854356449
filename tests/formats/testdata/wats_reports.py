"""WATS reports for tests: one report, written in the words of either format."""

import json
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from firstoff.formats.testdata.drafts import ImportResult, ReadOptions
from firstoff.formats.testdata.wats_json import read as read_json
from firstoff.formats.testdata.wats_xml import read as read_xml

ID = "0d9b7a52-6c58-4a4b-9d2e-3f1f1b0a7c11"
SPACE = "http://wats.virinco.com/schemas/WATS/Report/wsxf"
_WHOLE = {
    "P": "Passed", "F": "Failed", "D": "Done", "E": "Error", "T": "Terminated", "S": "Skipped",
}  # fmt: skip


def numeric(value: Any, operator: str = "GELE", low=None, high=None, **given) -> dict:
    held = {"compOp": operator, "name": None, "status": "P", "unit": "V", "value": value}
    return held | {"lowLimit": low, "highLimit": high} | given


def step(name: str, number: int = 2, **given) -> dict:
    return {"id": number, "group": "M", "stepType": "ET_NLT", "name": name, "status": "P"} | given


def report(*steps: dict, **given) -> dict:
    """A report as WSJF has it."""
    root = step("Main", 1, stepType="SequenceCall", steps=list(steps))
    root["seqCall"] = {"path": "C:\\final.seq", "name": "final.seq", "version": "2.1"}
    whole = {
        "type": "T",
        "id": ID,
        "pn": "CTR-149",
        "sn": "U-1",
        "rev": "B",
        "productName": None,
        "processCode": 10,
        "processName": "Final test",
        "result": "P",
        "machineName": "bench-3",
        "location": "Hall 2",
        "purpose": "Production",
        "start": "2026-05-04T10:00:00.25+02:00",
        "startUTC": "2026-05-04T08:00:00.25Z",
        "root": root,
        "uut": {"execTime": 12.5, "batchSN": "L-7", "user": "eva", "fixtureId": "FX-1"},
        "miscInfos": [],
        "subUnits": [],
        "assets": [],
    }
    return {key: value for key, value in (whole | given).items() if value is not ...}


def repair(**given) -> dict:
    """A repair report as WSJF has it."""
    failure = {
        "category": "Component", "code": "Burned", "comment": "dark", "comRef": "U1",
        "artNumber": "TPS7A", "artVendor": "TI", "refStepId": 4, "refStepName": "Iref",
    }  # fmt: skip
    whole = report(type="R", id=ID.upper(), root=..., uut=..., processName="Repair")
    whole["uur"] = {
        "user": "ida", "comment": "replaced", "processCode": 90, "processName": "Burn in",
        "refUUT": "5A0C8D3E-0000-4000-8000-000000000001",
        "finalizeDate": "2026-05-04T09:00:00Z",
    }  # fmt: skip
    whole["subUnits"] = [
        {"partType": "Main", "pn": "CTR-149", "sn": "U-1", "rev": "B", "idx": 0,
         "failures": [failure]},
        {"partType": "PCBA", "pn": "PCB", "sn": "P-1", "rev": "A", "idx": 1, "parentIdx": 0},
        {"partType": "PCBA", "pn": "PCB", "sn": "P-2", "rev": "A", "idx": 2, "parentIdx": 0,
         "replacedIdx": 1},
    ]  # fmt: skip
    return whole | given


# ---------------------------------------------------------------- the same as XML

_STEP = {"name": "Name", "stepType": "StepType", "id": "Id", "totTime": "total_time",
         "errorCode": "StepErrorCode", "errorMessage": "StepErrorMessage"}  # fmt: skip
_NUMERIC = {"name": "Name", "compOp": "CompOperator", "unit": "Units", "value": "NumericValue",
            "lowLimit": "LowLimit", "highLimit": "HighLimit"}  # fmt: skip
_STRING = {"name": "Name", "compOp": "CompOperator", "value": "StringValue",
           "limit": "StringLimit"}  # fmt: skip
_UNIT = {"partType": "PartType", "pn": "PN", "sn": "SN", "rev": "Rev", "position": "Position",
         "idx": "Idx", "parentIdx": "ParentIDX", "replacedIdx": "ReplacedIDX"}  # fmt: skip
_FAILURE = {"category": "Category", "code": "Code", "comment": "Comment", "comRef": "CompRef",
            "artNumber": "ArticleNumber", "artVendor": "ArticleVendor",
            "refStepId": "StepID"}  # fmt: skip
_HEAD = {"pn": "PN", "sn": "SN", "rev": "Rev", "machineName": "MachineName", "start": "Start",
         "location": "Location", "purpose": "Purpose", "startUTC": "Start_utc",
         "productName": "ProductName"}  # fmt: skip
_UUT = {"execTime": "ExecutionTime", "batchSN": "BatchSN", "user": "UserLoginName",
        "fixtureId": "FixtureId", "errorCode": "ErrorCode",
        "errorMessage": "ErrorMessage"}  # fmt: skip
_UUR = {"user": "UserLoginName", "refUUT": "ReferencedUUT", "finalizeDate": "FinalizeDate"}


def _set(element: Element, held: dict, names: dict[str, str]) -> Element:
    for key, name in names.items():
        value = held.get(key)
        if value is not None:
            number = isinstance(value, float) and value.is_integer()
            element.set(name, str(int(value) if number else value))
    if held.get("status") is not None:
        element.set("Status", _WHOLE.get(held["status"], held["status"]))
    return element


def _step(parent: Element, held: dict) -> None:
    element = _set(SubElement(parent, "Step"), held, _STEP)
    if "seqCall" in held:
        call = held["seqCall"]
        SubElement(element, "SequenceCall", Name=call["name"], Version=call["version"],
                   Filename=call["path"], Filepath=call["path"])  # fmt: skip
    if loop := held.get("loop"):
        names = {"idx": "index", "num": "num", "passed": "passed", "failed": "failed"}
        _set(SubElement(element, "Loop"), loop, names)
    if "reportText" in held:
        SubElement(element, "ReportText").text = held["reportText"]
    for each in held.get("numericMeas", ()):
        _set(SubElement(element, "NumericLimit"), each, _NUMERIC)
    for each in held.get("booleanMeas", ()):
        _set(SubElement(element, "PassFail"), each, {"name": "Name"})
    for each in held.get("stringMeas", ()):
        _set(SubElement(element, "StringValue"), each, _STRING)
    if attached := held.get("attachment"):
        inside = SubElement(element, "Attachment", Name=attached["name"],
                            ContentType=attached["contentType"])  # fmt: skip
        inside.text = attached["data"]
    for each in held.get("steps", ()):
        _step(element, each)


def xml(*reports: dict) -> bytes:
    """The reports as WSXF: other words, capitals in the ID, empty attributes for nothing."""
    root = Element("Reports", xmlns=SPACE)
    for held in reports:
        element = _set(SubElement(root, "Report"), held, _HEAD)
        element.set("type", {"T": "UUT", "R": "UUR"}[held["type"]])
        element.set("ID", held["id"].upper())
        element.set("Result", _WHOLE.get(held["result"], held["result"]))
        element.set("ProductName", "")
        head = held.get("uut") or held["uur"]
        inside = SubElement(element, "UUT" if "uut" in held else "UUR")
        _set(inside, head, _UUT if "uut" in held else _UUR)
        SubElement(inside, "Comment").text = head.get("comment")
        if "uur" in held:
            process = {"Code": str(head["processCode"]), "Name": head["processName"]}
            SubElement(inside, "Process", process)
        process = {"Code": str(held["processCode"]), "Name": held["processName"]}
        SubElement(element, "Process", process)
        for misc in held["miscInfos"]:
            info = SubElement(element, "MiscInfo", Description=misc["description"], Typedef="")
            info.text = misc.get("text")
            if misc.get("numeric") is not None:
                info.set("Numeric", str(misc["numeric"]))
        for asset in held["assets"]:
            SubElement(element, "Asset", AssetSN=asset["assetSN"], UsageCount="1")
        for unit in held["subUnits"]:
            _set(SubElement(element, "ReportUnitHierarchy"), unit, _UNIT)
            for failure in unit.get("failures", ()):
                found = _set(SubElement(element, "Failures"), failure, _FAILURE)
                found.set("PartIdx", str(unit["idx"]))
        if "root" in held:
            _step(element, held["root"])
    return b'<?xml version="1.0" encoding="utf-8"?>' + tostring(root)


def take(content: Any, name: str = "r.json") -> ImportResult:
    """WSJF: a report, several, or bytes."""
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return read_json(raw, name=name, options=ReadOptions())


def take_xml(content: bytes, name: str = "r.xml") -> ImportResult:
    return read_xml(content, name=name, options=ReadOptions())
