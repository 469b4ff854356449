"""What keyboard scanners do to a code: other keyboard layouts, capitals, lost separators.

A keyboard scanner presses the keys of a layout, mostly the American one. Where the computer is set
to another, other characters arrive: a German one turns Y into Z and - into ß.
"""

import re

GS, RS, EOT = "\x1d", "\x1e", "\x04"

# As scanners, phones and terminals write what a keyboard cannot: names, pictures of the control
# characters, caret notation, and what Alt with 029, 030 and 004 types on Windows.
_NAMES = {
    GS: r"␝|↔|[<{\[](?:GS|FNC1)[>}\]]|\\x1d|\\u001d|\\035|\^\]",
    RS: r"␞|▲|[<{\[]RS[>}\]]|\\x1e|\\u001e|\\036|\^\^",
    EOT: r"␄|♦|[<{\[]EOT[>}\]]|\\x04|\\u0004|\\004|\^D\b",
}
_SEPARATORS = tuple((re.compile(names, re.IGNORECASE), to) for to, names in _NAMES.items())
_STANDINS = re.compile(r"[|~^¦]")  # set up as separators; no GS1 value may hold them


def separated(text: str) -> str:
    """The text with its separators as control characters. A scanner that sends real ones names
    none: what then reads like a name is data."""
    if GS in text or RS in text:
        return text
    for names, to in _SEPARATORS:
        text = to.join(names.split(text))
    return text


def stood_in(text: str) -> str:
    """A GS1 text with what some scanners send in place of GS made GS."""
    return text if GS in text else _STANDINS.sub(GS, text)


_GERMAN = (
    # what the American key writes, and what is written on a German keyboard
    "yzYZ-_=[{]};:'\"\\|<>/?@#^&*()`~",
    "zyZYß?´üÜ+*öÖäÄ#';:-_\"§&/()=^°",
)
_FRENCH = (
    "aqzwAQZWmM,;:.<>/?1234567890!@#$%^&*()-_'\"]",
    "qawzQAWZ,?;mM:./!§&é\"'(-è_çà1234567890)°ù%$",
)
_UNDO = tuple(str.maketrans(seen, meant) for meant, seen in (_GERMAN, _FRENCH))


def readings(text: str) -> tuple[str, ...]:
    """The text, and what was meant where a keyboard changed it, likeliest first."""
    undone = (text, *(text.translate(table) for table in _UNDO))
    return tuple(dict.fromkeys((*undone, *(reading.swapcase() for reading in undone))))
