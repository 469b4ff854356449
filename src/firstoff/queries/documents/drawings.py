"""Drawings with balloons: the page, where each characteristic stands, what is missing."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count

from firstoff.db.models import Balloon, RevisionDocument
from firstoff.errors import NotFound
from firstoff.queries.documents.register import (
    DocumentView,
    LinkedView,
    VersionView,
    linked,
    version,
)
from firstoff.queries.product import (
    ProgramView,
    RevisionView,
    characteristics_of,
    part_revisions,
    program_by_id,
)
from firstoff.rules.access import Actor
from firstoff.rules.documents import BalloonFacts
from firstoff.rules.product import CharacteristicFacts, balloon_key


@dataclass(frozen=True, slots=True)
class Carried:
    """Another version of the same drawing whose balloons can be carried over."""

    label: str
    balloons: int


@dataclass(frozen=True, slots=True)
class DrawingView:
    """A version of a drawing with the balloons of one part revision."""

    program: ProgramView
    revision: RevisionView
    document: DocumentView
    version: VersionView
    linked: bool  # the version belongs to the revision
    characteristics: tuple[CharacteristicFacts, ...]
    balloons: tuple[BalloonFacts, ...]
    others: tuple[Carried, ...]
    elsewhere: frozenset[str]  # numbers with a balloon on another drawing of the revision

    @property
    def placed(self) -> frozenset[str]:
        return frozenset(b.characteristic for b in self.balloons)

    @property
    def missing(self) -> tuple[str, ...]:
        """Numbers that have a balloon nowhere, in their order."""
        known = self.placed | self.elsewhere
        return tuple(c.number for c in self.characteristics if c.number not in known)


@dataclass(frozen=True, slots=True)
class DrawingChoice:
    """A drawing of a revision: how many of its balloons stand on it."""

    linked: LinkedView
    balloons: int


def revision_labelled(actor: Actor, program_id: int, label: str) -> RevisionView:
    """A revision of the program's part; the newest where the label is empty. Raises NotFound."""
    there = part_revisions(program_by_id(actor, program_id).part_id)
    for found in there:
        if label in ("", found.label):
            return found
    raise NotFound(f"There is no revision {label!r} of this part.")


def drawing(
    actor: Actor, program_id: int, *, revision: str, number: str, label: str = ""
) -> DrawingView:
    """A drawing of the program's site with the balloons of a revision. Raises NotFound.

    Nine queries.
    """
    program = program_by_id(actor, program_id)
    chosen = revision_labelled(actor, program_id, revision)
    document, found = version(actor, program.site, number, label)
    belongs = RevisionDocument.objects.filter(revision=chosen.id, version=found.id).exists()
    rows = Balloon.objects.filter(characteristic__revision=chosen.id)
    others = rows.filter(version__document=document.id).exclude(version=found.id)
    counted = others.values_list("version__label").annotate(n=Count("pk")).order_by("-version")
    elsewhere = rows.exclude(version__document=document.id).filter(
        version__in=RevisionDocument.objects.filter(revision=chosen.id).values("version")
    )
    return DrawingView(
        program=program,
        revision=chosen,
        document=document,
        version=found,
        linked=belongs,
        characteristics=characteristics_of(chosen.id),
        balloons=balloons_of(chosen.id, found.id),
        others=tuple(Carried(label, many) for label, many in counted),
        elsewhere=frozenset(elsewhere.values_list("characteristic__number", flat=True)),
    )


def drawings(actor: Actor, revision_id: int) -> tuple[DrawingChoice, ...]:
    """The documents of a revision, each with its balloons. Three queries."""
    found = linked(actor, revision_id)
    counted = Balloon.objects.filter(
        characteristic__revision=revision_id, version__in=[one.version.id for one in found]
    )
    many = dict(counted.values_list("version").annotate(n=Count("pk")).order_by())
    return tuple(DrawingChoice(one, many.get(one.version.id, 0)) for one in found)


def balloons_of(revision_id: int, version_id: int) -> tuple[BalloonFacts, ...]:
    """In the order of their numbers. One query."""
    rows = Balloon.objects.filter(characteristic__revision=revision_id, version=version_id)
    return sorted_balloons([balloon_facts(row) for row in rows.select_related("characteristic")])


def sorted_balloons(found: Sequence[BalloonFacts]) -> tuple[BalloonFacts, ...]:
    return tuple(sorted(found, key=lambda b: balloon_key(b.characteristic)))


def balloon_facts(row: Balloon) -> BalloonFacts:
    number = row.characteristic.number
    return BalloonFacts(number, row.page, row.x, row.y, row.to_x, row.to_y)
