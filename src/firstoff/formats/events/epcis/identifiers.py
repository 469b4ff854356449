"""Names of things as URIs, and back: GS1's where a part has a GTIN, our own where it has none.

``named`` understands EPC URIs (``urn:epc:id:sgtin:0614141.107346.2018``), GS1 Digital Links of any
domain (``https://id.gs1.org/01/10614141073464/21/2018``) and the private URIs made here;
``uri_of`` writes Digital Links and private URIs. An EPC URI says how long the company prefix is,
which the GTIN alone does not: ``epc_of`` asks for it.

A private URI stands under a base address of the site's own and follows the templates that CBV 2.0
section 8 has for private URLs (``obj``, ``class``, ``loc``, ``bt``, ``party``, ``xform``):
``https://acme.example/part/CC-1/obj/0001``. A ``urn:firstoff:`` would be a name space that nobody
registered. Each name is percent-encoded as UTF-8, so that spaces, slashes, leading zeros and any
script come back as they were.
Source: GS1 EPC Tag Data Standard 2.0 section 6; GS1 Digital Link; CBV 2.0 section 8.
"""

import re
from dataclasses import astuple, dataclass
from functools import lru_cache
from urllib.parse import quote, unquote

from firstoff.errors import InvalidInput
from firstoff.formats.events.epcis.syntax import is_uri
from firstoff.formats.labels import gs1


@dataclass(frozen=True, slots=True)
class Item:
    """One unit of a GTIN (14 digits): SGTIN."""

    gtin: str
    serial: str


@dataclass(frozen=True, slots=True)
class Lot:
    """A lot or batch of a GTIN: LGTIN."""

    gtin: str
    lot: str


@dataclass(frozen=True, slots=True)
class Product:
    """Any unit of a GTIN."""

    gtin: str


@dataclass(frozen=True, slots=True)
class LogisticUnit:
    """A carton or pallet by its 18 digits: SSCC."""

    sscc: str


@dataclass(frozen=True, slots=True)
class Location:
    """A place by GLN, and where inside it: SGLN."""

    gln: str
    extension: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """A company by GLN: PGLN."""

    gln: str


@dataclass(frozen=True, slots=True)
class Asset:
    """An asset of one's own: GIAI."""

    giai: str


@dataclass(frozen=True, slots=True)
class Returnable:
    """A returnable asset with its serial in one text: GRAI."""

    grai: str


@dataclass(frozen=True, slots=True)
class Component:
    """A component or part (CPI); any of them where no serial is given."""

    cpid: str
    serial: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """A document with its serial in one text: GDTI."""

    gdti: str


@dataclass(frozen=True, slots=True)
class OwnItem:
    """One unit of a part that has no GTIN."""

    part: str
    serial: str


@dataclass(frozen=True, slots=True)
class OwnLot:
    """A lot of a part that has no GTIN; the part may be empty where lots are named alone."""

    part: str
    lot: str


@dataclass(frozen=True, slots=True)
class OwnProduct:
    """Any unit of a part that has no GTIN."""

    part: str


@dataclass(frozen=True, slots=True)
class OwnThing:
    """Another thing of ours: ``what`` is a key of OWN, ``names`` name it."""

    what: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Foreign:
    """A URI that says nothing to us."""

    uri: str


Gs1Name = (
    Item | Lot | Product | LogisticUnit | Location | Party | Asset | Returnable | Component | Paper
)
OwnName = OwnItem | OwnLot | OwnProduct | OwnThing
Name = Gs1Name | OwnName | Foreign

# What each thing of ours is to CBV, which says what may stand where.
OWN = {
    "package": "obj",
    "position": "obj",
    "asset": "obj",
    "site": "loc",
    "equipment": "loc",
    "customer": "party",
    "supplier": "party",
    "batch": "bt",
    "receipt": "bt",
    "shipment": "bt",
    "order": "bt",
    "test": "bt",
    "procedure": "bt",
    "containment": "bt",
    "build": "xform",
}

# The application identifiers of each name, in the order of its fields; the first tells the kind,
# and where several begin alike the first that is wholly there wins.
_AIS: tuple[tuple[type[Gs1Name], tuple[str, ...]], ...] = (
    (Item, ("01", "21")),
    (Lot, ("01", "10")),
    (Product, ("01",)),
    (LogisticUnit, ("00",)),
    (Location, ("414", "254")),
    (Party, ("417",)),
    (Asset, ("8004",)),
    (Returnable, ("8003",)),
    (Component, ("8010", "8011")),
    (Paper, ("253",)),
)
_OPTIONAL = {"254", "8011"}


