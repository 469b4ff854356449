"""XML from a file, element by element: no entities, no depth or number without end."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from firstoff.errors import InvalidInput
from firstoff.formats.sources import CONTENT_WORDS, Limits, Source, content_of

_DEEPEST = 400
_ROOT = re.compile(r"<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)([^>]*)")
_ASIDE = re.compile(r"<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Root:
    """The first element of a text: its name without prefix, and its attributes as written."""

    name: str
    attributes: str


def root_of(head: bytes) -> Root | None:
    """The first element of what may be XML, by its first bytes; None where there is none."""
    if content_of(head) not in ("xml", "text"):
        return None
    marked = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = head.decode("utf-16" if marked else "utf-8", "replace").lstrip("\ufeff \t\r\n")
    text = _ASIDE.sub("", text).lstrip()
    match = _ROOT.match(text)
    return Root(match[1], match[2]) if match else None


def elements(source: Source, wanted: frozenset[str], limits: Limits) -> Iterator[Element]:
    """Each element of these names (without namespace) in turn, whole; those inside one are not
    told apart. What was handed over is forgotten with the next.

    Raises InvalidInput: no XML, broken off (with line and column), entities, too much of it."""
    content = content_of(source.head())
    if content not in ("xml", "text"):
        raise _not_xml(source, CONTENT_WORDS[content])
    source.file.seek(0)
    try:
        yield from _walk(source, wanted, limits)
    except ParseError as error:
        raise _broken(source, error) from error
    except DefusedXmlException as error:
        raise InvalidInput(
            f"{source.name} declares XML entities, which no record does.",
            code="unsafe-xml",
            file=source.name,
        ) from error
    except (ValueError, LookupError) as error:
        raise _not_xml(source, "XML in an encoding that is none") from error


def _walk(source: Source, wanted: frozenset[str], limits: Limits) -> Iterator[Element]:
    count = depth = inside = 0
    root: Element | None = None
    for event, element in iterparse(source.file, events=("start", "end")):
        if event == "start":
            depth += 1
            count += 1 + len(element.attrib)
            root = element if root is None else root
            inside += inside > 0 or local(element) in wanted
            _check(source, count, depth, limits)
            continue
        depth -= 1
        if inside == 1:
            yield element
        inside -= inside > 0
        if not inside and root is not None:
            root.clear()  # what was handed over is not kept


def _check(source: Source, count: int, depth: int, limits: Limits) -> None:
    if count > limits.json_values:
        raise InvalidInput(
            f"{source.name} holds more than {limits.json_values:,} values.",
            code="too-large",
            way_out="Split it.",
            file=source.name,
        )
    if depth > _DEEPEST:
        raise InvalidInput(
            f"{source.name}: elements inside elements, more than a record has.",
            code="too-deep",
            file=source.name,
        )


def _not_xml(source: Source, word: str) -> InvalidInput:
    return InvalidInput(
        f"{source.name} is {word}; expected XML.",
        code="not-xml",
        file=source.name,
        found=word,
        expected="XML",
    )


def _broken(source: Source, error: ParseError) -> InvalidInput:
    line, column = error.position
    reason = str(error).partition(":")[0]
    cut = reason in ("no element found", "unclosed token", "unclosed CDATA section")
    what = "the XML ends in the middle of an element" if cut else f"no valid XML ({reason})"
    return InvalidInput(
        f"{source.name}, line {line}, column {column + 1}: {what}.",
        code="broken-xml",
        way_out="Copy the file again." if cut else "",
        file=source.name,
        row=line,
        column=column + 1,
        expected="a complete XML document",
    )


# ---------------------------------------------------------------- parts of an element


def local(element: Element) -> str:
    """The name without its namespace."""
    return element.tag.rpartition("}")[2]


def children(element: Element, *names: str) -> Iterator[Element]:
    """The elements directly inside, of these names in any case."""
    wanted = {name.lower() for name in names}
    return (each for each in element if local(each).lower() in wanted)


def child(element: Element, *names: str) -> Element | None:
    return next(children(element, *names), None)


def text_in(element: Element | None) -> str:
    """The text of an element, "" where it is not there or empty."""
    return "" if element is None else (element.text or "").strip()


def given(element: Element, *names: str) -> str | None:
    """An attribute by any of its names, in any case; else the text of an element inside so
    named. None where neither is there."""
    held = {key.rpartition("}")[2].lower(): value for key, value in element.attrib.items()}
    for name in names:
        if name.lower() in held:
            return held[name.lower()]
    inside = child(element, *names)
    return None if inside is None else (inside.text or "")
