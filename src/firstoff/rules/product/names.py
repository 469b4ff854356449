"""Codes, labels, names and texts that people type: what is taken, and why not."""

from firstoff.errors import InvalidInput

LONGEST_LABEL = 20
LONGEST_CODE = 40
LONGEST_PART_NUMBER = 120


def check_code(
    text: str, what: str = "code", *, longest: int = LONGEST_CODE, field: str = ""
) -> str:
    """A short name that people type and scan: no spaces at the ends, nothing invisible in it.

    Raises InvalidInput.
    """
    if text != text.strip() or not 1 <= len(text) <= longest:
        raise InvalidInput(
            f"The {what} {text!r} is not usable; expected 1 to {longest} characters without "
            "spaces at the ends.",
            field=field or what,
        )
    bad = next((c for c in text if not c.isprintable()), None)
    if bad is not None:
        raise InvalidInput(
            f"The {what} {text!r} holds {bad!r}, which nobody can see.", field=field or what
        )
    return text


def check_address(text: str, what: str = "code", *, field: str = "") -> str:
    """A code that stands in addresses: no slash either. Raises InvalidInput."""
    check_code(text, what, field=field)
    if "/" in text or "\\" in text or set(text) == {"."}:
        raise InvalidInput(
            f"The {what} {text!r} cannot stand in an address; expected no slash, and more than "
            "dots.",
            field=field or what,
        )
    return text


def check_label(label: str, what: str = "revision", *, field: str = "") -> str:
    """A revision or plan label; it stands in addresses too. Raises InvalidInput."""
    check_code(label, what, longest=LONGEST_LABEL, field=field)
    return check_address(label, what, field=field)


def check_name(name: str, what: str, *, longest: int = 200, field: str = "") -> str:
    """A name in any script, trimmed, on one line. Raises InvalidInput."""
    text = name.strip()
    if not text:
        raise InvalidInput(f"The {what} is empty.", field=field or what)
    return check_line(text, what, longest=longest, field=field)


def check_line(text: str, what: str, *, longest: int = 200, field: str = "") -> str:
    """Like a name, and may be empty. Raises InvalidInput."""
    text = text.strip()
    if len(text) > longest:
        raise InvalidInput(
            f"The {what} has {len(text)} characters; expected at most {longest}.",
            field=field or what,
        )
    if any(c in text for c in "\r\n\x00"):
        raise InvalidInput(
            f"The {what} runs over several lines; expected one line.", field=field or what
        )
    return text


def check_prose(text: str, what: str, *, field: str = "") -> str:
    """A text of several lines, trimmed; may be empty. Raises InvalidInput."""
    text = text.replace("\r\n", "\n").strip()
    if "\x00" in text:
        raise InvalidInput(f"The {what} holds a NUL character.", field=field or what)
    return text


def next_label(label: str) -> str:
    """The revision label after this one: C to D, Z to AA, 3 to 4, C1 to C2."""
    digits = len(label) - len(label.rstrip("0123456789"))
    if digits:
        number = label[-digits:]
        return label[:-digits] + str(int(number) + 1).zfill(digits)
    head, last = label[:-1], label[-1:]
    if not last.isascii() or not last.isalpha():
        return f"{label}1"
    if last not in "Zz":
        return head + chr(ord(last) + 1)
    first = "A" if last == "Z" else "a"
    return (next_label(head) if head else first) + first


def check_currency(code: str) -> str:
    """An ISO 4217 code as people write it. Raises InvalidInput."""
    text = code.strip().upper()
    if len(text) != 3 or not (text.isascii() and text.isalpha()):
        raise InvalidInput(
            f"The currency {code!r} is no ISO 4217 code; expected three letters such as GBP.",
            field="currency",
        )
    return text
