"""What a scanned text means."""

import re

_SYMBOLOGY = re.compile(r"^\](?:C1|d2|Q3|J1|e0)")  # GS1 General Specifications, figure 5.1-1
_WRITTEN = re.compile(r"\((\d{2,4})\)([^(]*)")
_FIXED = {"00": 18, "01": 14, "02": 14, "11": 6, "12": 6, "13": 6, "15": 6, "16": 6, "17": 6}
_ENDED = ("10", "20", "21", "22", "30", "37", "240", "241", "250", "251")
_GS = "\x1d"


def elements(text: str) -> dict[str, str]:
    """The application identifiers of a GS1 element string and their data; empty for plain text.

    Takes the form with brackets, ``(01)04012345678901(21)A-7``, and what a scanner types, with a
    symbology identifier, group separators, or without either. Source: GS1 General
    Specifications, 3.2 and 7.8.
    """
    bare = _SYMBOLOGY.sub("", text.strip(" \r\n\t"))
    if bare.startswith("("):
        return {ai: data for ai, data in _WRITTEN.findall(bare) if data}
    marked = bare != text.strip(" \r\n\t") or _GS in bare
    # Without a mark a long number could be anything: only what begins with a sound GTIN is read.
    if not marked and not (bare.startswith("01") and _sound(bare[2:16])):
        return {}
    return _parsed(bare)


def _parsed(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    while text := text.lstrip(_GS):
        ai = next((a for a in (*_FIXED, *_ENDED) if text.startswith(a)), None)
        if ai is None:
            return {}
        rest = text[len(ai) :]
        length = _FIXED.get(ai)
        if length is None:
            found[ai], _, text = rest.partition(_GS)
        else:
            found[ai], text = rest[:length], rest[length:]
    return found


def _sound(gtin: str) -> bool:
    """Whether the check digit of fourteen digits fits. Source: GS1 General Specifications, 7.9."""
    if len(gtin) != 14 or not (gtin.isascii() and gtin.isdigit()):
        return False
    return sum(int(d) * (3 if n % 2 == 0 else 1) for n, d in enumerate(gtin)) % 10 == 0


def meant(text: str) -> str:
    """The serial number in a scan, else the batch, else the text as it was typed."""
    found = elements(text)
    return (found.get("21") or found.get("10") or text).strip()
