"""Two revisions side by side, or a revision against what another tool says of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from firstoff.db.models import PartRevision
from firstoff.errors import InvalidInput
from firstoff.formats.bom import BomMapping, read_boms
from firstoff.queries.bom.exploding import needed
from firstoff.queries.bom.facts import line_facts
from firstoff.queries.bom.known import known_of
from firstoff.queries.bom.lines import revision_seen
from firstoff.rules.access import Actor
from firstoff.rules.bom.comparing import FIELDS, LineChange, LineDifference, differences
from firstoff.rules.bom.draft import Remark
from firstoff.rules.bom.lines import LineFacts
from firstoff.rules.bom.planning import plan_import

# What no other tool's export says: nothing of it is a difference.
_OURS = ("child", "classification", "attrition", "setup_pieces", "alternates")
_WHERE_SAID = ("unit", "find_number", "section", "note")


@dataclass(frozen=True, slots=True)
class BomComparison:
    """Every line of both, in the order of the later; what was removed stands at the end.

    ``before`` and ``after`` say what is compared; ``compared`` which fields.
    """

    before: str
    after: str
    compared: tuple[str, ...]
    differences: tuple[LineDifference, ...]
    refused: tuple[Remark, ...] = ()  # rows of a file that cannot be read

    def count(self, change: LineChange) -> int:
        return sum(d.change is change for d in self.differences)

    @property
    def moved(self) -> tuple[LineDifference, ...]:
        """Without the lines that are the same."""
        return tuple(d for d in self.differences if d.change is not LineChange.SAME)


@dataclass(frozen=True, slots=True)
class NeedDifference:
    """What one of each takes of a part over all levels."""

    part: str
    name: str
    unit: str
    before: Decimal
    after: Decimal


def compare(actor: Actor, before_id: int, after_id: int) -> BomComparison:
    """The lines of two revisions, of one part or of two. Six queries. Raises NotFound."""
    before, after = revision_seen(actor, before_id), revision_seen(actor, after_id)
    one, other = line_facts(before.pk).values(), line_facts(after.pk).values()
    found = differences(list(one), list(other))
    return BomComparison(_title(before), _title(after), FIELDS, found)


def compare_needs(
    actor: Actor, before_id: int, after_id: int, *, same: bool = False
) -> tuple[NeedDifference, ...]:
    """What one of each takes of bought parts over all levels, by part number; ``same``: with
    those that do not differ. Raises NotFound."""
    totals: dict[str, list[Decimal]] = {}
    names: dict[str, tuple[str, str]] = {}
    for place, key in enumerate((before_id, after_id)):
        for need in needed(revision_seen(actor, key).pk, leaves=True):
            both = totals.setdefault(need.part_number, [Decimal(0), Decimal(0)])
            both[place] += need.quantity
            names[need.part_number] = (need.part_name, need.unit)
    return tuple(
        NeedDifference(part, *names[part], before, after)
        for part, (before, after) in sorted(totals.items())
        if same or before != after
    )


def compare_file(
    actor: Actor,
    revision_id: int,
    files: Sequence[tuple[str, bytes]],
    *,
    kind: str = "",
    mapping: BomMapping | None = None,
) -> BomComparison:
    """A revision as designed against what files say, line by line of the top. Nothing is written.

    Compared is what the files can say. Raises NotFound, InvalidInput where they cannot be read.
    """
    revision = revision_seen(actor, revision_id)
    read = read_boms([*files], kind=kind, mapping=mapping, strict=len(files) == 1)
    if len(read) > 1:
        raise InvalidInput(
            f"These are {len(read)} bills of materials that do not refer to each other.",
            way_out="Compare them one by one.",
            code="several",
        )
    known = known_of(revision.part.site_id, read[0].lines)
    plan = plan_import(read[0], known, revision.part.number)
    wanted = [planned.line for planned in plan.assemblies[-1].lines]
    names = _sayable(wanted)
    found = differences(list(line_facts(revision.pk).values()), wanted, names=names)
    return BomComparison(_title(revision), read[0].name, names, found, plan.refused)


def _sayable(lines: Sequence[LineFacts]) -> tuple[str, ...]:
    silent = {name for name in _WHERE_SAID if not any(getattr(line, name) for line in lines)}
    if not any(line.designators for line in lines):
        silent |= {"designators", "not_fitted"}
    return tuple(name for name in FIELDS if name not in _OURS and name not in silent)


def _title(revision: PartRevision) -> str:
    return f"{revision.part.number} revision {revision.label}"
