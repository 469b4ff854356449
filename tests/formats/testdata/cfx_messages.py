"""CFX messages for tests, as endpoints publish them, and short ways to read them."""

import json
from typing import Any

from firstoff.formats.testdata.cfx import read
from firstoff.formats.testdata.drafts import ImportResult, ReadOptions

NAMES = {
    "UnitsTested": "CFX.Production.TestAndInspection.UnitsTested",
    "UnitsInspected": "CFX.Production.TestAndInspection.UnitsInspected",
    "UnitsInitialized": "CFX.Production.UnitsInitialized",
    "UnitsArrived": "CFX.Production.UnitsArrived",
    "UnitsDisqualified": "CFX.Production.UnitsDisqualified",
    "UnitsProcessed": "CFX.Production.Processing.UnitsProcessed",
    "UnitsPersonalized": "CFX.Production.Assembly.UnitsPersonalized",
    "UnitsRepaired": "CFX.Production.ReworkAndRepair.UnitsRepaired",
    "WorkStarted": "CFX.Production.WorkStarted",
    "WorkCompleted": "CFX.Production.WorkCompleted",
    "OperatorActivated": "CFX.Production.OperatorActivated",
    "FaultOccurred": "CFX.ResourcePerformance.FaultOccurred",
    "MaterialsInstalled": "CFX.Production.Assembly.MaterialsInstalled",
    "MaterialsUninstalled": "CFX.Production.Assembly.MaterialsUninstalled",
    "MaterialsInitialized": "CFX.Materials.Management.MaterialsInitialized",
    "MaterialsSplit": "CFX.Materials.Management.MaterialsSplit",
    "MaterialsChainSplit": "CFX.Materials.Management.MaterialsChainSplit",
    "MaterialsJoined": "CFX.Materials.Management.MaterialsJoined",
    "MaterialsConsumed": "CFX.Materials.Management.MaterialsConsumed",
    "MaterialsRetired": "CFX.Materials.Management.MaterialsRetired",
    "MaterialsLoaded": "CFX.Materials.Storage.MaterialsLoaded",
    "BlockMaterialsRequest": "CFX.Materials.Management.BlockMaterialsRequest",
}
TIME = "2026-03-04T08:30:00.1234567+01:00"


def message(name: str, at: str | None = TIME, source: str = "line.3.aoi", **body) -> dict:
    """A message in its envelope."""
    found = {
        "MessageName": NAMES.get(name, name),
        "Version": "2.0",
        "Source": source,
        "MessageBody": {"$type": f"{NAMES.get(name, name)}, CFX"} | body,
    }
    return found | ({"TimeStamp": at} if at else {})


def unit(name: str = "U-1", place: int | None = None) -> dict[str, Any]:
    held: dict[str, Any] = {"UnitIdentifier": name}
    return held | ({} if place is None else {"PositionNumber": place})


def numeric(value: Any = 28.3, result: str | None = "Passed", name: str = "R21", **more) -> dict:
    held = {
        "Value": value, "ValueUnits": "kOhm", "MinimumAcceptableValue": 28.0,
        "MaximumAcceptableValue": 28.4,
    } | more  # fmt: skip
    return {
        "$type": "CFX.Structures.NumericMeasurement, CFX", "MeasuredValue": held,
        "UniqueIdentifier": f"m-{name}-{value}", "MeasurementName": name, "Result": result,
        "CRDs": "R21",
    }  # fmt: skip


def ict(*measurements: dict, result: str = "Passed", overall: str = "Passed", **more) -> dict:
    test = {"TestName": "ICT", "Result": result, "Measurements": list(measurements)} | more
    return message(
        "UnitsTested",
        RecipeName="final",
        RecipeRevision="3",
        Tester={"LoginName": "ann"},
        TestedUnits=[{"UnitIdentifier": "U-1", "OverallResult": overall, "Tests": [test]}],
    )


def package(name: str = "MAT-1", part: str = "PN-7", **more) -> dict:
    return {"UniqueIdentifier": name, "InternalPartNumber": part} | more


def take(*messages: Any, name: str = "m.json") -> ImportResult:
    content = messages[0] if len(messages) == 1 else list(messages)
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return read(raw, name=name, options=ReadOptions())


def said(*messages: Any) -> list[tuple[str, dict]]:
    """Kind and fields of each record."""
    result = take(*messages)
    assert result.refused == ()
    return [(draft.kind, json.loads(draft.fields)) for draft in result.records]
