"""Batch IDs and serial numbers: made from a pattern, recognised by it, fit to be scanned."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from firstoff.errors import InvalidInput
from firstoff.terms import RunKind

SERIAL_PATTERN = "{batch}-{n:03}"
BATCH_PATTERNS: Mapping[RunKind, str] = MappingProxyType(
    {
        RunKind.PROTOTYPE: "{program}-T{n}",
        RunKind.SAMPLE: "{program}-S{n}",
        RunKind.PRE_PRODUCTION: "{program}-B{n}",
        RunKind.PILOT: "{program}-P{n}",
        RunKind.PRODUCTION: "{program}-L{n}",
    }
)
LONGEST_SCANNED = 20  # GS1 General Specifications, AI 10 (batch) and AI 21 (serial)
_LONGEST = 60  # of a batch ID; a serial may be twice as long
_CSET_82 = re.compile(r"[A-Za-z0-9!\"%&'()*+,\-./_:;<=>?]*")  # GS1, table 7.11-1
_FIELD = re.compile(r"\{([^{}]*)\}")
_NUMBER = re.compile(r"n(?::0([1-9]))?")


@dataclass(frozen=True, slots=True)
class Matched:
    """What a serial says: its number, and whether it is marked as a trial unit (X01)."""

    number: int
    trial: bool


@dataclass(frozen=True, slots=True)
class _Parsed:
    parts: tuple[str, ...]  # literal texts and field names in turn
    width: int  # of the number, padded with zeros
    fields: frozenset[str]


def check_serial_pattern(pattern: str) -> str:
    """The pattern, if it can make serials: ``{batch}-{n:03}``. Raises InvalidInput."""
    return _checked(pattern, "serial pattern", frozenset({"batch", "program"}), "{batch}-{n:03}")


def check_batch_pattern(pattern: str) -> str:
    """The pattern, if it can make batch IDs: ``{program}-P{n}``. Raises InvalidInput."""
    return _checked(pattern, "batch ID pattern", frozenset({"program"}), "{program}-P{n}")


def make(pattern: str, number: int, *, batch: str = "", program: str = "") -> str:
    """The ID with this number: ``make("{batch}-{n:03}", 7, batch="CC1-P1")`` is ``CC1-P1-007``."""
    parsed = _parse(pattern)
    values = {"batch": batch, "program": program, "n": f"{number:0{parsed.width}}"}
    texts = [values[p] if place % 2 else p for place, p in enumerate(parsed.parts)]
    return "".join(texts)


def match(pattern: str, text: str, *, batch: str = "", program: str = "") -> Matched | None:
    """The number in an ID made by the pattern, or None.

    An X in front of the number (CC1-P1-X01) marks a trial unit: recorded like any other. Whether
    it counts is decided by how it was built, not by its name.
    """
    found = _expression(pattern, batch, program).fullmatch(text)
    if found is None:
        return None
    trial, digits = bool(found["x"]), found["n"]
    number = int(digits)
    if number < 1 or (not trial and make(pattern, number, batch=batch, program=program) != text):
        return None
    return Matched(number, trial)


def next_number(
    pattern: str, taken: tuple[str, ...] | list[str], *, batch: str = "", program: str = ""
) -> int:
    """One above the largest number in use; trial units have numbers of their own."""
    found = (match(pattern, text, batch=batch, program=program) for text in taken)
    return 1 + max((m.number for m in found if m is not None and not m.trial), default=0)


def compact(code: str) -> str:
    """A program code as part of a batch ID: CC-1 gives CC1-P1, which a label can carry."""
    return "".join(c for c in code if c.isalnum()) or "RUN"


def following(batch_id: str) -> str:
    """The batch ID after this one: CC1-P1 to CC1-P2, CC1-P09 to CC1-P10. A first one gets -2."""
    digits = len(batch_id) - len(batch_id.rstrip("0123456789"))
    if not digits:
        return f"{batch_id}-2"
    number = batch_id[-digits:]
    return batch_id[:-digits] + str(int(number) + 1).zfill(digits)


def explain(pattern: str, *, batch: str = "", program: str = "") -> str:
    """For a person: what an ID of this pattern looks like."""
    first = make(pattern, 1, batch=batch, program=program)
    return f"{first}, {make(pattern, 2, batch=batch, program=program)} and so on"


def check_serial(serial: str, pattern: str, *, batch: str, program: str = "") -> str:
    """The serial, if the run's pattern makes it. Raises InvalidInput with an example.

    An empty pattern: serials are given by somebody else, and any visible text is one.
    """
    if not pattern:
        return check_given_serial(serial)
    text = check_text(serial, "serial number", longest=2 * _LONGEST)
    if match(pattern, text, batch=batch, program=program) is None:
        raise InvalidInput(
            f"{text} is no serial number of batch {batch}.",
            way_out=f"Expected: {explain(pattern, batch=batch, program=program)}.",
            code="serial-pattern",
            field="serial",
        )
    return text


def check_batch_id(text: str) -> str:
    """An ID that names a batch on labels, in addresses and in files. Raises InvalidInput."""
    check_text(text, "batch ID")
    if "/" in text or not text.strip("."):
        raise InvalidInput(
            f"The batch ID {text} cannot be part of an address.",
            way_out="Expected letters and digits, with - or _ between them: CC1-P1.",
            field="batch_id",
        )
    return text


def check_given_serial(serial: str) -> str:
    """A serial as somebody else made it: spaces inside and any script, nothing invisible."""
    text = serial.strip()
    if not 1 <= len(text) <= 2 * _LONGEST:
        raise InvalidInput(
            f"The serial number has {len(text)} characters; expected 1 to {2 * _LONGEST}.",
            field="serial",
        )
    bad = next((c for c in text if not c.isprintable()), None)
    if bad is not None:
        raise InvalidInput(
            f"The serial number {text!r} holds {bad!r}, which nobody can see.", field="serial"
        )
    return text


def check_text(text: str, what: str, *, longest: int = _LONGEST) -> str:
    """An ID without spaces or control characters, not empty, not too long."""
    if not text or len(text) > longest:
        raise InvalidInput(
            f"The {what} has {len(text)} characters; expected 1 to {longest}.", field=what
        )
    bad = next((c for c in text if c.isspace() or not c.isprintable()), None)
    if bad is not None:
        raise InvalidInput(
            f"The {what} {text!r} holds {bad!r}; expected no spaces and no control characters.",
            field=what,
        )
    return text


def scan_warnings(text: str) -> tuple[str, ...]:
    """Why an ID may not fit on a GS1 label; empty when it fits."""
    found = []
    if len(text) > LONGEST_SCANNED:
        found.append(
            f"{text} has {len(text)} characters; a GS1 label holds at most {LONGEST_SCANNED}."
        )
    odd = "".join(dict.fromkeys(c for c in text if not _CSET_82.fullmatch(c)))
    if odd:
        found.append(f"{text} holds {odd}, which GS1 labels cannot carry (character set 82).")
    return tuple(found)


def _checked(pattern: str, what: str, allowed: frozenset[str], example: str) -> str:
    form = f"Expected a form such as {example}."
    if len(pattern) > 2 * _LONGEST:
        raise InvalidInput(f"The {what} is longer than {2 * _LONGEST} characters.", field=what)
    parsed = _parse(pattern, what=what, form=form)
    unknown = sorted(parsed.fields - allowed)
    if unknown:
        known = ", ".join(f"{{{name}}}" for name in sorted(allowed))
        raise InvalidInput(
            f"The {what} {pattern} names {{{unknown[0]}}}; known are {known} and {{n}}.",
            way_out=form,
            field=what,
        )
    for literal in parsed.parts[::2]:
        if literal:
            check_text(literal, what)
    return pattern


@lru_cache(maxsize=512)
def _parse(pattern: str, *, what: str = "pattern", form: str = "") -> _Parsed:
    parts = _FIELD.split(pattern)
    if any(c in literal for literal in parts[::2] for c in "{}"):
        raise InvalidInput(f"The {what} {pattern} has a brace without its pair.", way_out=form)
    numbers = [_NUMBER.fullmatch(name) for name in parts[1::2]]
    if sum(found is not None for found in numbers) != 1:
        raise InvalidInput(
            f"The {what} {pattern} has to hold the number once, as {{n}} or {{n:03}}.",
            way_out=form,
        )
    width = next(int(found[1] or 1) for found in numbers if found is not None)
    names = ["n" if found else name for found, name in zip(numbers, parts[1::2], strict=True)]
    for place, name in enumerate(names):
        parts[2 * place + 1] = name
    return _Parsed(tuple(parts), width, frozenset(names) - {"n"})


@lru_cache(maxsize=2048)
def _expression(pattern: str, batch: str, program: str) -> re.Pattern[str]:
    parsed = _parse(pattern)
    values = {"batch": re.escape(batch), "program": re.escape(program)}
    values["n"] = "(?P<x>X?)(?P<n>[0-9]{1,9})"
    texts = [values[p] if place % 2 else re.escape(p) for place, p in enumerate(parsed.parts)]
    return re.compile("".join(texts))
