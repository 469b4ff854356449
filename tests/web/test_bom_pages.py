"""Parts and bills of materials in the browser: lists, lines, levels, files, what differs."""

from datetime import date
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from firstoff.db.models import BomLine, Part, PartRevision, Program
from firstoff.queries import bom as reads
from firstoff.services import bom, product
from firstoff.terms import RevisionStatus
from tests.building import make_bom, make_parts
from tests.conftest import NOW, World
from tests.web.conftest import Browse

BOARD = """Reference,Value,Footprint,Manufacturer,MPN,Quantity,DNP
"R1, R2",10k,0603,Yageo,RC0603-10K,2,
C1,100n,0603,Murata,GRM188,1,
D1,RED,0805,,,1,DNP
"""
HERE = "/parts/STOKE/BOX/1/bom/"


def text_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def file(text: str, name: str = "board.csv") -> BytesIO:
    found = BytesIO(text.encode())
    found.name = name
    return found


def hidden(page: str, name: str) -> list[str]:
    import re

    return re.findall(rf'name="{name}" value="([^"]*)"', page)


def looked_at(client: Any, address: str, text: str, **more: Any) -> tuple[Any, dict[str, Any]]:
    answer = client.post(address, {"file": file(text), **more})
    page = text_of(answer)
    posted = {n: hidden(page, n) for n in ("sha256", "file_name")}
    return answer, posted


def stored(number: str, label: str = "1") -> list[tuple[str, str]]:
    revision = PartRevision.objects.get(part__number=number, label=label)
    return [(f.part, str(f.quantity.normalize())) for f in reads.line_facts(revision.pk).values()]


# ---------- parts ----------


def test_the_list_of_parts_is_searched_and_filtered(world: World, browse: Browse) -> None:
    make_bom(world.site)
    Part.objects.filter(number="RES").update(category="Resistors")
    client = browse(world.eli)

    def numbers(**query: str) -> list[str]:
        answer = client.get(f"/parts/?{urlencode(query)}")
        return [p.number for p in answer.context["found"].parts]

    assert numbers(procurement="make") == ["BOX", "BRD", "CASE"]
    assert numbers(category="Resistors") == ["RES"]
    assert numbers(q="scr") == ["SCREW"]
    assert numbers(lifecycle="draft") == ["BOX", "BRD", "CASE"]
    assert numbers(lifecycle="supply-obsolete") == []
    assert numbers(retired="only") == []


def test_a_list_without_parts_says_what_to_do(world: World, browse: Browse) -> None:
    page = text_of(browse(world.eli).get("/parts/"))
    assert ("No part yet" in page, "Start from a bill of materials" in page) == (True, True)


def test_a_choice_that_there_is_not_is_said_in_a_sentence(world: World, browse: Browse) -> None:
    assert browse(world.eli).get("/parts/?procurement=stolen").status_code == 400


def test_a_part_is_added_and_changed(world: World, browse: Browse) -> None:
    client = browse(world.eli)
    sent = {"number": "R/10 k", "name": "Resistor", "procurement": "buy", "scheme": ""}
    made = client.post("/parts/add/", sent)
    assert (made.status_code, made["Location"]) == (302, reverse("part", args=["STOKE", "R/10 k"]))
    twice = client.post("/parts/add/", sent)
    assert (twice.status_code, "already" in text_of(twice)) == (422, True)
    changed = client.post(f"{made['Location']}edit/", {**sent, "number": "X", "value": "10 k"})
    assert (changed.status_code, Part.objects.get().number, Part.objects.get().value) == (
        302,
        "R/10 k",
        "10 k",
    )


def test_the_page_of_a_part_shows_where_it_goes_through_all_levels(
    world: World, browse: Browse
) -> None:
    make_bom(world.site)
    page = browse(world.eli).get("/parts/STOKE/SCREW/")
    assert [(u.level, u.part_number, int(u.quantity)) for u in page.context["uses"]] == [
        (1, "BOX", 10),
        (1, "CASE", 4),
    ]


