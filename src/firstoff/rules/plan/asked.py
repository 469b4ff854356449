"""Process parameters that an operation asks for: its own, and lines of its instruction.

A line of the instruction that begins "Record:" asks too: ``Record: Peak temperature 240 to
250 °C``, ``Record: Torque at least 1.2 N·m``, ``Record: Oven at most 80 °C``,
``Record: Humidity``.
Both are frozen with the baseline, so what is asked for, and within which limits, is what was
released.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from firstoff.errors import InvalidInput
from firstoff.rules.plan.work import ParameterFacts

_LINE = re.compile(r"^[ \t]*record:[ \t]*(?P<said>.*?)[ \t]*$", re.IGNORECASE | re.MULTILINE)
_NUMBER = r"[+\-\u2212]?\d+(?:[.,]\d+)?"
_LIMITS = re.compile(
    rf"(?:^|\s)(?:(?P<low>{_NUMBER})\s+to\s+(?P<high>{_NUMBER})"
    rf"|at\s+least\s+(?P<least>{_NUMBER})|at\s+most\s+(?P<most>{_NUMBER}))"
    r"(?:\s*(?P<unit>\S.{0,19}))?$",
    re.IGNORECASE,
)
_LONGEST = 120


@dataclass(frozen=True, slots=True)
class AskedParameter:
    """A parameter by name, with the limits it is judged by; None: no limit on that side."""

    name: str
    lower: Decimal | None = None
    upper: Decimal | None = None
    unit: str = ""
    number: int = 0  # its place among those of the operation, from 1

    @property
    def limits(self) -> str:
        """As a person reads them: ``240 to 250``."""
        if self.lower is not None and self.upper is not None:
            return f"{self.lower:f} to {self.upper:f}"
        if self.lower is not None:
            return f"at least {self.lower:f}"
        return "" if self.upper is None else f"at most {self.upper:f}"

    def outside(self, value: Decimal) -> bool:
        below = self.lower is not None and value < self.lower
        return below or (self.upper is not None and value > self.upper)


def asked_parameters(instruction: str) -> tuple[AskedParameter, ...]:
    """What the instruction asks for, in its order, each once; lines that say nothing are none."""
    found: dict[str, AskedParameter] = {}
    for said in _lines(instruction):
        try:
            one = _read(said)
        except InvalidInput:
            continue
        found.setdefault(one.name, one)
    return tuple(replace(one, number=n) for n, one in enumerate(found.values(), start=1))


@lru_cache(maxsize=1024)  # asked for with every record of an operation
def asked_by(
    parameters: tuple[ParameterFacts, ...], instruction: str
) -> tuple[AskedParameter, ...]:
    """What an operation asks for: its recorded parameters, then what its instruction adds.

    A parameter and a line of the same name are one: the limits of the parameter hold."""
    found = {
        p.name.casefold(): AskedParameter(p.name, p.written(p.lower), p.written(p.upper), p.unit)
        for p in parameters
        if p.recorded
    }
    for one in asked_parameters(instruction):
        found.setdefault(one.name.casefold(), one)
    return tuple(replace(one, number=n) for n, one in enumerate(found.values(), start=1))


def check_asked(instruction: str, what: str) -> None:
    """Raises InvalidInput naming the line that asks for nothing, or for what cannot be."""
    seen: set[str] = set()
    for said in _lines(instruction):
        try:
            one = _read(said)
        except InvalidInput as error:
            raise InvalidInput(f"{what}: {error.message}", field="instruction") from error
        if one.name in seen:
            raise InvalidInput(f"{what} asks for {one.name} twice.", field="instruction")
        seen.add(one.name)


def check_answers(
    asked: Sequence[AskedParameter], given: Mapping[str, Decimal], *, passing: bool
) -> None:
    """Raises InvalidInput where an operation would pass without what it asks for, or outside its
    limits (R-34). Outside them it is recorded as failed."""
    if not passing:
        return
    for one in asked:
        value = given.get(one.name)
        if value is None:
            raise InvalidInput(
                f"{one.name} is asked for here and not entered.", field=f"p-{one.number}"
            )
        check_reading(one, value, field=f"p-{one.number}")


def check_reading(one: AskedParameter, value: Decimal, *, field: str) -> None:
    """Raises InvalidInput (R-34) where a value that passes lies outside the limits."""
    if one.outside(value):
        raise InvalidInput(
            f"{one.name} is {value:f} {one.unit}".rstrip()
            + f"; expected {one.limits}. Outside its limits the operation does not pass.",
            way_out="Record it as failed, or enter what was read.",
            field=field,
            code="R-34",
        )


def _lines(instruction: str) -> Iterator[str]:
    return (line["said"] for line in _LINE.finditer(instruction))


def _read(said: str) -> AskedParameter:
    limits = _LIMITS.search(said)
    name = (said[: limits.start()] if limits else said).strip(" ,;:")
    if not name or len(name) > _LONGEST or not name.isprintable():
        raise InvalidInput(
            f"The line {f'Record: {said}'[:80]!r} names no parameter; expected such as "
            "'Record: Peak temperature 240 to 250 °C'."
        )
    if limits is None:
        return AskedParameter(name)
    low, high = (
        _number(limits["low"] or limits["least"]),
        _number(limits["high"] or limits["most"]),
    )
    if low is not None and high is not None and low > high:
        raise InvalidInput(
            f"The limits of {name} are {low:f} to {high:f}: the lower one is above."
        )
    return AskedParameter(name, low, high, (limits["unit"] or "").strip())


def _number(text: str | None) -> Decimal | None:
    if text is None:
        return None
    try:
        return Decimal(text.replace(",", ".").replace("\u2212", "-"))
    except InvalidOperation as error:  # digits of another script
        raise InvalidInput(f"{text!r} is no number.") from error
