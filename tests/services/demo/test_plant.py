"""A made-up plant: the same for the same seed, and in order by every check there is."""

from datetime import UTC, datetime, timedelta

import pytest

from firstoff.errors import InvalidInput, Refused
from firstoff.services import demo
from firstoff.services.demo.plant.happenings import Plant

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def posts(seed: int) -> list[dict[str, object]]:
    plant = Plant("Q", seed, NOW - timedelta(days=60), timedelta(minutes=5), NOW)
    found = list(plant.calibrations())
    for number in range(60):
        found += plant.pump(number, "QB001", "QP001", first=number == 0)
    return [*found, *plant.end(NOW)]


def test_the_same_seed_makes_the_same_plant() -> None:
    assert posts(3) == posts(3)
    assert posts(3) != posts(4)


def test_record_ids_are_made_once() -> None:
    ids = [post["id"] for post in posts(3)]
    assert len(set(ids)) == len(ids)


@pytest.mark.django_db
@pytest.mark.slow
def test_a_plant_is_whole_by_every_check() -> None:
    from firstoff.db.models import Run, ShippedUnit, Unit
    from firstoff.queries import ledger
    from firstoff.services.genealogy.rebuilding import examined

    now = datetime.now(UTC)
    demo.load(at=now)
    made = demo.load_plant(demo.PlantSize(120, seed=3), at=now)
    assert Run.objects.filter(batch_id__in=made.batches).count() == 2
    assert Unit.objects.filter(run__batch_id__in=made.batches).count() == 240
    assert ShippedUnit.objects.filter(unit__run__batch_id=made.batches[1]).count() > 80
    assert str(examined(True).state) == "ok"
    assert ledger.verify().holds
    with pytest.raises(Refused, match="The plant Q3 is there already"):
        demo.load_plant(demo.PlantSize(120, seed=3), at=now)


@pytest.mark.django_db
def test_a_plant_has_at_least_one_pump() -> None:
    with pytest.raises(InvalidInput, match="0 pumps were asked for"):
        demo.load_plant(demo.PlantSize(0), at=NOW)
