"""A part or one of its revisions as a command line names it: ``PROGRAM/PART:REVISION``."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstoff.cli import shell
from firstoff.errors import NotFound, Refused

if TYPE_CHECKING:
    from firstoff.queries.product import PartView, RevisionView
    from firstoff.rules.access import Actor


@dataclass(frozen=True, slots=True)
class Place:
    part: "PartView"
    revision: "RevisionView"

    def __str__(self) -> str:
        return f"{self.part.number} revision {self.revision.label}"


def part_meant(actor: "Actor", site: str | None, name: str) -> "PartView":
    """By its number, by the code of its program, or by both: ``PROGRAM/PART``. Raises NotFound."""
    from firstoff.queries import product as reads

    whole, _, rest = name.partition("/")
    code = shell.site_of(actor, site, program=whole).code
    for program in dict.fromkeys((name, whole if rest else name)):
        try:
            found = reads.program(actor, code, program)
        except NotFound:
            continue
        if program == name or not rest:
            return reads.part_by_id(actor, found.part_id)
        return reads.part(actor, code, rest)
    return reads.part(actor, code, name)


def place_meant(actor: "Actor", site: str | None, name: str, *, draft: bool = False) -> Place:
    """A revision: the one named after the last colon, or else the one that is meant; ``draft``:
    the one that can be changed. Raises NotFound, Refused."""
    part, label = _split(actor, site, name)
    from firstoff.queries import product as reads

    there = reads.part_revisions(part.id)
    if label:
        for revision in there:
            if revision.label == label:
                return Place(part, revision)
        raise NotFound(f"There is no revision {label!r} of {part.number}.")
    if draft:
        for revision in there:
            if revision.draft:
                return Place(part, revision)
        raise Refused(
            f"{part.number} has no draft.",
            code="R-10",
            way_out=f"Make one: firstoff part revise {part.number}",
        )
    meant = reads.default_revision(part.id)
    if meant is None:
        raise NotFound(f"{part.number} has no revision.")
    return Place(part, meant)


def _split(actor: "Actor", site: str | None, name: str) -> "tuple[PartView, str]":
    try:
        return part_meant(actor, site, name), ""
    except NotFound:
        number, mark, label = name.rpartition(":")
        if not mark:
            raise
        return part_meant(actor, site, number), label