def test_a_part_without_anything_has_its_page(world: World, browse: Browse) -> None:
    make_parts(world.site, "LONE")
    page = text_of(browse(world.eli).get("/parts/STOKE/LONE/"))
    assert ("No line names it." in page, "First revision" in page) == (True, True)


def test_a_release_names_everything_that_stops_it(world: World, browse: Browse) -> None:
    make_bom(world.site)
    client = browse(world.eli)
    before = text_of(client.get("/parts/STOKE/BOX/"))
    answer = client.post("/parts/STOKE/BOX/do/release/", {"revision": "1"})
    page = text_of(answer)
    assert (answer.status_code, "2 things stop the release." in page) == (409, True)
    for said in ("BRD revision 1 is draft; release it first.", "CASE revision 1 is draft"):
        assert (said in before, said in page) == (True, True)


def test_a_revision_goes_to_review_back_and_is_released_and_the_next_is_made(
    world: World, browse: Browse
) -> None:
    make_bom(world.site, {"BRD": (("RES", "1", "R1"),)})
    client = browse(world.eli)
    seen = []
    for act, more in (("review", {}), ("back", {}), ("release", {}), ("next", {"note": "Bigger"})):
        answer = client.post(f"/parts/STOKE/BRD/do/{act}/", {"revision": "1", **more})
        seen.append((answer.status_code, PartRevision.objects.get(label="1").status))
    assert seen == [(302, "in_review"), (302, "draft"), (302, "released"), (302, "released")]
    assert [(r.label, r.note) for r in PartRevision.objects.order_by("pk")] == [
        ("1", ""),
        ("A", "Bigger"),
    ]
    assert client.get("/parts/STOKE/BRD/do/release/").status_code == 302


def test_what_nobody_knows_is_not_there(world: World, browse: Browse) -> None:
    make_bom(world.site)
    client = browse(world.eli)
    for address in ("/parts/STOKE/NONE/", "/parts/STOKE/BOX/9/bom/", "/parts/STOKE/BOX/do/x/"):
        assert client.get(address).status_code == 404


# ---------- lines ----------


def test_lines_are_searched_filtered_and_paged(world: World, browse: Browse) -> None:
    revision = make_bom(world.site)["BRD"]
    client = browse(world.eli)

    def found(query: str) -> list[str]:
        answer = client.get(f"/parts/STOKE/BRD/1/bom/?{query}")
        return [line.part_number for line in answer.context["lines"]]

    assert found("") == ["RES", "CAP", "CHIP"]
    assert found("q=C2") == ["CAP"]
    assert found("only=critical") == []
    assert client.get("/parts/STOKE/BRD/1/bom/?only=odd").status_code == 400
    for place in range(60):
        BomLine.objects.create(
            revision=revision, position=10 + place, part=Part.objects.get(number="RES"), quantity=1
        )
    assert (len(found("")), len(found("page=2"))) == (50, 13)


def test_a_revision_without_lines_says_what_to_do(world: World, browse: Browse) -> None:
    make_bom(world.site, {"TOP": ()})
    page = text_of(browse(world.eli).get("/parts/STOKE/TOP/1/bom/"))
    assert ("No line yet" in page, "Import a file" in page) == (True, True)
    assert "An engineer imports it." in text_of(browse(world.ben).get("/parts/STOKE/TOP/1/bom/"))


def test_levels_open_one_by_one_by_links(world: World, browse: Browse) -> None:
    make_bom(world.site)
    client = browse(world.eli)
    closed = client.get(f"{HERE}levels/")
    assert [row["is"].part_number for row in closed.context["rows"]] == [
        "BRD",
        "CASE",
        "SCREW",
        "GLUE",
    ]
    opened = client.get(f"{HERE}levels/{closed.context['rows'][0]['url']}")
    assert [(r["is"].level, r["is"].part_number) for r in opened.context["rows"]][:5] == [
        (1, "BRD"),
        (2, "RES"),
        (2, "CAP"),
        (2, "CHIP"),
        (1, "CASE"),
    ]
    assert opened.context["rows"][0]["url"] == "?"


