"""Files that refer to each other are one bill of materials with levels."""

import io
import zipfile

import pytest

from firstoff.errors import InvalidInput
from firstoff.formats.bom import read_boms
from firstoff.formats.bom.sets import stem
from firstoff.rules.bom.draft import counts
from tests.formats.bom.tables import csv

LAMP = csv("IPN;Qty;MPN", "PCA-001-0000;2;", "ASY-002-0000;3;")
BOARD = csv("IPN;Qty;MPN;Ref", "RES-1;4;RC0603FR-0710KL;R1, R2, R3, R4", "SCR-1;1;SC-12345;")
FOOT = csv("IPN;Qty", "SCR-1;10")
PARTS = csv("IPN,Description,MPN,Priority", "SCR-1,screw,SC-12345,2", "SCR-1,screw,SX-99999,1")


def files(**given: bytes) -> list[tuple[str, bytes]]:
    return [(f"{name.replace('_', '-')}.csv", raw) for name, raw in given.items()]


SET = files(ASY_001_0000=LAMP, PCA_001_0000=BOARD, ASY_002_0000=FOOT, scr=PARTS)


def test_assemblies_are_put_into_each_other():
    (file,) = read_boms(SET)
    assert (file.top, counts(file.lines).levels) == ("ASY-001-0000", 2)
    assert [(line.number, line.level, line.quantity) for line in file.lines] == [
        ("PCA-001-0000", 1, 2),
        ("RES-1", 2, 4),
        ("SCR-1", 2, 1),
        ("ASY-002-0000", 1, 3),
        ("SCR-1", 2, 10),
    ]


def test_a_list_of_parts_fills_what_a_line_does_not_say():
    (file,) = read_boms(SET)
    line = file.lines[4]
    assert line.description == "screw"
    assert [source.mpn for source in line.sources] == ["SX-99999", "SC-12345"]


def test_what_a_line_says_itself_stays():
    (file,) = read_boms(SET)
    assert [source.mpn for source in file.lines[2].sources] == ["SC-12345"]


def test_the_flattened_list_is_held_against_the_levels():
    flat = csv("IPN;Qty", "SCR-1;33", "RES-1;8")
    (file,) = read_boms([*SET, ("ASY-001-0000-all.csv", flat)])
    assert [w.sentence for w in file.warnings if w.code == "rolled-up"] == [
        "ASY-001-0000-all.csv says 33 of SCR-1; the levels come to 32."
    ]


def test_the_source_of_an_assembly_is_not_read_twice():
    (file,) = read_boms([*SET, ("ASY-001.csv", csv("IPN,Qty", "PCA-001-0000,2"))])
    assert "ASY-001.csv is the source of ASY-001-0000; not read twice." in [
        w.sentence for w in file.warnings
    ]


def test_sources_alone_are_read():
    (file,) = read_boms(files(ASY_001=csv("IPN,Qty", "PCA-001-0000,2"), PCA_001=BOARD))
    assert [line.level for line in file.lines] == [1, 2, 2]


def test_an_assembly_in_itself_over_files_is_refused():
    ring = files(A_1_0=csv("IPN,Qty", "B-1-0,1"), B_1_0=csv("IPN,Qty", "A-1-0,1", "X-1,1"))
    (file,) = read_boms(ring)
    assert [r.code for r in file.refused] == ["cycle"]
    assert [line.number for line in file.lines] == ["B-1-0", "X-1"]


def test_files_without_relation_stay_files():
    found = read_boms([("a.csv", csv("Ref,MPN", "R1,A-1")), ("b.csv", csv("Ref,MPN", "C1,B-1"))])
    assert [file.name for file in found] == ["a.csv", "b.csv"]


def test_files_beside_a_set_stay_as_they_are():
    other = ("other.csv", csv("Ref,MPN,Qty", "R9,ZZ-99999,1"))
    prices = ("prices.csv", csv("MPN,Unit price", "ZZ-99999,1"))
    found = read_boms([other, *SET, prices])
    assert [file.name for file in found] == [
        "other.csv",
        "ASY-001-0000.csv and 3 more",
        "prices.csv",
    ]


def test_files_of_one_name_in_two_folders_are_both_kept():
    one, two = csv("Ref,MPN", "R1,A-1"), csv("Ref,MPN", "C1,B-1")
    found = read_boms([*SET, ("a/board.csv", one), ("b/board.csv", two)])
    assert [file.name for file in found][1:] == ["a/board.csv", "b/board.csv"]


def test_an_archive_counts_as_its_files():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, raw in SET:
            archive.writestr(f"lamp/{name}", raw)
        archive.writestr("lamp/readme.md", "words")
    (file,) = read_boms([("lamp.zip", packed.getvalue())])
    assert (file.top, len(file.lines)) == ("ASY-001-0000", 5)
    assert [w.code for w in file.warnings if w.code == "left-out"] == ["left-out"]


def test_a_file_that_is_none_is_refused_where_it_was_named():
    with pytest.raises(InvalidInput) as caught:
        read_boms([*SET, ("notes.csv", b"only words\n")])
    assert caught.value.code == "no-header"


def test_numbers_come_from_the_last_part_of_a_name():
    assert [stem(name) for name in ("a/b__PCA-1-0.csv", "PCA-1-0", "x\\y\\A-1.csv")] == [
        "PCA-1-0",
        "PCA-1-0",
        "A-1",
    ]
