"""Sets up a plant in the home of this process, and prints what a station needs to record there.

Its own process, because tests of faults run the product's: a run with its bar locked and its first
article passed, an accepted lot of glaze, a token for stations.
"""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "firstoff.site.settings")

import django

django.setup()

from datetime import UTC, datetime, timedelta  # noqa: E402

from firstoff.services import access, genealogy, upkeep  # noqa: E402
from tests.conftest import make_world  # noqa: E402
from tests.making import make_pilot, pass_first_article, start  # noqa: E402
from tests.recording import lot  # noqa: E402


def main() -> str:
    upkeep.migrate()
    began = datetime.now(UTC) - timedelta(days=7)
    world = make_world(began)
    pilot = make_pilot(world, at=began, planned_quantity=50_000)
    start(world, pilot, 1, at=began + timedelta(minutes=1))
    pass_first_article(world, pilot, at=began + timedelta(minutes=2))
    received = lot(quantity="1000000")
    genealogy.post_records(
        site_id=world.site.pk,
        records=[type(r)(**{**fields(r), "at": began}) for r in received],
        by=world.ada,
        at=began,
    )
    token = access.create_token(
        site_id=world.site.pk,
        name="stations",
        scopes=["record", "read"],
        username="ben",
        by=world.adam,
        at=datetime.now(UTC),
    )
    return str(token.secret)


def fields(record: object) -> dict[str, object]:
    return {name: getattr(record, name) for name in record.__struct_fields__}  # type: ignore[attr-defined]


if __name__ == "__main__":
    print(main())  # noqa: T201
