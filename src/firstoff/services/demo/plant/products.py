"""What the plant makes: the definitions of its two programs."""

from decimal import Decimal

from firstoff.rules.plan import (
    CatalogueCode,
    Definition,
    EquipmentFacts,
    PlanOperation,
)
from firstoff.rules.product import CharacteristicFacts, ProgramFacts
from firstoff.terms import (
    Aspect,
    CharacteristicClass,
    CharacteristicKind,
    EquipmentClass,
    EquipmentKind,
)

BOARD, PUMP = "B-300", "P-100"
MOTOR = "M-200"  # comes in with a serial number of its own
SOLDER, PLACE, BOARD_TEST = 10, 20, 30
ASSEMBLE, FINAL_TEST, FINISH = 10, 20, 30


def part_number(prefix: str, number: str) -> str:
    """Plants of several seeds live side by side."""
    return f"{prefix}-{number}"


def board(prefix: str) -> Definition:
    """The controller board."""
    return Definition(
        program=ProgramFacts(f"{prefix}-BOARD", "Controller board", "Made by `firstoff plant`."),
        part=part_number(prefix, BOARD),
        part_name="Controller board",
        revision="B",
        release_revision=True,
        characteristics=(
            _measured("1", "Supply current", "18.0", "26.0", "mA", "supply_current"),
            _measured("2", "Clock", "31.90", "32.10", "kHz", "clock"),
        ),
        plan="1",
        release_plan=True,
        operations=(
            _operation(SOLDER, "Print paste", "0.40", "Print paste with stencil ST-3."),
            _operation(PLACE, "Place and reflow", "1.10", "Place from the loaded reels; reflow."),
            _operation(
                BOARD_TEST, "Test board", "0.60", "Clamp into the adapter; press start.", "1", "2"
            ),
        ),
        equipment=(
            _equipment(f"{prefix}-SMT", "Placement line 1", EquipmentKind.MACHINE),
            _equipment(f"{prefix}-OVEN", "Reflow oven", EquipmentKind.MACHINE),
            _equipment(f"{prefix}-ICT", "Board tester", EquipmentKind.GAUGE),
        ),
        defect_codes=(
            CatalogueCode("E-10", "Solder open", Aspect.FUNCTION),
            CatalogueCode("E-20", "Wrong value", Aspect.FUNCTION),
        ),
    )


def pump(prefix: str) -> Definition:
    """The pump, of a motor, a board and lots."""
    return Definition(
        program=ProgramFacts(f"{prefix}-PUMP", "Dosing pump", "Made by `firstoff plant`."),
        part=part_number(prefix, PUMP),
        part_name="Dosing pump",
        revision="C",
        release_revision=True,
        characteristics=(
            _measured("1", "Flow at 12 V", "4.80", "5.20", "l/min", "flow"),
            _measured("2", "Leak rate", None, "0.50", "ml/h", "leak"),
        ),
        plan="1",
        release_plan=True,
        operations=(
            _operation(ASSEMBLE, "Assemble", "3.50", "Board, motor, seal, glue; see the sheet."),
            _operation(FINAL_TEST, "Leak and flow test", "2.00", "Run test PT-7.", "1", "2"),
            _operation(FINISH, "Finish and mark", "0.80", "Clean, mark, cap the ports."),
        ),
        equipment=(
            _equipment(f"{prefix}-A1", "Assembly cell 1", EquipmentKind.MACHINE),
            _equipment(f"{prefix}-A2", "Assembly cell 2", EquipmentKind.MACHINE),
            _equipment(f"{prefix}-LT1", "Leak tester 1", EquipmentKind.GAUGE),
        ),
        defect_codes=(
            CatalogueCode("L-10", "Leaks at the seal", Aspect.FUNCTION),
            CatalogueCode("L-20", "Flow outside limits", Aspect.FUNCTION),
        ),
    )


def _measured(
    number: str, name: str, lower: str | None, upper: str, unit: str, as_: str
) -> CharacteristicFacts:
    return CharacteristicFacts(
        number,
        name,
        CharacteristicKind.VARIABLE,
        CharacteristicClass.MAJOR,
        lower=None if lower is None else Decimal(lower),
        upper=Decimal(upper),
        unit=unit,
        method="Tester",
        measured_as=as_,
    )


def _operation(seq: int, name: str, minutes: str, text: str, *checks: str) -> PlanOperation:
    return PlanOperation(
        seq, name, Decimal(minutes), text, jig_not_needed=True, characteristics=checks
    )


def _equipment(code: str, name: str, kind: EquipmentKind) -> EquipmentFacts:
    return EquipmentFacts(code, name, kind, EquipmentClass.PRODUCTION, "Line 4")
