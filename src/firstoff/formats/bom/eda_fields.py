"""Fields that people give to the parts of a drawing: what their names mean, and what they hold.

A drawing has no columns; each part carries fields of its own (``MPN``, ``manf#``, ``Mouser PN``,
``Config``). KiCost's rules are kept: ``a; b; c`` and ``a|b|c`` in a number are parts that stand in
one place at once, ``b:2`` takes two of one. Source: the guides of KiCost and KiBoM.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache

from firstoff.formats.bom.dnp import marked, populated, says_not_fitted
from firstoff.formats.bom.headers import header
from firstoff.formats.bom.mpns import is_number, multiplied
from firstoff.formats.bom.quantities import days, money, quantity
from firstoff.formats.bom.synonyms import DISTRIBUTORS
from firstoff.rules.bom.draft import OfferDraft, Orderable, SourceDraft

# Keys of MEANINGS, and two that only fields have: the maker of an alternate, KiBoM's Config.
MPN, MAKER, ALTERNATE, ALTERNATE_MAKER = "mpn", "manufacturer", "alternates", "alternate_maker"
NUMBER, DESCRIPTION, PACKAGE, NOTES = "number", "description", "package", "notes"
NOT_FITTED, FITTED, CONFIG, EXCLUDED = "dnp", "populate", "config", "excluded"
DISTRIBUTOR, ORDER_NUMBER, PRICES = "distributor", "distributor_number", "price"
LIFECYCLE, COMPLIANCE, LEAD_TIME, MINIMUM = "lifecycle", "compliance", "lead_time", "minimum"
SHOWN: Mapping[str, str] = {ALTERNATE_MAKER: MAKER, CONFIG: NOT_FITTED, EXCLUDED: ""}
# What the words of tables' headers may mean of a field that is not known here.
_OF_TABLES = frozenset((MPN, MAKER, ALTERNATE, NUMBER, NOTES, LIFECYCLE, COMPLIANCE, LEAD_TIME,
                        MINIMUM, ORDER_NUMBER))  # fmt: skip

_MAKERS = "manf|man|mfg|mfr|mnf|manuf|manu|manufacturer|manufacture|mf|maker"
_NO = "num|number|no|pn|pnum|partnum|partnumber|partno|part|p|code"
_SHOP = re.compile(
    rf"(?P<shop>{'|'.join(sorted(map(re.escape, DISTRIBUTORS), key=len, reverse=True))})\d?"
    r"(?:num|number|no|pn|p|pnum|partnum|partnumber|part|partno|sku|id|ordernum|orderno|"
    r"ordernumber|ordercode|productnum|productnumber|code)?"
)
_WORDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), meaning)
    for pattern, meaning in (
        (rf"(?:{_MAKERS})(?:{_NO})1?|mpn1?|mfgpartnumber1?|kicostmanfnum", MPN),
        (rf"(?:{_MAKERS})(?:name)?1?", MAKER),
        (
            rf"(?:mpn|(?:{_MAKERS})(?:{_NO}))(?P<place>[2-9])|s(?P<source>[1-9])pn|altmpn\d?|mpnalt\d?|"
            r"alt(?:ernate|ernative)?s?(?:mpn|pn|partnumber|part|num)?\d?",
            ALTERNATE,
        ),
        (rf"(?:{_MAKERS})(?:name)?(?P<place>[2-9])|s(?P<source>[1-9])mn", ALTERNATE_MAKER),
        (r"ipn|internal(?:pn|partnumber|partno|num|part)|cpn|house(?:pn|partnumber|num)|"
         r"companypartnumber|stockcode|inventree(?:id|ipn)?", NUMBER),
        (r"desc|description|partdescription", DESCRIPTION),
        (r"package|case|casecode|packagecase|packagetype", PACKAGE),
        (r"notes?|comments?|bomcomment|bomnotes?|remarks?", NOTES),
        (r"dn[pfimls]|nopop|nofit|noload|nostuff|nomount|donot(?:populate|place|fit|load|install|"
         r"mount|stuff)", NOT_FITTED),
        (r"populate|populated|install|installed|fitted|fit|place|placed|mount|mounted|assemble|"
         r"stuff|load", FITTED),
        (r"config|configuration|assembly|assemblyinfo", CONFIG),
        (r"exclude(?:d)?from(?:the)?bom|bomexclude|nobom", EXCLUDED),
        (r"(?:supplier|distributor|dist|vendor)(?:name)?(?P<place>\d?)", DISTRIBUTOR),
        (rf"(?:supplier|distributor|dist|vendor)(?P<place>\d?)(?:{_NO}|sku)(?P<later>\d?)|"
         r"sku|order(?:num|no|number|code)", ORDER_NUMBER),
        (r"pricing|kicostpricing", PRICES),
        (r"lifecycle|lifecyclestatus|partstatus", LIFECYCLE),
        (r"(?P<scheme>rohs|reach)(?:status|compliant|compliance)?", COMPLIANCE),
        (r"leadtime|mfgstdleadtime|leadtimedays|leadtimeweeks", LEAD_TIME),
        (r"moq|minimumorderquantity|minorder", MINIMUM),
    )
)  # fmt: skip
# Names that mean a manufacturer's number where no field says so outright.
_GENERIC = frozenset(("pn", "pnum", "partnum", "partnumber", "partno", "part", "p", "mfgpart"))
_ITSELF = frozenset(("reference", "value", "footprint", "datasheet", "sheetname", "sheetfile",
                     "kikeywords", "kifpfilters", "kidescription"))  # fmt: skip
_LIST = re.compile(r"(?<!\\)[;|\n]|(?<!\\),(?=\s)")
_ESCAPED = re.compile(r"\\([;,:|])")
_BREAK = re.compile(r"\s*(\d{1,9})\s*:\s*(.+?)\s*")


@dataclass(frozen=True, slots=True)
class FieldMeaning:
    """What a field's name means: ``meaning`` is one of the words above, or "" for none known.
    ``place``: which of several alternates or distributors; ``of``: a distributor or a scheme."""

    name: str
    meaning: str
    place: int = 0
    of: str = ""
    exact: bool = True  # False: a name such as "Part Number" that may mean any number


def plain_name(name: str) -> str:
    """A field's name for comparison: no case, space or mark, ``#`` as ``num``."""
    text = unicodedata.normalize("NFKC", name).casefold().strip().replace("#", "num")
    return re.sub(r"[\s_\-.:/()]+", "", text)


