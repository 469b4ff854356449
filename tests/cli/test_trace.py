"""`firstoff trace` and `firstoff where-used`."""

import json
from pathlib import Path
from typing import Any

import pytest

from firstoff.cli.shell import run
from firstoff.rules.trace import CONDITIONS
from tests.conftest import World
from tests.making import make_pilot
from tests.queries.trace.genealogy import Floor, hour


@pytest.fixture
def floor(world: World) -> Floor:
    found = Floor(world, make_pilot(world).run_id)
    top = found.unit("CC-1", "CC1-P1-001", in_run=True)
    lot = found.lot("GL-2207")
    found.consume(top, lot, quantity="0.02")
    for n in range(12):
        part = found.unit("HC", f"HC-{n:02}")
        found.install(part, top, hour(1))
        found.consume(part, lot)
    old = found.unit("SR", "[red]SR-1[/red]")
    found.install(old, top, hour(1), hour(2), content='{"reason":"torn"}')
    found.unit("P", "CC1-P1-001")
    found.state(top, "shipped", hour(5), shipment=found.ship([top], "SO-1", hour(5)))
    return found


def said(capsys: Any, *words: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = run(words)
    out = capsys.readouterr()
    return code, out.out, out.err


def test_a_unit_is_told_as_a_tree(floor: Floor, capsys: Any) -> None:
    code, out, _ = said(capsys, "trace", "CC1-P1-001", "--part", "CC-1")
    assert code == 0
    for text in (
        "CC1-P1-001, part CC-1 Counter crock, batch CC1-P1",
        "Now shipped to Acme, SO-1, 2026-05-08.",
        "12 of HC: HC-00 to HC-11",
        "lot GL-2207 of GLZ, 0.02 [quarantine]",
        "SR [red]SR-1[/red] removed 2026-05-08 12:00, torn",
        "2026-05-08 11:00  HC-00 installed (Ben Tams)",
    ):
        assert text in out


def test_a_number_that_two_parts_have_is_asked_for(floor: Floor, capsys: Any) -> None:
    code, _, err = said(capsys, "trace", "CC1-P1-001")
    assert (code, "--site STOKE --part P" in err) == (2, True)
    assert said(capsys, "trace", "NOPE")[0] == 3


def test_a_unit_as_it_was_then(floor: Floor, capsys: Any) -> None:
    asked = ("trace", "CC1-P1-001", "--part", "CC-1", "--json")
    now = json.loads(said(capsys, *asked)[1])
    then = json.loads(said(capsys, *asked, "--as-of", "2026-05-08T10:30")[1])
    assert [line["count"] for line in now["tree"]["lines"]] == [12]
    assert ([line["count"] for line in then["tree"]["lines"]], then["tree"]["removed"]) == ([], [])
    assert [r["reason"] for r in now["tree"]["removed"]] == ["torn"]
    assert json.loads(said(capsys, *asked, "--as-of", "shipped")[1])["parts"] == 12


def test_where_a_lot_was_used(floor: Floor, capsys: Any) -> None:
    code, out, _ = said(
        capsys, "where-used", "--site", "STOKE", "--lot", "GL-2207", "--limit", "2"
    )
    assert code == 0
    for text in (
        "13 units at risk: lot GL-2207.",
        "1 stand by themselves, 12 of them inside others.",
        "Acme: 1",
        "... and 11 more",
    ):
        assert text in out


def test_several_conditions_as_json(floor: Floor, capsys: Any) -> None:
    words = ["--lot", "GL-2207", "--serial", "HC-03", "--to-serial", "HC-05", "--json"]
    code, out, _ = said(capsys, "where-used", "--site", "STOKE", *words)
    found = json.loads(out)
    assert (code, found["total"], found["sentence"]) == (
        0,
        4,
        "lot GL-2207, and serial numbers HC-03 to HC-05",
    )
    again = said(
        capsys, "where-used", "--site", "STOKE", "--question", json.dumps(found["question"]),
        "--json",
    )  # fmt: skip
    assert json.loads(again[1])["items"] == found["items"]


def test_every_unit_goes_into_a_file(floor: Floor, capsys: Any, tmp_path: Path) -> None:
    csv, book = tmp_path / "risk.csv", tmp_path / "risk.xlsx"
    asked = ("where-used", "--site", "STOKE", "--lot", "GL-2207")
    assert said(capsys, *asked, "--csv", str(csv), "--xlsx", str(book))[0] == 0
    assert (len(csv.read_text().splitlines()), book.read_bytes()[:2]) == (14, b"PK")


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        ((), 2, "No condition is given"),
        (("--lot", "NOPE"), 3, "There is no lot NOPE at this site."),
        (("--equipment", "L2-40", "--from", "soon"), 2, "'soon' is no time"),
        (("--batch", "CC1-P1", "--as-of", "then"), 2, "'then' is no time"),
        (("--question", "{"), 2, "The question is no JSON."),
    ],
)
def test_what_cannot_be_asked_says_so(
    floor: Floor, capsys: Any, words: tuple[str, ...], code: int, sentence: str
) -> None:
    found = said(capsys, "where-used", "--site", "STOKE", *words)
    assert (found[0], sentence in found[2]) == (code, True)


def test_every_kind_is_an_option(capsys: Any) -> None:
    help_text = said(capsys, "where-used", "--help")[1]
    missing = [c.kind for c in CONDITIONS if f"--{c.kind.replace('_', '-')} " not in help_text]
    assert missing == []
