"""A product begun with its bill of materials: all of it or nothing."""

from typing import Any

import pytest

from firstoff.db.models import Part, PartRevision, Program
from firstoff.errors import InvalidInput, NotAllowed
from firstoff.queries import bom as reads
from firstoff.queries.ledger import verify
from firstoff.services import bom
from tests.conftest import NOW, World

BOARD = b"Reference,Value,MPN,Quantity\nR1 R2,10k,RC0603-10K,2\nU1,MCU,STM32F072,1\n"


def given(world: World, content: bytes = BOARD, **more: Any) -> dict[str, Any]:
    said = {"site_id": world.site.pk, "code": "MP-1", "name": "Charger", "by": world.eli}
    return {**said, "files": [("board.csv", content)], **more}


def test_a_look_writes_nothing(world: World) -> None:
    seen = bom.preview_start(**given(world))
    (top,) = seen.assemblies
    assert (top.part, top.revision, len(top.differences), seen.can_be_taken) == (
        "MP-1",
        "A",
        2,
        True,
    )
    assert (Part.objects.count(), Program.objects.count()) == (0, 0)


def test_a_program_its_part_and_the_lines_are_made_at_once(world: World) -> None:
    made = bom.start_program(**given(world), at=NOW)
    revision = PartRevision.objects.get(part=made.program.part)
    found = [(f.part, int(f.quantity)) for f in reads.line_facts(revision.pk).values()]
    assert (made.program.code, revision.label, revision.status) == ("MP-1", "A", "draft")
    assert found == [("RC0603-10K", 2), ("STM32F072", 1)]
    assert (made.taken.lines["added"], verify().broken) == (2, None)


def test_a_file_that_cannot_be_taken_leaves_no_program(world: World) -> None:
    with pytest.raises(InvalidInput):
        bom.start_program(**given(world, b"no table at all"), at=NOW)
    assert (Part.objects.count(), Program.objects.count()) == (0, 0)


def test_a_code_that_is_taken_is_said_before_anything_is_read(world: World) -> None:
    bom.start_program(**given(world), at=NOW)
    with pytest.raises(InvalidInput, match="There is a program 'MP-1' at this site already"):
        bom.preview_start(**given(world))


def test_who_may_not_define_may_not_start(world: World) -> None:
    with pytest.raises(NotAllowed):
        bom.preview_start(**{**given(world), "by": world.ben})