@lru_cache(maxsize=5_000)
def meaning_of(name: str) -> FieldMeaning:
    """What a field of this name means."""
    text = name.strip()
    if text.casefold().startswith("kicost"):
        return _of_kicost(name, text)
    plain = plain_name(text)
    if plain in _ITSELF:
        return FieldMeaning(name, "")
    if plain in _GENERIC:
        return FieldMeaning(name, MPN, exact=False)
    if shop := _SHOP.fullmatch(plain):
        return FieldMeaning(name, ORDER_NUMBER, of=DISTRIBUTORS[shop["shop"]])
    for pattern, meaning in _WORDS:
        if match := pattern.fullmatch(plain):
            held = match.groupdict()
            place = held.get("place") or held.get("source") or held.get("later") or "0"
            scheme = {"rohs": "RoHS", "reach": "REACH"}.get(held.get("scheme") or "", "")
            return FieldMeaning(name, meaning, int(place), scheme)
    return _of_table(name, text)


def _of_table(name: str, text: str) -> FieldMeaning:
    """What the same words mean as a table's header, where that is one thing only."""
    found = header(text)
    if len(found.candidates) != 1 or found.rank or found.candidates[0] not in _OF_TABLES:
        return FieldMeaning(name, "")
    meaning, place = found.candidates[0], found.numbers[0] if found.numbers else 0
    if place > 1 and meaning in (MPN, MAKER):
        meaning = ALTERNATE if meaning == MPN else ALTERNATE_MAKER
    scheme = text if meaning == COMPLIANCE else found.distributor
    return FieldMeaning(name, meaning, place, scheme)


def _of_kicost(name: str, text: str) -> FieldMeaning:
    """``kicost:manf#``, ``kicost:we:pricing``; what is of a variant (``kicost.v1:dnp``) says
    nothing of the part itself."""
    parts = text.split(":")
    if parts[0].casefold() != "kicost" or len(parts) < 2:
        return FieldMeaning(name, "")
    if parts[-1].casefold() == "pricing":
        shop = parts[1] if len(parts) > 2 else ""
        return FieldMeaning(name, PRICES, of=DISTRIBUTORS.get(plain_name(shop), shop))
    if len(parts) == 2:
        found = meaning_of(parts[1])
        return FieldMeaning(name, found.meaning, found.place, found.of, found.exact)
    if plain_name(parts[-1]) in ("catnum", "num", "pn"):
        return FieldMeaning(
            name, ORDER_NUMBER, of=DISTRIBUTORS.get(plain_name(parts[1]), parts[1])
        )
    return FieldMeaning(name, "")


