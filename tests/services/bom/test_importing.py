"""Files taken into drafts: a preview, all or nothing, the difference when they come again."""

from decimal import Decimal
from typing import Any

import pytest

from firstoff.errors import InvalidInput, NotAllowed, NotFound, Refused
from firstoff.formats.bom import BomMapping
from firstoff.queries import bom as reads
from firstoff.queries import product as parts
from firstoff.queries.ledger import verify
from firstoff.services import bom, product
from firstoff.terms import CharacteristicClass, Procurement
from tests.building import make_bom, make_parts
from tests.conftest import NOW, World

BOARD = """Reference,Value,Footprint,Manufacturer,MPN,Quantity,DNP,Colour
"R1, R2",10k,0603,Yageo,RC0603-10K,2,,black
"C1, C2",100n,0603,,,2,,
D1,RED,0805,,,1,DNP,red
"""
LEVELS = """Level,Part Number,Revision,Description,Quantity
1,CASE,A,Case of steel,1
2,LID,,Lid,1
2,SCREW,,M3x8,4
1,BRD,,Board,2
2,CHIP,,Chip,1
1,SCREW,,M3x8,2
"""


def target(world: World) -> Any:
    """A draft without lines, of a part named TOP."""
    return make_bom(world.site, {"TOP": ()})["TOP"]


def given(world: World, revision: Any, text: str, **more: Any) -> dict[str, Any]:
    files = [("board.csv", text.encode())]
    return {"revision_id": revision.pk, "files": files, "by": world.eli, **more}


def take(world: World, revision: Any, text: str, **more: Any) -> Any:
    return bom.import_bom(**given(world, revision, text, **more), at=NOW)


def look(world: World, revision: Any, text: str, **more: Any) -> Any:
    return bom.preview_import(**given(world, revision, text, **more))


def stored(revision_id: int) -> list[tuple[str, int, tuple[str, ...]]]:
    return [
        (line.part, int(line.quantity), line.designators)
        for line in reads.line_facts(revision_id).values()
    ]


def test_a_preview_says_what_would_be_made_and_writes_nothing(world: World) -> None:
    from firstoff.db.models import BomImport, ManufacturerPart, Part

    revision = target(world)
    seen = look(world, revision, BOARD)

    assert (seen.counts.lines, seen.refused, seen.can_be_taken) == (3, (), True)
    assert [(p.number, p.name, p.made) for p in seen.new_parts] == [
        ("RC0603-10K", "10k 0603", True),
        ("C-100n-0603", "100n 0603", True),
        ("D-RED-0805", "RED 0805", True),
    ]
    assert [(s.part, s.manufacturer, s.mpn) for s in seen.new_sources] == [
        ("RC0603-10K", "Yageo", "RC0603-10K")
    ]
    (top,) = seen.assemblies
    assert [(d.change.value, row) for d, row in zip(top.differences, top.rows, strict=True)] == [
        ("added", 2),
        ("added", 3),
        ("added", 4),
    ]
    assert (top.part, top.revision, top.new) == ("TOP", "1", False)
    assert Part.objects.count() == 1
    assert not ManufacturerPart.objects.exists()
    assert not BomImport.objects.exists()


def test_a_file_becomes_lines_parts_and_proposed_sources(world: World) -> None:
    from firstoff.db.models import Approval

    revision = target(world)
    done = take(world, revision, BOARD)

    assert (done.lines["added"], done.parts, done.sources, done.left_out) == (3, 3, 1, ())
    res, cap, led = reads.lines_of(revision.pk)
    assert (res.part_number, res.value, res.designators) == ("RC0603-10K", "10k", ("R1", "R2"))
    assert [(s.name, s.rank) for s in res.sources] == [("Yageo RC0603-10K", 1)]
    assert res.attributes["Colour"] == "black"
    assert (cap.part_number, cap.quantity, cap.procurement) == ("C-100n-0603", 2, Procurement.BUY)
    assert (led.fitted, led.not_fitted) == (False, ("D1",))
    assert not Approval.objects.exists()
    (kept,) = reads.imports(world.vic, revision.pk)
    assert (kept.file_name, kept.by, kept.summary["counts"]["lines"]) == (
        "board.csv",
        "Eli Novak",
        3,
    )
    assert verify().holds


