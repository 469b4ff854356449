"""JSON from a file: one value, an array, or value after value, with the place of an error."""

import codecs
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from firstoff.errors import InvalidInput
from firstoff.formats.sources import CONTENT_WORDS, Limits, Source, content_of, encoding_of

_SPACE = re.compile(r"[\s\x1e]*")  # RFC 7464 puts a record separator before each value
_STRING = re.compile(rb'"[^"]*"?')  # once escaped quotes are gone
_DIGITS = 400


class DuplicateKeys:
    """Counts names given twice in one object, of which JSON readers keep the last."""

    def __init__(self) -> None:
        self.names: dict[str, None] = {}

    def __call__(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            seen: set[str] = set()
            for name, _ in pairs:
                if name in seen:
                    self.names[name] = None
                seen.add(name)
        return found


def peeked(head: bytes) -> str:
    """The first bytes of a text, for a look at its names; signs that are none replaced."""
    marked = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return head.decode("utf-16" if marked else "utf-8", "replace")


def json_text(source: Source, limits: Limits) -> tuple[str, str]:
    """The text and its encoding. Raises InvalidInput for what is no JSON or too much of it."""
    content = content_of(source.head())
    if content not in ("json", "text"):
        word = CONTENT_WORDS[content]
        raise InvalidInput(
            f"{source.name} is {word}; expected JSON.",
            code="not-json",
            file=source.name,
            found=word,
            expected="JSON",
        )
    _check_values(source, limits)
    encoding = encoding_of(source)
    data = b"".join(source.chunks())
    return data.decode(encoding).lstrip("\ufeff"), encoding


def _check_values(source: Source, limits: Limits) -> None:
    """Each value costs some 100 bytes once read, however short its text is; so does each escape,
    at which the reader cuts a text into pieces."""
    values = sum(chunk.count(b",") + chunk.count(b"[") for chunk in source.chunks())
    escapes = sum(chunk.count(b"\\") for chunk in source.chunks())
    if values > limits.json_values and escapes <= 2 * limits.json_values:
        # Texts hold commas too: count again without them.
        bare = b"".join(source.chunks()).replace(b"\\\\", b"").replace(b'\\"', b"")
        bare = _STRING.sub(b"", bare)
        values = bare.count(b",") + bare.count(b"[")
    if values > limits.json_values or escapes > 2 * limits.json_values:
        raise InvalidInput(
            f"{source.name} holds more than {limits.json_values:,} values.",
            code="too-large",
            way_out="Split it.",
            file=source.name,
        )


def json_values(
    text: str,
    name: str,
    encoding: str,
    hook: DuplicateKeys,
    parse_float: Callable[[str], Any] | None = None,
) -> Iterator[Any]:
    """Each value of the text in turn; the elements of an array one by one. ``parse_float`` takes
    the text of a number with a point, where a float is not exact enough.

    Raises InvalidInput with line, column and byte offset where the JSON breaks off."""
    decoder = json.JSONDecoder(object_pairs_hook=hook, parse_int=_int, parse_float=parse_float)
    position = _end_of_space(text, 0)
    while position < len(text):
        try:
            value, position = decoder.raw_decode(text, position)
        except json.JSONDecodeError as error:
            raise _broken(text, name, encoding, error) from error
        except RecursionError as error:
            raise InvalidInput(
                f"{name}: objects inside objects, more than a record has.",
                code="too-deep",
                file=name,
            ) from error
        if isinstance(value, list):
            yield from value
        else:
            yield value
        position = _end_of_space(text, position)


def _int(digits: str) -> int | float:
    return int(digits) if len(digits) <= _DIGITS else float("inf")


def _end_of_space(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position


def _broken(text: str, name: str, encoding: str, error: json.JSONDecodeError) -> InvalidInput:
    plain = "utf-8" if encoding == "utf-8-sig" else encoding
    mark = len(codecs.BOM_UTF8) if encoding == "utf-8-sig" else 0
    offset = mark + len(text[: error.pos].encode(plain))
    cut = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string")
    what = "the JSON ends in the middle of a value" if cut else _reason(error.msg)
    return InvalidInput(
        f"{name}, line {error.lineno}, column {error.colno} (byte {offset:,}): {what}.",
        code="broken-json",
        way_out="Copy the file again." if cut else "",
        file=name,
        row=error.lineno,
        column=error.colno,
        offset=offset,
        expected="a complete JSON record",
    )


def _reason(message: str) -> str:
    return f"no valid JSON ({message[:1].lower()}{message[1:]})"
