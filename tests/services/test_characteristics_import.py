"""Characteristics out of files into a draft: looked at first, then all of it or nothing."""

from typing import Any

import pytest

from firstoff.db.models import Balloon, LedgerEntry
from firstoff.errors import InvalidInput, NotAllowed, Refused, StaleState
from firstoff.queries import product as reads
from firstoff.services import documents, product
from tests.conftest import NOW, World
from tests.drawing import balloon, make_draft, make_drawing

TABLE = (
    "No;Name;Requirement;Unit;Class;Zone;Gauge\n"
    "1;Lid clearance;0.30 to 0.80;mm;critical;B4;G-11\n"
    "3;Bore;25 ±0.10;mm;;C2;\n"
    "4;Position of the bore;⌖ ⌀0.2 (M) A B;mm;major;C3;\n"
)


def of(program: int, **more: Any) -> dict[str, Any]:
    return {"program_id": program, "revision": "C", "name": "crock.csv", **more}


def take(world: World, program: int, text: str = TABLE, **more: Any) -> Any:
    return product.import_characteristics(
        **of(program, raw=text.encode(), by=world.eli, at=NOW, **more)
    )


def look(world: World, program: int, text: str = TABLE, **more: Any) -> Any:
    return product.preview_characteristics(**of(program, raw=text.encode(), by=world.eli, **more))


def there(world: World, program: int) -> dict[str, str]:
    return {c.number: c.requirement for c in reads.characteristics(world.vic, program, "C")}


def test_a_preview_says_what_would_become_of_the_draft_and_writes_nothing(world: World) -> None:
    program = make_draft(world)
    before = LedgerEntry.objects.count()
    found = look(world, program)
    said = [(row.state, row.number) for row in found.rows]
    assert (said, found.can_be_taken, LedgerEntry.objects.count()) == (
        [("change", "1"), ("add", "3"), ("add", "4"), ("kept", "2")],
        True,
        before,
    )
    assert found.rows[0].changes["upper"] == ("0.90", "0.80")


def test_a_file_is_taken_whole(world: World) -> None:
    program = make_draft(world)
    done = take(world, program)
    assert ((done.added, done.changed, done.removed), there(world, program)) == (
        (2, 1, 0),
        {
            "1": "0.30 to 0.80\u00a0mm",
            "2": "",
            "3": "25 ±0.10\u00a0mm",
            "4": "⌖\u00a0⌀\u00a00.2\u00a0Ⓜ | A | B",
        },
    )


def test_what_is_asked_for_in_words_is_kept(world: World) -> None:
    program = make_draft(world)
    found = look(world, program, "No;Name;Requirement\n7;Rim;free of burrs\n")
    assert (found.rows[0].name, found.rows[0].state) == ("Rim: free of burrs", "add")


def test_the_same_file_again_changes_nothing(world: World) -> None:
    program = make_draft(world)
    take(world, program)
    assert take(world, program).again


def test_a_row_that_cannot_be_taken_stops_all_of_it(world: World) -> None:
    program = make_draft(world)
    before = there(world, program)
    with pytest.raises(InvalidInput, match=r"crock\.csv, row 5") as refused:
        take(world, program, f"{TABLE}5;Rim;10 to 9;mm;;;\n".replace("5;Rim;10", "3;Rim;9.9"))
    assert (refused.value.code, there(world, program)) == ("rows-refused", before)


def test_what_the_file_does_not_have_goes_when_all_is_replaced(world: World) -> None:
    program = make_draft(world)
    done = take(world, program, replace_all=True)
    assert (done.removed, list(there(world, program))) == (1, ["1", "3", "4"])


def test_what_changed_since_the_preview_is_said(world: World) -> None:
    program = make_draft(world)
    seen = look(world, program).seen
    product.remove_characteristic(
        program_id=program, revision="C", number="2", by=world.eli, at=NOW
    )
    with pytest.raises(StaleState):
        take(world, program, seen=seen)


def test_a_released_revision_takes_no_file(world: World) -> None:
    program = make_draft(world)
    product.release_revision(program_id=program, revision="C", by=world.eli, at=NOW)
    with pytest.raises(Refused) as refused:
        take(world, program)
    assert refused.value.code == "R-10"


def test_who_may_not_define_imports_nothing(world: World) -> None:
    program = make_draft(world)
    with pytest.raises(NotAllowed):
        product.preview_characteristics(**of(program, raw=TABLE.encode(), by=world.ben))


def test_a_column_is_corrected(world: World) -> None:
    program = make_draft(world)
    text = "Balloon,Thing,USL\n9,Rim,0.4\n"
    found = look(world, program, text, mapping={"Thing": "name"})
    assert [(row.state, row.name) for row in found.rows][:1] == [("add", "Rim")]


def test_a_balloon_stays_with_a_characteristic_whose_number_moved(world: World) -> None:
    from firstoff.db.models import Characteristic, DocumentVersion

    program = make_draft(world)
    make_drawing(world)
    Characteristic.objects.filter(number="1").update(source_id="u-1")
    documents.set_balloons(
        program_id=program,
        revision="C",
        version_id=DocumentVersion.objects.get().pk,
        balloons=[balloon("1")],
        by=world.eli,
        at=NOW,
    )
    from dataclasses import replace

    from firstoff.rules.product import Said, merged
    from firstoff.services.product import importing

    (first, _) = reads.characteristics(world.eli, program, "C")
    rows = merged([first], [Said(1, replace(first, number="8"))])
    importing._renumber(Characteristic.objects.get(number="1").revision, rows)
    assert Balloon.objects.get().characteristic.number == "8"


def test_a_qif_plan_keeps_its_ids(world: World, shared: Any) -> None:
    program = make_draft(world)
    name = "qif20_mitutoyo_statistics_first_article_inspection_sample.qif"
    plan = shared / "cases" / "qif" / name
    given = of(program, raw=plan, by=world.eli, at=NOW) | {"name": plan.name}
    done = product.import_characteristics(**given)
    found = reads.characteristics(world.eli, program, "C")
    known = sum(bool(c.source_id) for c in found)
    assert (done.added, known, product.import_characteristics(**given).again) == (2, 2, True)