def test_the_file_itself_is_kept_under_its_hash(world: World) -> None:
    from pathlib import Path

    from django.conf import settings

    from firstoff.formats import store

    done = take(world, target(world), BOARD)
    assert store.get(Path(settings.MEDIA_ROOT), done.sha256) == BOARD.encode()


def test_the_same_file_again_finds_the_same_parts_and_changes_nothing(world: World) -> None:
    revision = target(world)
    take(world, revision, BOARD)
    keys = [line.id for line in reads.lines_of(revision.pk)]

    done = take(world, revision, BOARD)

    assert done.lines == {"added": 0, "changed": 0, "removed": 0, "same": 3}
    assert (done.parts, done.sources) == (0, 0)
    assert [line.id for line in reads.lines_of(revision.pk)] == keys
    assert len(reads.imports(world.vic, revision.pk)) == 2


def test_a_later_file_shows_the_difference_line_by_line(world: World) -> None:
    revision = target(world)
    take(world, revision, BOARD)
    text = BOARD.replace('"R1, R2",10k', '"R1, R2, R3",10k').replace(
        "RC0603-10K,2", "RC0603-10K,3"
    )
    text = text.replace('"C1, C2",100n,0603', '"C1, C2",1u,0603').replace("D1,RED", "D9,BLUE")

    seen = look(world, revision, text)

    (top,) = seen.assemblies
    assert [(d.change.value, d.line.part, sorted(d.fields)) for d in top.differences] == [
        ("changed", "RC0603-10K", ["designators", "quantity"]),
        ("changed", "C-1u-0603", ["attributes", "part"]),
        ("added", "D-BLUE-0805", []),
        ("removed", "D-RED-0805", []),
    ]
    take(world, revision, text)
    assert stored(revision.pk) == [
        ("RC0603-10K", 3, ("R1", "R2", "R3")),
        ("C-1u-0603", 2, ("C1", "C2")),
        ("D-BLUE-0805", 1, ("D9",)),
    ]


def test_what_a_file_cannot_say_stays(world: World) -> None:
    from dataclasses import replace

    revision = target(world)
    take(world, revision, BOARD)
    lines = list(reads.line_facts(revision.pk).values())
    mine = replace(
        lines[0],
        classification=CharacteristicClass.CRITICAL,
        attrition=Decimal(2),
        note="Watch it",
        find_number="7",
    )
    bom.set_lines(revision_id=revision.pk, lines=[mine, *lines[1:]], by=world.eli, at=NOW)

    done = take(world, revision, BOARD)
    assert done.lines["same"] == 3
    assert next(iter(reads.line_facts(revision.pk).values())) == mine


def test_a_known_manufacturer_part_tells_which_part_it_is(world: World) -> None:
    from firstoff.db.models import ManufacturerPart

    revision = target(world)
    own = make_parts(world.site, "100-0001")["100-0001"]
    ManufacturerPart.objects.create(part=own, manufacturer="YAGEO", mpn="rc0603-10k")

    done = take(world, revision, BOARD)
    assert stored(revision.pk)[0][0] == "100-0001"
    assert done.sources == 0


def test_a_number_of_two_parts_is_refused_with_its_row(world: World) -> None:
    from firstoff.db.models import ManufacturerPart

    revision = target(world)
    for part in make_parts(world.site, "A-1", "A-2").values():
        ManufacturerPart.objects.create(part=part, manufacturer="Yageo", mpn="RC0603-10K")

    seen = look(world, revision, BOARD)
    assert [(r.row, r.sentence) for r in seen.refused] == [
        (2, "RC0603-10K is a number of A-1 and A-2; name the part.")
    ]
    with pytest.raises(InvalidInput, match=r"board\.csv, row 2: RC0603-10K is a number of"):
        take(world, revision, BOARD)
    assert stored(revision.pk) == []
    done = take(world, revision, BOARD, leave_out=True)
    assert [r.row for r in done.left_out] == [2]
    assert [part for part, _, _ in stored(revision.pk)] == ["C-100n-0603", "D-RED-0805"]
    assert reads.imports(world.vic, revision.pk)[0].summary["left_out"][0][0] == 2


