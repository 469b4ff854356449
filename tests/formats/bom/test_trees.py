"""Levels: by a column, by outline numbers, by parents; and what no tree can be."""

from decimal import Decimal

import pytest

from firstoff.formats.bom.trees import level_number
from tests.formats.bom.tables import codes, said, table

HEAD = "Level,Part Number,Description,Qty,MPN"


def shape(file) -> list[tuple[str, int, int | None]]:
    return [(line.number, line.level, line.parent) for line in file.lines]


@pytest.mark.parametrize(
    ("text", "level"),
    [("2", 2), ("2.0", 2), ("..2", 2), ("L3", 3), ("1.2.3", 3), ("Level 2", 2), (". .", 2),
     ("x", None), ("", None)],
)  # fmt: skip
def test_levels_are_written_in_many_ways(text, level):
    assert level_number(text) == level


def test_a_column_of_levels_makes_a_tree():
    file = table(HEAD, "1,A,lamp,1,", "2,B,board,2,", "3,R,res,4,RC1", "2,C,case,1,", "1,D,box,1,")
    assert shape(file) == [("A", 1, None), ("B", 2, 0), ("R", 3, 1), ("C", 2, 0), ("D", 1, None)]


def test_level_0_is_the_top_itself():
    file = table(HEAD, "0,TOP,lamp,1,", "1,A,board,2,", "2,R,res,4,")
    assert (file.top, shape(file)) == ("TOP", [("A", 1, None), ("R", 2, 0)])


def test_levels_that_all_begin_at_0_are_lines_of_the_top():
    file = table(HEAD, "0,A,lamp,1,", "1,R,res,4,", "0,B,box,1,")
    assert (file.top, shape(file)) == ("", [("A", 1, None), ("R", 2, 0), ("B", 1, None)])


def test_a_jump_of_levels_is_said():
    file = table(HEAD, "1,A,a,1,", "2,B,b,1,", "5,C,c,1,")
    assert shape(file)[2] == ("C", 5, 1)
    assert said(file) == [(4, "Level 5 follows level 2; taken below the 2 above it.")]


def test_an_assembly_in_itself_is_refused_with_all_below_it():
    file = table(HEAD, "1,A,a,1,", "2,B,b,1,", "3,A,a again,1,", "4,X,x,1,", "2,C,c,1,")
    assert [line.number for line in file.lines] == ["A", "B", "C"]
    assert [(r.row, r.code) for r in file.refused] == [(4, "cycle"), (5, "below-refused")]
    assert file.refused[0].sentence == "A stands in itself; an assembly cannot hold itself."


def test_no_level_is_that_of_the_row_above():
    file = table(HEAD, "1,A,a,1,", "2,B,b,1,", ",C,c,1,")
    assert shape(file)[2] == ("C", 2, 0)
    assert said(file) == [(4, "No level; read as 2, that of the row above.")]


def test_an_extended_quantity_is_held_against_the_levels():
    file = table("Level,Part Number,Qty,Ext Qty", "1,A,2,2", "2,B,3,6", "3,C,4,24", "2,D,5,11")
    assert said(file) == [(5, "Extended quantity 11, but the levels come to 10.")]


def test_extended_quantities_for_many_units_are_no_contradiction():
    file = table("Level,Part Number,Qty,Ext Qty", "1,A,2,200", "2,B,3,600", "2,C,1,200")
    assert codes(file) == []


def test_outline_numbers_make_a_tree():
    file = table("Item,Part Number,Qty", "1,A,1", "1.1,B,2", "1.1.1,C,3", "2,D,1")
    assert [(line.level, line.parent) for line in file.lines] == [
        (1, None),
        (2, 0),
        (3, 1),
        (1, None),
    ]


def test_outline_numbers_without_their_parents_are_plain():
    file = table("Item,Part Number,Qty", "1.1,A,1", "1.2,B,2")
    assert [line.level for line in file.lines] == [1, 1]


def test_parents_make_a_tree_and_name_the_top():
    file = table("Parent,Part Number,Qty", "TOP,A,1", "A,B,2", "B,C,4", "TOP,D,1")
    assert file.top == "TOP"
    assert shape(file) == [("A", 1, None), ("B", 2, 0), ("C", 3, 1), ("D", 1, None)]


def test_a_list_of_parents_and_children_is_a_tree():
    file = table("parent_part,child_part,qty_per_parent", "TOP,A,2", "A,B,3")
    assert [(line.number, line.level, line.quantity) for line in file.lines] == [
        ("A", 1, 2),
        ("B", 2, 3),
    ]


def test_levels_as_outline_numbers():
    file = table("Level,Part Number,Qty,UOM", "1,A,1,EA", "1.1,B,2,EA", "1.1.1,C,4,EA", "2,D,3,EA")
    assert [(line.number, line.level, line.parent) for line in file.lines] == [
        ("A", 1, None),
        ("B", 2, 0),
        ("C", 3, 1),
        ("D", 1, None),
    ]


def test_an_assembly_used_twice_is_opened_once():
    file = table("Parent,Part Number,Qty", "TOP,A,1", "TOP,B,1", "A,S,1", "B,S,2", "S,Y,3")
    assert shape(file) == [
        ("A", 1, None),
        ("S", 2, 0),
        ("Y", 3, 1),
        ("B", 1, None),
        ("S", 2, 3),
    ]


def test_a_part_that_is_its_own_parent_is_refused():
    file = table("Parent,Part Number,Qty", "TOP,A,1", "B,B,1")
    assert [line.number for line in file.lines] == ["A"]
    assert [(r.row, r.sentence) for r in file.refused] == [
        (3, "B stands in itself; an assembly cannot hold itself.")
    ]


def test_a_multiplier_of_an_assembly_multiplies():
    file = table(
        "assembly,part #,# req in assy,assembly multiplier", "wheel,AB-1,1,6", "body,CD-2,0.5,2"
    )
    assert [(line.quantity, line.section) for line in file.lines] == [
        (Decimal(6), "wheel"),
        (Decimal(1), "body"),
    ]
