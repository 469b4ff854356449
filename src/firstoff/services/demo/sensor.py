"""The proofing sensor: before its pilot, defined and sourced, stopped by one capacitor."""

import hashlib
import io
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from PIL import Image, ImageDraw

from firstoff.rules.access import Actor
from firstoff.rules.plan import (
    Contents,
    Definition,
    FrozenDocument,
    FrozenInspectionLine,
    FrozenInspectionPlan,
    FrozenLine,
    FrozenPart,
    FrozenProcedure,
    FrozenSource,
    FrozenTestStep,
    MaterialUse,
    PlanOperation,
)
from firstoff.rules.product import CharacteristicFacts, ProgramFacts
from firstoff.rules.sourcing.approvals import ApprovalGiven
from firstoff.rules.sourcing.quoting import OfferGiven
from firstoff.rules.tolerance import ProcessFacts
from firstoff.services import plan, tolerance
from firstoff.services.demo.guide import PASSWORD
from firstoff.services.sourcing.approving import decide_source
from firstoff.services.sourcing.offers import record_offer
from firstoff.terms import ApprovalDecision, CharacteristicClass, CharacteristicKind

CODE = "PS-2"
_DATE = date(2026, 3, 2)

# find number, part, name, quantity, designators, maker, MPN, price, minimum, weeks
_Row = tuple[str, str, str, str, str, str, str, str, int, int]
_LINES: tuple[_Row, ...] = (
    ("10", "PS2-PCB", "Board, two layers", "1", "", "Eurocircuits", "PS2-PCB-B", "2.10", 50, 2),
    ("20", "MCU-L071", "Controller", "1", "U1", "ST", "STM32L071KBU6", "2.84", 1, 3),
    ("30", "ADC-1115", "Converter, 16 bit", "1", "U2", "TI", "ADS1115IDGSR", "2.35", 1, 2),
    ("40", "REG-3V3", "Regulator", "1", "U3", "Microchip", "MCP1700T-3302E", "0.31", 1, 1),
    ("50", "RES-10K", "Resistor 10 kΩ", "6", "R1-R6", "Yageo", "RC0603FR-0710KL", "0.006", 100, 2),
    (
        "60",
        "CAP-100N",
        "Cap. 100 nF",
        "5",
        "C1-C5",
        "Murata",
        "GRM188R71C104K",
        "0.011",
        100,
        2,
    ),
    (
        "70",
        "CAP-470U",
        "Cap. 470 µF",
        "1",
        "C6",
        "Kemet",
        "A768MS477M1CL",
        "0.94",
        2130,
        16,
    ),
    ("80", "NTC-10K", "Probe, 10 kΩ", "2", "", "Amphenol", "MC65F103A", "1.72", 10, 4),
    ("90", "CON-M8", "Connector M8", "2", "J1 J2", "Binder", "09-3389-00-04", "3.20", 25, 5),
    (
        "100",
        "PS2-CASE",
        "Case, 2 halves",
        "1",
        "",
        "Stoke Moulding",
        "PS2-CASE-A",
        "1.15",
        250,
        4,
    ),
    ("110", "SCR-M2", "Screw M2.5 x 8", "4", "", "Bossard", "BN4850-M2.5X8", "0.02", 100, 1),
)
_TWICE = ("RES-10K", "CAP-100N", "SCR-M2")  # with a second maker


def define(site: int, eli: Actor, due: date, at: datetime) -> int:
    """The program with its lines, drawing, plan, test and inspection; answers its key."""
    drawing, specification = _sheet("PS-2 case"), _sheet("PS-2 materials and finishes")
    contents = Contents(
        lines=tuple(_line(row) for row in _LINES),
        documents=(
            _document("PS2-D-01", "Case and board", "drawing", "C", drawing),
            _document("PS2-SPEC", "Materials and finishes", "specification", "4", specification),
        ),
    )
    definition = Definition(
        program=ProgramFacts(
            CODE, "Proofing sensor", "Dough temperature at two points.", 500, due, "GBP"
        ),
        part=CODE,
        part_name="Proofing sensor, 2-probe",
        revision="B",
        characteristics=(_PIN, _OFFSET),
        operations=_operations(),
        contents=replace(contents, procedures=(_TEST,), inspection_plans=(_FINAL,)),
        parts=tuple(_part(row) for row in _LINES),
        files={_digest(data): data for data in (drawing, specification)},
    )
    return plan.load_definition(site_id=site, definition=definition, by=eli, at=at).program_id


def source(site: int, program: int, eli: Actor, buyer: Actor, at: datetime) -> None:
    """Every maker approved with its report and offered; the milling that holds the pins."""
    for row in _LINES:
        for maker, mpn in _makers(row):
            approval = ApprovalGiven(
                ApprovalDecision.APPROVED,
                form=True,
                fit=True,
                function=True,
                evidence="Built into the 12 prototypes, report PS2-R-07",
            )
            named: dict[str, Any] = {
                "site_id": site,
                "part": row[1],
                "manufacturer": maker,
                "mpn": mpn,
            }
            decide_source(**named, given=approval, password=PASSWORD, by=eli, at=at)
            record_offer(**named, given=_offer(row), by=buyer, at=at + timedelta(minutes=5))
    milling = ProcessFacts(
        "CNC milling, pin", "mm", Decimal("0.006"), 50, _DATE, machine="Haas VF-2, Leek"
    )
    tolerance.record_process(site_id=site, process=milling, by=eli, at=at)
    tolerance.assign_process(
        program_id=program,
        revision="B",
        number="1",
        process=milling.process,
        machine=milling.machine,
        by=eli,
        at=at,
    )


