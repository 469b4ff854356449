"""The measurement history out of the database: what it says is what the records say."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from firstoff.db.models import LedgerEntry, TestRecord
from firstoff.errors import InvalidInput, NotFound, Refused
from firstoff.formats.testdata.packing import read_procedure, unpack
from firstoff.queries import ledger
from firstoff.queries.evidence import history
from firstoff.queries.evidence.history import Meant
from firstoff.queries.evidence.pilot import evidence_now, run_at
from firstoff.queries.execution import packed
from firstoff.rules.product import CharacteristicFacts
from firstoff.services import execution, plan
from firstoff.services import history as service
from firstoff.services.execution import PostedMeasure, PostedUnit
from tests.conftest import NOW, World
from tests.deciding import Batch, measured_bar
from tests.deciding import build as built
from tests.making import CROCK, MINUTE, make_pilot

CROCKS = Meant("STOKE", "CC-1", "1")


@pytest.fixture(autouse=True)
def _folder(settings: Any, tmp_path: Path) -> None:
    settings.HISTORY_ROOT = tmp_path / "history"


@pytest.fixture
def batch(world: World) -> Batch:
    """A batch in which the clearance of every unit was measured."""
    return built(world, make_pilot(world, bar=measured_bar()), clearance=True)


def build(batch: Batch, *, anew: bool = False, after: int = 60) -> Any:
    at = batch.ended + after * MINUTE
    return service.build(at=at, progress=lambda what, done, of: None, anew=anew)


def measure(world: World, batch: Batch, value: str, minute: int, serial: str = "002") -> None:
    at = batch.ended + minute * MINUTE
    measures = (PostedMeasure("1", Decimal(value)),)
    posted = PostedUnit(serial=f"CC1-P1-{serial}", judged_at=at, measures=measures)
    execution.record_units(run_id=batch.pilot.run_id, records=[posted], by=world.ben, at=at)


def test_its_values_are_those_of_the_traces(world: World, batch: Batch) -> None:
    build(batch)
    found = history.values(world.ada, CROCKS)
    wanted = []
    for test in TestRecord.objects.order_by("began_at", "pk").select_related("procedure"):
        lines = read_procedure(test.procedure.definition).lines
        (result,) = unpack(lines, test.values, test.outcomes, test.extras)
        wanted.append((str(test.uid), result.value, result.outcome, test.began_at))
    rows = [(r["uid"], r["value"], r["outcome"], r["began"]) for r in found.rows]
    assert rows == wanted
    assert (len(rows), found.total) == (TestRecord.objects.count(), len(rows))
    assert (found.characteristic.name, found.characteristic.lower) == ("Lid clearance", 0.3)


def test_capability_is_that_of_the_verdict(world: World, batch: Batch) -> None:
    measure(world, batch, "0.85", 10)  # a retest changes neither
    build(batch)
    held = history.capability(world.ada, CROCKS)
    run = run_at(world.ada, batch.pilot.run_id)
    (evidence,) = evidence_now([run], upto=ledger.version(batch.pilot.program_id))
    first = [m.value for m in evidence.measurements["1"]]
    assert (held.retests, held.capability.n) == (1, len(first))
    assert held.capability.mean == pytest.approx(sum(first) / len(first), rel=1e-12)
    everything = history.capability(world.ada, CROCKS, retests=True)
    assert (everything.retests, everything.capability.n) == (0, len(first) + 1)


def test_what_came_since_is_told_and_built_on(world: World, batch: Batch) -> None:
    whole = build(batch).measurements
    measure(world, batch, "0.95", 10)
    before = history.summary(world.ada, CROCKS)
    assert (before.covered.waiting, before.rows[0]["failed"]) == (1, 0)
    done = build(batch)
    assert (done.records, done.why_anew) == (1, "")
    after = history.summary(world.ada, CROCKS)
    assert (after.covered.waiting, after.rows[0]["failed"]) == (0, 1)
    assert after.rows[0]["measured"] == whole + 1
    (row,) = history.outside(world.ada, CROCKS).rows
    assert (row["value"], row["upper"], row["outcome"], row["batch"]) == (
        0.95,
        0.9,
        "fail",
        "CC1-P1",
    )
    (tested,) = history.yields(world.ada, CROCKS).rows
    assert (tested["first_passed"], tested["finally_passed"]) == (
        tested["units"],
        tested["units"] - 1,
    )


def test_from_nothing_is_the_same(world: World, batch: Batch) -> None:
    build(batch)
    measure(world, batch, "0.7", 10)
    build(batch)
    before = history.values(world.ada, CROCKS)
    build(batch, anew=True)
    assert history.values(world.ada, CROCKS).rows == before.rows


def test_pages_are_whole_entries_and_few_queries(
    world: World, batch: Batch, monkeypatch: Any, django_assert_max_num_queries: Any
) -> None:
    for minute in range(10, 20):
        measure(world, batch, "0.6", minute)
    monkeypatch.setattr(packed, "_PAGE", 3)
    with django_assert_max_num_queries(60):
        pages = list(packed.pages(0, ledger.head()))
    ids = [key for page in pages if page.packed for key in page.packed.record.tolist()]
    assert ids == list(TestRecord.objects.order_by("entry_id", "pk").values_list("pk", flat=True))
    assert [p.hash for p in pages] == [ledger.entry_hash(p.entry) for p in pages]
    assert pages[-1].entry == ledger.head().seq
    monkeypatch.setattr(packed, "_PAGE", 1000)
    with django_assert_max_num_queries(6):
        list(packed.pages(0, ledger.head()))


def test_a_series_spans_what_is_asked(world: World, batch: Batch) -> None:
    build(batch)
    found = history.series(world.ada, CROCKS, stretches=4)
    assert sum(row["n"] for row in found.rows) == TestRecord.objects.count()
    assert 1 <= len(found.rows) <= 4
    assert found.rows[0]["began"] == found.start
    with pytest.raises(InvalidInput, match="0 stretches"):
        history.series(world.ada, CROCKS, stretches=0)


def test_only_the_newest_are_shown_where_a_limit_says_so(world: World, batch: Batch) -> None:
    build(batch)
    every = history.values(world.ada, CROCKS)
    newest = history.values(world.ada, CROCKS, limit=2)
    assert (newest.rows, newest.total) == (every.rows[-2:], every.total)


def test_batches_and_times_narrow_it(world: World, batch: Batch) -> None:
    build(batch)
    every = history.values(world.ada, CROCKS)
    middle = every.rows[2]["began"]
    late = history.values(world.ada, Meant("STOKE", "CC-1", "1", since=middle))
    early = history.values(world.ada, Meant("STOKE", "CC-1", "1", until=middle))
    assert early.rows + late.rows == every.rows
    assert history.values(world.ada, Meant("STOKE", "CC-1", "1", batches=("CC1-P1",))).total
    for asked in (
        Meant("STOKE", "CC-1", "1", batches=("CC1-P9",)),
        Meant("STOKE", "CC-1", "1", since=batch.ended + timedelta(days=900)),
        Meant("STOKE", "CC-9", "1"),
    ):
        with pytest.raises(NotFound, match="holds no such measurements"):
            history.values(world.ada, asked)
    with pytest.raises(InvalidInput, match="there is no time"):
        history.values(world.ada, Meant("STOKE", "CC-1", "1", since=middle, until=middle))
    with pytest.raises(InvalidInput, match="expected a whole second"):
        history.values(
            world.ada, Meant("STOKE", "CC-1", "1", since=middle + timedelta(microseconds=1))
        )


def test_a_characteristic_is_found_by_its_number_and_by_its_name(
    world: World, batch: Batch
) -> None:
    build(batch)
    every = history.values(world.ada, CROCKS)
    assert history.values(world.ada, Meant("STOKE", "CC-1", "lid clearance")).rows == every.rows
    with pytest.raises(NotFound) as refused:
        history.values(world.ada, Meant("STOKE", "CC-1", "Lid clearence"))
    assert refused.value.way_out == "There are: 1 Lid clearance."


def test_somebody_of_another_site_sees_nothing(world: World, batch: Batch) -> None:
    build(batch)
    with pytest.raises(NotFound, match="There is no site 'STOKE', or not for you"):
        history.values(world.cy, CROCKS)
    assert history.sites_of(world.cy, "CC-1") == ()
    assert history.sites_of(world.ada, "CC-1") == ("STOKE",)
    with pytest.raises(NotFound, match="holds no such measurements of 'CC-1' at LEEDS"):
        history.values(world.cy, Meant("LEEDS", "CC-1", "1"))


def test_before_the_first_build_it_says_what_to_do(world: World) -> None:
    with pytest.raises(Refused) as refused:
        history.values(world.ada, CROCKS)
    assert refused.value.way_out == "Build it: firstoff history build."
    found = history.status()
    assert (found.built, found.sound, found.waiting) == (False, False, 0)


def test_a_history_of_other_records_is_not_asked_and_is_built_anew(
    world: World, batch: Batch, monkeypatch: Any
) -> None:
    build(batch)
    assert history.status().sound
    monkeypatch.setattr(ledger, "entry_hash", lambda seq: "another")
    with pytest.raises(Refused) as refused:
        history.values(world.ada, CROCKS)
    assert refused.value.code == "history-stale"
    entry = LedgerEntry.objects.count()
    why = f"Entry {entry} of the ledger is another one: a backup was brought back."
    assert history.status().why_anew == why
    assert build(batch).why_anew == why


def test_damage_is_found_when_every_file_is_read(world: World, batch: Batch) -> None:
    folder = Path(build(batch) and history.status().folder)
    name = history.status().files[-1]
    content = bytearray((folder / name).read_bytes())
    content[-20] ^= 1
    (folder / name).write_bytes(content)
    assert (history.status().sound, history.status(full=True).damaged) == (True, (name,))


def test_a_characteristic_measured_under_another_name_is_found_by_its_number(
    world: World,
) -> None:
    first: CharacteristicFacts = CROCK.characteristics[0]
    definition = replace(
        CROCK,
        characteristics=(
            replace(first, measured_as="lid_gap"),
            *CROCK.characteristics[1:],
        ),
    )
    assert history._names(Meant("STOKE", "CC-1", "1")) == {"1"}
    plan.load_definition(
        site_id=world.site.pk,
        definition=definition,
        by=world.eli,
        at=NOW,
    )
    assert history._names(Meant("STOKE", "CC-1", "1")) == {"1", "lid_gap"}
