"""How many, how much money, how long: numbers as people write them in tables."""

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

_FRACTIONS = {"½": "1/2", "¼": "1/4", "¾": "3/4", "⅓": "1/3", "⅔": "2/3"}
_NUMBER = r"[+\-−]?(?:\d[\d.,'\u00a0\u202f ]*|[.,]\d+)(?:[eE][+\-]?\d{1,3})?"
_QUANTITY = re.compile(
    rf"(?:[x×*]\s*)?(?P<number>{_NUMBER})\s*(?:/\s*(?P<under>\d+))?\s*(?P<unit>[^\W\d_].*|[\"'%°].*)?"
)
_PIECES = frozenset(
    (
        "pc",
        "pcs",
        "pcs.",
        "piece",
        "pieces",
        "ea",
        "ea.",
        "each",
        "x",
        "×",
        "st",
        "stk",
        "stück",
        "stuck",
        "pce",
        "pces",
    )
)
_PLACES = 9
_LARGEST = Decimal(10) ** 12
_CURRENCIES = {
    "$": "USD", "us$": "USD", "usd": "USD", "€": "EUR", "eur": "EUR", "euro": "EUR",
    "£": "GBP", "gbp": "GBP", "¥": "CNY", "￥": "CNY", "cny": "CNY", "rmb": "CNY", "jpy": "JPY",
    "chf": "CHF", "sek": "SEK", "dkk": "DKK", "nok": "NOK", "pln": "PLN", "czk": "CZK",
    "inr": "INR", "₹": "INR", "cad": "CAD", "c$": "CAD", "aud": "AUD", "a$": "AUD",
    "nzd": "NZD", "hkd": "HKD", "sgd": "SGD", "krw": "KRW", "twd": "TWD", "nt$": "TWD",
}  # fmt: skip
_DURATION = re.compile(
    r"(?P<low>\d{1,4}(?:[.,]\d+)?)\s*(?:(?:-|–|to|bis)\s*(?P<high>\d{1,4}(?:[.,]\d+)?))?\s*"
    r"(?P<unit>[^\W\d_]*)\.?(?:\s*\(?s?\)?)?"
)
_DAYS = {
    "": 1, "d": 1, "day": 1, "days": 1, "tag": 1, "tage": 1, "cd": 1,
    "w": 7, "wk": 7, "wks": 7, "week": 7, "weeks": 7, "woche": 7, "wochen": 7, "kw": 7,
    "m": 30, "mo": 30, "month": 30, "months": 30, "monat": 30, "monate": 30,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Quantity:
    """``unit`` is empty for pieces."""

    amount: Decimal
    unit: str = ""


def plain(value: Decimal) -> str:
    """A number without exponent and without zeros behind the point: 1000, 0.5."""
    if not value.is_finite():
        return str(value)
    text = format(value, "f")
    return (text.rstrip("0").rstrip(".") or "0") if "." in text else text


@lru_cache(maxsize=20_000)
def quantity(text: str) -> Quantity | None:
    """``4``, ``1,000``, ``0.5``, ``1,5``, ``1/2``, ``4 pcs``, ``x2``, ``0.3 m``; None where the
    text is no number."""
    text = text.strip()
    for sign, written in _FRACTIONS.items():
        text = text.replace(sign, written)
    if len(text) > 60 or (found := _QUANTITY.fullmatch(text)) is None:
        return None
    amount = number(found["number"])
    if amount is None:
        return None
    if found["under"]:
        if int(found["under"]) == 0:
            return None
        amount = round(amount / int(found["under"]), _PLACES).normalize()
    unit = (found["unit"] or "").strip()
    return Quantity(amount, "" if unit.casefold() in _PIECES else unit[:20])


def number(text: str) -> Decimal | None:
    """A number with a point or a comma for decimals, and marks between thousands."""
    text = re.sub(r"(?<=\d)['\u00a0\u202f ](?=\d{3}(?:\D|$))", "", text.strip()).replace("−", "-")
    if re.fullmatch(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?", text):
        text = text.replace(",", "")
    elif re.fullmatch(r"[+-]?\d{1,3}(\.\d{3}){2,}(,\d+)?|[+-]?\d{1,3}(\.\d{3})+,\d+", text):
        text = text.replace(".", "").replace(",", ".")
    elif text.count(",") == 1 and "." not in text:
        text = text.replace(",", ".")
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", text, re.ASCII):
        return None
    value = Decimal(text)
    if value != 0 and not Decimal(10) ** -12 < abs(value) < _LARGEST:
        return None
    return value


def money(text: str) -> tuple[Decimal, str] | None:
    """Amount and currency code (empty where none is written): ``$25.27``, ``1,2 €``."""
    text = text.strip()
    found = re.fullmatch(rf"(?P<a>[^\d\s.,+\-−]*)\s*(?P<n>{_NUMBER})\s*(?P<b>[^\d\s.,]*)", text)
    if found is None or (amount := number(found["n"])) is None:
        return None
    marks = [mark.casefold() for mark in (found["a"], found["b"]) if mark]
    codes = {_CURRENCIES[mark] for mark in marks if mark in _CURRENCIES}
    if len(codes) > 1 or (marks and not codes):
        return None
    return amount, codes.pop() if codes else ""


def days(text: str, *, unit: str = "days") -> int | None:
    """Calendar days of ``22 Weeks``, ``6-8 weeks`` (the longer), ``45 days``; ``unit`` is meant
    where none is written. None where the text says no time."""
    found = _DURATION.fullmatch(" ".join(text.casefold().split()))
    if found is None:
        return None
    factor = _DAYS.get(found["unit"] or unit)
    longest = number(found["high"] or found["low"])
    return None if factor is None or longest is None else math.ceil(longest * factor)