def test_the_files_of_lines_are_read_again(world: World, browse: Browse) -> None:
    make_bom(world.site)
    client = browse(world.eli)
    csv = b"".join(client.get(f"{HERE}lines.csv?levels=1")).decode("utf-8-sig")
    book = client.get(f"{HERE}lines.xlsx")
    assert (csv.count("\n"), csv.splitlines()[1].startswith("1,10,BRD,1,")) == (10, True)
    assert (book.content[:2], 'filename="BOX-revision-1.xlsx"' in book["Content-Disposition"]) == (
        b"PK",
        True,
    )
    assert client.get(f"{HERE}lines.pdf").status_code == 404
    assert "BRD" in text_of(client.get(f"{HERE}print/"))


def test_a_variant_is_typed_chosen_and_taken_out(world: World, browse: Browse) -> None:
    make_bom(world.site)
    client, here = browse(world.eli), "/parts/STOKE/BRD/1/bom/"
    sent = {"code": "LITE", "name": "Without R1", "v-rows": "1"}
    row = {"v-0-position": "1", "v-0-designator": "R1", "v-0-fitted": "no"}
    made = client.post(f"{here}variants/", {**sent, **row})
    assert made["Location"] == f"{here}?variant=LITE"
    lines = client.get(made["Location"]).context["lines"]
    assert [(x.part_number, int(x.quantity)) for x in lines] == [
        ("RES", 2),
        ("CAP", 2),
        ("CHIP", 1),
    ]
    bad = client.post(f"{here}variants/", {**sent, **row, "v-0-position": "9"})
    assert (bad.status_code, "There is no line 9" in text_of(bad)) == (422, True)
    nothing_seen = {**sent, **row, "seen": hidden(text_of(client.get(f"{here}variants/")), "seen")}
    late = client.post(f"{here}variants/", nothing_seen)
    assert (late.status_code, "Somebody else changed the variant" in text_of(late)) == (409, True)
    again = client.post(f"{here}variants/", {**sent, **row, "seen": hidden(text_of(late), "seen")})
    assert again.status_code == 302
    client.post(f"{here}variants/", {"act": "remove", "code": "LITE"})
    assert client.get(f"{here}?variant=LITE").status_code == 404


# ---------- typing ----------


def grid(page: Any, **changed: str) -> dict[str, str]:
    """What the grid would send, with some cells otherwise."""
    sent = {"seen": page.context["seen"], "shown": page.context["shown"]}
    rows = page.context["grid"].rows
    for number, row in enumerate(rows):
        for name in row.fields:
            if name != "remove":
                sent[f"b-{number}-{name}"] = str(row.initial.get(name, ""))
    return {**sent, "b-rows": str(len(rows)), **changed}


def test_lines_are_typed_and_the_rest_stays(world: World, browse: Browse) -> None:
    make_bom(world.site)
    client, here = browse(world.eli), "/parts/STOKE/BRD/1/bom/edit/"
    keys = list(BomLine.objects.filter(revision__part__number="BRD").values_list("pk", flat=True))
    page = client.get(here)
    new = {"b-3-part": "GLUE", "b-3-quantity": "0.5", "b-1-designators": "C1, C4-C6"}
    answer = client.post(here, grid(page, **new, **{"b-1-quantity": "", "b-2-remove": "on"}))
    assert (answer.status_code, stored("BRD")) == (
        302,
        [("RES", "3"), ("CAP", "4"), ("GLUE", "0.5")],
    )
    left = BomLine.objects.filter(revision__part__number="BRD").order_by("position")
    assert [line.pk for line in left][:2] == keys[:2]


def test_other_pages_of_lines_stay_as_they_are(world: World, browse: Browse) -> None:
    lines = tuple((f"P{n}", "1", "") for n in range(60))
    make_bom(world.site, {"BIG": lines})
    client, here = browse(world.eli), "/parts/STOKE/BIG/1/bom/edit/?page=2"
    page = client.get(here)
    client.post(here, grid(page, **{"b-0-quantity": "7", "b-9-remove": "on"}))
    found = stored("BIG")
    assert (len(found), found[49:51], found[-1]) == (
        59,
        [("P49", "1"), ("P50", "7")],
        ("P58", "1"),
    )