@dataclass(slots=True)
class Held:
    """What the fields of one part hold. ``odd``: what they contradict themselves in."""

    components: list[list[SourceDraft]] = field(default_factory=list)
    orderables: list[Orderable] = field(default_factory=list)
    offers: list[OfferDraft] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)  # number, description, package, ...
    compliance: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, str] = field(default_factory=dict)
    fitted: bool = True
    excluded: bool = False  # by a field of somebody's own; KiCad's property is another thing
    odd: list[str] = field(default_factory=list)


def held_by(fields: Mapping[str, str], corrected: Mapping[str, str] | None = None) -> Held:
    """What the fields of one part say. ``corrected``: name of a field -> what a person says that
    it means, a key of MEANINGS or ""."""
    found = Held()
    said: dict[str, list[tuple[FieldMeaning, str]]] = {}
    for name, text in fields.items():
        meaning, text = meaning_of(name), text.strip()
        if corrected and name in corrected:
            meaning = FieldMeaning(name, corrected[name], of=meaning.of)
        if not text or text == "~":
            continue
        said.setdefault(meaning.meaning, []).append((meaning, text))
        if not meaning.meaning and plain_name(name) not in ("reference", "value", "footprint"):
            found.attributes[name.strip()] = text
    _sources(said, found)
    _orders(said, found)
    _words(said, found)
    _fitting(said, found)
    return found


# ---------------------------------------------------------------- manufacturer parts


def listed(text: str) -> list[str]:
    """The pieces of a list, empty ones too: the second of ``a||c`` is nothing."""
    pieces = [_ESCAPED.sub(r"\1", piece).strip() for piece in _LIST.split(text)]
    while len(pieces) > 1 and not pieces[-1]:
        pieces.pop()
    return pieces


def parts_in(numbers: str, makers: str) -> list[SourceDraft | None]:
    """The parts of a list of numbers with the makers beside it; None where a place is empty.
    One maker is that of each; ``~`` repeats the maker before."""
    found = listed(numbers)
    names = listed(makers) if len(found) > 1 else [makers]
    if len(names) == 1:
        names = names * len(found)
    parts: list[SourceDraft | None] = []
    last = ""
    for place, text in enumerate(found):
        last = last if _at(names, place) == "~" else _at(names, place)
        number, pieces = multiplied(text)
        taken = is_number(number) and not number.endswith("?")
        parts.append(SourceDraft(number, last.strip(), pieces) if taken else None)
    return parts


def _at(names: list[str], place: int) -> str:
    return names[place] if place < len(names) else ""


def _sources(said: Mapping[str, list[tuple[FieldMeaning, str]]], found: Held) -> None:
    numbers = sorted(said.get(MPN, ()), key=lambda one: not one[0].exact)
    makers = [text for _, text in said.get(MAKER, ())]
    maker = makers[0] if makers else ""
    first = parts_in(numbers[0][1], maker) if numbers else []
    found.components = [[part] if part else [] for part in first]
    for meaning, text in numbers[1:]:
        if not _repeats(text, found):
            found.attributes[meaning.name.strip()] = text
    if maker and not any(found.components):
        found.attributes["Manufacturer"] = maker
    _alternates(said, found)
    found.components = _counted([sources for sources in found.components if sources])


def _counted(components: list[list[SourceDraft]]) -> list[list[SourceDraft]]:
    """A part listed several times is one component with as many pieces: ``a; a; b``."""
    found: dict[tuple[tuple[str, str], ...], list[SourceDraft]] = {}
    for sources in components:
        key = tuple((source.mpn, source.manufacturer) for source in sources)
        held = found.get(key)
        found[key] = sources if held is None else [
            replace(one, pieces=one.pieces + more.pieces)
            for one, more in zip(held, sources, strict=True)
        ]  # fmt: skip
    return list(found.values())


def _repeats(text: str, found: Held) -> bool:
    """Whether another field gives the same numbers again (``Mpn`` and ``mpn``)."""
    numbers = {source.mpn for sources in found.components for source in sources}
    return {multiplied(piece)[0] for piece in listed(text)} <= numbers


def _alternates(said: Mapping[str, list[tuple[FieldMeaning, str]]], found: Held) -> None:
    """Alternates of a list go to its places one by one; others to the only place."""
    makers = {meaning.place: text for meaning, text in said.get(ALTERNATE_MAKER, ())}
    for meaning, text in sorted(said.get(ALTERNATE, ()), key=lambda one: one[0].place):
        maker = makers.get(meaning.place, "")
        several = len(found.components) > 1
        if not several:
            # In a field for alternates a list names one after the other.
            sources = [part for part in parts_in(text, maker) if part]
            found.components = found.components or [[]]
            found.components[0].extend(s for s in sources if s not in found.components[0])
        elif len(parts := parts_in(text, maker)) <= len(found.components):
            for place, part in enumerate(parts):
                if part:
                    found.components[place].append(part)
        else:
            found.attributes[meaning.name.strip()] = text
            found.odd.append(
                f"{meaning.name.strip()} lists {len(parts)} parts and the number "
                f"{len(found.components)}; kept as text."
            )
        for piece in listed(text):
            if piece.endswith("?"):
                found.odd.append(
                    f"{meaning.name.strip()} asks {piece[:60]!r}; that is no part number."
                )


