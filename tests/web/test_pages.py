"""Every page that can be reached by a link: it opens, it reads well, and nothing written by a
person becomes part of it."""

from collections import deque
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest

from firstoff.services import access
from firstoff.terms import Role
from tests.conftest import NOW, World
from tests.making import CROCK, make_pilot
from tests.web.conftest import Browse
from tests.web.reading import PageRead

MOST = 150  # pages of one walk: lists repeat themselves

# Closes every context a value may stand in; then an element, an attribute, a script, a template.
EVIL = '"\'>--></script><evil-tag onmouseover="x()">&lt;{{ 7|add:7 }}{% x %}\u202egnp.exe\u202c'


def walk(client: Any, start: str = "/") -> dict[str, str]:
    """Every page of ours reachable by links, with its text."""
    found: dict[str, str] = {}
    waiting = deque([start, "/people/", "/account/", "/equipment/", "/programs/"])
    while waiting and len(found) < MOST:
        address = waiting.popleft()
        if address in found:
            continue
        answer = client.get(address, follow=True)
        if address in ("/", "/equipment/", "/programs/") and answer.status_code == 404:
            continue  # not there in every installation
        assert answer.status_code == 200, f"{address} answers {answer.status_code}"
        if not answer["Content-Type"].startswith("text/html"):
            found[address] = ""
            continue
        found[address] = answer.content.decode()
        for link in PageRead(found[address]).links:
            onward = urljoin(address, urldefrag(link).url)
            if not urlsplit(onward).netloc and onward not in found:
                waiting.append(onward)
    return {address: text for address, text in found.items() if text}


@pytest.mark.parametrize("who", ["ada", "adam", "ben", "vic"])
def test_every_link_opens_and_every_page_reads_well(
    world: World, browse: Browse, who: str
) -> None:
    make_pilot(world)
    pages = walk(browse(getattr(world, who)))
    problems = {a: p for a, text in pages.items() if (p := PageRead(text).problems())}
    assert problems == {}
    assert len(pages) > 3


def evil_world(world: World) -> None:
    """Names, notes and numbers as somebody would write them who means harm."""
    access.update_person(site_id=world.site.pk, username="ben", name=EVIL, by=world.adam, at=NOW)
    access.create_site(code="evil", name=EVIL, time_zone="UTC", by=world.adam, at=NOW)
    access.record_training(
        site_id=world.site.pk,
        username="ben",
        skill=EVIL,
        valid_from=date(2026, 1, 1),
        note=EVIL,
        by=world.adam,
        at=NOW,
    )
    access.create_token(
        site_id=world.site.pk,
        username="ben",
        name=EVIL,
        station=EVIL,
        scopes=["read"],
        by=world.adam,
        at=NOW,
    )
    make_pilot(world, definition=evil_definition())


def evil_definition() -> Any:
    first, second = CROCK.characteristics
    return replace(
        CROCK,
        program=replace(CROCK.program, name=EVIL, description=EVIL),
        part_name=EVIL,
        characteristics=(replace(first, name=EVIL, method=EVIL), replace(second, name=EVIL)),
        operations=tuple(
            replace(o, name=EVIL, instruction=EVIL, caution=EVIL if o.caution else "")
            for o in CROCK.operations
        ),
        equipment=tuple(replace(e, name=EVIL) for e in CROCK.equipment),
        defect_codes=tuple(replace(c, name=EVIL) for c in CROCK.defect_codes),
    )


@pytest.mark.parametrize("who", ["ada", "adam"])
def test_what_people_write_stays_text(world: World, browse: Browse, who: str) -> None:
    evil_world(world)
    if who == "adam":
        access.set_roles(
            site_id=world.site.pk,
            username="adam",
            roles=[Role.ADMINISTRATOR, Role.ENGINEER],
            by=world.adam,
            at=NOW,
        )
    pages = walk(browse(getattr(world, who)))
    broken = {
        address: dangers
        for address, text in pages.items()
        if (page := PageRead(text))
        and (dangers := [*page.dangers(), *(e.tag for e in page.all("evil-tag"))])
    }
    assert broken == {}
    shown = [a for a, text in pages.items() if "evil-tag" in text]
    assert len(shown) > 2, "the walk met nothing evil: it proved nothing"
    assert [
        a for a, text in pages.items() if "{{ 14" in text or "VariableDoesNotExist" in text
    ] == []