# ---------------------------------------------------------------- both ways


def uri_of(name: Name, base: str = "", domain: str = "https://id.gs1.org") -> str:
    """The URI of a name: a Digital Link of ``domain``, or a private URI under ``base``.

    Raises InvalidInput where GS1's rules or the base do not allow one."""
    match name:
        case Foreign(uri):
            return uri
        case OwnItem() | OwnLot() | OwnProduct() | OwnThing():
            return _own_uri(name, base)
    return gs1.digital_link(_elements(name), domain)


@lru_cache(maxsize=8192)  # the same lots, places and machines come again and again
def named(uri: str, base: str = "") -> Name:
    """The name that a URI is of; ``Foreign`` where it is none that we know."""
    own = _own_name(uri, base) if base else None
    if own is not None:
        return own
    try:
        if uri.startswith("urn:epc:"):
            return _from_epc(uri)
        if uri.startswith(("https://", "http://")):
            return _from_elements(gs1.from_digital_link(uri)) or Foreign(uri)
    except InvalidInput:
        pass
    return Foreign(uri)


def _elements(name: Gs1Name) -> gs1.Elements:
    ais = next(ais for kind, ais in _AIS if kind is type(name))
    return gs1.elements(pair for pair in zip(ais, astuple(name), strict=True) if pair[1])


def _from_elements(found: gs1.Elements) -> Gs1Name | None:
    given = {element.ai: element.value for element in found}
    for kind, ais in _AIS:
        if all(ai in given or ai in _OPTIONAL for ai in ais):
            return kind(*(given[ai] for ai in ais if ai in given))
    return None


# ---------------------------------------------------------------- EPC URIs

_EPC = re.compile(r"urn:epc:(id|class|idpat):([a-z]+):(.+)")
# Characters that an EPC URI escapes, of those that a serial may hold. TDS 2.0 table A-1.
_ESCAPED = {'"': "%22", "%": "%25", "&": "%26", "/": "%2F", "<": "%3C", ">": "%3E", "?": "%3F"}
_DIGITS = {"sgtin": 13, "lgtin": 13, "sscc": 17, "sgln": 12, "pgln": 12, "grai": 12, "gdti": 12}


def _from_epc(uri: str) -> Name:
    match = _EPC.fullmatch(uri)
    if match is None or not uri.isascii():
        return Foreign(uri)
    way, scheme, body = match.groups()
    prefix, _, rest = body.partition(".")
    reference, _, tail = rest.partition(".")
    if scheme in _DIGITS and (
        len(prefix + reference) != _DIGITS[scheme] or not (prefix + reference).isdigit()
    ):
        return Foreign(uri)
    if scheme in ("sgtin", "lgtin", "sscc"):
        key = reference[0] + prefix + reference[1:] if reference else prefix
    else:
        key = prefix + reference
    return _epc_name(way, scheme, key, unquote(reference), unquote(tail), prefix) or Foreign(uri)


def _epc_name(
    way: str, scheme: str, key: str, reference: str, tail: str, prefix: str
) -> Gs1Name | None:
    found: Gs1Name | None = None
    checked = key + gs1.check_digit(key) if scheme in _DIGITS else ""
    match way, scheme:
        case "id", "sgtin" if tail:
            found = Item(checked, tail)
        case "class", "lgtin" if tail:
            found = Lot(checked, tail)
        case "idpat", "sgtin" if tail == "*":
            found = Product(checked)
        case "id", "sscc" if not tail:
            found = LogisticUnit(checked)
        case "id", "sgln" if tail:
            found = Location(checked, "" if tail == "0" else tail)
        case "id", "pgln" if not tail:
            found = Party(checked)
        case "id", "grai" if tail:
            found = Returnable("0" + checked + tail)
        case "id", "gdti" if tail:
            found = Paper(checked + tail)
        case "id", "giai" if reference and prefix.isdecimal():
            found = Asset(prefix + reference + (f".{tail}" if tail else ""))
        case "id", "cpi" if tail and reference:
            found = Component(prefix + reference, tail)
        case "idpat", "cpi" if tail == "*" and reference:
            found = Component(prefix + reference)
    if found is not None:
        _elements(found)  # refuses what the GS1 rules do not allow
    return found


