"""The plant into the database, through the verbs that everybody uses."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from firstoff.db.models import Program, Run, Site
from firstoff.errors import InvalidInput, Refused
from firstoff.queries.access import actor_named
from firstoff.rules.execution import Bar
from firstoff.rules.genealogy import KINDS, Posted
from firstoff.rules.plan import Definition
from firstoff.services import execution, genealogy, plan
from firstoff.services.demo.guide import PASSWORD, SITE
from firstoff.services.demo.plant.happenings import Plant, Post
from firstoff.services.demo.plant.products import board, pump
from firstoff.terms import RunKind

LARGEST = 2_000_000
_PER_RUN = 5_000  # pumps of a batch
_PER_POST = 4_000  # records
_DAYS = 60  # that the plant has been making them
Say = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class PlantSize:
    """``pumps``: how many; each has a board and a motor, so units are three times as many.

    ``prefix`` keeps the names of one plant apart from those of another; by default from the seed.
    """

    pumps: int
    seed: int = 1
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was made. ``suspect``: the lot of seals whose pumps came back."""

    programs: tuple[str, str]
    batches: tuple[str, ...]
    records: int
    suspect: str


def load_plant(
    size: PlantSize, *, at: datetime, say: Say = lambda done, of: None, site: str = SITE
) -> Loaded:
    """Make the plant at the site of the demonstration. Raises InvalidInput, Refused.

    say: called with the pumps made and to make.
    """
    if not 1 <= size.pumps <= LARGEST:
        raise InvalidInput(
            f"{size.pumps:,} pumps were asked for; expected 1 to {LARGEST:,}.", field="units"
        )
    prefix = size.prefix or f"Q{size.seed}"
    if Program.objects.filter(site__code=site, code=f"{prefix}-PUMP").exists():
        raise Refused(f"The plant {prefix} is there already.", way_out="Name another seed.")
    return _Loading(size, prefix, at, say, Site.objects.get(code=site).pk).load()


class _Loading:
    def __init__(self, size: PlantSize, prefix: str, at: datetime, say: Say, site: int) -> None:
        self.size, self.prefix, self.at, self.say, self.site = size, prefix, at, say, site
        self.began = at - timedelta(days=_DAYS)
        span = timedelta(days=_DAYS - 1)
        self.records = 0
        self.plant = Plant(
            prefix,
            size.seed,
            self.began,
            min(span / size.pumps, timedelta(minutes=10)),
            at - timedelta(hours=1),
            suspect=f"{prefix}-SEAL-{max(1, size.pumps // 800):04d}",
        )

    def load(self) -> Loaded:
        programs = [
            self._program(board(self.prefix)),
            self._program(pump(self.prefix)),
        ]
        self._post(list(self.plant.calibrations()))
        batches: list[str] = []
        for number, first in enumerate(range(0, self.size.pumps, _PER_RUN), 1):
            count = min(_PER_RUN, self.size.pumps - first)
            boards, pumps = (
                self._run(program, f"{self.prefix}{kind}{number:03d}", count, first)
                for program, kind in zip(programs, "BP", strict=True)
            )
            batches += [boards, pumps]
            self._make(boards, pumps, first, count)
        self._post(list(self.plant.end(self.at - timedelta(hours=2))))
        codes = (f"{self.prefix}-BOARD", f"{self.prefix}-PUMP")
        return Loaded(codes, tuple(batches), self.records, self.plant.suspect)

    def _program(self, definition: Definition) -> int:
        eli, at = actor_named("eli"), self.began - timedelta(days=9)
        found = plan.load_definition(site_id=self.site, definition=definition, by=eli, at=at)
        plan.freeze_baseline(program_id=found.program_id, by=eli, at=at)
        return found.program_id

    def _run(self, program: int, batch: str, count: int, first: int) -> str:
        at = self.began + first * self.plant.spacing - timedelta(days=4)
        made = execution.create_run(
            program_id=program,
            kind=RunKind.PRODUCTION,
            batch_id=batch,
            planned_quantity=count,
            line="Line 4",
            serial_pattern="",
            by=actor_named("eli"),
            at=at,
        )
        bar = Bar(sample=min(count, 32), max_rejects=min(count - 1, 2), commits=count)
        execution.lock_bar(
            run_id=made.id, bar=bar, password=PASSWORD, by=actor_named("ada"), at=at
        )
        return batch

    def _make(self, boards: str, pumps: str, first: int, count: int) -> None:
        """The first article of both batches, then the others."""
        held: list[Post] = []
        for number in range(first, first + count):
            held += self.plant.pump(number, boards, pumps, first=number == first)
            if number == first:
                self._post(held)
                held = []
                self._first_articles(boards, pumps, number)
            elif len(held) >= _PER_POST:
                self._post(held)
                held = []
                self.say(number + 1, self.size.pumps)
        self._post(held)
        self.say(first + count, self.size.pumps)

    def _first_articles(self, boards: str, pumps: str, number: int) -> None:
        at = self.began + number * self.plant.spacing + timedelta(minutes=9)
        for batch in (boards, pumps):
            execution.record_first_article(
                run_id=Run.objects.get(site=self.site, batch_id=batch).pk,
                serial=f"{batch}-{number:06d}",
                passed=True,
                checked=2,
                conforming=2,
                by=actor_named("ivy"),
                at=at,
            )

    def _post(self, records: list[Post]) -> None:
        if not records:
            return
        genealogy.post_records(
            site_id=self.site,
            records=[_decoded(r) for r in records],
            by=actor_named("ivy"),
            at=max(self.at, datetime.fromisoformat(records[-1]["at"])),
            mode="all",
        )
        self.records += len(records)


_TYPES = {kind.__struct_config__.tag: kind for kind in KINDS}


def _decoded(record: Post) -> Posted:
    fields = {k: v for k, v in record.items() if k != "kind"}
    found: Posted = msgspec.convert(fields, _TYPES[record["kind"]], strict=False)
    return found
