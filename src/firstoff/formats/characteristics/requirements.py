"""What a drawing asks for, in the words it writes beside a balloon.

``Ø 12.50 ±0.05``, ``25 +0.1/-0.2``, ``12.4 MAX``, ``R3 MIN``, ``12.45 - 12.55``, ``(25)``,
``[25]``, ``4X ⌀6 +0.1/0``, ``⌖ ⌀0.1 Ⓜ A B C``. Source: ASME Y14.5-2018 5 and 6, ISO 129-1:2018,
ISO 1101:2017. What is none of these is a text that conforms or does not.
"""

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from firstoff.formats.characteristics.words import (
    in_thousands,
    leading_symbol,
    number_of,
    unit_of,
    with_signs,
)
from firstoff.terms import GeometricSymbol, LimitForm

_LONGEST = 200  # characters; longer ones are sentences
_N = r"(?:\d{1,12}(?:[.,]\d{1,12})?|[.,]\d{1,12})"
_UNIT = (
    r"(?:\s*(?P<unit>mm|cm|µm|μm|um|m|inch(?:es)?|in|\"|″|°C|°F|°|deg(?:rees?)?|rad|%|Nm|N·m|N|kg|mg|g|"
    r"kV|mV|V|mA|µA|A|kΩ|mΩ|MΩ|Ω|kohms?|ohms?|W|Hz|kHz|MHz|bar|MPa|kPa|Pa|dB|HRC|HV|HB|s|ms|min)"
    r"(?![\w]))?"
)
_PLACES = re.compile(
    r"(?:(?P<a>\d{1,3})\s*[x×](?=[\sØø⌀∅R(\[])\s*"
    r"|[(\[]?(?P<b>\d{1,3})\s*(?:PLACES|PLCS?|PL|HOLES|STELLEN)[)\]]?\s*)",
    re.IGNORECASE,
)
_PLACES_BEHIND = re.compile(
    r"\s*[,(\[]?\s*(?P<n>\d{1,3})\s*(?:PLACES|PLCS?|PL|x)[)\]]?$", re.IGNORECASE
)
_FEATURE = re.compile(
    r"(?P<sign>S\s?[Ø⌀∅ø]|[Ø⌀∅ø]|DIA(?:METER)?\.?|SR|CR|R|RADIUS|□|⌴|⌵|↧|Ra|Rz|Rmax|RMS)\s*(?=[\d.,(\[+±≤<≥>]|MAX|MIN)"
)
_FEATURES = {
    "ø": "diameter", "⌀": "diameter", "∅": "diameter", "dia": "diameter", "diameter": "diameter",
    "sø": "spherical diameter", "s⌀": "spherical diameter", "s∅": "spherical diameter",
    "r": "radius", "radius": "radius", "cr": "radius", "sr": "spherical radius", "□": "square",
    "⌴": "counterbore", "⌵": "countersink", "↧": "depth", "ra": "roughness Ra",
    "rz": "roughness Rz", "rmax": "roughness Rmax", "rms": "roughness RMS",
}  # fmt: skip
_DEVIATION = rf"[+-]\s*{_N}|0(?:[.,]0+)?"
_SIDES = re.compile(
    rf"(?P<nominal>{_N}){_UNIT}\s*[(\[]?\s*(?P<one>{_DEVIATION})\s*(?:[/|;,]|\s)\s*"
    rf"(?P<two>{_DEVIATION})\s*[)\]]?(?P<tail>.*)"
)
_ONE_SIDE = re.compile(
    rf"(?P<nominal>{_N})(?P<apart>\s*)(?P<one>[+-]\s*{_N}){_UNIT}\s*(?P<tail>.*)"
)
_SYMMETRIC = re.compile(rf"(?P<nominal>{_N})(?P<unit>.{{0,8}}?)\s*±\s*(?P<tol>{_N})(?P<tail>.*)")
_RANGE = re.compile(
    rf"(?P<low>{_N}){_UNIT}\s*(?:-|–|—|\.\.\.?|…|~|/|\bto\b|\bbis\b)\s*(?P<high>{_N})(?P<tail>.*)",
    re.IGNORECASE,
)
_LEAST_MOST = (
    (re.compile(rf"(?:MAX(?:IMUM)?\.?|≤|<=|<|NOT? (?:MORE|GREATER) THAN|UP TO|HÖCHSTENS)\s*"
                rf"(?P<n>{_N})(?P<tail>.*)", re.IGNORECASE), True),
    (re.compile(rf"(?:MIN(?:IMUM)?\.?|≥|>=|>|NOT? LESS THAN|AT LEAST|MINDESTENS)\s*(?P<n>{_N})"
                rf"(?P<tail>.*)", re.IGNORECASE), False),
    (re.compile(rf"(?P<n>{_N})(?P<tail>[^\d]{{0,12}}?)\s*MAX(?:IMUM)?\.?", re.IGNORECASE), True),
    (re.compile(rf"(?P<n>{_N})(?P<tail>[^\d]{{0,12}}?)\s*MIN(?:IMUM)?\.?", re.IGNORECASE), False),
)  # fmt: skip
_ALONE = re.compile(rf"(?P<n>{_N})(?P<tail>.*)")
_BASIC = re.compile(r"\[(?P<a>[^\]]+)\]|(?P<b>.+?)\s*(?:BASIC|BSC|TED)\.?", re.IGNORECASE)
_REFERENCE = re.compile(r"\((?P<a>[^)]+)\)|(?P<b>.+?)\s*(?:REF(?:ERENCE)?|HILFSMASS)\.?",
                        re.IGNORECASE)  # fmt: skip
