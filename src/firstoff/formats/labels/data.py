"""What stands on a label, whatever its template and size."""

import datetime
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelData:
    """What is empty is not printed; a template says what it needs.

    batch: the batch ID, on every label of what the batch made (R-66).
    lot: of incoming material; number: of a carton, a pallet, a place or a piece of equipment.
    quantity: exact, with its unit of measure.
    gtin: of 8 to 14 digits; where there is one the code is GS1, else one of our own.
    sscc: the 18 digits of a logistic unit.
    extra: lines as they are to be printed.
    marks: regulatory marks that are text, such as ``FCC ID: 2ABC-CC1``.
    """

    part: str = ""
    name: str = ""
    revision: str = ""
    serial: str = ""
    batch: str = ""
    lot: str = ""
    number: str = ""
    quantity: Decimal | int | None = None
    unit: str = ""
    date: datetime.date | None = None
    gtin: str = ""
    sscc: str = ""
    extra: tuple[str, ...] = ()
    marks: str = ""