def test_an_error_stands_in_its_cell_and_nothing_is_saved(world: World, browse: Browse) -> None:
    make_bom(world.site)
    client, here = browse(world.eli), "/parts/STOKE/BRD/1/bom/edit/"
    answer = client.post(here, grid(client.get(here), **{"b-1-part": "NOPE"}))
    errors = [row.errors for row in answer.context["grid"].rows]
    assert (answer.status_code, "There is no part" in str(errors[1]["part"])) == (422, True)
    loop = client.post(here, grid(client.get(here), **{"b-1-part": "BOX"}))
    assert (loop.status_code, "would go into itself" in text_of(loop)) == (409, True)
    assert stored("BRD") == [("RES", "3"), ("CAP", "2"), ("CHIP", "1")]


def test_who_saves_second_is_told_and_keeps_the_entries(world: World, browse: Browse) -> None:
    make_bom(world.site)
    client, here = browse(world.eli), "/parts/STOKE/BRD/1/bom/edit/"
    page = client.get(here)
    other = grid(page, **{"b-2-remove": "on"})
    mine = grid(page, **{"b-0-quantity": "9"})
    client.post(here, other)
    told = client.post(here, mine)
    assert (told.status_code, "Somebody else changed the lines" in text_of(told)) == (409, True)
    assert 'value="9"' in text_of(told)
    again = client.post(here, {**mine, "seen": told.context["seen"]})
    # What the other took out was still typed here: it comes back.
    assert (again.status_code, stored("BRD")) == (302, [("RES", "9"), ("CAP", "2"), ("CHIP", "1")])


def test_what_is_released_is_not_typed(world: World, browse: Browse) -> None:
    revision = make_bom(world.site)["BRD"]
    PartRevision.objects.filter(pk=revision.pk).update(status=RevisionStatus.IN_REVIEW)
    answer = browse(world.eli).get("/parts/STOKE/BRD/1/bom/edit/", follow=True)
    assert "only a draft can be changed (R-10)" in text_of(answer)


# ---------- files ----------


def test_a_file_is_looked_at_and_taken(world: World, browse: Browse) -> None:
    make_bom(world.site, {"TOP": ()})
    client, here = browse(world.eli), "/parts/STOKE/TOP/1/bom/import/"
    answer, posted = looked_at(client, here, BOARD)
    page = text_of(answer)
    assert (answer.status_code, "Take 3 lines into revision 1" in page) == (200, True)
    assert (stored("TOP"), "3 added" in page, "new part" in page) == ([], True, True)
    done = client.post(here, {**posted, "take": "1"}, follow=True)
    assert "board.csv is taken: 3 lines (3 added; 3 new parts; 2 new manufacturer parts)." in (
        text_of(done)
    )
    assert len(stored("TOP")) == 3
    again, _ = looked_at(client, here, BOARD)
    assert "Taken already (3 lines as they are)" in text_of(again)


def test_columns_are_corrected_and_remembered(world: World, browse: Browse) -> None:
    make_bom(world.site, {"TOP": ()})
    client, here = browse(world.eli), "/parts/STOKE/TOP/1/bom/import/"
    text = "Reference,Qty,MPN,Oddity\nR1,1,AAA,N-1\nR2,1,BBB,N-2\n"
    answer, posted = looked_at(client, here, text)
    columns = {f"column-{c.index}": c.meaning for c in answer.context["preview"].columns}
    columns |= {f"was-{c.index}": c.meaning for c in answer.context["preview"].columns}
    read = client.post(here, {**posted, **columns, "column-3": "number"})
    assert [d["line"].part for d in read.context["moved"]] == ["N-1", "N-2"]
    sent = {**posted, **columns, "column-3": "number", "was-3": "number", "corrected": "1"}
    client.post(here, {**sent, "take": "1"})
    assert [part for part, _ in stored("TOP")] == ["N-1", "N-2"]
    later, _ = looked_at(client, here, text.replace("R2", "R3"))
    assert (
        later.context["preview"].remembered,
        "the last file like this one" in text_of(later),
    ) == (
        True,
        True,
    )