def epc_of(name: Gs1Name, prefix_length: int) -> str:
    """The EPC URI of a GS1 name whose company prefix has ``prefix_length`` digits (6 to 12).

    Raises InvalidInput for a name that has none."""
    _elements(name)
    if not 6 <= prefix_length <= 12:
        raise InvalidInput(
            f"A company prefix has 6 to 12 digits, not {prefix_length}.", field="prefix_length"
        )
    cut = prefix_length
    match name:
        case Item(gtin, serial):
            return f"urn:epc:id:sgtin:{_indicated(gtin, cut)}.{_escaped(serial)}"
        case Lot(gtin, lot):
            return f"urn:epc:class:lgtin:{_indicated(gtin, cut)}.{_escaped(lot)}"
        case Product(gtin):
            return f"urn:epc:idpat:sgtin:{_indicated(gtin, cut)}.*"
        case LogisticUnit(sscc):
            return f"urn:epc:id:sscc:{_indicated(sscc, cut)}"
        case Location(gln, extension):
            return f"urn:epc:id:sgln:{gln[:cut]}.{gln[cut:-1]}.{_escaped(extension or '0')}"
        case Party(gln):
            return f"urn:epc:id:pgln:{gln[:cut]}.{gln[cut:-1]}"
        case Asset(giai):
            return f"urn:epc:id:giai:{giai[:cut]}.{_escaped(giai[cut:])}"
        case Returnable(grai):
            return f"urn:epc:id:grai:{grai[1 : cut + 1]}.{grai[cut + 1 : 13]}.{_tail(grai, 14)}"
        case Paper(gdti):
            return f"urn:epc:id:gdti:{gdti[:cut]}.{gdti[cut:12]}.{_tail(gdti, 13)}"
        case Component(cpid, serial):
            way, last = ("id", serial) if serial else ("idpat", "*")
            return f"urn:epc:{way}:cpi:{cpid[:cut]}.{_escaped(cpid[cut:], '#/')}.{last}"


def _tail(key: str, at: int) -> str:
    if len(key) <= at:
        raise InvalidInput(f"{key} has no serial; an EPC URI names one thing.", found=key)
    return _escaped(key[at:])


def _indicated(key: str, cut: int) -> str:
    """Company prefix, and the reference with the indicator (or extension) digit before it."""
    return f"{key[1 : cut + 1]}.{key[0]}{key[cut + 1 : -1]}"


def _escaped(text: str, also: str = "") -> str:
    return "".join(f"%{ord(c):02X}" if c in also else _ESCAPED.get(c, c) for c in text)


# ---------------------------------------------------------------- private URIs


@lru_cache(maxsize=64)
def base_of(address: str) -> str:
    """A site's address as the base of its private URIs. Raises InvalidInput."""
    base = address.rstrip("/")
    if not re.fullmatch(r"https?://[^/?#]+(/[^?#]*)?", base) or not is_uri(base):
        raise InvalidInput(
            f"“{address[:80]}” cannot begin a URI; expected an address such as "
            "https://acme.example.",
            field="base",
            found=address[:80],
        )
    return base


def _own_uri(name: OwnName, base: str) -> str:
    steps: tuple[str, ...]
    match name:
        case OwnItem(part, serial):
            steps = ("part", part, "obj", serial)
        case OwnLot("", lot):
            steps = ("lot", "class", lot)
        case OwnLot(part, lot):
            steps = ("part", part, "class", lot)
        case OwnProduct(part):
            steps = ("class", part)
        case OwnThing(what, names):
            steps = (what, OWN[what], *names)
    return base_of(base) + "".join(f"/{_segment(step)}" for step in steps)


def _segment(text: str) -> str:
    """Percent-encoded; dots alone as well, which a path would take for "here" and "above"."""
    if text.strip(".") == "":
        return text.replace(".", "%2E")
    return quote(text, safe="")


def _own_name(uri: str, base: str) -> OwnName | None:
    start = base_of(base) + "/"
    if not uri.startswith(start):
        return None
    try:
        steps = [unquote(step, errors="strict") for step in uri[len(start) :].split("/")]
    except UnicodeDecodeError:
        return None
    match steps:
        case ["part", part, "obj", serial]:
            return OwnItem(part, serial)
        case ["part", part, "class", lot]:
            return OwnLot(part, lot)
        case ["lot", "class", lot]:
            return OwnLot("", lot)
        case ["class", part]:
            return OwnProduct(part)
        case [what, role, *names] if OWN.get(what) == role and names:
            return OwnThing(what, tuple(names))
    return None
