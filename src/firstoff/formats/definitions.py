"""A definition as one JSON file: read strictly, written so that it can be read again.

The shape is described in docs/reference/definition-file.md. Decimals are read from their text:
0.30 stays 0.30, whether it is written as a number or as a string.
"""

import json
import re
from base64 import b64encode
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from firstoff.errors import InvalidInput
from firstoff.rules.ledger import decimal_text
from firstoff.rules.plan import (
    AssemblyDefinition,
    CatalogueCode,
    Contents,
    Definition,
    EquipmentFacts,
    FrozenControl,
    FrozenDocument,
    FrozenInspectionPlan,
    FrozenLine,
    FrozenPart,
    FrozenProcedure,
    FrozenStack,
    FrozenVariant,
    MaterialUse,
    ParameterFacts,
    PlanOperation,
    StepFacts,
    StepNeed,
    plain,
    plain_contents,
)
from firstoff.rules.plan import check_definition as _checked
from firstoff.rules.product import CharacteristicFacts, ProgramFacts
from firstoff.terms import (
    Aspect,
    CharacteristicClass,
    CharacteristicKind,
    EquipmentClass,
    EquipmentKind,
    GeometricSymbol,
    LimitForm,
)

FORMAT = "firstoff-definition/1"
LARGEST = 64_000_000  # bytes; 10,000 characteristics take two million, the rest is documents
_PLACE = re.compile(r" - at `\$?\.?(.*?)`$")
_PRIVATE = re.compile(r'(#/\$defs/|"title": ")(?:_|Frozen)')  # names that only the code knows
_INDEX = re.compile(r"\[[^\]]*\]")
_WORDS: dict[str, Iterable[str]] = {
    "revision.characteristics.kind": CharacteristicKind,
    "revision.characteristics.classification": CharacteristicClass,
    "revision.characteristics.form": LimitForm,
    "revision.characteristics.symbol": GeometricSymbol,
    "equipment.kind": EquipmentKind,
    "equipment.equipment_class": EquipmentClass,
    "defect_codes.category": Aspect,
    "plan.operations.steps.asks": StepNeed,
}


