"""A test record: values in the order of a frozen procedure (R-37, R-48)."""

from decimal import Decimal

from firstoff.errors import InvalidInput
from firstoff.rules.genealogy.values import (
    Aware,
    Part,
    Posted,
    check_number,
    check_short,
    need_unit,
)
from firstoff.terms import TestOutcome

_LARGEST = Decimal(10) ** 30
_DIGEST = frozenset("0123456789abcdef")


class Line(Part, frozen=True, kw_only=True):
    """One measurement of a procedure. ``lower`` and ``upper`` are inclusive."""

    name: str
    phase: str = ""
    unit: str = ""
    lower: Decimal | None = None
    upper: Decimal | None = None


class ProcedureText(Part, frozen=True, kw_only=True):
    """What a test measures. The same content has the same digest, whoever posts it."""

    name: str
    lines: tuple[Line, ...]
    version: str = ""


class FileOf(Part, frozen=True, kw_only=True):
    """A file that came with a test: its bytes, or the digest of what is stored already."""

    name: str
    sha256: str = ""
    media_type: str = ""
    content: bytes | None = None  # base64 in JSON


class Tested(Posted, frozen=True, kw_only=True, tag="test"):
    """``values``: a number, a text, true or false, or null where nothing was measured.

    ``outcomes``: one word a value, or one letter a value in a single text (``ppfp``); left out,
    numbers are judged by the limits of the procedure.
    ``procedure``: its text, or the digest of one that was posted before.
    """

    __test__ = False  # not a test class, whatever pytest thinks of the name

    serial: str
    procedure: ProcedureText | str
    values: list[float | str | bool | None]
    part: str = ""
    batch: str = ""
    outcomes: tuple[TestOutcome, ...] | str | None = None
    outcome: TestOutcome | None = None
    station: str = ""
    began_at: Aware | None = None
    ended_at: Aware | None = None
    attachments: tuple[FileOf, ...] = ()

    def check(self) -> None:
        need_unit(self.part, self.serial, self.batch)
        if isinstance(self.procedure, str):
            check_digest(self.procedure, "procedure")
        else:
            for place, line in enumerate(self.procedure.lines):
                field = f"procedure.lines[{place}]"
                check_number(line.lower, line.name, f"{field}.lower", below=_LARGEST)
                check_number(line.upper, line.name, f"{field}.upper", below=_LARGEST)
        check_short(self.station, "station", "station", longest=120)
        for place, attachment in enumerate(self.attachments):
            field = f"attachments[{place}]"
            check_short(attachment.name, "name of the file", f"{field}.name", longest=300)
            if attachment.content is None:
                check_digest(attachment.sha256, f"{field}.sha256")


def check_digest(text: str, field: str) -> str:
    if len(text) != 64 or not _DIGEST.issuperset(text):
        raise InvalidInput(
            f"{field} is {text[:70]!r}; expected a SHA-256 in 64 hex digits.", field=field
        )
    return text


def check_counts(tested: Tested, lines: int) -> None:
    """As many values, and outcomes where they are given, as the procedure has lines."""
    given = [("values", len(tested.values))]
    if tested.outcomes is not None:
        given.append(("outcomes", len(tested.outcomes)))
    for field, count in given:
        if count != lines:
            raise InvalidInput(
                f"The record of {tested.serial} has {count} {field}; its procedure has {lines} "
                "lines.",
                field=field,
            )
