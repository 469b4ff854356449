"""How a site's parts, units, lots, packages and places are named in its events, and back.

A part that has a GTIN is named by GS1's rules, and so is a unit or lot whose serial or lot number
they allow; everything else by a private URI. Both ways need the same ``Naming``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from firstoff.errors import InvalidInput
from firstoff.formats.events.epcis.happenings import UnitName
from firstoff.formats.events.epcis.identifiers import (
    Item,
    Location,
    LogisticUnit,
    Lot,
    Name,
    OwnItem,
    OwnLot,
    OwnThing,
    base_of,
    named,
    uri_of,
)
from firstoff.formats.labels import gs1

_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Naming:
    """``base`` begins the site's private URIs; ``gtins`` are the GTINs of its parts, ``glns`` the
    GLNs of its sites, ``domain`` that of its Digital Links. Raises InvalidInput for a base that
    cannot begin a URI and for a GTIN or GLN with a wrong check digit."""

    base: str
    gtins: Mapping[str, str] = field(default_factory=lambda: _NONE)
    glns: Mapping[str, str] = field(default_factory=lambda: _NONE)
    domain: str = "https://id.gs1.org"
    _parts: Mapping[str, str] = field(init=False, repr=False, compare=False)
    _sites: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        gtins = {part: gs1.gtin14(gtin) for part, gtin in self.gtins.items()}
        for gln in self.glns.values():
            gs1.elements([("414", gln)])
        set_ = object.__setattr__
        set_(self, "base", base_of(self.base))
        set_(self, "gtins", MappingProxyType(gtins))
        set_(self, "_parts", {gtin: part for part, gtin in gtins.items()})
        set_(self, "_sites", {gln: site for site, gln in self.glns.items()})

    # ------------------------------------------------------------ names to URIs

    def unit(self, part: str, serial: str) -> str:
        gtin = self.gtins.get(part)
        return self._first(Item(gtin, serial) if gtin else None, OwnItem(part, serial))

    def lot(self, part: str, lot: str) -> str:
        gtin = self.gtins.get(part)
        return self._first(Lot(gtin, lot) if gtin else None, OwnLot(part, lot))

    def package(self, name: str) -> str:
        """An SSCC where the name is one."""
        digits = len(name) == 18 and name.isascii() and name.isdigit()
        return self._first(LogisticUnit(name) if digits else None, OwnThing("package", (name,)))

    def site(self, name: str) -> str:
        gln = self.glns.get(name)
        return self._first(Location(gln) if gln else None, OwnThing("site", (name,)))

    def thing(self, what: str, *names: str) -> str:
        return uri_of(OwnThing(what, names), self.base)

    def _first(self, official: Name | None, own: Name) -> str:
        if official is not None:
            try:
                return uri_of(official, domain=self.domain)
            except InvalidInput:  # a serial too long, or with letters that GS1 does not have
                pass
        return uri_of(own, self.base)

    # ------------------------------------------------------------ URIs to names

    def unit_of(self, uri: str) -> UnitName | None:
        match named(uri, self.base):
            case OwnItem(part, serial):
                return UnitName(part, serial)
            case Item(gtin, serial) if gtin in self._parts:
                return UnitName(self._parts[gtin], serial)
        return None

    def lot_of(self, uri: str) -> tuple[str, str] | None:
        """(part, lot)."""
        match named(uri, self.base):
            case OwnLot(part, lot):
                return part, lot
            case Lot(gtin, lot) if gtin in self._parts:
                return self._parts[gtin], lot
        return None

    def package_of(self, uri: str) -> str | None:
        match named(uri, self.base):
            case LogisticUnit(sscc):
                return sscc
            case OwnThing("package", (name,)):
                return name
        return None

    def site_of(self, uri: str) -> str | None:
        match named(uri, self.base):
            case Location(gln, "") if gln in self._sites:
                return self._sites[gln]
            case OwnThing("site", (name,)):
                return name
        return None

    def thing_of(self, what: str, uri: str) -> tuple[str, ...] | None:
        match named(uri, self.base):
            case OwnThing(found, names) if found == what:
                return names
        return None

    def why_not(self, uri: str) -> str:
        """Why a URI is no unit and no lot of ours, for a sentence."""
        match named(uri, self.base):
            case Item(gtin, _) | Lot(gtin, _):
                return f"no part has the GTIN {gtin}"
            case _:
                return f"{uri} is no unit, lot or package known here"