class _Struct(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    pass


class _Program(_Struct):
    code: str
    name: str
    description: str = ""
    first_quantity: int | None = None
    due: date | None = None
    currency: str = "USD"


class _PartName(_Struct):
    number: str
    name: str


class _Characteristic(_Struct):
    number: str
    name: str
    kind: CharacteristicKind
    classification: CharacteristicClass
    nominal: Decimal | None = None
    lower: Decimal | None = None
    upper: Decimal | None = None
    unit: str = ""
    method: str = ""
    measured_as: str = ""
    zone: str = ""
    form: LimitForm | None = None
    symbol: GeometricSymbol | None = None
    tolerance: Decimal | None = None
    diametral: bool = False
    material_condition: str = ""
    datums: tuple[str, ...] = ()
    gauge: str = ""
    source_id: str = ""


class _Revision(_Struct):
    label: str
    release: bool = False
    characteristics: list[_Characteristic] = []


class _Operation(_Struct):
    seq: int
    name: str
    standard_minutes: Decimal | None = None
    instruction: str = ""
    caution: str = ""
    required_skill: str = ""
    jig: str = ""
    jig_not_needed: bool = False
    work_centre: str = ""
    characteristics: list[str] = []
    predecessors: list[int] | None = None
    equipment: list[str] = []
    parameters: list[ParameterFacts] = []
    materials: list[MaterialUse] = []
    steps: list[StepFacts] = []


class _Plan(_Struct):
    label: str = "1"
    release: bool = False
    operations: list[_Operation] = []


class _Equipment(_Struct):
    code: str
    name: str
    kind: EquipmentKind
    equipment_class: EquipmentClass
    line: str = ""
    calibration_due: date | None = None
    max_uses: int | None = None


class _DefectCode(_Struct):
    code: str
    name: str
    category: Aspect


class _Contents(_Struct):
    lines: tuple[FrozenLine, ...] = ()
    variants: tuple[FrozenVariant, ...] = ()
    documents: tuple[FrozenDocument, ...] = ()
    procedures: tuple[FrozenProcedure, ...] = ()
    inspection_plans: tuple[FrozenInspectionPlan, ...] = ()
    controls: tuple[FrozenControl, ...] = ()
    stack_ups: tuple[FrozenStack, ...] = ()


class _Assembly(_Struct):
    part: _PartName
    revision: _Revision
    plan: _Plan | None = None
    contents: _Contents | None = None


class _File(_Struct):
    format: str
    program: _Program
    revision: _Revision
    part: _PartName | None = None
    plan: _Plan | None = None
    equipment: list[_Equipment] = []
    defect_codes: list[_DefectCode] = []
    contents: _Contents | None = None
    assemblies: list[_Assembly] = []
    parts: tuple[FrozenPart, ...] = ()
    documents: tuple[FrozenDocument, ...] = ()  # of pictures in steps
    files: dict[str, bytes] = {}  # SHA-256 to bytes in base64


def read_definition(data: bytes, name: str = "the definition") -> Definition:
    """What a file says, checked as a whole. name: what to call it in a sentence.

    Raises InvalidInput with the path of the field (``revision.characteristics[2].lower``), what
    was found and what is expected.
    """
    if len(data) > LARGEST:
        raise InvalidInput(
            f"{name} has {len(data):,} bytes; expected at most {LARGEST:,}.", file=name
        )
    try:
        found = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"), type=_File)
    except msgspec.ValidationError as error:
        raise said_of(str(error), name) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{name} is no JSON: {error}.", file=name) from error
    if found.format != FORMAT:
        raise InvalidInput(
            f"{name}: format is {found.format!r}; expected {FORMAT!r}.", file=name, field="format"
        )
    try:
        return _checked(_definition(found))
    except InvalidInput as error:
        raise InvalidInput(f"{name}: {error}", file=name, **error.details) from error


def write_definition(definition: Definition) -> str:
    """The file of a definition: reading it gives the definition again."""
    content = {
        "format": FORMAT,
        "program": _filled(definition.program, ("code", "name"), _PROGRAM),
        "part": {"number": definition.part, "name": definition.part_name},
        **_revised(definition),
        "plan": _planned(definition),
        "equipment": [
            _filled(e, ("code", "name", "kind", "equipment_class"), _EQUIPMENT)
            for e in definition.equipment
        ],
        "defect_codes": [
            _filled(c, ("code", "name", "category"), ()) for c in definition.defect_codes
        ],
        **_contained(definition),
    }
    if definition.assemblies:
        content["assemblies"] = [
            {"part": {"number": a.part, "name": a.name}}
            | _revised(a)
            | ({"plan": _planned(a)} if a.plan else {})
            | _contained(a)
            for a in definition.assemblies
        ]
    for name in ("parts", "documents"):
        if said := getattr(definition, name):
            content[name] = [_deep(plain(one)) for one in said]
    if definition.files:
        content["files"] = {
            digest: b64encode(data).decode() for digest, data in definition.files.items()
        }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def schema() -> dict[str, Any]:
    """The JSON Schema of the file (draft 2020-12)."""
    _, components = msgspec.json.schema_components([_File], ref_template="#/$defs/{name}")
    text = json.dumps({name: shape for name, shape in components.items() if name != "_File"})
    top = json.dumps(components["_File"])
    text, top = (_PRIVATE.sub(r"\1", each) for each in (text, top))
    named = {_plain_name(name): shape for name, shape in json.loads(text).items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **json.loads(top),
        "title": "Firstoff definition",
        "$defs": named,
    }


def _plain_name(name: str) -> str:
    return name.removeprefix("_").removeprefix("Frozen")


def _revised(of: Definition | AssemblyDefinition) -> dict[str, Any]:
    return {
        "revision": {
            "label": of.revision,
            "release": of.release_revision,
            "characteristics": [_filled(c, _ALWAYS, _CHARACTERISTIC) for c in of.characteristics],
        }
    }


def _planned(of: Definition | AssemblyDefinition) -> dict[str, Any]:
    return {
        "label": of.plan,
        "release": of.release_plan,
        "operations": [_filled(o, ("seq", "name"), _OPERATION) | _work(o) for o in of.operations],
    }


def _contained(of: Definition | AssemblyDefinition) -> dict[str, Any]:
    found = plain_contents(of.contents)
    return {"contents": _deep(found)} if found else {}


def _deep(value: Any) -> Any:
    """Plain data with decimals as text."""
    match value:
        case Decimal():
            return decimal_text(value)
        case dict():
            return {key: _deep(one) for key, one in value.items()}
        case list() | tuple():
            return [_deep(one) for one in value]
        case _:
            return value


_EQUIPMENT = ("line", "calibration_due", "max_uses")
_ALWAYS = ("number", "name", "kind", "classification")
_PROGRAM = ("description", "first_quantity", "due", "currency")
_CHARACTERISTIC = (
    *("nominal", "lower", "upper", "unit", "method", "measured_as", "zone", "form", "symbol"),
    *("tolerance", "diametral", "material_condition", "datums", "gauge", "source_id"),
)
_OPERATION = (
    *("standard_minutes", "instruction", "caution", "required_skill", "jig", "jig_not_needed"),
    *("work_centre", "characteristics"),
)


def _definition(found: _File) -> Definition:
    plan = found.plan or _Plan()
    part = found.part or _PartName(number=found.program.code, name=found.program.name)
    return Definition(
        program=ProgramFacts(**msgspec.structs.asdict(found.program)),
        part=part.number,
        part_name=part.name,
        revision=found.revision.label,
        release_revision=found.revision.release,
        characteristics=_characteristics(found.revision),
        plan=plan.label,
        release_plan=plan.release,
        operations=_operations(plan),
        equipment=tuple(EquipmentFacts(**msgspec.structs.asdict(e)) for e in found.equipment),
        defect_codes=tuple(CatalogueCode(c.code, c.name, c.category) for c in found.defect_codes),
        contents=_read_contents(found.contents),
        assemblies=tuple(map(_assembly, found.assemblies)),
        parts=found.parts,
        documents=found.documents,
        files=found.files,
    )


def _assembly(found: _Assembly) -> AssemblyDefinition:
    plan = found.plan
    return AssemblyDefinition(
        part=found.part.number,
        name=found.part.name,
        revision=found.revision.label,
        release_revision=found.revision.release,
        plan=plan.label if plan else "",
        release_plan=plan is not None and plan.release,
        characteristics=_characteristics(found.revision),
        operations=_operations(plan) if plan else (),
        contents=_read_contents(found.contents),
    )


def _read_contents(found: _Contents | None) -> Contents:
    if found is None:
        return Contents()
    return Contents(**{name: getattr(found, name) for name in found.__struct_fields__})


def _characteristics(found: _Revision) -> tuple[CharacteristicFacts, ...]:
    return tuple(CharacteristicFacts(**msgspec.structs.asdict(c)) for c in found.characteristics)


def _operations(found: _Plan) -> tuple[PlanOperation, ...]:
    return tuple(map(operation_of, found.operations))


OperationShape = _Operation  # for files of operations alone


def operation_of(said: OperationShape) -> PlanOperation:
    return PlanOperation(**{f: _held(getattr(said, f)) for f in said.__struct_fields__})


def _held(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _work(operation: PlanOperation) -> dict[str, Any]:
    """What an operation consists of; empty predecessors say that it may be first."""
    found: dict[str, Any] = {}
    if operation.predecessors is not None:
        found["predecessors"] = list(operation.predecessors)
    if operation.equipment:
        found["equipment"] = list(operation.equipment)
    if operation.parameters:
        found["parameters"] = [_parameter(p) for p in operation.parameters]
    for name in ("materials", "steps"):
        if said := plain(getattr(operation, name)):
            found[name] = [_texts(one) for one in said]
    return found


def _parameter(one: ParameterFacts) -> dict[str, Any]:
    """Its limits with the digits they are written with."""
    shown = {side: one.shown(getattr(one, side)) for side in ("nominal", "lower", "upper")}
    said: dict[str, Any] = plain(one)
    return said | {side: text for side, text in shown.items() if text}


def _texts(said: dict[str, Any]) -> dict[str, Any]:
    return {k: decimal_text(v) if isinstance(v, Decimal) else v for k, v in said.items()}


def said_of(message: str, name: str) -> InvalidInput:
    """msgspec's message with our path in front: ``in revision.label: expected str, got int``."""
    place = _PLACE.search(message)
    path = place[1] if place else ""
    what = _PLACE.sub("", message).replace("`", "")
    words = _WORDS.get(_INDEX.sub("", path))
    if words is not None and what.startswith("Invalid enum value"):
        what += f"; expected one of {', '.join(words)}"
    where = f"{name}, {path}" if path else name
    return InvalidInput(f"{where}: {what[:1].lower()}{what[1:]}.", file=name, field=path)


def _filled(of: object, always: Iterable[str], where_said: Iterable[str]) -> dict[str, Any]:
    content = {field: _plain(of, field) for field in always}
    said = {field: _plain(of, field) for field in where_said}
    return content | {k: v for k, v in said.items() if v not in (None, "", [], False)}


def _plain(of: object, field: str) -> Any:
    value = getattr(of, field)
    match value:
        case Decimal() if isinstance(of, CharacteristicFacts):
            return of.shown(value)
        case Decimal():
            return decimal_text(value)
        case date():
            return value.isoformat()
        case tuple():
            return list(value)
        case _:
            return value
