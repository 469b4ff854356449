"""A page of lines saved among the others: who may, what stops it, which row it is about."""

from decimal import Decimal
from typing import Any

import pytest

from firstoff.db.models import BomLine
from firstoff.errors import InvalidInput, NotAllowed, Refused, StaleState
from firstoff.queries import bom as reads
from firstoff.queries.bom.facts import page_state
from firstoff.queries.ledger import verify
from firstoff.rules.bom.lines import LineFacts
from firstoff.rules.bom.paging import TypedLine
from firstoff.services.bom.paging import set_page
from tests.building import make_bom
from tests.conftest import NOW, World


def line(part: str, quantity: str = "1", **more: Any) -> LineFacts:
    return LineFacts(part=part, quantity=Decimal(quantity), **more)


def save(world: World, revision: Any, shown: list[int], *typed: TypedLine, **more: Any) -> Any:
    given = {"revision_id": revision.pk, "shown": shown, "typed": typed, "by": world.eli}
    return set_page(**{**given, "at": NOW, **more})


def keys(revision: Any) -> list[int]:
    rows = BomLine.objects.filter(revision=revision).order_by("position")
    return list(rows.values_list("pk", flat=True))


def stored(revision: Any) -> list[str]:
    return [facts.part for facts in reads.line_facts(revision.pk).values()]


def test_a_page_is_saved_and_the_lines_keep_their_keys(world: World) -> None:
    board = make_bom(world.site)["BRD"]
    first, second, third = keys(board)
    save(world, board, [first, second], TypedLine(second, line("CAP", "9")))
    assert (stored(board), keys(board)) == (["CAP", "CHIP"], [second, third])
    assert verify().broken is None


def test_an_error_names_the_row_that_was_typed(world: World) -> None:
    board = make_bom(world.site)["BRD"]
    last = keys(board)[2]
    with pytest.raises(InvalidInput) as told:
        save(world, board, [last], TypedLine(last, line("CHIP")), TypedLine(None, line("NOPE")))
    assert (told.value.details["row"], told.value.details["field"]) == (1, "part")


def test_a_place_that_another_page_has_is_told_at_the_row(world: World) -> None:
    board = make_bom(world.site)["BRD"]
    last = keys(board)[2]
    with pytest.raises(InvalidInput, match=r"R1 .* is already on") as told:
        save(world, board, [last], TypedLine(last, line("CHIP", designators=("R1",))))
    assert told.value.details["row"] == 0


def test_what_others_did_elsewhere_stays_and_here_is_stale(world: World) -> None:
    board = make_bom(world.site)["BRD"]
    first, second, third = keys(board)
    seen = {key: page_state(world.eli, board.pk, [key]) for key in (first, second)}
    save(world, board, [first], TypedLine(first, line("RES", "7")))
    save(world, board, [second], TypedLine(second, line("CAP", "8")), seen=seen[second])
    with pytest.raises(StaleState):
        save(world, board, [first], TypedLine(first, line("RES", "9")), seen=seen[first])
    found = [str(f.quantity.normalize()) for f in reads.line_facts(board.pk).values()]
    assert (found, keys(board)) == (["7", "8", "1"], [first, second, third])


def test_two_who_begin_an_empty_list_do_not_both(world: World) -> None:
    top = make_bom(world.site, {"TOP": (), "BRD": (("RES", "1", ""),)})["TOP"]
    seen = page_state(world.eli, top.pk, [])
    save(world, top, [], TypedLine(None, line("RES")), seen=seen)
    with pytest.raises(StaleState):
        save(world, top, [], TypedLine(None, line("RES")), seen=seen)


def test_nothing_goes_into_itself_and_not_everybody_may(world: World) -> None:
    made = make_bom(world.site)
    with pytest.raises(Refused, match="would go into itself"):
        save(world, made["BRD"], [], TypedLine(None, line("BOX")))
    with pytest.raises(NotAllowed):
        save(world, made["BRD"], [], by=world.ben)