def test_another_header_row_is_read(world: World, browse: Browse) -> None:
    make_bom(world.site, {"TOP": ()})
    client, here = browse(world.eli), "/parts/STOKE/TOP/1/bom/import/"
    answer, posted = looked_at(client, here, BOARD)
    again = client.post(here, {**posted, "was-header_row": "1", "header_row": "x"})
    assert again.status_code == 400
    again = client.post(here, {**posted, "was-header_row": "1", "header_row": "1"})
    assert again.context["preview"].header_row == 1
    assert answer.status_code == 200


def test_refused_rows_are_shown_as_written_and_left_out_when_asked(
    world: World, browse: Browse
) -> None:
    make_bom(world.site, {"TOP": ()})
    client, here = browse(world.eli), "/parts/STOKE/TOP/1/bom/import/"
    text = "Part Number,Quantity,Description\nA-1,2,Nut\nA-2,minus two,Bolt\n"
    answer, posted = looked_at(client, here, text)
    page = text_of(answer)
    assert "A-2 | minus two | Bolt" in page
    assert "Take 1 line, leave 1 row out" in page
    stopped = client.post(here, {**posted, "take": "1"})
    assert (stopped.status_code, stored("TOP")) == (409, [])
    client.post(here, {**posted, "take": "leave"})
    assert stored("TOP") == [("A-1", "2")]


@pytest.mark.parametrize("text", ["", "nothing\n", "a,b\n"])
def test_a_file_that_cannot_be_read_gives_its_one_sentence(
    world: World, browse: Browse, text: str
) -> None:
    make_bom(world.site, {"TOP": ()})
    here = "/parts/STOKE/TOP/1/bom/import/"
    answer, _ = looked_at(browse(world.eli), here, text)
    assert (answer.status_code, stored("TOP")) == (422, [])


def test_nothing_chosen_is_said_beside_the_field(world: World, browse: Browse) -> None:
    make_bom(world.site, {"TOP": ()})
    answer = browse(world.eli).post("/parts/STOKE/TOP/1/bom/import/", {})
    assert (answer.status_code, "File" in text_of(answer)) == (422, True)


def test_several_files_make_levels(world: World, browse: Browse) -> None:
    make_bom(world.site, {"TOP-001-0001": ()})
    client, here = browse(world.eli), "/parts/STOKE/TOP-001-0001/1/bom/import/"
    top = "IPN,Qty,Description\nASY-002-0001,2,Board\nSCR-003-0001,4,Screw\n"
    below = "IPN,Qty,Description\nRES-004-0001,3,Resistor\n"
    files = [file(top, "TOP-001-0001.csv"), file(below, "ASY-002-0001.csv")]
    answer = client.post(here, {"file": files})
    assert (answer.status_code, answer.context["preview"].counts.levels) == (200, 2)
    page = text_of(answer)
    posted = {n: hidden(page, n) for n in ("sha256", "file_name")}
    client.post(here, {**posted, "take": "1"})
    assert stored("ASY-002-0001") == [("RES-004-0001", "3")]


def test_a_file_that_is_gone_is_said(world: World, browse: Browse) -> None:
    make_bom(world.site, {"TOP": ()})
    sent = {"sha256": "0" * 64, "file_name": "x.csv"}
    answer = browse(world.eli).post("/parts/STOKE/TOP/1/bom/import/", sent)
    assert answer.status_code == 404