def test_an_alternate_that_another_part_has_proposes_that_part(world: World) -> None:
    from firstoff.db.models import ManufacturerPart

    revision = target(world)
    other = make_parts(world.site, "OTHER")["OTHER"]
    ManufacturerPart.objects.create(part=other, manufacturer="Vishay", mpn="CRCW0603")
    text = (
        "Reference,Quantity,Manufacturer,MPN,Manufacturer,MPN,Manufacturer,MPN\n"
        "R1,1,Yageo,RC0603,Vishay,CRCW0603,Rohm,MCR03\n"
    )
    take(world, revision, text)

    (line,) = reads.lines_of(revision.pk)
    assert [(s.name, s.rank) for s in line.sources] == [("Yageo RC0603", 1), ("Rohm MCR03", 2)]
    assert [(a.number, a.line_id == line.id) for a in line.alternates] == [("OTHER", True)]


def test_levels_become_assemblies_with_revisions(world: World) -> None:
    revision = target(world)
    done = take(world, revision, LEVELS)

    assert done.assemblies == 2
    case, board, _ = reads.lines_of(revision.pk)
    assert (case.child_label, case.procurement, case.child_lines) == ("A", Procurement.MAKE, 2)
    assert (board.child_label, board.child_lines) == ("1", 1)
    needed = reads.needed(revision.pk, 10, leaves=True)
    assert [(n.part_number, int(n.quantity)) for n in needed] == [
        ("CHIP", 20),
        ("LID", 10),
        ("SCREW", 60),
    ]
    assert take(world, revision, LEVELS).lines == {
        "added": 0,
        "changed": 0,
        "removed": 0,
        "same": 6,
    }


def test_a_released_assembly_stays_or_gets_its_next_revision(world: World) -> None:
    revision = target(world)
    take(world, revision, LEVELS)
    for number, label in (("CASE", "A"), ("BRD", "1")):
        key = parts.part(world.vic, "STOKE", number).id
        product.release_revision(part_id=key, revision=label, by=world.eli, at=NOW)

    assert take(world, revision, LEVELS).lines["same"] == 6
    more = LEVELS.replace("2,CHIP,,Chip,1", "2,CHIP,,Chip,3")
    take(world, revision, more)
    _, board, _ = reads.lines_of(revision.pk)
    assert (board.child_label, [n.quantity for n in reads.lines_of(board.child_id or 0)]) == (
        "A",
        [3],
    )
    moved = LEVELS.replace("2,SCREW,,M3x8,4", "2,SCREW,,M3x8,6")
    with pytest.raises(InvalidInput, match="CASE revision A is released, and its lines differ"):
        take(world, revision, moved)


def test_an_assembly_that_would_go_into_itself_is_refused(world: World) -> None:
    from firstoff.db.models import BomLine

    revision = target(world)
    take(world, revision, LEVELS)
    chip = parts.part(world.vic, "STOKE", "CHIP")
    made = product.create_revision(part_id=chip.id, by=world.eli, at=NOW)
    BomLine.objects.create(
        revision=made, position=1, part_id=revision.part_id, child=revision, quantity=Decimal(1)
    )
    with pytest.raises(Refused) as refused:
        look(world, revision, LEVELS)
    assert refused.value.code == "R-10"
    assert refused.value.message == "TOP would go into itself: TOP > BRD > CHIP > TOP."
    with pytest.raises(InvalidInput, match="TOP would go into itself"):
        take(world, revision, "Part Number,Quantity\nTOP,1\n")