# ---------------------------------------------------------------- distributors


def _orders(said: Mapping[str, list[tuple[FieldMeaning, str]]], found: Held) -> None:
    shops = {meaning.place: text for meaning, text in said.get(DISTRIBUTOR, ())}
    used: set[int] = set()
    for meaning, text in said.get(ORDER_NUMBER, ()):
        shop = meaning.of or shops.get(meaning.place, "") or shops.get(max(meaning.place, 1), "")
        if not meaning.of:
            used |= {meaning.place, max(meaning.place, 1)}
        for piece in listed(text):
            number = multiplied(piece)[0]
            if is_number(number) and (one := Orderable(shop, number)) not in found.orderables:
                found.orderables.append(one)
    for meaning, text in said.get(DISTRIBUTOR, ()):
        if meaning.place not in used:
            found.attributes[meaning.name.strip()] = text
    minimum = next((quantity(text) for _, text in said.get(MINIMUM, ())), None)
    lead = next((_lead(meaning, text) for meaning, text in said.get(LEAD_TIME, ())), None)
    for meaning, text in said.get(PRICES, ()):
        _prices(meaning, text, found)
    if minimum or lead is not None:
        found.offers.append(
            OfferDraft(minimum=minimum.amount if minimum else None, lead_time_days=lead)
        )


def _lead(meaning: FieldMeaning, text: str) -> int | None:
    return days(text, unit="weeks" if "week" in meaning.name.casefold() else "days")


def _prices(meaning: FieldMeaning, text: str, found: Held) -> None:
    """``1:$0.09;100:$0.05``. Where a part is a list, prices are of its pieces: kept as text."""
    breaks: list[tuple[Decimal, Decimal]] = []
    currency = ""
    for piece in text.split(";"):
        match = _BREAK.fullmatch(piece)
        price = money(match[2]) if match else None
        if match is None or price is None or len(found.components) > 1 or "|" in text:
            found.attributes[meaning.name.strip()] = text
            return
        breaks.append((Decimal(match[1]), price[0]))
        currency = currency or price[1]
    found.offers.append(OfferDraft(meaning.of, breaks=tuple(sorted(breaks)), currency=currency))


# ---------------------------------------------------------------- words


def _words(said: Mapping[str, list[tuple[FieldMeaning, str]]], found: Held) -> None:
    for word in (NUMBER, DESCRIPTION, PACKAGE, LIFECYCLE):
        for meaning, text in said.get(word, ()):
            if word in found.texts and found.texts[word] != text:
                found.attributes[meaning.name.strip()] = text
            found.texts.setdefault(word, text)
    notes = dict.fromkeys(text for _, text in said.get(NOTES, ()))
    if notes:
        found.texts[NOTES] = "; ".join(notes)
    for meaning, text in said.get(COMPLIANCE, ()):
        found.compliance.setdefault(meaning.of, text)


def _fitting(said: Mapping[str, list[tuple[FieldMeaning, str]]], found: Held) -> None:
    """Whether the part is on the board. DNC in a ``Config`` means "do not change": it is."""
    for meaning, text in said.get(NOT_FITTED, ()):
        # Whoever writes anything but a no into such a field means it: KiCost reads it so.
        if marked(text) is not False and quantity_of(text) != 0:
            found.fitted = False
        elif marked(text) is None:
            found.attributes[meaning.name.strip()] = text
    for meaning, text in said.get(FITTED, ()):
        says = populated(text)
        if says is None:
            found.attributes[meaning.name.strip()] = text
        elif not says:
            found.fitted = False
    for meaning, text in said.get(CONFIG, ()):
        if any(says_not_fitted(word) for word in _config_words(text)):
            found.fitted = False
        else:
            found.attributes[meaning.name.strip()] = text
    for meaning, text in said.get(EXCLUDED, ()):
        found.attributes[meaning.name.strip()] = text
        found.excluded = found.excluded or (marked(text) is True)
    for _, text in said.get(NOTES, ()):
        if says_not_fitted(text):
            found.fitted = False


def _config_words(text: str) -> Iterable[str]:
    yield text
    yield from (word for word in re.split(r"[\s,;|]+", text) if len(word) > 2)


def quantity_of(text: str) -> Decimal | None:
    found = quantity(text)
    return None if found is None else found.amount
