"""Columns that Django does not have."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

PLACES = 6
_STEP = Decimal(1).scaleb(-PLACES)


class QuantityField(models.BigIntegerField):  # type: ignore[type-arg]  # a Decimal outside
    """An exact quantity: a Decimal with up to six places, stored as whole millionths (R-67).

    SQLite would keep a decimal column as a binary float; integers add up exactly on both
    databases, and sums, comparisons and ``F`` expressions in SQL are those of the integers:
    read such a sum as ``Decimal(total).scaleb(-6)``.
    """

    description = "An exact quantity"

    def from_db_value(self, value: int | None, *_: Any) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-PLACES)

    def to_python(self, value: Any) -> Decimal | None:
        if value is None:
            return None
        try:
            number = value if isinstance(value, Decimal) else Decimal(value)
            exact = number.quantize(_STEP)
        except (InvalidOperation, TypeError, ValueError) as error:
            raise ValidationError(f"{value!r} is not a quantity") from error
        if exact != number:
            raise ValidationError(f"{value!r} has more than {PLACES} places")
        return exact

    def get_prep_value(self, value: Any) -> Any:
        if hasattr(value, "resolve_expression"):  # F("on_hand") and the like
            return value
        exact = self.to_python(value)
        return None if exact is None else int(exact.scaleb(PLACES))

    def formfield(self, **_: Any) -> None:  # no model forms here: doors read their own
        return None