_PIN = CharacteristicFacts(
    "1",
    "Locating pin, diameter",
    CharacteristicKind.VARIABLE,
    CharacteristicClass.CRITICAL,
    Decimal("4.00"),
    Decimal("3.99"),
    Decimal("4.01"),
    "mm",
    "Micrometer",
)
_OFFSET = CharacteristicFacts(
    "2",
    "Reading at 0 °C, off",
    CharacteristicKind.VARIABLE,
    CharacteristicClass.MAJOR,
    Decimal("0.0"),
    Decimal("-0.3"),
    Decimal("0.3"),
    "°C",
    "Ice bath",
)
_TEST = FrozenProcedure(
    code="PS2-FT",
    name="Functional test",
    label="2",
    purpose="Every unit, before it is closed.",
    equipment="Station T-04",
    pass_criteria="Every step within its limits.",
    steps=(
        FrozenTestStep(name="Supply current", unit="mA", upper=Decimal("4.5"), decimals=1),
        FrozenTestStep(
            name="Reading at 0 °C, off",
            unit="°C",
            lower=Decimal("-0.3"),
            upper=Decimal("0.3"),
            decimals=1,
            characteristic="2",
        ),
    ),
)
_FINAL = FrozenInspectionPlan(
    kind="final",
    label="1",
    sampling={"kind": "aql", "aql": "1.0", "level": "II"},
    lines=(
        FrozenInspectionLine(characteristic="1"),
        FrozenInspectionLine(characteristic="2"),
    ),
)


def _operations() -> tuple[PlanOperation, ...]:
    board, case = tuple(range(1, 8)), tuple(range(8, 12))
    return (
        PlanOperation(
            10,
            "Assemble the board",
            Decimal("3.5"),
            instruction="Place and reflow by profile PS2-RP; look at every joint under 10 x.",
            jig_not_needed=True,
            materials=tuple(MaterialUse(line=n) for n in board),
        ),
        PlanOperation(
            20,
            "Test",
            Decimal("1.2"),
            instruction="Put the board on station T-04 and run PS2-FT.",
            jig_not_needed=True,
            characteristics=("2",),
        ),
        PlanOperation(
            30,
            "Close the case",
            Decimal("2"),
            instruction="Seat the board on the pins; drive four screws to 0.35 N·m.",
            jig_not_needed=True,
            characteristics=("1",),
            materials=tuple(MaterialUse(line=n) for n in case),
        ),
    )


def _line(row: _Row) -> FrozenLine:
    find, part, name, quantity, places = (str(cell) for cell in row[:5])
    return FrozenLine(
        part=part,
        name=name,
        quantity=Decimal(quantity),
        find_number=find,
        designators=_designators(places),
    )


def _designators(text: str) -> tuple[str, ...]:
    if "-" not in text:
        return tuple(text.split())
    first, last = text.split("-")
    return tuple(f"{first[0]}{n}" for n in range(int(first[1:]), int(last[1:]) + 1))


def _part(row: _Row) -> FrozenPart:
    return FrozenPart(
        number=row[1],
        name=row[2],
        sources=tuple(
            FrozenSource(manufacturer=maker, mpn=mpn, lifecycle="active", rank=place)
            for place, (maker, mpn) in enumerate(_makers(row), 1)
        ),
    )


def _makers(row: _Row) -> tuple[tuple[str, str], ...]:
    first = (row[5], row[6])
    return (first, ("Vishay", f"V-{row[1]}")) if row[1] in _TWICE else (first,)


def _offer(row: _Row) -> OfferGiven:
    price, minimum = Decimal(row[7]), Decimal(row[8])
    cheaper = (price * Decimal("0.8")).quantize(Decimal("0.0001"))
    return OfferGiven(
        supplier="Farnell",
        currency="GBP",
        breaks=((Decimal(1), price), (Decimal(1000), cheaper)),
        number=f"F-{row[1]}",
        minimum=minimum,
        lead_time_days=7 * row[9],
    )


def _document(number: str, title: str, kind: str, version: str, data: bytes) -> FrozenDocument:
    return FrozenDocument(
        number=number,
        title=title,
        kind=kind,
        version=version,
        file_name=f"{number}.png",
        media_type="image/png",
        size=len(data),
        sha256=_digest(data),
    )


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _sheet(title: str) -> bytes:
    """A drawing sheet: a frame, a title block, two views. The same bytes every time."""
    sheet = Image.new("L", (1190, 842), 255)
    pen = ImageDraw.Draw(sheet)
    pen.rectangle((20, 20, 1170, 822), outline=0, width=2)
    pen.rectangle((770, 722, 1170, 822), outline=0, width=2)
    pen.text((790, 740), title, fill=0)
    pen.text((790, 770), "Scale 2:1   mm   ISO 2768-m", fill=0)
    pen.rounded_rectangle((120, 160, 620, 420), radius=24, outline=0, width=3)
    for x in (180, 560):
        pen.ellipse((x - 16, 274, x + 16, 306), outline=0, width=2)
    pen.rectangle((120, 500, 620, 600), outline=0, width=3)
    pen.line((120, 660, 620, 660), fill=0)
    kept = io.BytesIO()
    sheet.save(kept, "PNG")
    return kept.getvalue()
