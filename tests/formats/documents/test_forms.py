"""The forms have the columns of their manuals; a workbook of one reads back as it was written."""

import csv
import io
import re
from pathlib import Path
from typing import Any

from firstoff.formats.documents.control_plan import COLUMNS as CONTROL_PLAN
from firstoff.formats.documents.pfmea import COLUMNS as PFMEA
from firstoff.formats.exports import form


def rows(shared: Path, name: str) -> list[dict[str, str]]:
    with (shared / "cases" / "forms" / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_control_plan_has_the_columns_of_the_manual(shared: Path) -> None:
    body = [r["column"] for r in rows(shared, "control_plan_columns.csv") if r["part"] == "body"]
    assert tuple(body) == CONTROL_PLAN


def test_the_pfmea_has_the_columns_of_the_handbook(shared: Path) -> None:
    said = " ".join(PFMEA).casefold()
    steps = [r["column"] for r in rows(shared, "pfmea_columns.csv") if r["step"][0] in "23456"]
    wanted = [
        re.sub(r"^\d ", "", part.strip()).removesuffix(" (station no. and name)")
        for column in steps
        for both in column.split(" / ")
        for part in both.split(" and severity ")
    ]
    words = [w for w in wanted if w != "S O D AP after"]
    lacking = [w for w in words if not all(word in said for word in w.casefold().split())]
    assert lacking == []
    assert [c for c in PFMEA if c.endswith(" after")] == [
        "S after",
        "O after",
        "D after",
        "AP after",
    ]


def test_a_form_holds_texts_where_texts_were_written() -> None:
    from openpyxl import load_workbook

    content = form("A/B: plan", [("Part", "=1+1")], ("No.", "What"), [(1, "=SUM(A1)"), (2, None)])
    sheet: Any = load_workbook(io.BytesIO(content)).active
    cells = [[(c.value, c.data_type) for c in row] for row in sheet.iter_rows(max_col=2)]
    assert sheet.title == "A_B_ plan"
    assert cells == [
        [("Part", "s"), ("=1+1", "s")],
        [(None, "n"), (None, "n")],
        [("No.", "s"), ("What", "s")],
        [(1, "n"), ("=SUM(A1)", "s")],
        [(2, "n"), (None, "n")],
    ]
    assert sheet.print_title_rows == "$3:$3"
