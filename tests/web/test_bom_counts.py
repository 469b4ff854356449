"""Pages of parts and lines ask the database as often for many lines as for three."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from firstoff.db.models import Alternate, BomLine, ManufacturerPart, Part
from firstoff.rules.bom.variant_facts import ChangeFacts, VariantFacts
from firstoff.services.bom import set_variant
from tests.building import make_bom
from tests.conftest import NOW, World
from tests.web.conftest import Browse

HERE = "/parts/STOKE/BRD/1/bom/"
PAGES = (
    "/parts/",
    "/parts/?q=P&lifecycle=draft",
    "/parts/STOKE/BRD/",
    "/parts/STOKE/P1/",
    HERE,
    f"{HERE}?q=P1&only=without_source",
    f"{HERE}?variant=LITE",
    f"{HERE}levels/",
    f"{HERE}edit/",
    f"{HERE}print/",
    f"{HERE}import/",
    f"{HERE}variants/",
    f"{HERE}compare/",
    f"{HERE}lines.csv",
)


def lines(count: int) -> tuple[tuple[str, str, str], ...]:
    return tuple((f"P{n}", "2", f"R{n} C{n}") for n in range(count))


def counts(browser: Any) -> dict[str, int]:
    found = {}
    for page in PAGES:
        browser.get(page)
        with CaptureQueriesContext(connection) as seen:
            answer = browser.get(page)
            assert answer.status_code == 200, page
            b"".join(answer) if answer.streaming else answer.content
        found[page] = len(seen)
    return found


@pytest.mark.once
def test_as_many_queries_for_many_lines_as_for_three(world: World, browse: Browse) -> None:
    revision = make_bom(world.site, {"BRD": lines(3), "BOX": (("BRD", "1", ""),)})["BRD"]
    lite = VariantFacts("LITE", "Lite", (ChangeFacts(1, False, "R0"),))
    set_variant(revision_id=revision.pk, variant=lite, by=world.eli, at=NOW)
    browser = browse(world.eli)
    few = counts(browser)
    names = [f"P{n}" for n in range(3, 200)]
    parts = Part.objects.bulk_create(Part(site=world.site, number=n, name=n) for n in names)
    rows = BomLine.objects.bulk_create(
        BomLine(revision=revision, position=4 + n, part=part, quantity=1)
        for n, part in enumerate(parts)
    )
    ManufacturerPart.objects.bulk_create(
        ManufacturerPart(part=part, manufacturer="M", mpn=f"M-{part.number}") for part in parts
    )
    Alternate.objects.bulk_create(
        Alternate(part=row.part, line=row, alternate=parts[0]) for row in rows[1:]
    )
    assert counts(browser) == few
