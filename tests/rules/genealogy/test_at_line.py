"""Commands of cards, and where a reel goes."""

from decimal import Decimal

import pytest

from firstoff.formats.labels.internal import COMMAND, encode
from firstoff.formats.labels.scans import scanned
from firstoff.rules.genealogy.at_line import (
    COMMANDS,
    REASONS,
    Command,
    OnPlace,
    command,
    place_for,
    typed_command,
)


@pytest.mark.parametrize(("word", "act", "says"), COMMANDS)
def test_a_card_reads_as_its_command(word: str, act: str, says: str) -> None:
    code = scanned(encode(COMMAND, word))
    assert (code.names, command(code.number), says != "") == ("command", Command(act), True)
    assert typed_command(f" *{word.lower()}* ") == Command(act)


@pytest.mark.parametrize(
    "text", ["PASS", "*", "**", "*PAST*", "*OP*", "*OP20", "*OP12345678*", ""]
)
def test_what_is_no_command_is_left(text: str) -> None:
    assert typed_command(text) is None


def test_operations_and_reasons_have_cards() -> None:
    assert typed_command("*op 20*") == Command("operation", 20)
    assert [command(word) for word, _ in REASONS] == [
        Command("why", text=text) for _, text in REASONS
    ]


RING = OnPlace("RING", "F1", Decimal(2))


@pytest.mark.parametrize(
    ("loaded", "chosen", "before", "place"),
    [
        ([], "", None, OnPlace("RING", "RING", None)),
        ([], "", Decimal(3), OnPlace("RING", "RING", Decimal(3))),
        ([RING], "", Decimal(3), RING),
        ([OnPlace("LBL", "F1", None)], "", None, OnPlace("RING", "RING", None)),
        ([RING], "F9", None, OnPlace("RING", "F9", Decimal(2))),
        ([], "F9", Decimal(1), OnPlace("RING", "F9", Decimal(1))),
        ([RING, OnPlace("RING", "F2", None)], "", None, OnPlace("RING", "RING", None)),
        ([RING, OnPlace("RING", "F2", None)], "F2", None, OnPlace("RING", "F2", None)),
    ],
)
def test_a_reel_takes_the_place_of_its_part(
    loaded: list[OnPlace], chosen: str, before: Decimal | None, place: OnPlace
) -> None:
    assert place_for("RING", loaded, chosen=chosen, before=before) == place
