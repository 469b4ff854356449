"""Lines as the rules know them: by numbers and labels."""

from firstoff.db.models import Alternate, BomLine
from firstoff.queries.bom.lines import revision_seen
from firstoff.rules.access import Actor
from firstoff.rules.bom.lines import AlternateFacts, LineFacts, lines_state
from firstoff.terms import CharacteristicClass

_COLUMNS = (
    *("id", "part__number", "quantity", "find_number", "child__label", "unit", "designators"),
    *("not_fitted", "fitted", "classification", "attrition", "setup_pieces", "section", "note"),
    "attributes",
)


def line_facts(revision_id: int) -> dict[int, LineFacts]:
    """Every line of a revision by its key, in order. Two queries."""
    alternates: dict[int, list[AlternateFacts]] = {}
    named = Alternate.objects.filter(line__revision=revision_id, retired_at__isnull=True)
    for line, part, rank, note in named.order_by("rank", "alternate__number").values_list(
        "line_id", "alternate__number", "rank", "note"
    ):
        alternates.setdefault(line, []).append(AlternateFacts(part, rank, note))
    rows = BomLine.objects.filter(revision=revision_id).order_by("position")
    found = {}
    for row in rows.values_list(*_COLUMNS):
        key, part, quantity, find, child, unit, places, empty, fitted, kind, *rest = row
        lost, setup, section, note, attributes = rest
        found[key] = LineFacts(
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
            alternates=tuple(alternates.get(key, ())),
        )
    return found


def state(actor: Actor, revision_id: int) -> str:
    """What the lines are now, in a word: ``seen`` of whoever changes them. Raises NotFound."""
    return lines_state(line_facts(revision_seen(actor, revision_id).pk).values())