def test_a_new_user_starts_with_a_file(world: World, browse: Browse) -> None:
    client = browse(world.eli)
    said = {"name": "Charger", "code": "MP-1", "revision": "A", "currency": "EUR"}
    said |= {"first_quantity": "500", "due": "2027-02-01"}
    answer, posted = looked_at(client, "/bom/start/", BOARD, **said)
    page = text_of(answer)
    assert ("Take 3 lines into revision A" in page, Program.objects.count()) == (True, 0)
    done = client.post("/bom/start/", {**posted, **said, "take": "1"})
    assert done["Location"] == "/parts/STOKE/MP-1/A/bom/"
    program = Program.objects.get()
    assert (program.code, program.currency, len(stored("MP-1", "A"))) == ("MP-1", "EUR", 3)
    assert (program.first_quantity, program.due) == (500, date(2027, 2, 1))
    taken, _ = looked_at(client, "/bom/start/", BOARD, **said)
    assert (taken.status_code, "There is a program" in text_of(taken)) == (422, True)
    assert client.get("/p/STOKE/MP-1/bom/")["Location"] == "/parts/STOKE/MP-1/A/bom/"


# ---------- what differs ----------


def test_two_revisions_are_compared(world: World, browse: Browse) -> None:
    revision = make_bom(world.site, {"BRD": (("RES", "1", "R1"), ("CAP", "1", "C1"))})["BRD"]
    client, at = browse(world.eli), NOW
    product.release_revision(part_id=revision.part_id, revision="1", by=world.eli, at=at)
    made = product.create_revision(part_id=revision.part_id, by=world.eli, at=at)
    facts = list(reads.line_facts(made.pk).values())
    from dataclasses import replace
    from decimal import Decimal

    wanted = [replace(facts[0], quantity=Decimal(2), designators=("R1", "R2"))]
    bom.set_lines(revision_id=made.pk, lines=wanted, by=world.eli, at=at)
    page = client.get("/parts/STOKE/BRD/A/bom/compare/")
    assert page.context["counts"] == {"added": 0, "removed": 1, "changed": 1, "same": 0}
    assert [(n.part, int(n.before), int(n.after)) for n in page.context["needs"]] == [
        ("CAP", 1, 0),
        ("RES", 1, 2),
    ]
    assert client.get("/parts/STOKE/BRD/A/bom/compare/?before=Q").status_code == 422


def test_a_revision_is_compared_with_a_file(world: World, browse: Browse) -> None:
    make_bom(world.site, {"BRD": (("RES", "1", "R1"), ("CAP", "1", "C1"))})
    client, here = browse(world.ben), "/parts/STOKE/BRD/1/bom/compare/"
    text = "Part Number,Quantity,Designators\nRES,2,R1 R2\nCAP,1,C1\n"
    answer = client.post(here, {"file": file(text)})
    assert answer.context["counts"] == {"added": 0, "removed": 0, "changed": 1, "same": 1}
    assert client.post(here, {"file": file("no table")}).status_code == 422
    assert "Nothing to compare with yet" in text_of(client.get(here))


def test_another_site_sees_nothing(world: World, browse: Browse) -> None:
    make_bom(world.site)
    client = browse(world.cy)
    for address in (HERE, f"{HERE}levels/", "/parts/STOKE/BOX/", f"{HERE}lines.csv"):
        assert client.get(address).status_code == 404


def test_alternates_of_a_part_are_proposed_wherever_it_is_used(
    world: World, browse: Browse
) -> None:
    make_bom(world.site)
    client = browse(world.eli)
    client.post("/parts/STOKE/RES/do/alternates/", {"alternates": "CAP; CHIP"})
    page = client.get("/parts/STOKE/RES/")
    assert [(a.alternate, a.line) for a in page.context["alternates"]] == [
        ("CAP", None),
        ("CHIP", None),
    ]
    bad = client.post("/parts/STOKE/RES/do/alternates/", {"alternates": "NOPE"})
    assert (bad.status_code, "There is no part" in text_of(bad)) == (422, True)


def test_a_part_is_found_by_the_search_of_every_page(world: World, browse: Browse) -> None:
    make_bom(world.site)
    assert browse(world.eli).get("/find/?q=SCREW")["Location"] == "/parts/STOKE/SCREW/"
