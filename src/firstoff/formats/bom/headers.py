"""One header: the words in it, and what it can mean."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache

from firstoff.formats.bom.synonyms import (
    DISTRIBUTORS,
    NUMBER_WORDS,
    PHRASES,
    WORD,
    Candidates,
    without_accents,
)

_LONGEST = 60  # a longer cell is a sentence
_CURRENCY = {
    "$": "USD", "usd": "USD", "€": "EUR", "eur": "EUR", "euro": "EUR", "£": "GBP", "gbp": "GBP",
    "rmb": "CNY", "cny": "CNY", "¥": "CNY", "chf": "CHF", "jpy": "JPY", "cad": "CAD",
    "sek": "SEK", "inr": "INR", "aud": "AUD",
}  # fmt: skip
_SPLIT_CASE = re.compile(r"(?<=[a-zà-ÿ])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-zà-ÿ]{2})")
_TOKENS = re.compile(r"[^\W\d_]+|\d+|#|№|[$€£¥]")
_PRICE_AT = re.compile(r"(?:unit)?price[_ ]?(?P<count>\d+)(?:[_ ]+(?P<who>[A-Za-z0-9_ ]+))?", re.I)
# 100+, Price @ 100, @1k, 100 pcs price.
_PRICE_FROM = re.compile(
    r"(?:(?:unit )?price\s*)?(?:@|at|from|for|>=|≥)\s*(?P<a>\d{1,7})(?P<ak>k?)\+?"
    r"(?: ?pcs\.?| units?)?"
    r"|(?P<b>\d{1,7})(?P<bk>k?)\+(?: ?pcs\.?)?|(?P<c>\d{1,7})(?P<ck>k?) ?pcs\.? price",
    re.I,
)
# Two facts in one column: "Manufacturer / Part No.".
_BOTH = re.compile(
    r"(?:manufacturer|mfr|mfg|manuf?|maker)\.?(?: name)?\s*(?:[/,&+-]| and )\s*"
    r"(?:mfg |mfr )?(?:part|p/?n|mpn|pn)\b.*",
    re.I,
)


_BARE = re.compile(r"(?P<count>\d{1,7}|\d{1,3}(?:[ ,.'\u00a0]\d{3})+)(?P<k>k?)", re.I)


def bare_count(text: str) -> int | None:
    """The number that is all a header says: ``100``, ``1,000``, ``10k``; None for any other."""
    found = _BARE.fullmatch(text.strip())
    if found is None:
        return None
    count = int(re.sub(r"\D", "", found["count"])) * (1_000 if found["k"] else 1)
    return count or None


@dataclass(frozen=True, slots=True)
class Header:
    """``numbers``: the integers in it (MPN 2; Vendor 2 Price Qty 1). ``rank`` and ``candidates``
    as in PHRASES; no candidates: nobody knows it. ``per``: days or weeks of a lead time."""

    text: str
    phrase: str
    numbers: tuple[int, ...] = ()
    rank: int = 0
    candidates: Candidates = ()
    distributor: str = ""
    currency: str = ""
    per: str = "days"


@lru_cache(maxsize=20_000)
def header(text: str, *, near: bool = True) -> Header:
    """What a cell means as a header. near: misspelt words are understood too, which takes longer
    than to say that a cell is none."""
    cleaned = " ".join(unicodedata.normalize("NFKC", text).split()).strip("\"' *:.\ufeff")
    if not cleaned or len(cleaned) > _LONGEST or cleaned.replace(".", "").isdecimal():
        return Header(text, "")
    if found := _price_at(text, cleaned):
        return found
    if _BOTH.fullmatch(cleaned):
        return Header(text, "maker and part number", (), 0, ("maker_mpn",))
    inside = re.findall(r"[(\[]([^)\]]*)[)\]]", cleaned)
    outside = re.sub(r"[(\[][^)\]]*[)\]]?", " ", cleaned).strip()
    currency = next((c for part in (*inside, cleaned) if (c := _currency(part))), "")
    first = None
    for way in dict.fromkeys((cleaned, outside or cleaned, *_halves(outside))):
        found = _understood(text, way, currency, near)
        first = first or found
        if found.candidates:
            return found
    return first or Header(text, "")


def normal(text: str) -> str:
    """A header for comparison and for remembering: its words, one for many, and its numbers."""
    found = header(text)
    return " ".join((found.phrase, *map(str, found.numbers))).strip() or text.strip().casefold()


def _understood(text: str, way: str, currency: str, near: bool) -> Header:
    """What one way of reading the text means."""
    words, numbers = _words(way, near)
    joined = " ".join(words)
    per = "weeks" if re.search(r"week|wks|woche", text.casefold()) else "days"
    for phrase in _ways(words, currency):
        if phrase in PHRASES:
            rank, candidates = _of_vendor(text, phrase) or PHRASES[phrase]
            return Header(text, phrase, numbers, rank, candidates, "", currency, per)
    sold = _of_distributor(words, near)
    if sold is None and len(words) in (3, 4) and words[-2:] == ["part", "number"]:
        # "SolidWorks part number": somebody's own, where another column is the maker's.
        return Header(text, joined, numbers, 2, ("mpn?", "number"), "", currency, per)
    if sold is not None:
        name, rest = sold
        candidates = _AT_DISTRIBUTOR.get(rest, ())
        if rest in NUMBER_WORDS:
            candidates = ("distributor_number",)
        return Header(text, joined, numbers, 0, candidates, name, currency, per)
    if near and (known := _misspelt_phrase(joined)):
        rank, candidates = PHRASES[known]
        return Header(text, known, numbers, rank, candidates, "", currency, per)
    return Header(text, joined, numbers, currency=currency, per=per)


_AT_DISTRIBUTOR: Mapping[str, Candidates] = {
    "price": ("price",), "unit price": ("price",), "cost": ("price",), "moq": ("minimum",),
    "stock": ("in_stock",), "lead time": ("lead_time",), "quantity": ("order_quantity",),
}  # fmt: skip


@lru_cache(maxsize=20_000)
def _misspelt(token: str) -> str:
    """A word one letter or so away from a known one (refrence, quanity), or the word itself."""
    if len(token) < 6 or not token.isascii():
        return token
    near = [word for word in WORD if word[0] == token[0] and abs(len(word) - len(token)) < 3]
    found = get_close_matches(token, near, n=1, cutoff=0.88)
    return WORD[found[0]] if found else token


def _misspelt_phrase(phrase: str) -> str:
    """A phrase one letter or so away from a known one: ref dest."""
    if not 7 <= len(phrase) <= 40:
        return ""
    near = [p for p in PHRASES if p[0] == phrase[0] and abs(len(p) - len(phrase)) < 3]
    found = get_close_matches(phrase, near, n=1, cutoff=0.92)
    return found[0] if found else ""


def _of_vendor(text: str, phrase: str) -> tuple[int, Candidates] | None:
    """ "Vendor" is who sells it, or who makes it where no column says "manufacturer"."""
    if not text.strip().casefold().startswith("vendor"):
        return None
    if phrase in ("supplier", "supplier name"):
        return 4, ("manufacturer?", "distributor")
    if phrase in ("supplier pn", "supplier part number", "supplier part", "supplier number"):
        return 3, ("mpn?", "distributor_number")
    return None


def _words(text: str, near: bool) -> tuple[list[str], tuple[int, ...]]:
    """Words, one for many, and the integers among them."""
    spelt = re.sub(r"RoHS", "rohs", re.sub(r"[pP]/[nN]", "pn", text))
    spaced = _SPLIT_CASE.sub(" ", spelt)
    words: list[str] = []
    numbers: list[int] = []
    for token in _TOKENS.findall(without_accents(spaced.casefold())):
        if token.isdecimal():
            numbers.append(int(token[:9]))
        elif token not in _CURRENCY or token == "$":
            words.append(WORD.get(token) or (_misspelt(token) if near else token))
    return [word for word in words if word != "$"], tuple(numbers)


def _ways(words: list[str], currency: str) -> list[str]:
    """The phrase as it is; as a price where a currency stands in it ("Unit$"); with P N and PN as
    part number; without "number" in front."""
    phrase = " ".join(words)
    ways = [f"{phrase} price", phrase] if currency else [phrase]
    spelt = re.sub(r"\bp n\b|\bpn\b", "part number", phrase)
    ways.append(spelt.replace("part part", "part"))
    ways.append(" ".join(word for word in words if word not in ("of", "the", "in", "for")))
    joined = "".join(words)
    ways.append(WORD.get(joined, joined))
    if words[:1] == ["number"]:
        ways.append(" ".join(words[1:]))
    if len(words) > 1 and words[-1] in ("s", "name"):
        ways.append(" ".join(words[:-1]))
    return list(dict.fromkeys(way for way in ways if way))


def _halves(text: str) -> tuple[str, ...]:
    """``MPN/Value``, ``Designator / 位号``: either side by itself, the first first."""
    sides = [side.strip() for side in re.split(r"\s*[/|\n]\s*", text) if side.strip()]
    return tuple(sides) if len(sides) == 2 and "p/n" not in text.casefold() else ()


def _currency(text: str) -> str:
    for token in _TOKENS.findall(text.casefold()):
        if token in _CURRENCY:
            return _CURRENCY[token]
    return ""


def _price_at(text: str, cleaned: str) -> Header | None:
    """``price100_Mouser``: the price from 100 at Mouser."""
    if tier := _PRICE_FROM.fullmatch(cleaned):
        amount, many = next((tier[k], tier[f"{k}k"]) for k in "abc" if tier[k])
        count = (int(amount) * (1_000 if many else 1),)
        return Header(text, "price at", count, 0, ("price",), "", _currency(cleaned))
    found = _PRICE_AT.fullmatch(cleaned)
    if found is None or int(found["count"][:9]) < 4:  # Price 1, Price 2: tiers
        return None
    who = distributor_named(found["who"] or "")
    if found["who"] and not who:
        return None
    count = (int(found["count"][:9]),)
    return Header(text, "price at", count, 0, ("price",), who, _currency(cleaned))


@lru_cache(maxsize=20_000)
def distributor_named(text: str, *, near: bool = True) -> str:
    """The distributor that a short text names, misspelt by one letter or so; "" for none."""
    plain = re.sub(r"[\W\d_]+", "", text.casefold())
    whole = re.sub(r"[\W_]+", "", text.casefold())
    if found := DISTRIBUTORS.get(whole) or DISTRIBUTORS.get(plain):
        return found
    if len(plain) < 6 or not near:
        return ""
    close = [name for name in DISTRIBUTORS if name[0] == plain[0] or name[1] == plain[1]]
    known = get_close_matches(plain, close, n=1, cutoff=0.85)
    return DISTRIBUTORS[known[0]] if known else ""


def distributor_of_number(number: str) -> str:
    """Whose number it is by its form: Digi-Key's end in -ND; "" for any other."""
    return "Digi-Key" if re.fullmatch(r"\S+-ND", number) else ""


def _of_distributor(words: list[str], near: bool) -> tuple[str, str] | None:
    """A distributor's name in front, and the words that follow it."""
    for length in range(min(3, len(words)), 0, -1):
        if name := distributor_named(" ".join(words[:length]), near=near):
            return name, " ".join(words[length:]).strip()
    return None
