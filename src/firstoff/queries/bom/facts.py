"""Lines as the rules know them: by numbers and labels."""

from collections.abc import Collection
from typing import Any

from firstoff.db.models import Alternate, BomLine
from firstoff.queries.bom.lines import chunks, revision_seen
from firstoff.rules.access import Actor
from firstoff.rules.bom.lines import AlternateFacts, LineFacts, lines_state
from firstoff.terms import CharacteristicClass

_COLUMNS = (
    *("part__number", "quantity", "find_number", "child__label", "unit", "designators"),
    *("not_fitted", "fitted", "classification", "attrition", "setup_pieces", "section", "note"),
    "attributes",
)


def line_facts(revision_id: int) -> dict[int, LineFacts]:
    """Every line of a revision by its key, in order. Two queries."""
    return line_facts_of([revision_id]).get(revision_id, {})


def line_facts_among(revision_id: int, line_ids: Collection[int]) -> dict[int, LineFacts]:
    """Some lines of a revision by their key, in order: those that a page shows. Two queries."""
    alternates: dict[int, list[AlternateFacts]] = {}
    named = Alternate.objects.filter(line__in=line_ids, retired_at__isnull=True)
    for line, part, rank, note in named.order_by("rank", "alternate__number").values_list(
        "line_id", "alternate__number", "rank", "note"
    ):
        alternates.setdefault(line, []).append(AlternateFacts(part, rank, note))
    rows = BomLine.objects.filter(revision=revision_id, pk__in=line_ids).order_by("position")
    return {
        row[0]: _facts(row[1:], tuple(alternates.get(row[0], ())))
        for row in rows.values_list("id", *_COLUMNS)
    }


def line_facts_of(revision_ids: Collection[int]) -> dict[int, dict[int, LineFacts]]:
    """The same of many revisions, by revision. Two queries per 5,000."""
    found: dict[int, dict[int, LineFacts]] = {}
    for some in chunks(list(revision_ids)):
        alternates: dict[int, list[AlternateFacts]] = {}
        named = Alternate.objects.filter(line__revision__in=some, retired_at__isnull=True)
        for line, part, rank, note in named.order_by("rank", "alternate__number").values_list(
            "line_id", "alternate__number", "rank", "note"
        ):
            alternates.setdefault(line, []).append(AlternateFacts(part, rank, note))
        rows = BomLine.objects.filter(revision__in=some).order_by("revision", "position")
        for row in rows.values_list("revision_id", "id", *_COLUMNS):
            facts = _facts(row[2:], tuple(alternates.get(row[1], ())))
            found.setdefault(row[0], {})[row[1]] = facts
    return found


def _facts(row: tuple[Any, ...], alternates: tuple[AlternateFacts, ...]) -> LineFacts:
    part, quantity, find, child, unit, places, empty, fitted, kind, *rest = row
    lost, setup, section, note, attributes = rest
    return LineFacts(
        part=part,
        quantity=quantity,
        find_number=find,
        child=child or "",
        unit=unit,
        designators=tuple(places),
        not_fitted=tuple(empty),
        fitted=fitted,
        classification=CharacteristicClass(kind) if kind else None,
        attrition=lost,
        setup_pieces=setup,
        section=section,
        note=note,
        attributes=attributes,
        alternates=alternates,
    )


def state(actor: Actor, revision_id: int) -> str:
    """What the lines are now, in a word: ``seen`` of whoever changes them. Raises NotFound."""
    return lines_state(line_facts(revision_seen(actor, revision_id).pk).values())


def page_state(actor: Actor, revision_id: int, line_ids: Collection[int]) -> str:
    """What the lines of a page are now; of none, what all are. Raises NotFound."""
    key = revision_seen(actor, revision_id).pk
    found = line_facts_among(key, line_ids) if line_ids else line_facts(key)
    return lines_state(found.values())
