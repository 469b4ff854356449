"""Which tool wrote a table, by its headers: for people, and to remember a mapping per source.

Reading does not depend on it: an unknown tool's table is read alike.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from firstoff.formats.bom.layout import Layout

Headers = frozenset[str]


@dataclass(frozen=True, slots=True)
class Dialect:
    """``holds``: asked with the headers, letters and digits only, in lower case."""

    name: str
    label: str
    holds: Callable[[Headers, Layout], bool]


def _any(*words: str) -> Callable[[Headers, Layout], bool]:
    return lambda headers, _: bool(headers & frozenset(words))


def _all(*words: str) -> Callable[[Headers, Layout], bool]:
    return lambda headers, _: frozenset(words) <= headers


_ALTIUM = ("libref", "designitemid", "manufacturer1", "supplier1", "manufacturerpartnumber1")

# In the order they are asked, the narrower first.
DIALECTS: tuple[Dialect, ...] = (
    Dialect("gitplm", "gitplm", lambda headers, _: "ipn" in headers),
    Dialect("eagle", "Eagle", _all("part", "value", "device", "package")),
    Dialect("eagle", "Eagle", _all("qty", "value", "device", "parts")),
    Dialect("easyeda", "EasyEDA", _all("manufacturerpart", "supplierpart")),
    Dialect(
        "kibom",
        "KiBoM",
        lambda headers, _: (
            {"references", "quantityperpcb"} <= headers
            or {"component", "references", "part"} <= headers
        ),
    ),
    Dialect(
        "kitspace",
        "Kitspace 1-click BOM",
        lambda headers, _: (
            {"references", "qty"} <= headers
            and len(headers & {"digikey", "mouser", "rs", "newark", "farnell", "lcsc"}) >= 3
        ),
    ),
    Dialect(
        "jlcpcb",
        "JLCPCB",
        lambda headers, _: (
            bool(headers & {"designator", "designators"})
            and any(header.startswith(("lcsc", "jlc")) for header in headers)
        ),
    ),
    Dialect("digikey", "Digi-Key", _any("digikeypartnumber", "digikeypart", "digikeypartnum")),
    Dialect("mouser", "Mouser", _all("mouser", "orderqty")),
    Dialect("mouser", "Mouser", _any("mouserno", "mouserpartnumber", "mousernumber")),
    Dialect("mcmaster", "McMaster-Carr", _any("mcmasterpartnum", "mcmasterpartnumber")),
    Dialect("kicad-csv", "KiCad", _all("id", "designator", "designation")),
    Dialect(
        "altium",
        "Altium Designer",
        lambda headers, _: (
            "designator" in headers
            and bool(headers & {"comment", "libref", "footprint", *_ALTIUM})
            and "datasheet" not in headers
        ),
    ),
    Dialect(
        "kicad-csv",
        "KiCad",
        lambda headers, _: (
            bool(headers & {"reference", "references", "designator", "refs", "ref", "designators"})
            and "footprint" in headers
        ),
    ),
    Dialect(
        "price-list",
        "Price list",
        lambda _, layout: (
            layout.has("price", "lead_time", "minimum")
            and not layout.has("quantity", "designators")
        ),
    ),
    Dialect(
        "parts-list", "Parts list", lambda _, layout: not layout.has("quantity", "designators")
    ),
    Dialect(
        "multilevel",
        "Multi-level list",
        lambda _, layout: layout.has("level", "parent", "multiplier"),
    ),
)


def dialect(layout: Layout) -> tuple[str, str]:
    """Name and label of who wrote a table with these headers."""
    headers = frozenset(
        re.sub(r"[\W_]+", "", column.header.casefold())
        for column in layout.columns
        if column.header
    )
    for each in DIALECTS:
        if each.holds(headers, layout):
            return each.name, each.label
    return "table", "Table"
