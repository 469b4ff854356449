"""A part: what it says about itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from firstoff.errors import InvalidInput
from firstoff.rules.product.names import (
    LONGEST_PART_NUMBER,
    check_code,
    check_line,
    check_name,
    check_prose,
)
from firstoff.terms import Procurement

_LONGEST_NAME = 300


@dataclass(frozen=True, slots=True)
class PartFacts:
    """``value``: 10 k, 100 nF; ``package``: footprint, size, thread; ``unit``: pieces where empty.

    ``scheme``: key of how its revisions are labelled; the site's own where empty. ``attributes``:
    what its source said beside.
    """

    number: str
    name: str
    description: str = ""
    procurement: Procurement = Procurement.BUY
    unit: str = ""
    value: str = ""
    package: str = ""
    category: str = ""
    scheme: str = ""
    attributes: Mapping[str, object] = field(default_factory=dict)


def check_part(found: PartFacts) -> PartFacts:
    """The part, trimmed. Raises InvalidInput naming the field."""
    number = found.number.strip()
    check_code(number, "part number", longest=LONGEST_PART_NUMBER, field="number")
    lines = {
        name: check_line(getattr(found, name), name, longest=longest, field=name)
        for name, longest in (("unit", 20), ("value", 120), ("package", 200), ("category", 120))
    }
    if not isinstance(found.procurement, Procurement):
        raise InvalidInput(
            f"{found.procurement!r} is no way to get a part; expected "
            f"{', '.join(p.value for p in Procurement)}.",
            field="procurement",
        )
    return replace(
        found,
        number=number,
        name=check_name(found.name, "name", longest=_LONGEST_NAME, field="name"),
        description=check_prose(found.description, "description", field="description"),
        scheme=check_line(found.scheme, "scheme", longest=40, field="scheme"),
        unit=lines["unit"],
        value=lines["value"],
        package=lines["package"],
        category=lines["category"],
    )
