"""Test procedures: steps with limits and what passes; which records were made to them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from msgspec.structs import replace

from firstoff.errors import InvalidInput
from firstoff.rules.plan.frozen import FrozenProcedure, FrozenTestStep
from firstoff.rules.product import (
    check_address,
    check_code,
    check_label,
    check_line,
    check_name,
    check_number,
    check_prose,
)

MOST_TEST_STEPS = 1000
_LONGEST_TEXT = 20_000


class MeasuredLimit(NamedTuple):
    """A measurement of a test record: its name there, and the limits it was judged by."""

    name: str
    lower: Decimal | None = None
    upper: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ProcedureSeen:
    """A procedure as somebody saw it, for ``state_of``."""

    facts: FrozenProcedure


def check_procedure(found: FrozenProcedure) -> FrozenProcedure:
    """The procedure, trimmed, if one can test by it. Raises InvalidInput naming the field, and
    the step from 1."""
    code = check_code(found.code, "code of the procedure", longest=60, field="code")
    check_address(code, "code of the procedure", field="code")
    if len(found.steps) > MOST_TEST_STEPS:
        raise InvalidInput(
            f"{code} has {len(found.steps):,} steps; expected at most {MOST_TEST_STEPS:,}.",
            field="steps",
        )
    steps = []
    seen: set[str] = set()
    for place, step in enumerate(found.steps, start=1):
        one = _check_step(step, f"step {place} of {code}", place)
        if one.name.casefold() in seen:
            raise InvalidInput(
                f"{code} measures {one.name!r} twice; records tell steps apart by their name.",
                field="name",
                step=place,
            )
        seen.add(one.name.casefold())
        steps.append(one)
    prose = {
        name: check_prose(getattr(found, name), f"{name.replace('_', ' ')} of {code}", field=name)
        for name in ("purpose", "equipment", "pass_criteria")
    }
    return replace(
        found,
        code=code,
        name=check_name(found.name, f"name of {code}", field="name"),
        label=check_label(found.label, "procedure", field="label"),
        steps=tuple(steps),
        **prose,
    )


def _check_step(one: FrozenTestStep, what: str, place: int) -> FrozenTestStep:
    try:
        return _trimmed(one, what)
    except InvalidInput as error:
        raise InvalidInput(
            error.message, way_out=error.way_out, **{**error.details, "step": place}
        ) from error


def _trimmed(one: FrozenTestStep, what: str) -> FrozenTestStep:
    name = check_name(one.name, f"name of {what}", field="name")
    for side in ("lower", "upper"):
        check_number(getattr(one, side), f"The {side} limit of {what}", field=side)
    if one.lower is not None and one.upper is not None and one.lower > one.upper:
        raise InvalidInput(
            f"The limits of {what} are {one.lower:f} to {one.upper:f}: the lower one is above.",
            field="lower",
        )
    limited = one.lower is not None or one.upper is not None
    if limited and one.expected.strip():
        raise InvalidInput(
            f"{what[:1].upper()}{what[1:]} has limits and expects {one.expected.strip()!r}; "
            "a number or a word, not both.",
            field="expected",
        )
    text = check_prose(one.instruction, f"instruction of {what}", field="instruction")
    if len(text) > _LONGEST_TEXT:
        raise InvalidInput(
            f"The instruction of {what} has {len(text):,} characters; expected at most "
            f"{_LONGEST_TEXT:,}.",
            field="instruction",
        )
    return replace(
        one,
        name=name,
        instruction=text,
        unit=check_line(one.unit, f"unit of {what}", longest=20, field="unit"),
        expected=check_line(one.expected, f"what {what} expects", longest=200, field="expected"),
        characteristic=one.characteristic.strip(),
        decimals=min(9, max(one.decimals, *(_written(v) for v in (one.lower, one.upper)))),
    )


def _written(value: Decimal | None) -> int:
    exponent = value.as_tuple().exponent if value is not None else 0
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0


def limits_of(step: FrozenTestStep) -> str:
    """``4.90 to 5.10 V``, ``at most 0.5 A``, what is expected, or empty."""
    unit = f"\u00a0{step.unit}" if step.unit else ""
    lower, upper = (
        "" if v is None else f"{v:.{max(step.decimals, _written(v))}f}"
        for v in (step.lower, step.upper)
    )
    if lower and upper:
        return f"{lower} to {upper}{unit}"
    if lower:
        return f"at least {lower}{unit}"
    return f"at most {upper}{unit}" if upper else step.expected


def procedure_gaps(found: FrozenProcedure) -> tuple[str, ...]:
    """What it lacks, one sentence each: a step that says nothing of what passes."""
    gaps = [
        f"Step {place}, {step.name}, has no limits and says not what is expected."
        for place, step in enumerate(found.steps, start=1)
        if not limits_of(step)
    ]
    if not found.pass_criteria.strip():
        gaps.append("It does not say when the unit has passed.")
    return tuple(gaps)


def procedure_release_stops(found: FrozenProcedure) -> tuple[str, ...]:
    """What stops it from being released."""
    return procedure_gaps(found) if found.steps else ("It has no step.",)


def made_to(found: FrozenProcedure, name: str, measured: Sequence[MeasuredLimit]) -> bool:
    """Whether test records that say this were made to the procedure: called like it, and each of
    its numeric steps measured under its name with the same limits."""
    if name.casefold() not in (found.code.casefold(), found.name.casefold()):
        return False
    held = {one.name.casefold(): (one.lower, one.upper) for one in measured}
    return all(
        held.get(step.name.casefold()) == (step.lower, step.upper) for step in _numeric(found)
    )


def _numeric(found: FrozenProcedure) -> Iterable[FrozenTestStep]:
    return (s for s in found.steps if s.lower is not None or s.upper is not None)
