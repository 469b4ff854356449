"""How old a page is."""

from typing import Any

from django.template.loader import render_to_string

from firstoff.queries import ledger, product
from firstoff.services import execution
from tests.conftest import NOW, World
from tests.making import make_pilot
from tests.web.conftest import Browse
from tests.web.reading import PageRead


def test_a_page_can_ask_whether_it_grew_old(world: World, browse: Browse) -> None:
    pilot, client = make_pilot(world), browse(world.vic)
    (notice,) = PageRead(
        render_to_string(
            "parts/changed.html",
            {
                "program": product.program(world.vic, "STOKE", "CC-1"),
                "version": ledger.version(pilot.program_id),
            },
        )
    ).all("p")

    def asked() -> Any:
        return client.get(notice.attrs["data-version-url"]).json()["version"]

    assert str(asked()) == notice.attrs["data-version"]
    execution.record_adjustment(
        run_id=pilot.run_id,
        what="jig pressure",
        before="1",
        after="2",
        reason="the ring slipped",
        made_at=NOW,
        by=world.ben,
        at=NOW,
    )
    assert str(asked()) != notice.attrs["data-version"]
