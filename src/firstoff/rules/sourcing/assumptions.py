"""What a cost rests on beside material, as it is stored and handed in: plain texts (R-80)."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from firstoff.errors import InvalidInput
from firstoff.rules.sourcing.cost import Way, Yield, check_way

MONEY = (
    *("labour_minutes", "labour_rate", "test_minutes", "test_rate", "test_cost"),
    *("other_each", "reject_cost", "setup", "tooling", "nre"),
)
YIELDS = ("yield_likely", "yield_low", "yield_high")
COUNTS = ("batch", "tool_life")
FIELDS = (*MONEY, *YIELDS, *COUNTS)
_LARGEST = Decimal(10) ** 12


def read_way(name: str, given: Mapping[str, Any]) -> Way:
    """A way of making it out of texts; what is left out or empty is 0, or not said. Yields are
    fractions. Raises InvalidInput naming the field."""
    unknown = sorted(set(given) - set(FIELDS))
    if unknown:
        raise InvalidInput(
            f"There is no assumption {unknown[0][:40]!r}; expected one of {', '.join(FIELDS)}.",
            field=unknown[0],
        )
    said = {key: value for key, value in given.items() if value not in (None, "")}
    numbers = {key: _number(key, value) for key, value in said.items()}
    likely = numbers.get("yield_likely", Decimal(1))
    money: dict[str, Any] = {key: numbers[key] for key in MONEY if key in numbers}
    way = Way(
        name,
        yields=Yield(likely, numbers.get("yield_low"), numbers.get("yield_high")),
        batch=_count("batch", numbers),
        tool_life=_count("tool_life", numbers),
    )
    return check_way(replace(way, **money))


def write_way(way: Way) -> dict[str, str]:
    """The texts of a way, those that say something."""
    found: dict[str, Decimal | int | None] = {name: getattr(way, name) for name in MONEY}
    found["yield_likely"] = way.yields.likely
    found["yield_low"], found["yield_high"] = way.yields.low, way.yields.high
    found["batch"], found["tool_life"] = way.batch, way.tool_life
    return {key: f"{Decimal(v).normalize():f}" for key, v in found.items() if v}


def _number(key: str, value: object) -> Decimal:
    try:
        found = Decimal(str(value).strip())
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or abs(found) > _LARGEST or len(str(value)) > 40:
        raise InvalidInput(
            f"{key.replace('_', ' ')} is {str(value)[:40]!r}; expected a plain number.", field=key
        )
    return found


def _count(key: str, numbers: Mapping[str, Decimal]) -> int | None:
    found = numbers.get(key)
    if found is None:
        return None
    if found != found.to_integral_value():
        raise InvalidInput(
            f"{key.replace('_', ' ')} is {found}; expected a whole number.", field=key
        )
    return int(found)
