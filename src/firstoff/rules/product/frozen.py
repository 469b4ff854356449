"""A characteristic as plain data, in a baseline and back.

What is unset of the fields that came later is not written: a definition that uses none of them
keeps the ID it had before they existed (R-11).
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from firstoff.rules.product.characteristics import CharacteristicFacts
from firstoff.terms import CharacteristicClass, CharacteristicKind, GeometricSymbol, LimitForm

_ALWAYS = (
    *("number", "name", "kind", "classification", "nominal", "lower", "upper", "unit"),
    *("method", "measured_as", "decimals"),
)
_WHERE_SET = (
    *("zone", "form", "symbol", "tolerance", "diametral", "material_condition", "datums"),
    *("gauge", "source_id"),
)
_DECIMALS = ("nominal", "lower", "upper", "tolerance")


def characteristic_content(found: CharacteristicFacts) -> dict[str, Any]:
    content = {name: getattr(found, name) for name in _ALWAYS}
    later = {name: getattr(found, name) for name in _WHERE_SET}
    return content | {name: value for name, value in later.items() if value}


def read_characteristic(data: Mapping[str, Any]) -> CharacteristicFacts:
    """From what ``characteristic_content`` gave, as JSON read it."""
    read = {name: None if (v := data.get(name)) is None else Decimal(v) for name in _DECIMALS}
    form, symbol = data.get("form"), data.get("symbol")
    return CharacteristicFacts(
        **{
            **data,
            **read,
            "kind": CharacteristicKind(data["kind"]),
            "classification": CharacteristicClass(data["classification"]),
            "form": LimitForm(form) if form else None,
            "symbol": GeometricSymbol(symbol) if symbol else None,
            "datums": tuple(data.get("datums", ())),
        }
    )
