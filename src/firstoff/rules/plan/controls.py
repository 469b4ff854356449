"""The control plan: how each characteristic and each setting is held where it is made.

AIAG control plan, 1st ed. 2024. A line names a characteristic or a process parameter of an
operation; what it has to be is what the one list, or the operation, says: no limit is repeated.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from firstoff.errors import InvalidInput
from firstoff.rules.plan.frozen import FrozenControl
from firstoff.rules.plan.process import PlanOperation
from firstoff.rules.plan.work import ParameterFacts
from firstoff.rules.product import CharacteristicFacts, at_row, check_line, check_prose
from firstoff.terms import CharacteristicClass

PHASES: Mapping[str, str] = {
    "prototype": "Prototype",
    "pre_launch": "Pre-launch",
    "safe_launch": "Safe launch",
    "production": "Production",
}
USUAL_PHASES = ("pre_launch", "safe_launch", "production")
# What a customer marks: CC and SC of the AIAG manuals.
SPECIAL: Mapping[CharacteristicClass, str] = {
    CharacteristicClass.CRITICAL: "CC",
    CharacteristicClass.MAJOR: "SC",
    CharacteristicClass.MINOR: "",
}
HEADER: Mapping[str, str] = {
    "number": "Control plan number",
    "contact": "Key contact / phone",
    "team": "Core team",
    "customer_engineering": "Customer engineering approval / date (if required)",
    "supplier": "Supplier / plant and supplier code",
    "supplier_approval": "Supplier / plant approval / date",
    "customer_quality": "Customer quality approval / date (if required)",
    "other_approval": "Other approval / date",
}
MOST_CONTROLS = 1000  # of one plan
_LINES = {
    "technique": ("evaluation technique", 200),
    "sample_size": ("sample size", 60),
    "frequency": ("frequency", 120),
    "method": ("control method", 200),
    "error_proofing": ("error proofing", 200),
    "reaction_owner": ("owner of the reaction plan", 120),
}


@dataclass(frozen=True, slots=True)
class ControlSeen:
    """A line as somebody saw it, for ``state_of``."""

    facts: FrozenControl


@dataclass(frozen=True, slots=True)
class ControlRow:
    """A line as it is read: with what the operation and the list say of it."""

    control: FrozenControl
    operation: PlanOperation
    characteristic: CharacteristicFacts | None
    parameter: ParameterFacts | None

    @property
    def machines(self) -> str:
        """Work centre, jig and equipment that the operation names."""
        one = self.operation
        return ", ".join(t for t in (one.work_centre, one.jig, *one.equipment) if t)

    @property
    def special(self) -> str:
        return SPECIAL[self.characteristic.classification] if self.characteristic else ""

    @property
    def specification(self) -> str:
        if self.characteristic is not None:
            return self.characteristic.requirement
        if self.parameter is None:
            return ""
        one = self.parameter
        aim = (
            f"{one.shown(one.nominal)}\u00a0{one.unit}".strip() if one.nominal is not None else ""
        )
        return f"{aim} ({one.limits})" if aim and one.limits else aim or one.limits

    @property
    def control_method(self) -> str:
        return "; ".join(t for t in (self.control.method, self.control.error_proofing) if t)


def check_controls(
    found: Sequence[FrozenControl],
    operations: Iterable[PlanOperation],
    characteristics: Iterable[CharacteristicFacts],
) -> tuple[FrozenControl, ...]:
    """All lines of a plan, trimmed, by operation and as they were given within one. Raises
    InvalidInput naming the field, and the line from 0 in ``row``."""
    if len(found) > MOST_CONTROLS:
        raise InvalidInput(
            f"The control plan has {len(found):,} lines; expected at most {MOST_CONTROLS:,}.",
            field="controls",
        )
    by_seq = {o.seq: o for o in operations}
    numbers = {c.number for c in characteristics}
    seen: set[object] = set()
    checked = []
    for row, one in enumerate(found):
        with at_row(row):
            made = _checked(one, by_seq, numbers)
            same = (made.operation, made.characteristic, made.parameter, made.technique)
            if same in seen:
                raise InvalidInput(
                    f"Operation {made.operation} controls {_thing(made)} by the same technique "
                    "twice.",
                    field="technique",
                )
        seen.add(same)
        checked.append(made)
    return tuple(sorted(checked, key=lambda c: c.operation))


def _checked(
    one: FrozenControl, operations: Mapping[int, PlanOperation], numbers: set[str]
) -> FrozenControl:
    operation = operations.get(one.operation)
    if operation is None:
        raise InvalidInput(f"The plan has no operation {one.operation}.", field="operation")
    number, name = one.characteristic.strip(), one.parameter.strip()
    if bool(number) == bool(name):
        raise InvalidInput(
            "A line controls a characteristic or a process parameter; expected one of them.",
            field="characteristic",
        )
    if number and number not in numbers:
        raise InvalidInput(
            f"The revision has no characteristic {number[:40]}.", field="characteristic"
        )
    if name and name not in {p.name for p in operation.parameters}:
        raise InvalidInput(
            f"Operation {operation.seq} has no process parameter {name[:60]!r}.",
            field="parameter",
        )
    texts = {
        field: check_line(getattr(one, field), word, longest=longest, field=field)
        for field, (word, longest) in _LINES.items()
    }
    reaction = check_prose(one.reaction_plan, "reaction plan", field="reaction_plan")
    return replace(
        one,
        characteristic=number,
        parameter=name,
        phases=check_phases(one.phases),
        reaction_plan=reaction,
        **texts,
    )


def check_phases(phases: Iterable[str]) -> tuple[str, ...]:
    """In their order, each once. Raises InvalidInput."""
    given = set(phases)
    odd = sorted(given - set(PHASES))
    if odd or not given:
        raise InvalidInput(
            f"The phase is {odd[0][:40] if odd else 'not said'}; expected some of "
            f"{', '.join(PHASES)}.",
            field="phases",
        )
    return tuple(p for p in PHASES if p in given)


def proposed_controls(
    held: Sequence[FrozenControl],
    operations: Iterable[PlanOperation],
    characteristics: Iterable[CharacteristicFacts],
) -> tuple[FrozenControl, ...]:
    """The lines with one for each characteristic that an operation checks and for each of its
    parameters that none controls yet. What is there stays as it is.

    The reaction to a value out of limits is left to a person: nothing that is recorded says it.
    """
    known = {c.number: c for c in characteristics}
    found = list(held)
    for operation in operations:
        there = {_key(c) for c in held if c.operation == operation.seq}
        for number in operation.characteristics:
            if ("characteristic", number) not in there and number in known:
                found.append(_for_characteristic(operation, known[number]))
        for parameter in operation.parameters:
            if ("parameter", parameter.name) not in there:
                found.append(_for_parameter(operation, parameter))
    return tuple(sorted(found, key=lambda c: c.operation))


def _key(one: FrozenControl) -> tuple[str, str]:
    if one.characteristic:
        return "characteristic", one.characteristic
    return "parameter", one.parameter


def _for_characteristic(operation: PlanOperation, one: CharacteristicFacts) -> FrozenControl:
    # The line asks for what an operation checks on each unit.
    return FrozenControl(
        operation=operation.seq,
        characteristic=one.number,
        phases=USUAL_PHASES,
        technique=_technique(one)[:200],
        sample_size="1",
        frequency="each unit",
        method="Recorded at the line",
    )


def _technique(one: CharacteristicFacts) -> str:
    if one.gauge and one.gauge in one.method:
        return one.method
    return ", ".join(t for t in (one.method, one.gauge) if t)


def _for_parameter(operation: PlanOperation, one: ParameterFacts) -> FrozenControl:
    return FrozenControl(
        operation=operation.seq,
        parameter=one.name,
        phases=USUAL_PHASES,
        sample_size="1",
        frequency="each unit" if one.recorded else "each setup",
        method="Recorded at the line" if one.recorded else "Set before the run",
    )


def control_rows(
    controls: Iterable[FrozenControl],
    operations: Iterable[PlanOperation],
    characteristics: Iterable[CharacteristicFacts],
    *,
    phase: str = "",
) -> tuple[ControlRow, ...]:
    """The lines as they are read; of one phase alone, where it is named."""
    by_seq = {o.seq: o for o in operations}
    known = {c.number: c for c in characteristics}
    return tuple(
        ControlRow(
            one,
            operation,
            known.get(one.characteristic),
            next((p for p in operation.parameters if p.name == one.parameter), None),
        )
        for one in controls
        if (operation := by_seq.get(one.operation)) is not None
        and (not phase or phase in one.phases)
    )


def control_gaps(
    controls: Sequence[FrozenControl],
    operations: Sequence[PlanOperation],
    characteristics: Sequence[CharacteristicFacts],
) -> tuple[str, ...]:
    """What the control plan lacks, a sentence each."""
    gaps = []
    for operation in operations:
        there = {_key(c) for c in controls if c.operation == operation.seq}
        wanted = [("characteristic", n) for n in operation.characteristics]
        wanted += [("parameter", p.name) for p in operation.parameters]
        for kind, name in wanted:
            if (kind, name) not in there:
                gaps.append(f"Operation {operation.label} does not control {kind} {name}.")
    held = {c.characteristic for c in controls}
    checked = {n for o in operations for n in o.characteristics}
    for one in characteristics:
        critical = one.classification is CharacteristicClass.CRITICAL
        if critical and one.number not in held | checked:
            gaps.append(f"{one.label} is critical and no operation controls it.")
    for control in controls:
        lacks = [
            word
            for word, said in (
                ("technique", control.technique),
                ("reaction plan", control.reaction_plan),
                ("owner of the reaction", control.reaction_owner),
            )
            if not said
        ]
        if lacks:
            gaps.append(
                f"Operation {control.operation}, {_thing(control)}: no {', no '.join(lacks)}."
            )
    return tuple(gaps)


def _thing(one: FrozenControl) -> str:
    return f"characteristic {one.characteristic}" if one.characteristic else one.parameter


def check_header(said: Mapping[str, str], known: Iterable[str]) -> dict[str, str]:
    """What a person wrote into the head of a form; what is empty is left out. Raises
    InvalidInput."""
    fields = tuple(known)
    for name in said:
        if name not in fields:
            raise InvalidInput(
                f"The head has no field {name[:40]!r}.",
                way_out=f"Expected one of {', '.join(fields)}.",
                field=name[:40],
            )
    found = {n: check_line(said.get(n, ""), n.replace("_", " "), field=n) for n in fields}
    return {name: text for name, text in found.items() if text}
