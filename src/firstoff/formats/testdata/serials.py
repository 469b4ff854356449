"""Serial numbers are data: only what nobody can see in them is refused."""

import unicodedata

# Without width, or turning the writing direction: two serials could look alike.
_INVISIBLE = frozenset("\u200b\u200e\u200f\u2060\ufeff\u202a\u202b\u202c\u202d\u202e") | frozenset(
    "\u2066\u2067\u2068\u2069"
)
SERIAL_LENGTH = 100


def hidden_character(serial: str) -> str:
    """The first character that cannot be seen, in words; "" when there is none."""
    for sign in serial:
        if unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp"):
            return f"the control character U+{ord(sign):04X}"
        if sign in _INVISIBLE:
            return f"the invisible character U+{ord(sign):04X}"
    return ""
