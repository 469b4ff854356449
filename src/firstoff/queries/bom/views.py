"""What the doors and later steps see of bills of materials."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from firstoff.terms import CharacteristicClass, Lifecycle, Procurement, RevisionStatus


@dataclass(frozen=True, slots=True)
class SourceView:
    """A manufacturer part. ``rank`` 1 is preferred; 0: nobody said."""

    id: int
    part_id: int
    manufacturer: str
    mpn: str
    lifecycle: Lifecycle
    rank: int
    description: str

    @property
    def name(self) -> str:
        return f"{self.manufacturer} {self.mpn}".strip()


@dataclass(frozen=True, slots=True)
class AlternateView:
    """Another part that may stand for one; proposed, whatever else is said of it (R-21).

    ``line_id``: on that line only; None: wherever the part is used.
    """

    id: int
    part_id: int
    line_id: int | None
    alternate_id: int
    number: str
    name: str
    rank: int
    note: str


@dataclass(frozen=True, slots=True)
class BomLineView:
    """One line of a revision.

    ``quantity`` is the usage in one of the parent, in ``unit`` (pieces where it is empty).
    ``child_id`` is the revision that goes in of a part that is made here, ``child_lines`` how
    many lines that has. ``sources`` are the part's manufacturer parts, preferred first.
    """

    id: int
    revision_id: int
    position: int
    find_number: str
    part_id: int
    part_number: str
    part_name: str
    description: str
    value: str
    package: str
    category: str
    procurement: Procurement
    retired: bool
    quantity: Decimal
    unit: str
    designators: tuple[str, ...]
    not_fitted: tuple[str, ...]
    fitted: bool
    classification: CharacteristicClass | None
    attrition: Decimal
    setup_pieces: Decimal
    section: str
    note: str
    attributes: Mapping[str, Any]
    child_id: int | None = None
    child_label: str = ""
    child_status: RevisionStatus | None = None
    child_lines: int = 0
    sources: tuple[SourceView, ...] = ()
    alternates: tuple[AlternateView, ...] = ()

    @property
    def fitted_designators(self) -> tuple[str, ...]:
        return tuple(d for d in self.designators if d not in self.not_fitted)


@dataclass(frozen=True, slots=True)
class BomHead:
    """The figures of one revision's lines. ``pieces``: usage of the fitted lines in one of it.
    ``do_not_populate``: lines with nothing fitted. ``without_source``: lines of bought parts that
    name no manufacturer part."""

    revision_id: int
    part_id: int
    part_number: str
    part_name: str
    label: str
    status: RevisionStatus
    lines: int
    pieces: Decimal
    designators: int
    do_not_populate: int
    do_not_populate_designators: int
    assemblies: int
    parts: int
    without_source: int


@dataclass(frozen=True, slots=True)
class ExplodedLine:
    """One place in the tree under a revision, for ``quantity`` of the top.

    ``per`` is the usage in one of its parent; ``quantity`` the exact need of the design;
    ``with_losses`` with attrition and what is lost once a run.
    """

    level: int
    path: tuple[int, ...]  # keys of the lines from the top to this one
    line_id: int
    revision_id: int  # whose line it is
    find_number: str
    part_id: int
    part_number: str
    part_name: str
    procurement: Procurement
    child_id: int | None
    child_label: str
    per: Decimal
    quantity: Decimal
    with_losses: Decimal
    unit: str
    designators: tuple[str, ...]
    leaf: bool


@dataclass(frozen=True, slots=True)
class NeedView:
    """All that is needed of one part, over every place under a revision."""

    part_id: int
    part_number: str
    part_name: str
    procurement: Procurement
    category: str
    child_id: int | None
    child_label: str
    quantity: Decimal
    with_losses: Decimal
    unit: str
    level: int  # the deepest place
    leaf: bool


@dataclass(frozen=True, slots=True)
class UseView:
    """A revision that a part goes into, straight (level 1) or through what goes into it.

    ``quantity`` is how many of the part are in one of that revision, exactly, over all paths.
    ``lines``: its lines that hold the part (level 1) or the assembly below. ``how``: ``line``,
    ``alternate`` or ``variant``. ``default``: the revision that is built now.
    """

    level: int
    revision_id: int
    part_id: int
    part_number: str
    part_name: str
    label: str
    status: RevisionStatus
    quantity: Decimal
    lines: int
    find_numbers: tuple[str, ...]
    designators: tuple[str, ...]
    how: str = "line"
    default: bool = False
    programs: tuple[str, ...] = field(default=())
