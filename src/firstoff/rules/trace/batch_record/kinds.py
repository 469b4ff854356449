"""Every kind of gap a batch record can have: its section, its rule, what closes it.

A kind is one line in ``KINDS``; the page, the document and the reference are built from it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Section(StrEnum):
    """The parts of a batch record, in the order they are read."""

    SETUP = "setup"
    OPERATIONS = "operations"
    PARAMETERS = "parameters"
    FIRST_ARTICLE = "first_article"
    MATERIAL = "material"
    EQUIPMENT = "equipment"
    RESULTS = "results"
    LABELS = "labels"
    CONTAINMENT = "containment"
    DEVIATIONS = "deviations"


TITLES: Mapping[Section, str] = MappingProxyType(
    {
        Section.SETUP: "Setup",
        Section.OPERATIONS: "Operations",
        Section.PARAMETERS: "Process parameters",
        Section.FIRST_ARTICLE: "First article",
        Section.MATERIAL: "Material lots",
        Section.EQUIPMENT: "Equipment and calibration",
        Section.RESULTS: "Inspection and tests",
        Section.LABELS: "Labels",
        Section.CONTAINMENT: "Containment",
        Section.DEVIATIONS: "Deviations and signatures",
    }
)


class Place(StrEnum):
    """Where a gap is closed: a door knows its address."""

    SETUP = "setup"
    LINE = "line"
    RUN = "run"
    RECORDS = "records"
    EQUIPMENT = "equipment"
    CONTAINMENT = "containment"
    FIRST_ARTICLE = "first_article"


@dataclass(frozen=True, slots=True)
class GapKind:
    """``says`` and ``way_out`` name ``{about}``, what the gap is about, and ``{units}``: ``3
    units``."""

    name: str
    section: Section
    rule: str
    says: str
    way_out: str
    place: Place


KINDS: tuple[GapKind, ...] = (
    GapKind(
        "setup_line", Section.SETUP, "R-37a",
        "The setup line “{about}” is not filled in.",
        "Fill in the line of the setup record.", Place.SETUP,
    ),
    GapKind(
        "units_missing", Section.OPERATIONS, "R-30",
        "{about} units are not started.",
        "Build them, or accept the smaller batch by a deviation.", Place.LINE,
    ),
    GapKind(
        "operation_missing", Section.OPERATIONS, "R-39",
        "Operation {about} has no record for {units}.",
        "Record the operation; it may be posted late.", Place.LINE,
    ),
    GapKind(
        "operation_failed", Section.OPERATIONS, "R-35",
        "Operation {about} failed last on {units}, and nothing followed.",
        "Repeat the operation after rework, or scrap the unit.", Place.LINE,
    ),
    GapKind(
        "operation_equipment", Section.OPERATIONS, "R-37",
        "Operation {about} names no equipment for {units}.",
        "A record stays as it is: say by a deviation what it was made on.", Place.RECORDS,
    ),
    GapKind(
        "operation_instruction", Section.OPERATIONS, "R-33",
        "Operation {about} followed other instructions than those of the baseline on {units}.",
        "Say by a deviation why that is acceptable.", Place.RECORDS,
    ),
    GapKind(
        "parameter_outside", Section.PARAMETERS, "R-39",
        "{about} was outside its limits on {units}.",
        "Repeat the operation within its limits, or accept it by a deviation.", Place.RECORDS,
    ),
    GapKind(
        "parameter_asked", Section.PARAMETERS, "R-39",
        "{about} is not recorded for {units}; the plan asks for it.",
        "A record stays as it is: say by a deviation what was read, or repeat the operation.",
        Place.RECORDS,
    ),
    GapKind(
        "parameter_missing", Section.PARAMETERS, "R-39",
        "{about} is not recorded for {units}; most units of the run have it.",
        "Post the reading with its operation.", Place.RECORDS,
    ),
    GapKind(
        "first_article", Section.FIRST_ARTICLE, "R-50",
        "{about}",
        "Check the first article and record what was found.", Place.FIRST_ARTICLE,
    ),
    GapKind(
        "material_none", Section.MATERIAL, "R-38",
        "No lot of material is recorded, neither for a unit nor for the batch.",
        "Post what was consumed: kind consume, for the units or for the batch.", Place.RECORDS,
    ),
    GapKind(
        "material_missing", Section.MATERIAL, "R-38",
        "{about} is not recorded for {units}; most units of the run hold it.",
        "Post the lot that went in, or install the part.", Place.RECORDS,
    ),
    GapKind(
        "lot_status", Section.MATERIAL, "R-22",
        "{about} when it went into {units}.",
        "Judge by a deviation whether the units may pass, or contain them.", Place.CONTAINMENT,
    ),
    GapKind(
        "lot_expired", Section.MATERIAL, "R-22",
        "{about} had expired when it went into {units}.",
        "Judge by a deviation whether the units may pass, or contain them.", Place.CONTAINMENT,
    ),
    GapKind(
        "equipment_calibration", Section.EQUIPMENT, "R-35",
        "{about} It made or measured {units}.",
        "Post the calibration that held then, or contain what it measured.", Place.EQUIPMENT,
    ),
    GapKind(
        "result_missing", Section.RESULTS, "R-34",
        "The result is not complete for {units}.",
        "Judge fit, finish and function.", Place.LINE,
    ),
    GapKind(
        "reject_open", Section.RESULTS, "R-56",
        "Rejected and not resolved: {units}.",
        "Rework and judge again, scrap, or let pass by concession.", Place.LINE,
    ),
    GapKind(
        "test_failed", Section.RESULTS, "R-35",
        "The last test {about} failed or gave no result on {units}.",
        "Test again after repair, or scrap the unit.", Place.RECORDS,
    ),
    GapKind(
        "characteristic_missing", Section.RESULTS, "R-39",
        "{about} has no result for {units}.",
        "Measure it and record the result with its characteristic number.", Place.RECORDS,
    ),
    GapKind(
        "label", Section.LABELS, "R-64",
        "No label was scanned back on {units}.",
        "Apply the label and scan it.", Place.RECORDS,
    ),
    GapKind(
        "containment", Section.CONTAINMENT, "R-62",
        "{about} is open and has {units} of this run.",
        "Work the units off and close the containment.", Place.CONTAINMENT,
    ),
    GapKind(
        "cause_unknown", Section.DEVIATIONS, "R-34",
        "The cause of {about} is unknown on {units}.",
        "Name the cause.", Place.RUN,
    ),
    GapKind(
        "action_open", Section.DEVIATIONS, "R-56",
        "{about} is proposed and not in force.",
        "Put the action in force, with its evidence.", Place.RUN,
    ),
    GapKind(
        "decision", Section.DEVIATIONS, "R-40",
        "Nobody has signed the pilot run off or held it.",
        "Sign the decision on the run.", Place.RUN,
    ),
)  # fmt: skip

BY_NAME: Mapping[str, GapKind] = MappingProxyType({kind.name: kind for kind in KINDS})
