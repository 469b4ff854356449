"""WATS reports in XML (WSXF), walked report by report and put into the words of WSJF."""

from typing import Any
from xml.etree.ElementTree import Element

from firstoff.errors import InvalidInput
from firstoff.formats.sources import RawSource, opened
from firstoff.formats.testdata.drafts import Importer, ImportResult, ReadOptions, capped
from firstoff.formats.testdata.openhtf_values import Json
from firstoff.formats.testdata.wats import Reports
from firstoff.formats.testdata.xmltext import (
    child,
    children,
    elements,
    given,
    local,
    root_of,
)

# Names of WSJF and those of WSXF for the same.
_REPORT = {
    "type": "type", "id": "ID", "sn": "SN", "pn": "PN", "rev": "Rev", "result": "Result",
    "productName": "ProductName", "machineName": "MachineName", "location": "Location",
    "purpose": "Purpose", "origin": "origin", "start": "Start", "startUTC": "Start_utc",
}  # fmt: skip
_UUT = {
    "user": "UserLoginName", "batchSN": "BatchSN", "testSocketIndex": "TestSocketIndex",
    "execTime": "ExecutionTime", "fixtureId": "FixtureId", "errorCode": "ErrorCode",
    "errorMessage": "ErrorMessage", "batchFailCount": "BatchFailCount", "comment": "Comment",
    "batchLoopIndex": "BatchLoopIndex", "stepIdCausedUUTFailure": "StepIdCausedUUTFailure",
}  # fmt: skip
_UUR = {
    "user": "UserLoginName", "comment": "Comment", "refUUT": "ReferencedUUT",
    "confirmDate": "ConfirmDate", "finalizeDate": "FinalizeDate", "execTime": "ExecutionTime",
}  # fmt: skip
_STEP = {
    "id": "Id", "name": "Name", "stepType": "StepType", "status": "Status", "start": "Start",
    "totTime": "total_time", "errorCode": "StepErrorCode", "errorMessage": "StepErrorMessage",
    "reportText": "ReportText",
}  # fmt: skip
_NUMERIC = {
    "name": "Name", "status": "Status", "compOp": "CompOperator", "unit": "Units",
    "value": "NumericValue", "lowLimit": "LowLimit", "highLimit": "HighLimit",
}  # fmt: skip
_STRING = {
    "name": "Name", "status": "Status", "compOp": "CompOperator", "value": "StringValue",
    "limit": "StringLimit",
}  # fmt: skip
_BOOLEAN = {"name": "Name", "status": "Status"}
_LOOP = {
    "idx": "index", "num": "num", "endingIndex": "ending_index", "passed": "passed",
    "failed": "failed",
}  # fmt: skip
_CALL = {"name": "Name", "path": "Filepath", "version": "Version"}
_CHART = {
    "chartType": "ChartType", "label": "Label", "xLabel": "XLabel", "xUnit": "XUnit",
    "yLabel": "YLabel", "yUnit": "YUnit",
}  # fmt: skip
_SERIES = {"name": "Name", "xdata": "xdata", "ydata": "ydata"}
_SUB_UNIT = {
    "partType": "PartType", "pn": "PN", "sn": "SN", "rev": "Rev", "position": "Position",
    "idx": "Idx", "parentIdx": "ParentIDX", "replacedIdx": "ReplacedIDX",
}  # fmt: skip
_FAILURE = {
    "artNumber": "ArticleNumber", "artRev": "ArticleRevision", "artVendor": "ArticleVendor",
    "artDescription": "ArticleDescription", "category": "Category", "code": "Code",
    "comment": "Comment", "comRef": "CompRef", "funcBlock": "FunctionBlock",
    "refStepId": "StepID", "refStepName": "StepName",
}  # fmt: skip
_REPORTS = frozenset(("Report",))


def read(raw: RawSource, *, name: str, options: ReadOptions) -> ImportResult:
    """Read a file of WATS reports. Raises InvalidInput when the file as a whole is none."""
    with opened(raw, name=name, limits=options.limits) as source:
        label, sha256, head = source.name, source.sha256(), source.head()
        reports = Reports(options.time_zone)
        for element in elements(source, _REPORTS, options.limits):
            reports.take(_report(element))
    if not reports.count:
        raise _none(label, head)
    return ImportResult(
        kind=IMPORTER.name,
        name=label,
        sha256=sha256,
        encoding=None,
        delimiter=None,
        sheet=None,
        header_row=None,
        columns=(),
        drafts=tuple(reports.drafts),
        refused=tuple(reports.refused),
        warnings=capped(reports.warnings),
    )


def _none(label: str, head: bytes) -> InvalidInput:
    root = root_of(head)
    found = f"<{root.name}>" if root else "no element"
    return InvalidInput(
        f"{label}: found {found}; expected <Reports> with a WATS <Report> in it.",
        code="not-wats",
        file=label,
        found=found,
        expected="a WATS report",
    )


