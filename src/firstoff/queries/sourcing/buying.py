"""What to buy for a build (R-25), and how it stands under each scheme (R-26)."""

from dataclasses import dataclass
from datetime import date

from firstoff.errors import NotFound
from firstoff.queries.sourcing.asked import Asked, Gathered, ask, gather
from firstoff.queries.sourcing.health import compliance_of
from firstoff.queries.sourcing.remembered import Remembered
from firstoff.rules.access import Actor
from firstoff.rules.sourcing.buying import Buy, BuyingPlan, buying_plan
from firstoff.rules.sourcing.compliance import LineCompliance, SchemeRollUp, product_compliance
from firstoff.terms import RunKind


@dataclass(frozen=True, slots=True)
class ProgramPlan:
    """What to buy for a build."""

    asked: Asked
    plan: BuyingPlan


@dataclass(frozen=True, slots=True)
class ProgramCompliance:
    """``rolled_up``: each scheme for the product; ``lines``: each part under those that ask every
    line."""

    asked: Asked
    rolled_up: tuple[SchemeRollUp, ...]
    lines: tuple[LineCompliance, ...]


def program_plan(
    actor: Actor,
    site: str,
    code: str,
    *,
    today: date,
    units: int | None = None,
    needed_by: date | None = None,
    kind: RunKind = RunKind.PRODUCTION,
    variant: str = "",
) -> ProgramPlan:
    """What to buy at least total cost, with leftovers, alternates considered. Raises NotFound,
    InvalidInput, and Refused (R-25) where an offer's currency has no rate. The queries of ``ask``
    and ``gather``."""
    asked = ask(
        actor,
        site,
        code,
        today=today,
        units=units,
        needed_by=needed_by,
        kind=kind,
        variant=variant,
    )
    return _plans.of(asked, lambda: ProgramPlan(asked, plan_of(gather(asked))))


def plan_of(gathered: Gathered) -> BuyingPlan:
    return buying_plan(gathered.needs.values(), gathered.sources, gathered.build)


def part_plan(found: ProgramPlan, part: str) -> Buy:
    """What to buy of one part. Raises NotFound."""
    for buy in found.plan.buys:
        if buy.need.part == part:
            return buy
    raise NotFound(f"{found.asked.program.code} takes no part {part[:120]!r} that is bought.")


def program_compliance(
    actor: Actor, site: str, code: str, *, today: date, kind: RunKind = RunKind.PRODUCTION
) -> ProgramCompliance:
    """What is declared, missing or over, by line and for the product. Raises NotFound. The queries
    of ``ask`` and ``gather``."""
    asked = ask(actor, site, code, today=today, kind=kind)
    return _declared.of(asked, lambda: _compliance(gather(asked)))


_plans: Remembered[ProgramPlan] = Remembered()
_declared: Remembered[ProgramCompliance] = Remembered()


def _compliance(gathered: Gathered) -> ProgramCompliance:
    asked = gathered.asked
    lines = tuple(
        LineCompliance(one.need.part, one.need.part, compliance_of(gathered, one))
        for one in gathered.wanted
    )
    rolled = product_compliance(
        asked.program.part_number, lines, gathered.declared, gathered.schemes, on=asked.build.today
    )
    return ProgramCompliance(asked, rolled, lines)
