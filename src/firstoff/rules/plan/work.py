"""What an operation consists of: settings it holds, lines it consumes, steps it is done in.

These are the values of the baseline and of the definition file alike.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any

import msgspec
from msgspec.structs import replace

from firstoff.errors import InvalidInput
from firstoff.rules.product import check_line, check_name, check_number, check_prose

MOST_STEPS = 200  # of one operation
MOST_PICTURES = 6  # of one step
_LONGEST_TEXT = 4000
_LARGEST = Decimal(10) ** 9  # of a quantity
_MOST_DECIMALS = 9


class StepNeed(StrEnum):
    """What a step can be marked to carry (R-15)."""

    PICTURE = "picture"
    CAUTION = "caution"
    TOOL = "tool"
    TORQUE = "torque"
    PARAMETER = "parameter"
    CHECK = "check"  # a characteristic


class _Part(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    pass


class ParameterFacts(_Part, frozen=True):
    """A setting that an operation holds. None: no limit on that side. ``decimals``: digits after
    the point as they are written: 0.90 is not 0.9."""

    name: str
    unit: str = ""
    nominal: Decimal | None = None
    lower: Decimal | None = None
    upper: Decimal | None = None
    decimals: int = 0
    recorded: bool = True  # asked for at the line, unit by unit

    def written(self, value: Decimal | None) -> Decimal | None:
        """The number with the digits it is written with."""
        if value is None:
            return None
        exponent = value.as_tuple().exponent
        own = -exponent if isinstance(exponent, int) else 0
        return value.quantize(Decimal(1).scaleb(-max(self.decimals, own, 0)))

    def shown(self, value: Decimal | None) -> str:
        return "" if value is None else f"{self.written(value):f}"

    @property
    def limits(self) -> str:
        """``240 to 250 °C``, ``at most 80 °C``, or empty without limits."""
        unit = f"\u00a0{self.unit}" if self.unit else ""
        lower, upper = self.shown(self.lower), self.shown(self.upper)
        if lower and upper:
            return f"{lower} to {upper}{unit}"
        if lower:
            return f"at least {lower}{unit}"
        return f"at most {upper}{unit}" if upper else ""

    def __str__(self) -> str:
        aim = f"{self.shown(self.nominal)}\u00a0{self.unit}".strip() if self.nominal else ""
        limits = f"({self.limits})" if aim and self.limits else self.limits
        kept = "" if self.recorded else "not recorded"
        return ", ".join(
            t for t in (" ".join(w for w in (self.name, aim, limits) if w), kept) if t
        )


class MaterialUse(_Part, frozen=True):
    """A line of the bill of materials that an operation consumes.

    ``line``: its place in the list, from 1; 0 where it is named by find number or part alone.
    """

    line: int = 0
    part: str = ""
    find_number: str = ""
    quantity: Decimal | None = None  # None: all that the line holds

    @property
    def name(self) -> str:
        """``30 R-0402``: find number, or place, and part."""
        return f"{self.find_number or self.line or ''} {self.part}".strip()

    def __str__(self) -> str:
        return f"{self.name} × {self.quantity:f}" if self.quantity is not None else self.name


class Picture(_Part, frozen=True):
    """A version of a document, found by its content."""

    sha256: str
    document: str  # its number
    version: str

    def __str__(self) -> str:
        return f"{self.document} {self.version}"


class StepFacts(_Part, frozen=True):
    """One step of a work instruction. ``asks``: what it is marked to carry (R-15)."""

    text: str
    caution: str = ""
    tool: str = ""
    torque: str = ""  # 0.6 N·m ± 0.05
    characteristic: str = ""  # number of what it checks
    parameter: str = ""  # name of what it sets
    asks: tuple[StepNeed, ...] = ()
    pictures: tuple[Picture, ...] = ()

    @property
    def lacks(self) -> tuple[StepNeed, ...]:
        """What it is marked to carry and does not."""
        carried = {
            StepNeed.PICTURE: self.pictures,
            StepNeed.CAUTION: self.caution,
            StepNeed.TOOL: self.tool,
            StepNeed.TORQUE: self.torque,
            StepNeed.PARAMETER: self.parameter,
            StepNeed.CHECK: self.characteristic,
        }
        return tuple(need for need in StepNeed if need in self.asks and not carried[need])

    def __str__(self) -> str:
        beside = (
            *((f"caution: {self.caution}",) if self.caution else ()),
            *(text for text in (self.tool, self.torque) if text),
            *((f"checks {self.characteristic}",) if self.characteristic else ()),
            *((f"sets {self.parameter}",) if self.parameter else ()),
            *map(str, self.pictures),
        )
        return f"{self.text} [{'; '.join(beside)}]" if beside else self.text


def plain(value: Any) -> Any:
    """Values of a definition as plain data, decimals kept; what is unset is left out.

    msgspec leaves out what *is* its default; here what equals it, so that 0.000 is 0.
    """
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    if not isinstance(value, msgspec.Struct):
        return value
    unset = _defaults(type(value))
    held = ((name, getattr(value, name)) for name in value.__struct_fields__)
    return {name: plain(v) for name, v in held if name not in unset or v != unset[name]}


@cache
def _defaults(kind: type[msgspec.Struct]) -> Mapping[str, Any]:
    found = {}
    for one in msgspec.structs.fields(kind):
        if one.default is not msgspec.NODEFAULT:
            found[one.name] = one.default
        elif one.default_factory is not msgspec.NODEFAULT:
            found[one.name] = one.default_factory()
    return found


def check_parameters(found: Sequence[ParameterFacts], what: str) -> tuple[ParameterFacts, ...]:
    """The parameters of an operation, trimmed, each name once. Raises InvalidInput.

    what: ``operation 20``."""
    checked, seen = [], set()
    for one in found:
        trimmed = _parameter(one, what)
        if trimmed.name.casefold() in seen:
            raise InvalidInput(
                f"The parameter {trimmed.name} of {what} is there twice.", field="parameters"
            )
        seen.add(trimmed.name.casefold())
        checked.append(trimmed)
    return tuple(checked)


def _parameter(one: ParameterFacts, what: str) -> ParameterFacts:
    name = check_name(one.name, f"name of a parameter of {what}", field="parameters")
    if len(name) > 120:
        raise InvalidInput(
            f"The name of a parameter of {what} has {len(name)} characters; expected at most 120.",
            field="parameters",
        )
    if not 0 <= one.decimals <= _MOST_DECIMALS:
        raise InvalidInput(
            f"{name} of {what} has {one.decimals} decimals; expected 0 to {_MOST_DECIMALS}.",
            field="parameters",
        )
    for side in ("nominal", "lower", "upper"):
        value = getattr(one, side)
        if value is not None:
            check_number(value, f"{side} of {name} of {what}", field="parameters")
    low, high = one.lower, one.upper
    if low is not None and high is not None and low > high:
        raise InvalidInput(
            f"The limits of {name} of {what} are {low:f} to {high:f}: the lower one is above.",
            field="parameters",
        )
    unit = check_line(one.unit, f"unit of {name}", longest=20, field="parameters")
    return replace(one, name=name, unit=unit, decimals=_decimals(one))


def _decimals(one: ParameterFacts) -> int:
    """As many as the numbers were written with, or more where more were asked for."""
    written = [one.decimals]
    for value in (one.nominal, one.lower, one.upper):
        exponent = value.as_tuple().exponent if value is not None else 0
        written.append(-exponent if isinstance(exponent, int) else 0)
    return max(written)


def check_materials(found: Sequence[MaterialUse], what: str) -> tuple[MaterialUse, ...]:
    """The lines that an operation consumes, in their order, each once. Raises InvalidInput."""
    seen = set()
    for one in found:
        named = (one.line, one.find_number, one.part)
        if not any(named):
            raise InvalidInput(
                f"A consumed line of {what} names neither a line nor a part.", field="materials"
            )
        if named in seen:
            raise InvalidInput(f"Line {one.name} is consumed twice by {what}.", field="materials")
        seen.add(named)
        quantity = one.quantity
        if quantity is not None and not (quantity.is_finite() and 0 < quantity < _LARGEST):
            raise InvalidInput(
                f"The quantity of line {one.name} at {what} is {quantity}; expected above 0.",
                way_out="Leave it empty where all of the line is consumed.",
                field="materials",
            )
    return tuple(sorted(found, key=lambda m: (m.line, m.find_number, m.part)))


def check_steps(
    found: Sequence[StepFacts], parameters: Iterable[ParameterFacts], what: str
) -> tuple[StepFacts, ...]:
    """The steps of an operation, trimmed. Raises InvalidInput naming the step, from 1."""
    if len(found) > MOST_STEPS:
        raise InvalidInput(
            f"{what.capitalize()} has {len(found)} steps; expected at most {MOST_STEPS}.",
            way_out="Make two operations of it.",
            field="steps",
        )
    names = {p.name.casefold(): p.name for p in parameters}
    return tuple(
        check_step(one, names, f"step {place} of {what}")
        for place, one in enumerate(found, start=1)
    )


def check_step(one: StepFacts, names: dict[str, str], what: str) -> StepFacts:
    """One step. names: the operation's parameters by their small letters. Raises InvalidInput."""
    said = {
        name: check_line(getattr(one, name), f"{name} of {what}", longest=longest, field="steps")
        for name, longest in (("tool", 200), ("torque", 60), ("characteristic", 20))
    }
    for name in ("text", "caution"):
        said[name] = check_prose(getattr(one, name), f"{name} of {what}", field="steps")
        if len(said[name]) > _LONGEST_TEXT:
            raise InvalidInput(
                f"The {name} of {what} has {len(said[name]):,} characters; expected at most "
                f"{_LONGEST_TEXT:,}.",
                way_out="Make two steps of it.",
                field="steps",
            )
    if not said["text"]:
        raise InvalidInput(f"{what.capitalize()} has no text.", field="steps")
    parameter = one.parameter.strip()
    if parameter and parameter.casefold() not in names:
        known = ", ".join(names.values()) or "none"
        raise InvalidInput(
            f"{what.capitalize()} sets {parameter}, which is no parameter of the operation.",
            way_out=f"It has: {known}.",
            field="steps",
        )
    if len(one.pictures) > MOST_PICTURES:
        raise InvalidInput(
            f"{what.capitalize()} has {len(one.pictures)} pictures; expected at most "
            f"{MOST_PICTURES}.",
            field="steps",
        )
    asks = tuple(need for need in StepNeed if need in set(one.asks))
    pictures = tuple(sorted(set(one.pictures), key=lambda p: (p.document, p.version, p.sha256)))
    return replace(
        one, **said, parameter=names.get(parameter.casefold(), ""), asks=asks, pictures=pictures
    )
