"""What happens in the plant, in order, as records that a station would post."""

import random
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from firstoff.services.demo.plant.products import (
    ASSEMBLE,
    BOARD,
    BOARD_TEST,
    FINAL_TEST,
    FINISH,
    MOTOR,
    PLACE,
    PUMP,
    SOLDER,
    part_number,
)

Post = dict[str, Any]

# Shares of units, as a middling plant has them.
BOARD_FAILS, PUMP_FAILS, MOTOR_REPLACED, RETURNED = 0.03, 0.02, 0.01, 0.004
SUSPECT_RETURNED = 0.06  # of the pumps with the seals that leak
CARTON, PER_SHIPMENT = 20, 10  # units of a carton, cartons of a shipment
KEPT = 0.12  # of the units are not shipped yet
CUSTOMERS = ("Alder Water", "Brook & Sons", "Clearwell AG", "Dale Farms", "Estuary Labs")
_FAILURES = ("Drips at the seal after two weeks.", "Does not start.", "Loud, then stops.")
SUSPECT_FAILURE = _FAILURES[0]


@dataclass(frozen=True, slots=True)
class Material:
    """A part that comes in lots. per_unit and lot size in ``unit``; shelf in days."""

    part: str
    name: str
    maker: str
    mpn: str
    supplier: str
    size: int
    per_unit: str
    unit: str = ""


REELS = (
    Material("R-10K", "R10K", "Yageo", "RC0603FR-0710KL", "Farside", 5000, "4"),
    Material("C-100N", "C100N", "Murata", "GRM188R71H104KA93D", "Farside", 4000, "8"),
    Material("U-MCU", "MCU", "ST", "STM32G031K8T6", "Chipworks", 1000, "1"),
)
BULK = (
    Material("SEAL-12", "SEAL", "Trelleborg", "OR-12x2-EPDM", "Sealmart", 250, "1"),
    Material("GLUE-8", "GLUE", "Loctite", "EA 9466", "Sealmart", 5, "0.02", "kg"),
    Material("HOUSING", "HSG", "Own tool T-4", "HSG-100", "Northmould", 400, "1"),
)
MAGNETS = Material("MAGNET", "MAG", "Neorem", "N42-8", "Motorhaus", 2000, "1")


@dataclass(slots=True)
class Shelf:
    """The lot of a material that is being used, and how many units it still makes."""

    material: Material
    number: int = 0
    left: int = 0

    @property
    def lot(self) -> str:
        return f"{self.material.name}-{self.number:04d}"


