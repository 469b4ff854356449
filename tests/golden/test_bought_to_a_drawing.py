"""A housing bought to our own drawing, through every door: its drawing's revision, what of it is
inspected as it comes in, the plan, and a lot that is accepted by it alone (R-22)."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from firstoff.cli.shell import run
from firstoff.db.models import Characteristic, LotBalance, Part, PartRevision
from firstoff.rules.product import PartFacts
from firstoff.rules.sourcing.incoming import LineResult
from firstoff.services import product
from firstoff.services.plan import inspection
from firstoff.services.sourcing.inspecting import inspect_lot
from firstoff.terms import Procurement
from tests.api.test_access import caller
from tests.conftest import NOW, World
from tests.recording import LATER, lot, post
from tests.web.conftest import Browse
from tests.web.test_characteristics_import import sent_again

pytestmark = pytest.mark.django_db
TABLE = "Balloon,Name,Requirement,Unit,Class,Method\n7,Wall,2.0 ±0.1,mm,critical,Caliper\n"
HERE = "/parts/STOKE/HSG-1/"
WALL = {
    **{"c-rows": "1", "c-0-number": "7", "c-0-name": "Wall", "c-0-kind": "variable"},
    **{"c-0-classification": "critical", "c-0-lower": "1.9", "c-0-upper": "2.1"},
    **{"c-0-unit": "mm", "c-0-method": "Caliper", "c-0-callout": "", "c-0-form": ""},
}


@pytest.fixture
def housing(world: World) -> Part:
    facts = PartFacts("HSG-1", "Housing", procurement=Procurement.BUY)
    return product.create_part(site_id=world.site.pk, part=facts, by=world.eli, at=NOW)


def wall() -> tuple[str, Decimal | None, Decimal | None, str]:
    found = Characteristic.objects.get(revision__part__number="HSG-1")
    return found.name, found.lower, found.upper, found.classification


LIMITS = ("Wall", Decimal("1.9"), Decimal("2.1"), "critical")


def bought() -> bool:
    return Part.objects.get(number="HSG-1").procurement == Procurement.BUY


def test_in_the_browser(
    world: World,
    housing: Part,
    browse: Browse,
) -> None:
    client = browse(world.eli)
    answer = client.post(f"{HERE}do/next/", {"label": "A", "bought": "1"})
    assert (answer.status_code, bought()) == (302, True)
    page = client.get(HERE).content.decode()
    assert ("Type them" in page, "Bill of materials of A" in page) == (True, False)
    wrong = client.post(f"{HERE}A/characteristics/", {**WALL, "c-0-lower": "2.2"})
    assert wrong.status_code == 422
    assert "the lower limit 2.2 is not below the upper 2.1" in wrong.content.decode()
    assert client.post(f"{HERE}A/characteristics/", WALL).status_code == 302
    assert wall() == LIMITS
    assert "1.9 to 2.1" in client.get(f"{HERE}A/characteristics/").content.decode()
    client.post(f"{HERE}do/release/", {"revision": "A"})
    late = client.post(f"{HERE}A/characteristics/", {**WALL, "c-0-upper": "2.3"})
    assert (late.status_code, wall()) == (409, LIMITS)
    assert "R-10" in late.content.decode()


def test_a_file_in_the_browser(
    world: World,
    housing: Part,
    browse: Browse,
) -> None:
    client = browse(world.eli)
    client.post(f"{HERE}do/next/", {"label": "A", "bought": "1"})
    address = f"{HERE}A/characteristics/import/"
    sheet = {"file": SimpleUploadedFile("housing.csv", TABLE.encode())}
    page = client.post(address, sheet).content.decode()
    columns = {h: h.lower() for h in ("Name", "Requirement", "Unit", "Class", "Method")}
    again = sent_again(page, Balloon="number", **columns)
    answer = client.post(address, again | {"take": "1"})
    assert (answer.status_code, answer["Location"]) == (302, f"{HERE}A/characteristics/")
    assert wall() == LIMITS


def test_over_the_api(world: World, housing: Part) -> None:
    eli, vic = caller(world, "eli", "define"), caller(world, "vic", "read")
    one = "/sites/STOKE/parts/HSG-1/revisions"
    assert eli("POST", one, {"label": "A", "bought": True})[0] == 201
    said = {"number": "7", "name": "Wall", "classification": "critical", "method": "Caliper"}
    limits = {"kind": "variable", "lower": "1.9", "upper": "2.1", "unit": "mm"}
    status, made = eli("PUT", f"{one}/A/characteristics", [{**said, **limits}])
    assert (status, made[0]["number"], wall(), bought()) == (200, "7", LIMITS, True)
    status, found = vic("GET", f"{one}/A/characteristics")
    assert (status, found["total"]) == (200, 1)
    assert vic("PUT", f"{one}/A/characteristics", [])[0] == 403
    assert eli("GET", f"{one}/Z/characteristics")[0] == 404


def test_on_the_command_line(
    world: World, housing: Part, tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIRSTOFF_USER", "eli")
    file = tmp_path / "housing.csv"
    file.write_text(TABLE, encoding="utf-8")
    take = ["characteristics", "import", str(file), "--part", "HSG-1"]
    assert run(take) == 3  # nothing to take it yet
    assert "HSG-1 has no revision yet." in capsys.readouterr().err
    assert run(["part", "revise", "HSG-1", "--label", "A", "--bought"]) == 0
    assert run([*take, "--dry-run"]) == 0
    assert Characteristic.objects.filter(revision__part=housing).count() == 0
    assert run(take) == 0
    assert (wall(), bought()) == (LIMITS, True)
    capsys.readouterr()
    assert run(["characteristics", "list", "--part", "HSG-1", "--site", "STOKE", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["total"] == 1
    assert run(["characteristics", "list"]) == 2
    assert "Name a program, or a part." in capsys.readouterr().err


def test_a_first_revision_makes_it_here_unless_it_is_said_to_be_bought(
    world: World, housing: Part
) -> None:
    product.create_revision(part_id=housing.pk, by=world.eli, at=NOW)
    assert not bought()


def test_its_lots_are_accepted_by_the_plan_of_the_drawing(world: World, housing: Part) -> None:
    of = {"part_id": housing.pk, "by": world.eli, "at": NOW}
    product.create_revision(**of, label="A", bought=True)
    product.import_characteristics(**of, revision="A", raw=TABLE.encode(), name="housing.csv")
    product.release_revision(**of, revision="A")
    about = {**of, "revision": "A", "kind": "incoming"}
    made = inspection.create_inspection_plan(**about)
    inspection.release_inspection_plan(**about, label=made.label)
    post(world, *lot("H-1", "40", part="HSG-1", accepted=False))
    # ISO 2859-1: 26 to 50 pieces at level II is letter D; at AQL 0.65 its arrow leads to F, 20.
    values = (Decimal("2.00"),) * 20
    said = {"site_id": world.site.pk, "lot": "H-1", "by": world.ivy, "at": LATER}
    done = inspect_lot(**said, results=(LineResult("7", values),), seed="s")
    assert done.sentence == "Accepted: 0 of 20 failed, at most 0 may."
    assert LotBalance.objects.get(lot__code="H-1").status == "accepted"
    assert PartRevision.objects.get(part=housing).status == "released"