_FIT = re.compile(r"(?P<head>.*\d)\s*(?P<fit>[A-Za-z]{1,2}\d{1,2}(?:/[A-Za-z]{1,2}\d{1,2})?)"
                  r"(?P<rest>\s*[(\[].*[)\]])?\s*")  # fmt: skip
_WHOLE_UNIT = re.compile(_UNIT)
_CONDITION = r"(?:\s*(?P<{0}>Ⓜ|Ⓛ|Ⓢ|\((?:M|L|S|MMC|LMC|RFS)\)|(?:MMC|LMC|RFS)\b|<[MLS]>))?"
_ZONE = re.compile(
    rf"\s*[|:]?\s*(?P<sign>S?[Ø⌀∅ø]|DIA\.?)?\s*(?P<width>{_N})"
    r"\s*(?P<unit>(?:mm|in|µm)(?![a-z])|\")?" + _CONDITION.format("condition") + r"(?P<datums>.*)",
    re.IGNORECASE,
)  # fmt: skip
_DATUM = re.compile(
    r"\s*[|,;\-]?\s*(?:\b(?:TO|WRT|DATUMS?|REL(?:ATIVE)? TO)\b\s*)*"
    r"(?P<letter>[A-Z]{1,2}(?:\s?[-–]\s?[A-Z]{1,2})?)(?![a-z])" + _CONDITION.format("modifier")
)  # fmt: skip
_MODIFIERS = {"Ⓜ": "M", "Ⓛ": "L", "m": "M", "l": "L", "mmc": "M", "lmc": "L"}


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a text asks for. ``feature``: diameter, radius, ... ``unread``: what of it says more
    than is held here. ``understood`` is False where it is only a text."""

    text: str
    nominal: Decimal | None = None
    lower: Decimal | None = None
    upper: Decimal | None = None
    unit: str = ""
    feature: str = ""
    form: LimitForm | None = None
    symbol: GeometricSymbol | None = None
    tolerance: Decimal | None = None
    diametral: bool = False
    material_condition: str = ""
    datums: tuple[str, ...] = ()
    places: int = 1
    fit: str = ""
    unread: str = ""
    understood: bool = True


def requirement(text: str) -> Requirement:
    """What the text asks for; ``understood`` is False where it is none that is known."""
    said = with_signs(text)
    if len(said) > _LONGEST:
        return Requirement(said, understood=False)
    places, rest = _places(in_thousands(said))
    found = _frame(said, rest) or _dimension(said, rest)
    if found is None:
        return Requirement(said, places=places, understood=False)
    return replace(found, places=places)


# ---------------------------------------------------------------- callouts


def _frame(said: str, rest: str) -> Requirement | None:
    """A feature control frame: symbol, zone, material condition, datums."""
    led = leading_symbol(rest.lstrip("|[ "))
    if led is None:
        return None
    symbol, behind = led
    zone = _ZONE.fullmatch(
        re.sub(r"^\s*(?:OF|WITHIN|TOL(?:ERANCE)?\.?)\b", "", behind, flags=re.I)
    )
    if zone is None or (symbol is GeometricSymbol.ANGULARITY and "°" in behind):
        return None
    datums, left = _datums(zone["datums"].rstrip("] "))
    if left and not re.fullmatch(r"[\s|\]]*", left):
        datums, left = datums, left.strip(" |]")
    else:
        left = ""
    return Requirement(
        said,
        upper=None,
        unit=unit_of(zone["unit"] or ""),
        symbol=symbol,
        tolerance=number_of(zone["width"]),
        diametral=bool(zone["sign"]),
        material_condition=_modifier(zone["condition"]),
        datums=datums,
        unread=left,
    )


def _datums(text: str) -> tuple[tuple[str, ...], str]:
    found: list[str] = []
    while match := _DATUM.match(text):
        letter = re.sub(r"\s", "", match["letter"]).replace("–", "-")
        modifier = _modifier(match["modifier"])
        found.append(f"{letter}({modifier})" if modifier else letter)
        text = text[match.end() :]
    # "ABC" written without spaces are three.
    if len(found) == 1 and re.fullmatch(r"[A-Z]{2}", found[0]):
        found = list(found[0])
    return tuple(found), text


def _modifier(text: str | None) -> str:
    """M or L; regardless of feature size is nothing."""
    word = (text or "").strip("()<>").casefold()
    return _MODIFIERS.get(text or "", _MODIFIERS.get(word, ""))


# ---------------------------------------------------------------- dimensions


def _dimension(said: str, rest: str) -> Requirement | None:
    feature, rest = _feature(rest)
    for pattern, form in ((_BASIC, LimitForm.BASIC), (_REFERENCE, LimitForm.REFERENCE)):
        if match := pattern.fullmatch(rest):
            inner = _feature((match["a"] or match["b"] or "").strip())
            alone = _ALONE.fullmatch(inner[1])
            if alone and (unit := _unit(alone["tail"])) is not None:
                return Requirement(
                    said, number_of(alone["n"]), unit=unit, feature=feature or inner[0], form=form
                )
    found = (
        _symmetric(said, rest)
        or _two_sides(said, rest)
        or _one_side(said, rest)
        or _fitted(said, rest)
        or _between(said, rest)
        or _one_limit(said, rest)
        or _plain(said, rest)
    )
    if found is None:
        return None
    if feature.startswith("roughness") and found.form is None and found.upper is None:
        # A roughness value by itself is the most that is allowed (ISO 21920-1).
        found = replace(found, nominal=None, upper=found.nominal, form=LimitForm.UNILATERAL)
    return replace(found, feature=feature)


def _symmetric(said: str, rest: str) -> Requirement | None:
    match = _SYMMETRIC.fullmatch(rest)
    if match is None:
        return None
    first, second = _unit(match["unit"]), _unit(match["tail"])
    nominal, width = number_of(match["nominal"]), number_of(match["tol"])
    if first is None or second is None or nominal is None or width is None:
        return None
    if match["tail"].strip().startswith("%"):
        if first == "%":
            first = ""
        width, second = nominal * width / 100, ""
    return Requirement(
        said, nominal, nominal - width, nominal + width, first or second,
        form=LimitForm.BILATERAL,
    )  # fmt: skip


def _two_sides(said: str, rest: str) -> Requirement | None:
    match = _SIDES.fullmatch(rest)
    if match is None:
        return None
    ends = [number_of(match["one"]), number_of(match["two"])]
    if not any(sign in match["one"] + match["two"] for sign in "+-"):
        return None
    return _about(said, match, ends)


def _one_side(said: str, rest: str) -> Requirement | None:
    """``25 +0.1`` is 25 to 25.1; ``25-30`` is no tolerance."""
    match = _ONE_SIDE.fullmatch(rest)
    if match is None:
        return None
    nominal, end = number_of(match["nominal"]), number_of(match["one"])
    drawn = bool(match["apart"]) and not nominal  # "0 -0.2": nothing, or less by so much
    if nominal is None or end is None or (end < 0 and -end * 2 >= nominal and not drawn):
        return None
    if end < 0 and re.search(r"-\s", match["one"]):
        return None  # "25 - 24.8" is two limits
    return _about(said, match, [end, Decimal(0)])


def _about(said: str, match: re.Match[str], ends: list[Decimal | None]) -> Requirement | None:
    nominal, tail = number_of(match["nominal"]), _unit(match["tail"])
    if nominal is None or tail is None or ends[0] is None or ends[1] is None:
        return None
    low, high = sorted(end for end in ends if end is not None)
    if low == high:
        return None
    unilateral = Decimal(0) in (low, high)
    return Requirement(
        said, nominal, nominal + low, nominal + high, unit_of(match["unit"] or "") or tail,
        form=LimitForm.UNILATERAL if unilateral else LimitForm.BILATERAL,
    )  # fmt: skip


def _between(said: str, rest: str) -> Requirement | None:
    match = _RANGE.fullmatch(rest)
    if match is None:
        return None
    ends = [number_of(match["low"]), number_of(match["high"])]
    unit = _unit(match["tail"])
    if unit is None or ends[0] is None or ends[1] is None or ends[0] == ends[1]:
        return None
    low, high = sorted(end for end in ends if end is not None)
    return Requirement(
        said, None, low, high, unit_of(match["unit"] or "") or unit, form=LimitForm.BILATERAL
    )


def _one_limit(said: str, rest: str) -> Requirement | None:
    for pattern, most in _LEAST_MOST:
        match = pattern.fullmatch(rest)
        unit = _unit(match["tail"]) if match else None
        if match is None or unit is None:
            continue
        end = number_of(match["n"])
        return Requirement(
            said, None, None if most else end, end if most else None, unit,
            form=LimitForm.UNILATERAL,
        )  # fmt: skip
    return None


def _fitted(said: str, rest: str) -> Requirement | None:
    """``10 H7``: the limits of a fit are in tables of ISO 286-2 and are not made up here;
    ``10 H7 (+0.015/0)`` gives them."""
    match = _FIT.fullmatch(rest)
    if match is None:
        return None
    if match["rest"]:
        given = _two_sides(said, f"{match['head']} {match['rest'].strip(' ()[]')}")
        return replace(given, fit=match["fit"]) if given else None
    alone = _ALONE.fullmatch(match["head"])
    unit = _unit(alone["tail"]) if alone else None
    if alone is None or unit is None:
        return None
    return Requirement(said, number_of(alone["n"]), unit=unit, fit=match["fit"])


def _plain(said: str, rest: str) -> Requirement | None:
    match = _ALONE.fullmatch(rest)
    unit = _unit(match["tail"]) if match else None
    if match is None or unit is None:
        return None
    return Requirement(said, number_of(match["n"]), unit=unit)


# ---------------------------------------------------------------- what stands around


def _places(said: str) -> tuple[int, str]:
    """``4X Ø6``, ``2 PLACES R3``, ``R3 (2 PL)``: how often it is there, and the rest."""
    if match := _PLACES.match(said):
        return int(match["a"] or match["b"]), said[match.end() :].strip()
    if match := _PLACES_BEHIND.search(said):
        return int(match["n"]), said[: match.start()].strip()
    return 1, said


def _feature(rest: str) -> tuple[str, str]:
    match = _FEATURE.match(rest)
    if match is None:
        return "", rest
    sign = match["sign"].replace(" ", "").casefold().rstrip(".")
    return _FEATURES.get(sign, ""), rest[match.end() :].strip()


def _unit(tail: str) -> str | None:
    """The unit that a text is, "" for nothing; None where it is anything else."""
    word = tail.strip(" ,;.")
    if not word:
        return ""
    match = _WHOLE_UNIT.fullmatch(word)
    return unit_of(match["unit"]) if match and match["unit"] else None