@dataclass(slots=True)
class Plant:
    """One plant. ``prefix`` keeps its names apart from those of another seed."""

    prefix: str
    seed: int
    began: datetime
    spacing: timedelta  # between two pumps
    until: datetime  # nothing is recorded after it
    suspect: str = ""  # lot of seals that leaks: its pumps come back
    operators: tuple[str, ...] = ("ben",)
    _chance: random.Random = field(init=False)
    _shelves: dict[str, Shelf] = field(init=False)
    _carton: list[str] = field(default_factory=list)
    _cartons: list[str] = field(default_factory=list)
    _counts: dict[str, int] = field(default_factory=dict)
    _out: list[tuple[str, str, str]] = field(default_factory=list)  # serial, customer, seal

    def __post_init__(self) -> None:
        self._chance = random.Random(f"plant {self.seed}")
        self._shelves = {m.part: Shelf(m) for m in (*REELS, *BULK, MAGNETS)}

    def calibrations(self) -> Iterator[Post]:
        """Of the testers, before the first pump."""
        for code in ("ICT", "LT1"):
            at = self.began - timedelta(days=8)
            yield self._post(
                "calibration",
                at,
                equipment=f"{self.prefix}-{code}",
                result="pass",
                due=f"{at + timedelta(days=365):%Y-%m-%d}",
                certificate=f"CAL {self._chance.randrange(10**5):05d}",
            )

    # ------------------------------------------------------------ a pump and its board

    def pump(self, number: int, board_batch: str, batch: str, *, first: bool) -> Iterator[Post]:
        """Everything that one pump is made of and goes through. first: of its batch, with new
        reels on the line."""
        at = self.began + number * self.spacing
        board, motor = f"{board_batch}-{number:06d}", f"{self.prefix}M{number:07d}"
        yield from self._board(board, board_batch, at, first=first)
        yield from self._motor(motor, at)
        yield from self._assembled(f"{batch}-{number:06d}", batch, board, motor, at)

    def _board(self, serial: str, batch: str, at: datetime, *, first: bool) -> Iterator[Post]:
        for reel in REELS:
            fresh = yield from self._material(reel.part, at)
            if fresh or first:
                yield self._post(
                    "load",
                    at,
                    batch=batch,
                    operation=PLACE,
                    position=f"F{REELS.index(reel) + 1}",
                    lot=self._lot(reel.part),
                    part=self._part(reel.part),
                    per_unit=reel.per_unit,
                )
        yield self._post(
            "unit",
            at,
            batch=batch,
            serial=serial,
            equipment=f"{self.prefix}-SMT",
            operator=self._hands(),
        )
        done = {"batch": batch, "serial": serial}
        yield self._operation(done, SOLDER, at, 24, "SMT", tools=[f"{self.prefix}-SMT"])
        peak = round(self._chance.gauss(245, 2.5), 1)
        oven = {"name": "peak", "value": str(peak), "unit": "°C", "lower": "235", "upper": "250"}
        yield self._operation(done, PLACE, at, 66, "OVEN", parameters=[oven])
        if self._chance.random() < BOARD_FAILS:
            fail = _fails("E-10", "Too little paste on R7")
            yield self._operation(done, BOARD_TEST, at, 120, "ICT", **fail)
            yield self._post(
                "rework",
                at + timedelta(seconds=121),
                **done,
                reason="Touch up R7",
                from_operation=BOARD_TEST,
            )
        yield self._test(
            done,
            at + timedelta(seconds=140),
            "PCB test",
            (
                ("supply_current", "mA", "18.0", "26.0", 22.0, 0.9),
                ("clock", "kHz", "31.90", "32.10", 32.0, 0.02),
            ),
        )
        yield self._operation(done, BOARD_TEST, at, 150, "ICT")

    def _motor(self, serial: str, at: datetime) -> Iterator[Post]:
        yield from self._material(MAGNETS.part, at)
        lot = {"lot": self._lot(MAGNETS.part), "part": self._part(MAGNETS.part), "quantity": "1"}
        yield self._post("unit", at, part=self._part(MOTOR), serial=serial)
        yield self._post("consume", at, part=self._part(MOTOR), serial=serial, items=[lot])

    def _assembled(
        self, serial: str, batch: str, board: str, motor: str, at: datetime
    ) -> Iterator[Post]:
        items = []
        for material in BULK:
            yield from self._material(material.part, at)
            items.append(
                {
                    "lot": self._lot(material.part),
                    "part": self._part(material.part),
                    "quantity": material.per_unit,
                }
            )
        seal = self._lot("SEAL-12")
        at += timedelta(seconds=200)
        done = {"batch": batch, "serial": serial}
        cell = "A1" if self._chance.random() < 0.6 else "A2"
        yield self._post(
            "unit", at, **done, equipment=f"{self.prefix}-{cell}", operator=self._hands()
        )
        fitted = [
            {"child": {"part": self._part(BOARD), "serial": board}, "position": "controller"},
            {"child": {"part": self._part(MOTOR), "serial": motor}, "position": "motor"},
        ]
        yield self._operation(done, ASSEMBLE, at, 210, cell, consumes=items, installs=fitted)
        if self._chance.random() < MOTOR_REPLACED:
            yield from self._replaced(done, motor, at + timedelta(seconds=220))
        if self._chance.random() < PUMP_FAILS:
            fail = _fails("L-20", "The impeller was not pressed home")
            yield self._operation(done, FINAL_TEST, at, 330, "LT1", **fail)
            again = at + timedelta(seconds=331)
            yield self._post(
                "rework",
                again,
                **done,
                reason="Impeller seated again",
                from_operation=FINAL_TEST,
            )
        yield self._test(
            done,
            at + timedelta(seconds=350),
            "PT-7",
            (
                ("flow", "l/min", "4.80", "5.20", 5.0, 0.06),
                ("leak", "ml/h", None, "0.50", 0.2, 0.04),
            ),
        )
        yield self._operation(done, FINAL_TEST, at, 360, "LT1")
        yield self._operation(done, FINISH, at, 420, cell)
        yield from self._away(serial, batch, seal, at + timedelta(seconds=430))

    def _replaced(self, done: Post, motor: str, at: datetime) -> Iterator[Post]:
        yield self._post(
            "remove",
            at,
            **done,
            child={"part": self._part(MOTOR), "serial": motor},
            reason="Noisy bearing",
        )
        spare = f"{motor}R"
        yield self._post("unit", at, part=self._part(MOTOR), serial=spare)
        yield self._post(
            "install",
            at,
            **done,
            child={"part": self._part(MOTOR), "serial": spare},
            position="motor",
        )

    # ------------------------------------------------------------ material

    def _material(self, part: str, at: datetime) -> Generator[Post, None, bool]:
        """A lot on the shelf for one unit more; returns whether it is a new one."""
        shelf = self._shelves[part]
        shelf.left -= 1
        if shelf.left >= 0:
            return False
        shelf.number += 1
        m = shelf.material
        shelf.left = int(m.size / float(m.per_unit)) - 1
        came = at - timedelta(days=3)
        yield self._post(
            "lot",
            came,
            part=self._part(part),
            lot=self._lot(part),
            quantity=str(m.size),
            unit=m.unit,
            supplier=m.supplier,
            supplier_lot=f"{m.supplier[:2].upper()}{self._chance.randrange(10**6):06d}",
            date_code=f"{came:%y}{came.isocalendar().week:02d}",
            manufacturer=m.maker,
            mpn=m.mpn,
        )
        yield self._post(
            "lot_status",
            came + timedelta(hours=5),
            lot=self._lot(part),
            part=self._part(part),
            status="accepted",
            reason="Incoming inspection passed",
        )
        return True

    def _part(self, number: str) -> str:
        return part_number(self.prefix, number)

    def _lot(self, part: str) -> str:
        return f"{self.prefix}-{self._shelves[part].lot}"

    # ------------------------------------------------------------ out of the door, and back

    def _away(self, serial: str, batch: str, seal: str, at: datetime) -> Iterator[Post]:
        if self._chance.random() < KEPT:
            return
        self._carton.append(serial)
        self._out.append((serial, "", seal))
        if len(self._carton) < CARTON:
            return
        carton = self._next("C")
        units = [{"part": self._part(PUMP), "serial": s} for s in self._carton]
        self._carton = []
        yield self._post("pack", at, package=carton, package_kind="carton", units=units)
        self._cartons.append(carton)
        if len(self._cartons) < PER_SHIPMENT:
            return
        yield from self._shipped(at + timedelta(seconds=5))

    def _shipped(self, at: datetime) -> Iterator[Post]:
        customer = self._chance.choice(CUSTOMERS)
        yield self._post(
            "ship",
            at,
            shipment=self._next("S"),
            customer=customer,
            packages=self._cartons,
            reference=f"PO {self._chance.randrange(10**5):05d}",
        )
        self._cartons = []
        for serial, _, seal in self._out:
            back = seal == self.suspect and self._chance.random() < SUSPECT_RETURNED
            if back or self._chance.random() < RETURNED:
                yield self._post(
                    "return",
                    min(at + timedelta(days=self._chance.uniform(9, 20)), self.until),
                    part=self._part(PUMP),
                    serial=serial,
                    customer=customer,
                    failure=SUSPECT_FAILURE if back else self._chance.choice(_FAILURES[1:]),
                )
        self._out = []

    def end(self, at: datetime) -> Iterator[Post]:
        """What stands packed goes out, so that a small plant ships as well."""
        if self._carton:
            units = [{"part": self._part(PUMP), "serial": s} for s in self._carton]
            carton = self._next("C")
            self._carton = []
            yield self._post("pack", at, package=carton, package_kind="carton", units=units)
            self._cartons.append(carton)
        if self._cartons:
            yield from self._shipped(at + timedelta(seconds=5))

    # ------------------------------------------------------------ records

    def _operation(
        self, done: Post, seq: int, at: datetime, seconds: int, machine: str, **more: Any
    ) -> Post:
        ended = at + timedelta(seconds=seconds)
        return self._post(
            "operation",
            ended,
            **done,
            operation=seq,
            began_at=(ended - timedelta(seconds=20)).isoformat(),
            ended_at=ended.isoformat(),
            equipment=f"{self.prefix}-{machine}",
            operator=self._hands(),
            **{"outcome": "pass", **more},
        )

    def _hands(self) -> str:
        return self._chance.choice(self.operators)

    def _test(
        self,
        done: Post,
        at: datetime,
        name: str,
        lines: tuple[tuple[str, str, str | None, str, float, float], ...],
    ) -> Post:
        values = []
        for _, _, lower, upper, mean, spread in lines:
            low = mean - 3 * spread if lower is None else float(lower)
            values.append(round(min(max(self._chance.gauss(mean, spread), low), float(upper)), 4))
        return self._post(
            "test",
            at,
            **done,
            station=f"{self.prefix}-{name}",
            procedure={
                "name": name,
                "version": "3",
                "lines": [
                    {"name": n, "unit": unit, "upper": upper}
                    | ({} if lower is None else {"lower": lower})
                    for n, unit, lower, upper, _, _ in lines
                ],
            },
            values=values,
            outcome="pass",
            began_at=at.isoformat(),
            ended_at=(at + timedelta(seconds=8)).isoformat(),
        )

    def _next(self, kind: str) -> str:
        self._counts[kind] = self._counts.get(kind, 0) + 1
        return f"{self.prefix}-{kind}{self._counts[kind]:06d}"

    def _post(self, kind: str, at: datetime, **fields: Any) -> Post:
        """A record; its ID follows from the seed, so that the same plant is the same records."""
        bits = self._chance.getrandbits(74)
        head = int(at.timestamp() * 1000) << 16 | 7 << 12 | bits >> 62
        uid = UUID(int=head << 64 | 2 << 62 | bits & ((1 << 62) - 1))
        return {"kind": kind, "id": str(uid), "at": at.isoformat(), **fields}


def _fails(code: str, cause: str) -> Post:
    defect = {"code": code, "cause_class": "process", "cause": cause}
    return {"outcome": "fail", "defects": [defect]}
