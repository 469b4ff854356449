"""The baseline that freezes a definition: its content, its identity, what stops it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import msgspec

from firstoff.errors import InvalidInput, Refused
from firstoff.rules import ledger
from firstoff.rules.plan.frozen import (
    Contents,
    FrozenAssembly,
    plain_contents,
    read_contents,
)
from firstoff.rules.plan.process import PlanOperation, seq_of, total_minutes
from firstoff.rules.plan.work import MaterialUse, ParameterFacts, StepFacts, plain
from firstoff.rules.product import (
    CharacteristicFacts,
    balloon_key,
    characteristic_content,
    characteristic_gaps,
    read_characteristic,
)
from firstoff.terms import (
    CharacteristicClass,
    CharacteristicKind,
    RevisionStatus,
)

FORMAT = "firstoff-baseline/1"


@dataclass(frozen=True, slots=True)
class BaselineFacts:
    """A frozen definition, read back from its content."""

    digest: str
    instruction: str  # digest of the instructions alone
    part: str
    part_name: str
    revision: str
    plan: str
    operations: tuple[PlanOperation, ...]
    characteristics: tuple[CharacteristicFacts, ...]
    contents: Contents = field(default_factory=Contents)
    assemblies: tuple[FrozenAssembly, ...] = ()  # parts made here, at any depth

    def characteristic(self, number: str) -> CharacteristicFacts | None:
        return next((c for c in self.characteristics if c.number == number), None)

    @property
    def measured(self) -> tuple[str, ...]:
        """Numbers of the characteristics whose capability a bar can ask for."""
        return tuple(
            c.number
            for c in self.characteristics
            if c.kind is CharacteristicKind.VARIABLE and c.limits
        )

    @property
    def standard_minutes(self) -> Decimal | None:
        """Sum of the standard times; None while one is missing."""
        return total_minutes(self.operations)


def instruction_digest(operations: Iterable[PlanOperation]) -> str:
    """The identity of the released instructions: what a unit has to be built to (R-33)."""
    return ledger.digest([_instructed(o) for o in sorted(operations, key=seq_of)])


def _instructed(operation: PlanOperation) -> dict[str, Any]:
    said: dict[str, Any] = {
        "seq": operation.seq,
        "name": operation.name,
        "instruction": operation.instruction,
        "caution": operation.caution,
    }
    return said | ({"steps": plain(operation.steps)} if operation.steps else {})


@dataclass(frozen=True, slots=True)
class AssemblyStand:
    """How a part made here stands. ``revision`` is empty where it has none; ``plan_status`` is
    None where it has no process plan: it is made by the plan of what it goes into."""

    part: str
    revision: str = ""
    status: RevisionStatus | str = RevisionStatus.DRAFT
    plan_status: RevisionStatus | str | None = None


def tree_stops(assemblies: Iterable[AssemblyStand], drafts: Iterable[str]) -> tuple[str, ...]:
    """What of the parts made here, and of what hangs on them, stops a freeze (R-11).

    drafts: procedures and inspection plans that exist as drafts alone, as people name them.
    """
    found = []
    for one in assemblies:
        if not one.revision:
            found.append(f"Part {one.part} is made here and has no revision.")
            continue
        name = f"Part {one.part} revision {one.revision}"
        if not _released(one.status):
            found.append(f"{name} is {_word(one.status)}; release it first.")
        if one.plan_status is not None and not _released(one.plan_status):
            found.append(
                f"The process plan of {_uncapped(name)} is {_word(one.plan_status)}; release it "
                "first."
            )
    found += [f"{what} is a draft; release it or discard it." for what in drafts]
    return tuple(found)


def _released(status: RevisionStatus | str) -> bool:
    return RevisionStatus(status) not in (RevisionStatus.DRAFT, RevisionStatus.IN_REVIEW)


def _uncapped(text: str) -> str:
    return text[:1].lower() + text[1:]


def _word(status: RevisionStatus | str) -> str:
    return "in review" if RevisionStatus(status) is RevisionStatus.IN_REVIEW else "a draft"


def freeze_stops(
    *,
    revision_status: RevisionStatus | str,
    plan_status: RevisionStatus | str,
    operations: Sequence[PlanOperation],
    characteristics: Iterable[CharacteristicFacts],
    tree: Iterable[str] = (),
) -> tuple[str, ...]:
    """What stops a freeze, one sentence each; empty when nothing does (R-11, R-13).

    tree: ``tree_stops`` of the parts made here. A missing jig or instruction does not stop it:
    gate 7 does, and the pilot is there to show it.
    """
    found = []
    for what, status in (("part revision", revision_status), ("process plan", plan_status)):
        if not _released(status):
            found.append(f"The {what} is {_word(status)}; release it first.")
    if not operations:
        found.append("The process plan has no operation.")
    for characteristic in characteristics:
        if characteristic.classification is CharacteristicClass.CRITICAL:
            found.extend(characteristic_gaps(characteristic))
    return (*found, *tree)


def check_freeze(stops: Iterable[str]) -> None:
    """Raises Refused (R-11) with everything that stops the freeze."""
    found = tuple(stops)
    if found:
        raise Refused(
            f"The definition cannot be frozen: {' '.join(found)}", code="R-11", stops=list(found)
        )


def baseline_content(
    *,
    part: str,
    part_name: str,
    revision: str,
    plan: str,
    operations: Sequence[PlanOperation],
    characteristics: Sequence[CharacteristicFacts],
    contents: Contents | None = None,
    assemblies: Sequence[FrozenAssembly] = (),
) -> dict[str, Any]:
    """The definition as plain data: its canonical JSON is what is frozen, its digest the ID.

    Nothing in here depends on when, where or by whom it was frozen, so that the same definition
    gives the same ID everywhere (R-11). What a definition does not use is not written.
    """
    content = _defined(part, part_name, revision, plan, operations, characteristics)
    content["format"] = FORMAT
    content["documents"] = {}  # a definition without any has always said so
    content.update(plain_contents(contents or Contents()))
    if assemblies:
        content["assemblies"] = [
            _defined(a.part, a.name, a.revision, a.plan, a.operations, a.characteristics)
            | plain_contents(a.contents)
            for a in sorted(assemblies, key=lambda a: (a.part, a.revision))
        ]
    return content


def _defined(
    part: str,
    part_name: str,
    revision: str,
    plan: str,
    operations: Iterable[PlanOperation],
    characteristics: Iterable[CharacteristicFacts],
) -> dict[str, Any]:
    return {
        "part": {"number": part, "name": part_name, "revision": revision},
        "plan": {
            "label": plan,
            "operations": [_operation_content(o) for o in sorted(operations, key=seq_of)],
        },
        "characteristics": [
            characteristic_content(c) for c in sorted(characteristics, key=_balloon)
        ],
    }


def read_baseline(content: str) -> BaselineFacts:
    """The frozen definition from its canonical JSON. Raises InvalidInput for another format."""
    data = json.loads(content)
    if data.get("format") != FORMAT:
        raise InvalidInput(f"This is no baseline: its format is {data.get('format')!r}.")
    top = _read_assembly(data)
    return BaselineFacts(
        digest=ledger.text_digest(content),
        instruction=instruction_digest(top.operations),
        part=top.part,
        part_name=top.name,
        revision=top.revision,
        plan=top.plan,
        operations=top.operations,
        characteristics=top.characteristics,
        contents=top.contents,
        assemblies=tuple(map(_read_assembly, data.get("assemblies", ()))),
    )


def _read_assembly(data: Mapping[str, Any]) -> FrozenAssembly:
    return FrozenAssembly(
        part=data["part"]["number"],
        name=data["part"]["name"],
        revision=data["part"]["revision"],
        plan=data["plan"]["label"],
        operations=tuple(map(_read_operation, data["plan"]["operations"])),
        characteristics=tuple(map(read_characteristic, data["characteristics"])),
        contents=read_contents(data),
    )


def _operation_content(operation: PlanOperation) -> dict[str, Any]:
    """What an operation does not use is not written: older definitions keep their ID."""
    said: dict[str, Any] = {
        "seq": operation.seq,
        "name": operation.name,
        "standard_minutes": operation.standard_minutes,
        "instruction": operation.instruction,
        "caution": operation.caution,
        "required_skill": operation.required_skill,
        "jig": operation.jig,
        "jig_not_needed": operation.jig_not_needed,
        "work_centre": operation.work_centre,
        "characteristics": sorted(operation.characteristics),
    }
    if operation.predecessors is not None:
        said["predecessors"] = sorted(operation.predecessors)
    if operation.equipment:
        said["equipment"] = sorted(operation.equipment)
    nested = {name: plain(getattr(operation, name)) for name in _NESTED}
    return said | {name: value for name, value in nested.items() if value}


_NESTED: Mapping[str, Any] = {
    "parameters": tuple[ParameterFacts, ...],
    "materials": tuple[MaterialUse, ...],
    "steps": tuple[StepFacts, ...],
}


def _read_operation(data: Mapping[str, Any]) -> PlanOperation:
    waits = data.get("predecessors")
    nested = {
        name: msgspec.convert(data[name], kind, strict=False)
        for name, kind in _NESTED.items()
        if name in data
    }
    return PlanOperation(
        **{
            **data,
            "standard_minutes": _decimal(data["standard_minutes"]),
            "characteristics": tuple(data["characteristics"]),
            "predecessors": None if waits is None else tuple(waits),
            "equipment": tuple(data.get("equipment", ())),
            **nested,
        }
    )


def _balloon(found: CharacteristicFacts) -> tuple[tuple[int, int, str], ...]:
    return balloon_key(found.number)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
