"""What a program says about itself."""

from dataclasses import dataclass, replace
from datetime import date

from firstoff.errors import InvalidInput
from firstoff.rules.product.names import check_address, check_currency, check_name, check_prose

_LARGEST_QUANTITY = 1_000_000_000


@dataclass(frozen=True, slots=True)
class ProgramFacts:
    """What a program says about itself. ``first_quantity`` is what somebody is owed."""

    code: str
    name: str
    description: str = ""
    first_quantity: int | None = None
    due: date | None = None
    currency: str = "USD"


def check_program(found: ProgramFacts) -> ProgramFacts:
    """The program, trimmed. Raises InvalidInput naming the field."""
    quantity = found.first_quantity
    if quantity is not None and not 1 <= quantity <= _LARGEST_QUANTITY:
        raise InvalidInput(
            f"The first quantity is {quantity:,}; expected 1 to {_LARGEST_QUANTITY:,}.",
            field="first_quantity",
        )
    return replace(
        found,
        code=check_address(found.code.strip(), "program code", field="code"),
        name=check_name(found.name, "name"),
        description=check_prose(found.description, "description"),
        currency=check_currency(found.currency),
    )
