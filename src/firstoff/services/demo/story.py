"""What happened at Stoke-on-Trent, in order."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from importlib import resources
from pathlib import Path

from django.db import transaction

from firstoff.db.models import Baseline, Program, Site
from firstoff.formats.definitions import read_definition
from firstoff.queries.access import actor_named
from firstoff.queries.product import program_by_id
from firstoff.queries.release import road
from firstoff.rules.access import Actor
from firstoff.rules.execution import Bar, BarCapability
from firstoff.rules.plan import Definition
from firstoff.rules.release import STATEMENT
from firstoff.services import access, evidence, execution, nonconformity, plan, product, release
from firstoff.services.demo import field, pilot, sensor
from firstoff.services.demo.changed import freeze_by_order
from firstoff.services.demo.guide import (
    ADMINISTRATOR,
    LEEDS,
    OTHER,
    PASSWORD,
    PEOPLE,
    SITE,
    DemoGuide,
    guide,
)
from firstoff.services.demo.pilot import Batch, Fault
from firstoff.services.execution.bulk import demand_all
from firstoff.services.execution.posted import (
    PostedDefect,
    PostedMeasure,
    PostedStep,
    PostedUnit,
)
from firstoff.terms import Attempt, RunVerdict

_WRITTEN = datetime(2026, 6, 1, tzinfo=UTC)  # when the files' dates were chosen
_SKILLS = ("Kiln firing", "Visual standard VS-05", "Assembly jig J-02")


@transaction.atomic
def load(*, at: datetime, say: Callable[[str], None] = lambda text: None) -> DemoGuide:
    """Load the golden pilot, all of it or nothing; a second call changes nothing. ``at`` is now.

    Refused by services.access.found where the installation has other people already.
    """
    if Site.objects.filter(code=SITE).exists() and Program.objects.filter(code="CC-1").exists():
        return guide(loaded=False)
    _Story(at, say).tell()
    return guide(loaded=True)


class _Story:
    """Seventy days, told by their days before ``at``."""

    def __init__(self, at: datetime, say: Callable[[str], None]) -> None:
        self.at, self.say = at, say
        self.actors: dict[str, Actor] = {}
        self.site = 0
        self.program = 0

    def tell(self) -> None:
        self.say("People and sites")
        self._people(self._day(70))
        self.say("Definition and earlier gates")
        self._define(self._day(62))
        self._earlier_gates(self._day(30))
        self.say("Batch 1: hold")
        first = self._first_batch()
        self.say("Corrective actions")
        self._fix(first)
        self.say("Batch 2: waits for a signature")
        self._second_batch(first)
        self._other_programs(self._day(2))
        self._elsewhere(self._day(1, 9))
        field.tell(at=self.at, say=self.say)

    def _day(self, days: float, hour: int = 8, minute: int = 0) -> datetime:
        then = self.at - timedelta(days=days)
        return then.replace(hour=hour, minute=minute, second=0, microsecond=0)

    def _who(self, name: str) -> Actor:
        if name not in self.actors:
            self.actors[name] = actor_named(name)
        return self.actors[name]

    # -- people and definition ---------------------------------------------------------------

    def _people(self, at: datetime) -> None:
        username, name, _ = ADMINISTRATOR
        access.found(
            username=username,
            name=name,
            password=PASSWORD,
            site="Stoke-on-Trent",
            site_code=SITE,
            time_zone="Europe/London",
            at=at,
        )
        self.site = Site.objects.get(code=SITE).pk
        adam = actor_named("adam")
        for username, name, role, _ in PEOPLE:
            access.create_person(
                site_id=self.site,
                username=username,
                name=name,
                password=PASSWORD,
                roles=[role],
                by=adam,
                at=at,
            )
        leeds = access.create_site(
            code=LEEDS, name="Leeds", time_zone="Europe/London", by=adam, at=at
        )
        username, name, role, _ = OTHER
        access.create_person(
            site_id=leeds.pk,
            username=username,
            name=name,
            password=PASSWORD,
            roles=[role],
            by=actor_named("adam"),
            at=at,
        )
        for username in ("ben", "olu", "eli"):
            for skill in _SKILLS:
                access.record_training(
                    site_id=self.site,
                    username=username,
                    skill=skill,
                    valid_from=at.date(),
                    by=self._who("ada"),
                    at=at,
                )

    def _define(self, at: datetime) -> None:
        loaded = plan.load_definition(
            site_id=self.site,
            definition=_definition("definition.json", self.at),
            by=self._who("eli"),
            at=at,
        )
        self.program = loaded.program_id
        plan.freeze_baseline(program_id=self.program, by=self._who("eli"), at=self._day(31))

    def _earlier_gates(self, at: datetime) -> None:
        for number, evidence_text in pilot.STATEMENTS:
            then = at + timedelta(hours=number)
            self._pass_gate(self.program, number, evidence_text, then)

    def _pass_gate(self, program: int, number: int, proof: str, at: datetime) -> None:
        ada = self._who("ada")
        release.state_gate(
            program_id=program,
            gate=number,
            statements=[release.StatementGiven(n) for n in self._unstated(program, number, at)],
            evidence=proof,
            password=PASSWORD,
            by=ada,
            at=at,
        )
        release.decide_gate(
            program_id=program,
            gate=number,
            passed=True,
            password=PASSWORD,
            by=ada,
            at=at + timedelta(minutes=5),
        )

    def _unstated(self, program: int, gate: int, at: datetime) -> list[str]:
        """What a person has to state at a gate: what no record decides."""
        ada = self._who("ada")
        view = program_by_id(ada, program)
        look = road(ada, view.site, view.code, now=at).gate(gate)
        return [f.finding.key for f in look.findings if f.finding.kind == STATEMENT]

    def _other_programs(self, at: datetime) -> None:
        """Two more on the board: one stopped by a long lead time, one just begun."""
        eli = self._who("eli")
        due = (self.at + timedelta(days=45)).date()
        program = sensor.define(self.site, eli, due, at)
        proof = "Specification PS2-SPEC rev 4; PS2-TP rev B closed the last query."
        for number in (1, 2):
            self._pass_gate(program, number, proof, at + timedelta(hours=number))
        sensor.source(self.site, program, eli, self._who("bo"), at + timedelta(hours=4))
        product.create_program(
            site_id=self.site,
            code="FH-1",
            name="Flour hopper insert",
            part_number="FH-1",
            part_name="Flour hopper insert",
            first_quantity=300,
            currency="GBP",
            by=eli,
            at=at + timedelta(hours=5),
        )

    # -- the batches -------------------------------------------------------------------------

    def _first_batch(self) -> int:
        eli, ada = self._who("eli"), self._who("ada")
        run = execution.create_run(
            program_id=self.program,
            planned_quantity=20,
            line="Line 2",
            equipment=["L2", "K-02", "G-11"],
            bench_minutes=Decimal(4),
            batch_id="CC1-P1",
            by=eli,
            at=self._day(16, 9),
        ).id
        execution.record_setup(
            run_id=run, lines=pilot.SETUP_FIRST, by=self._who("ben"), at=self._day(16, 11)
        )
        execution.lock_bar(run_id=run, bar=_bar(), password=PASSWORD, by=ada, at=self._day(16, 15))
        began = self._day(14, 8, 10)
        self._bench_unit(run, "CC1-P1-X01", began)
        self._trial_unit(run, "CC1-P1-X02", began + timedelta(minutes=20))
        self._build(run, "CC1-P1", pilot.FIRST, began + timedelta(minutes=60))
        self._causes(run, "CC1-P1", pilot.FIRST, self._day(13, 9))
        nonconformity.record_cause(
            run_id=run,
            code=pilot.LID.code,
            cause_class="material",
            serials=["CC1-P1-X02"],
            cause="Prototype clay: it shrinks less than the body.",
            by=self._who("ivy"),
            at=self._day(13, 9, 5),
        )
        execution.propose_step_fix(
            run_id=run,
            seq=40,
            proposal="A jig that holds the lid while the ring is set.",
            by=eli,
            at=self._day(13, 10),
        )
        evidence.decide_run(
            run_id=run,
            decision=RunVerdict.HOLD,
            password=PASSWORD,
            by=ada,
            at=self._day(13, 16, 42),
            reason="The bar is missed: 5 of 20. The lid, the glaze and the jig come first.",
        )
        return run

    def _fix(self, held: int) -> None:
        eli = self._who("eli")
        for number, (code, what, days, proof) in enumerate(pilot.ACTIONS):
            action = nonconformity.propose_action(
                run_id=held,
                against=code,
                cause_class="process",
                what=what,
                by=eli,
                at=self._day(12, 9, 5 * number),
            )
            nonconformity.put_action_in_force(
                action_id=action.id,
                effective_at=self._day(12 - days, 14, 10),
                evidence=proof,
                by=eli,
                at=self._day(12 - days, 14, 20 + number),
            )
        self._second_plan(self._day(9, 8, 30))

    def _second_plan(self, at: datetime) -> None:
        """Skim, ramp and jig become part of the plan, hence a baseline of its own."""
        eli = self._who("eli")
        plan.load_definition(
            site_id=self.site,
            definition=_definition("definition-plan-2.json", self.at),
            by=eli,
            at=at,
        )
        freeze_by_order(self.program, eli, self._who("ada"), at)

    def _second_batch(self, held: int) -> None:
        eli, ada = self._who("eli"), self._who("ada")
        frozen = Baseline.objects.filter(program=self.program).order_by("-pk")
        run = execution.repeat_run(
            run_id=held,
            baseline_id=frozen[0].pk,
            batch_id="CC1-P2",
            by=eli,
            at=self._day(8, 9),
            equipment=["L2", "K-02", "GR-01", "SF-02", "J-02", "G-11"],
        ).id
        execution.record_setup(
            run_id=run, lines=pilot.SETUP_SECOND, by=self._who("olu"), at=self._day(8, 11)
        )
        execution.lock_bar(run_id=run, bar=_bar(), password=PASSWORD, by=ada, at=self._day(8, 15))
        began = self._day(6, 8, 15)
        self._build(run, "CC1-P2", pilot.SECOND, began)
        execution.record_adjustment(
            run_id=run,
            what="Torque driver T-03",
            before="1.1 N·m",
            after="1.2 N·m",
            reason="Set to nominal after the first article.",
            made_at=began + timedelta(minutes=9),
            by=self._who("ben"),
            at=began + timedelta(minutes=12),
        )
        self._causes(run, "CC1-P2", pilot.SECOND, self._day(5, 10))

    def _causes(self, run: int, batch: str, numbers: Batch, at: datetime) -> None:
        """Who inspects says why, after the batch; the line only says what."""
        for fault in dict.fromkeys(numbers.faults.values()):
            nonconformity.record_cause(
                run_id=run,
                code=fault.code,
                cause_class=fault.cause_class,
                cause=fault.cause,
                serials=[f"{batch}-{p:03}" for p, f in numbers.faults.items() if f == fault],
                by=self._who("ivy"),
                at=at,
            )

    def _bench_unit(self, run: int, serial: str, began: datetime) -> None:
        """Four minutes on the bench, by an engineer: kept, shown, and no evidence (R-33)."""
        self._record(
            run,
            PostedUnit(
                serial=serial,
                attempt=Attempt.FIRST,
                started_at=began,
                judged_at=began + timedelta(minutes=4),
                operator="eli",
                equipment="BENCH-1",
                fit="pass",
                finish="pass",
                function="pass",
                build_seconds=Decimal(240),
            ),
            by="eli",
            at=began + timedelta(minutes=6),
        )

    def _trial_unit(self, run: int, serial: str, began: datetime) -> None:
        ben = self._who("ben")
        execution.start_unit(
            run_id=run,
            serial=serial,
            operator="ben",
            equipment="L2",
            started_at=began,
            by=ben,
            at=began + timedelta(seconds=20),
        )
        execution.leave_out_unit(
            run_id=run,
            serial=serial,
            by=ben,
            at=began + timedelta(minutes=1),
            reason="Lid from lot LB-0311, prototype clay, not the production lot.",
        )
        execution.judge_unit(
            run_id=run,
            serial=serial,
            fit="fail",
            finish="pass",
            function="pass",
            build_seconds=Decimal(564),
            judged_at=began + timedelta(minutes=10),
            defects=[_posted(pilot.LID)],
            by=ben,
            at=began + timedelta(minutes=11),
        )

    def _build(self, run: int, batch: str, numbers: Batch, began: datetime) -> None:
        """Unit by unit; the first article is inspected before the second unit starts."""
        then = began
        for place, minutes in enumerate(numbers.minutes, start=1):
            operator = ("ben", "olu")[place % 2]
            posted = _unit(f"{batch}-{place:03}", place, minutes, numbers, operator, then)
            ended = then + timedelta(minutes=float(minutes))
            self._record(run, posted, by=operator, at=ended + timedelta(seconds=40))
            if place == 1:
                execution.record_first_article(
                    run_id=run,
                    serial=posted.serial,
                    passed=True,
                    checked=38,
                    conforming=38,
                    by=self._who("ivy"),
                    at=ended + timedelta(minutes=6),
                )
                ended += timedelta(minutes=8)
            # The line rests over lunch and goes on the next morning when the shift is over.
            then = ended + timedelta(minutes=3 if place % 8 else 45)

    def _record(self, run: int, posted: PostedUnit, *, by: str, at: datetime) -> None:
        answer = execution.record_units(
            run_id=run, records=[posted], source="line", by=self._who(by), at=at
        )
        demand_all(answer)

    def _elsewhere(self, at: datetime) -> None:
        """Another site has a program of its own, which nobody at Stoke sees."""
        leeds = Site.objects.get(code=LEEDS).pk
        plan.load_definition(
            site_id=leeds,
            definition=_definition("definition-leeds.json", self.at),
            by=self._who("cy"),
            at=at,
        )


def _unit(
    serial: str, place: int, minutes: Decimal, numbers: Batch, operator: str, began: datetime
) -> PostedUnit:
    fault = numbers.faults.get(place)
    failed = {"D-101": "fit", "D-204": "finish", "D-310": "finish"}[fault.code] if fault else ""
    seconds = minutes * 60
    return PostedUnit(
        serial=serial,
        attempt=Attempt.FIRST,
        started_at=began,
        judged_at=began + timedelta(seconds=float(seconds)),
        operator=operator,
        equipment="L2",
        fit="fail" if failed == "fit" else "pass",
        finish="fail" if failed == "finish" else "pass",
        function="pass",
        build_seconds=seconds,
        defects=(_posted(fault),) if fault else (),
        steps=tuple(
            PostedStep(seq, (seconds * share).quantize(Decimal("0.001")))
            for seq, share in numbers.share.items()
        ),
        measures=(PostedMeasure("1", numbers.clearance[place - 1]),),
    )


def _posted(fault: Fault) -> PostedDefect:
    return PostedDefect(fault.code, fault.note)


def _bar() -> Bar:
    return Bar(
        sample=20,
        max_rejects=1,
        commits=1000,
        max_mean_minutes=Decimal("7.0"),
        max_unit_minutes=Decimal(15),
        min_first_pass_yield=Decimal("0.95"),
        capabilities=(BarCapability("1", Decimal("1.00")),),
        reject_definition=(
            "Fails fit, finish or function, or takes longer than 15 min: CC1-RD rev 2."
        ),
        bad_unit_cost=Decimal("61.40"),
        batch_cost=Decimal(1640),
        delay_days=7,
        delay_day_cost=Decimal(300),
    )


def _definition(name: str, at: datetime) -> Definition:
    """A file of the package, with its dates moved: the demo is as fresh next year as today."""
    file = resources.files(__package__) / name
    found = read_definition(file.read_bytes(), name=str(Path(name)))
    moved = (at - _WRITTEN).days
    return replace(
        found,
        program=replace(found.program, due=_later(found.program.due, moved)),
        equipment=tuple(
            replace(e, calibration_due=_later(e.calibration_due, moved)) for e in found.equipment
        ),
    )


def _later(day: date | None, days: int) -> date | None:
    return None if day is None else day + timedelta(days=days)