def _words(element: Element | None, names: dict[str, str]) -> Json:
    """What is given of an element, in the words of WSJF; an empty attribute is not given."""
    if element is None:
        return {}
    found = {key: given(element, name) for key, name in names.items()}
    return {key: value for key, value in found.items() if value not in (None, "")}


def _report(element: Element) -> Json:
    report = _words(element, _REPORT)
    process = _process(element)
    report.update(process)
    uut, uur = child(element, "UUT"), child(element, "UUR")
    if uut is not None:
        report["uut"] = _words(uut, _UUT)
    if uur is not None:
        report["uur"] = _words(uur, _UUR) | _process(uur)
    steps = list(children(element, "Step"))
    if len(steps) == 1:
        report["root"] = _step(steps[0])
    elif steps:  # nobody's sequence: kept together under the name of the report
        inside = [_step(each) for each in steps]
        report["root"] = {"name": "", "status": report.get("result"), "steps": inside}
    report["miscInfos"] = [
        {"text": each.text or "", **_words(each, {"description": "Description"})}
        | _words(each, {"numeric": "Numeric"})
        for each in children(element, "MiscInfo")
    ]
    report["subUnits"] = _sub_units(element)
    report["assets"] = [
        _words(each, {"assetSN": "AssetSN", "usageCount": "UsageCount"})
        for each in element.iter()
        if local(each) == "Asset"
    ]
    report["binaryData"] = [_binary(each) for each in children(element, "Binary")]
    report["additionalData"] = [
        _words(each, {"name": "Name"}) for each in children(element, "AdditionalData")
    ]
    return report


def _process(element: Element) -> Json:
    return _words(child(element, "Process"), {"processCode": "Code", "processName": "Name"})


def _sub_units(element: Element) -> list[Json]:
    """The parts of the unit, and the failures of a repair each with the part it was in."""
    units = [_words(each, _SUB_UNIT) for each in children(element, "ReportUnitHierarchy")]
    failures = list(children(element, "Failures", "Failure"))
    repair = child(element, "UUR") is not None
    by_number = {unit.get("idx", "0" if repair else ""): unit for unit in reversed(units)}
    for each in failures:
        number = given(each, "PartIdx") or "0"
        unit = by_number.get(number)
        if unit is None:
            unit = by_number[number] = {"idx": number}
            units.append(unit)
        unit.setdefault("failures", []).append(_words(each, _FAILURE))
    return units


def _step(element: Element) -> Json:
    step = _words(element, _STEP)
    step["steps"] = [_step(each) for each in children(element, "Step")]
    for key, tag, names in (
        ("numericMeas", "NumericLimit", _NUMERIC),
        ("booleanMeas", "PassFail", _BOOLEAN),
        ("stringMeas", "StringValue", _STRING),
    ):
        step[key] = [_measured(each, names) for each in children(element, tag)]
    for key, tag, names in (
        ("seqCall", "SequenceCall", _CALL),
        ("loop", "Loop", _LOOP),
        ("messagePopup", "MessagePopup", {"button": "Button", "response": "Response"}),
        ("callExe", "Callexe", {"exitCode": "ExitCode"}),
    ):
        if (inside := child(element, tag)) is not None:
            step[key] = _words(inside, names)
    if (chart := child(element, "Chart")) is not None:
        series = [_words(each, _SERIES) for each in children(chart, "Series")]
        step["chart"] = _words(chart, _CHART) | {"series": series}
    if (attached := child(element, "Attachment")) is not None:
        step["attachment"] = _attached(attached)
    step["additionalResults"] = [
        _words(each, {"name": "Name"}) for each in children(element, "AdditionalResults")
    ]
    return step


def _measured(element: Element, names: dict[str, str]) -> Json:
    """A measurement; of a text measured, an empty one is a value."""
    found = _words(element, names)
    if names is _STRING and given(element, "StringValue") is not None:
        found.setdefault("value", "")
    return found


def _attached(element: Element) -> Json:
    held: Json = _words(element, {"name": "Name", "contentType": "ContentType"})
    return held | {"data": element.text or ""}


def _binary(element: Element) -> dict[str, Any]:
    data = child(element, "Data")
    held = element if data is None else data
    return _words(held, {"name": "FileName", "contentType": "ContentType"}) | {
        "data": held.text or ""
    }


def sniff(head: bytes, name: str) -> bool:
    """XML that begins with reports, whatever prefix their namespace has; one report alone by what
    only WATS has in it."""
    root = root_of(head)
    if root is None or root.name not in ("Reports", "Report"):
        return False
    own = "wsxf" in root.attributes.lower() or b"<UUT" in head or b"<UUR" in head
    return own or root.name == "Reports"


IMPORTER = Importer(
    name="wats_xml",
    label="WATS reports (WSXF, XML)",
    endings=(".xml", ".wsxf"),
    sniff=sniff,
    read=read,
)
