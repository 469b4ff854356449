"""Supply on the command line, from a supplier to what stands between us and 500 units."""

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from firstoff.cli import shell
from firstoff.cli.shell import run
from tests.conftest import PASSWORD, World
from tests.recording import lot, post
from tests.sourcing_case import part, product

AT = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _today(monkeypatch: Any) -> None:
    monkeypatch.setattr(shell, "now", lambda: AT)


@pytest.fixture
def ask(world: World, capsys: Any) -> Any:
    product(world, {"CAP": "2"})

    def asked(*arguments: str, site: bool = True) -> tuple[int, Any]:
        where = ["--site", "STOKE"] if site else []
        code = run([*arguments, *where, "--as", "ada", "--json"])
        return code, json.loads(capsys.readouterr().out)

    return asked


def test_from_a_supplier_to_what_to_buy(ask: Any, monkeypatch: Any) -> None:
    assert ask("supplier", "add", "Mouser")[1] == {"name": "Mouser", "done": "taken on"}
    ask("avl", "add", "CAP", "GRM188", "--manufacturer", "Murata", "--lifecycle", "active")
    offered = ("offer", "record", "CAP", "GRM188", "--supplier", "Mouser", "--currency", "USD")
    prices = ("--price", "1=0.5", "--price", "1000=0.1", "--lead-time-days", "14")
    assert ask(*offered, *prices, "--minimum", "10")[0] == 0
    assert ask(*offered, "--price", "half")[0] == 2
    decided = ("avl", "decide", "CAP", "approved", "--mpn", "GRM188", "--form", "--fit")
    assert ask(*decided)[1]["note"] == "lacks function, evidence"
    monkeypatch.setattr("sys.stdin", io.StringIO(PASSWORD + "\n"))
    signed = (*decided, "--function", "--evidence", "R-12", "--password-stdin")
    assert ask(*signed)[1]["note"] == ""
    (source,) = ask("avl", "list")[1]["items"]
    assert (source["mpn"], source["offers"], len(source["qualified"])) == ("GRM188", 1, 5)
    code, found = ask("buy", "health", "BOX", "--units", "300")
    assert (code, found["lines"][0]["part"]) == (0, "CAP")
    _, plan = ask("buy", "plan", "BOX", "--units", "300")
    assert (plan["total"], plan["buys"][0]["leftover"]) == ("100.0", "400")
    _, priced = ask("cost", "show", "BOX", "--at", "1000")
    assert [w["way"] for w in priced["ways"]] == ["material only"]
    assert ask("cost", "assume", "BOX", "soft", "labour_minutes=6", "labour_rate=50")[0] == 0
    assert ask("cost", "assume", "BOX", "soft", "labour=6")[0] == 2
    assert ask("buy", "need", "BOX", "50", "--due", "2026-09-01")[1]["quantity"] == 50
    assert ask("buy", "rate", "EUR", "USD", "1.08")[1]["currency"] == "EUR"
    assert ask("buy", "identity", "BOX")[0] == 0


def test_a_list_is_looked_at_and_taken(ask: Any, tmp_path: Path) -> None:
    ask("avl", "add", "CAP", "GRM188")
    file = tmp_path / "list.csv"
    file.write_text("MPN,Price,Currency\nGRM188,0.1,USD\nOTHER,1,USD\n")
    given = ("offer", "import", str(file), "--supplier", "Mouser")
    code, seen = ask(*given, "--dry-run")
    assert (code, seen["new"], seen["unknown_mpns"]) == (0, 1, ["OTHER"])
    assert [ask(*given)[1]["new"] for _ in range(2)] == [1, 0]
    (offer,) = ask("offer", "list")[1]["items"]
    assert ask("offer", "withdraw", offer["uid"], site=False)[1]["done"] == "withdrawn"
    assert ask("offer", "list")[1]["total"] == 0


def test_an_order_is_placed_received_moved_and_cancelled(ask: Any) -> None:
    placed = ("order", "place", "4711", "--part", "CAP", "--quantity", "1000")
    uid = ask(*placed, "--due", "2026-07-01")[1]["uid"]
    received = ("lot", "receive", "R-1", "--part", "CAP", "--quantity", "400")
    assert ask(*received, "--order", "4711")[0] == 0
    assert ask("order", "move", uid, "--due", "2026-07-09", site=False)[0] == 0
    (order,) = ask("order", "list")[1]["items"]
    assert (order["state"], order["due"]) == ("partial", "2026-07-09")
    assert ask("order", "cancel", uid, "--note", "late", site=False)[0] == 0
    events = ask("order", "show", uid)[1]["events"]
    assert [e["what"] for e in events] == ["received", "confirmed", "cancelled"]
    assert ask("order", "cancel", uid, site=False)[0] == 4
    assert ask("lot", "place", "A-3", "R-1")[1]["moved"] == 1


def test_a_lot_is_inspected(ask: Any, world: World) -> None:
    from tests.services.sourcing.test_inspecting import FIVE, plan

    part(world, "PIN")
    post(world, *lot("P-1", "500", part="PIN", accepted=False))
    plan(FIVE)
    code, sheet = ask("lot", "inspect", "P-1", "--seed", "s")
    assert (code, len(sheet["drawn"])) == (0, 5)
    values = "9.95,10,10.05,10.1,9.9"
    assert ask("lot", "inspect", "P-1", "--result", "1")[0] == 2
    code, done = ask("lot", "inspect", "P-1", "--result", f"1={values}", "--result", "2=1")
    assert (code, done["status"]) == (4, "rejected")


def test_compliance_is_required_declared_and_shown(ask: Any) -> None:
    ask("avl", "add", "CAP", "GRM188")
    assert ask("compliance", "require", "BOX", "RoHS", "--product", "CE")[0] == 0
    declared = ("compliance", "declare", "CAP", "RoHS", "compliant", "--mpn", "GRM188")
    assert ask(*declared, "--declared-on", "2026-05-01", "--reference", "D-1")[0] == 0
    schemes = ask("compliance", "show", "BOX")[1]["schemes"]
    assert {s["scheme"]["name"]: s["state"] for s in schemes} == {
        "CE": "missing",
        "RoHS": "declared",
    }


@pytest.mark.parametrize(
    "said",
    [
        ("supplier", "list"),
        ("avl", "list"),
        ("offer", "list"),
        ("order", "list"),
        ("buy", "health", "BOX"),
        ("buy", "plan", "BOX"),
        ("cost", "show", "BOX"),
        ("compliance", "show", "BOX"),
    ],
)
def test_every_reading_has_lines_too(ask: Any, capsys: Any, said: tuple[str, ...]) -> None:
    ask("supplier", "add", "Mouser")
    ask("avl", "add", "CAP", "GRM188")
    ask("order", "place", "1", "--part", "CAP", "--quantity", "5", "--due", "2026-07-01")
    offered = ("offer", "record", "CAP", "GRM188", "--supplier", "Mouser", "--currency", "USD")
    ask(*offered, "--price", "1=0.5")
    assert run([*said, "--site", "STOKE"]) == 0
    assert capsys.readouterr().out.strip() != ""
