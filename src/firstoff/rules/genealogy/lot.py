"""A lot of material came in: it waits in quarantine (R-22)."""

from datetime import date
from typing import ClassVar

from firstoff.errors import InvalidInput
from firstoff.rules.genealogy.test import check_digest
from firstoff.rules.genealogy.values import Amount, Part, Posted, check_name, check_short
from firstoff.rules.supply import quantity


class Certificate(Part, frozen=True, kw_only=True):
    """A certificate by name, and the digest of its file."""

    name: str
    sha256: str = ""


class LotReceived(Posted, frozen=True, kw_only=True, tag="lot"):
    permission: ClassVar[str] = "lot.receive"

    part: str
    lot: str
    quantity: Amount
    unit: str = ""
    supplier: str = ""
    supplier_lot: str = ""
    date_code: str = ""
    manufacturer: str = ""
    mpn: str = ""
    certificate: Certificate | None = None
    expires: date | None = None
    receipt: str = ""
    order: str = ""  # number of the order that it came on

    def check(self) -> None:
        check_name(self.part, "part number", "part")
        check_name(self.lot, "lot", "lot")
        quantity(self.quantity, field="quantity", zero=True)
        for field, longest in _TEXTS:
            check_short(getattr(self, field), field.replace("_", " "), field, longest=longest)
        if self.manufacturer and not self.mpn:
            raise InvalidInput("A manufacturer is named without the part's MPN.", field="mpn")
        if self.certificate is not None:
            check_short(self.certificate.name, "certificate", "certificate.name", longest=300)
        if self.certificate is not None and self.certificate.sha256:
            check_digest(self.certificate.sha256, "certificate.sha256")


_TEXTS = (
    ("unit", 20),
    ("supplier", 200),
    ("supplier_lot", 120),
    ("date_code", 40),
    ("manufacturer", 200),
    ("mpn", 200),
    ("receipt", 120),
    ("order", 120),
)