def test_what_was_said_of_the_columns_is_remembered_for_the_next_such_file(world: World) -> None:
    revision = target(world)
    text = "Reference,Quantity,Foo\nR1,1,ABC-1\nR2,1,ABC-2\n"
    mapping = BomMapping({2: "mpn"})
    seen = look(world, revision, text, mapping=mapping)
    assert [s.mpn for s in seen.new_sources] == ["ABC-1", "ABC-2"]
    take(world, revision, text, mapping=mapping)

    again = look(world, revision, text.replace("ABC-2", "ABC-3"))
    assert (again.remembered, again.mapping) == (True, mapping)
    assert [s.mpn for s in again.new_sources] == ["ABC-3"]


def test_what_is_said_of_buying_and_of_columns_nobody_knows_is_kept(world: World) -> None:
    revision = target(world)
    text = (
        "Reference,Quantity,MPN,LCSC Part #,Lead Time,RoHS,Shape\n"
        "R1,1,ABC-1,C1525,12 Weeks,Yes,round\n"
    )
    take(world, revision, text)
    (line,) = reads.lines_of(revision.pk)
    beside = line.attributes["file"]
    assert beside["orderables"] == [["LCSC", "C1525"]]
    assert beside["offers"][0]["lead_time_days"] == 84
    assert line.attributes["Shape"] == "round"


def test_a_list_of_prices_is_no_bill_of_materials(world: World) -> None:
    text = "MPN,Manufacturer,Price,Lead Time\nABC-1,Yageo,0.10,4 Weeks\n"
    with pytest.raises(InvalidInput):
        look(world, target(world), text)


def test_only_who_defines_imports(world: World) -> None:
    revision = target(world)
    with pytest.raises(NotAllowed):
        take(world, revision, BOARD, by=world.ben)
    with pytest.raises(NotFound):
        look(world, revision, BOARD, by=world.cy)
    product.release_revision(part_id=revision.part_id, revision="1", by=world.eli, at=NOW)
    with pytest.raises(Refused, match="TOP revision 1 is released"):
        take(world, revision, BOARD)


def test_two_imports_at_once_make_each_part_once(lasting_world: World) -> None:
    import threading

    from django.db import connections

    from firstoff.db.models import Part

    one, other = make_bom(lasting_world.site, {"TOP": (), "TOP-2": ()}).values()
    start = threading.Barrier(2)
    failed: list[Exception] = []

    def run(revision: Any) -> None:
        start.wait()
        try:
            take(lasting_world, revision, BOARD)
        except Exception as error:
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(r,)) for r in (one, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert stored(one.pk) == stored(other.pk)
    assert Part.objects.count() == 5
    assert verify().holds


@pytest.mark.parametrize("times", [1, 3])
def test_the_number_of_queries_does_not_grow(
    world: World, django_assert_max_num_queries: Any, times: int
) -> None:
    revision = target(world)
    rows = "".join(f"1,B{n},,Board,1\n2,P{n},,Part,1\n2,Q{n},,Part,1\n" for n in range(times))
    text = "Level,Part Number,Revision,Description,Quantity\n" + rows
    with django_assert_max_num_queries(12):
        look(world, revision, text)
    with django_assert_max_num_queries(34):
        take(world, revision, text)


def test_every_real_file_is_taken_and_finds_itself_again(world: World, shared: Any) -> None:
    """Nothing of the files of many tools is refused, but a list of prices is none."""
    folder = shared / "cases" / "bom"
    if not folder.is_dir():
        pytest.skip("the folder of bills of materials is not here")
    again = {}
    for path in sorted(folder.iterdir()):
        files = [
            (str(one.relative_to(folder)), one.read_bytes())
            for one in (sorted(path.rglob("*")) if path.is_dir() else [path])
            if one.is_file()
        ]
        revision = make_bom(world.site, {f"TOP {path.name}": ()})[f"TOP {path.name}"]
        call = {"revision_id": revision.pk, "files": files, "by": world.eli, "at": NOW}
        try:
            done = bom.import_bom(**call)
        except InvalidInput as error:
            again[path.name] = error.code
            continue
        assert done.left_out == (), path.name
        second = bom.import_bom(**call)
        if second.lines["same"] != sum(second.lines.values()) or second.parts:
            again[path.name] = f"{second.lines} {second.parts}"
    assert again == {"avl_px4_parts_database.csv": "no-usage"}
    assert verify().holds
