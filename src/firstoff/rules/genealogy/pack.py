"""Units into a carton, cartons onto a pallet."""

from firstoff.errors import InvalidInput
from firstoff.rules.genealogy.values import Posted, UnitName, check_name, need_unit
from firstoff.terms import PackageKind


class HasContents(Posted, frozen=True, kw_only=True):
    """A record that names units and packages."""

    units: tuple[UnitName, ...] = ()
    packages: tuple[str, ...] = ()
    part: str = ""
    batch: str = ""


class Packed(HasContents, frozen=True, kw_only=True, tag="pack"):
    """``part`` and ``batch`` hold for the units that name no part of their own."""

    package: str
    package_kind: PackageKind | None = None  # a carton where nothing is said

    def check(self) -> None:
        check_name(self.package, "package", "package")
        check_contents(self)
        if not self.units and not self.packages:
            raise InvalidInput(
                f"Nothing is packed into {self.package}.",
                way_out="Expected units or packages.",
                field="units",
            )
        if self.package in self.packages:
            raise InvalidInput(f"{self.package} would be packed into itself.", field="packages")


def check_contents(record: HasContents) -> None:
    """Raises InvalidInput naming the unit or package that cannot be meant, or is named twice."""
    for place, unit in enumerate(record.units):
        check_name(unit.serial, "serial number", f"units[{place}].serial")
        need_unit(unit.part or record.part, unit.serial, record.batch, field=f"units[{place}]")
    for place, code in enumerate(record.packages):
        check_name(code, "package", f"packages[{place}]")
    for field, names in (
        ("units", [(u.part, u.serial) for u in record.units]),
        ("packages", [(code, "") for code in record.packages]),
    ):
        if len(set(names)) < len(names):
            twice = next(n for n in names if names.count(n) > 1)
            raise InvalidInput(f"{twice[1] or twice[0]} is named twice.", field=field)
