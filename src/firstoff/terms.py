"""The field's words, each with its source. Used in code, API, interface and documents alike."""

from enum import StrEnum


class Role(StrEnum):
    """What a person may do at a site."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    INSPECTOR = "inspector"
    ENGINEER = "engineer"
    BUYER = "buyer"
    QUALITY_MANAGER = "quality_manager"
    ADMINISTRATOR = "administrator"


class BuilderClass(StrEnum):
    """Who built a unit, as it was when it was built (R-33)."""

    LINE = "line"  # a line operator
    ENGINEER = "engineer"
    OTHER = "other"


class EquipmentKind(StrEnum):
    """ISA-95 part 1, 3.1.16: equipment; IATF 16949 8.5.1.6 for tooling."""

    MACHINE = "machine"
    TOOL = "tool"
    JIG = "jig"
    GAUGE = "gauge"  # ISO 9000:2015 3.11.6: measuring equipment


class EquipmentClass(StrEnum):
    """Whether what is made on it is made the way every unit will be made (R-33)."""

    PRODUCTION = "production"
    BENCH = "bench"


class RunKind(StrEnum):
    PROTOTYPE = "prototype"
    SAMPLE = "sample"
    PRE_PRODUCTION = "pre_production"
    PILOT = "pilot"
    PRODUCTION = "production"


class RevisionStatus(StrEnum):
    DRAFT = "draft"
    IN_REVIEW = "in_review"  # ISO 9000:2015 3.11.2: nobody changes it while it is looked at
    RELEASED = "released"  # ISO 9000:2015 3.12.7: release
    SUPERSEDED = "superseded"
    OBSOLETE = "obsolete"


class Procurement(StrEnum):
    """Where a part comes from (APICS: make-or-buy)."""

    MAKE = "make"
    BUY = "buy"
    PHANTOM = "phantom"  # an assembly that is never stocked: its lines count as the parent's


class Lifecycle(StrEnum):
    """How a manufacturer stands to its part (EIA-724, JEDEC JEP122 words in use)."""

    ACTIVE = "active"
    NRND = "nrnd"  # not recommended for new designs
    LAST_TIME_BUY = "last_time_buy"
    OBSOLETE = "obsolete"
    UNKNOWN = "unknown"


class LimitForm(StrEnum):
    """How limits are stated (ISO 129-1, ASME Y14.5:2018 3)."""

    BILATERAL = "bilateral"
    UNILATERAL = "unilateral"
    BASIC = "basic"  # exact by theory; the callout holds it
    REFERENCE = "reference"  # for information


class GeometricSymbol(StrEnum):
    """ISO 1101:2017 table 1; ASME Y14.5:2018."""

    STRAIGHTNESS = "straightness"
    FLATNESS = "flatness"
    CIRCULARITY = "circularity"
    CYLINDRICITY = "cylindricity"
    PROFILE_LINE = "profile_line"
    PROFILE_SURFACE = "profile_surface"
    ANGULARITY = "angularity"
    PERPENDICULARITY = "perpendicularity"
    PARALLELISM = "parallelism"
    POSITION = "position"
    CONCENTRICITY = "concentricity"
    SYMMETRY = "symmetry"
    CIRCULAR_RUNOUT = "circular_runout"
    TOTAL_RUNOUT = "total_runout"


class DocumentKind(StrEnum):
    """ISO 9000:2015 3.8.5: document."""

    DRAWING = "drawing"
    MODEL = "model"  # CAD
    SPECIFICATION = "specification"
    STANDARD = "standard"
    CERTIFICATE = "certificate"
    DATASHEET = "datasheet"
    PICTURE = "picture"
    REPORT = "report"
    SOURCE = "source"  # boards, programs: what a machine is fed with
    OTHER = "other"


class DocumentVisibility(StrEnum):
    """Who may see a document beside its editors."""

    SITE = "site"  # everybody at the site
    OFFICE = "office"  # no operators, no viewers
    QUALITY = "quality"  # quality managers and inspectors


class InspectionKind(StrEnum):
    """ISO 9001:2015 8.4.2, 8.6; AS9102; R-51, R-52, R-54."""

    INCOMING = "incoming"
    FIRST_ARTICLE = "first_article"
    IN_PROCESS = "in_process"
    TOP_OF_PRODUCTION = "top_of_production"
    FINAL = "final"


class CharacteristicClass(StrEnum):
    """AIAG APQP 2nd ed., special characteristics; classes after ISO 2859-1:1999 3.1.7 ff."""

    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"


class CharacteristicKind(StrEnum):
    VARIABLE = "variable"  # ISO 3534-2:2006 1.2: measured on a continuous scale
    ATTRIBUTE = "attribute"  # conforms or does not


class Aspect(StrEnum):
    """What each unit is judged for (R-34)."""

    FIT = "fit"
    FINISH = "finish"
    FUNCTION = "function"
    BUILD_TIME = "build_time"


class CauseClass(StrEnum):
    """Why a defect came to be (R-34); unknown has to be resolved before sign-off."""

    PROCESS = "process"
    DESIGN = "design"
    MATERIAL = "material"
    TEST = "test"
    HANDLING = "handling"
    UNKNOWN = "unknown"


class Attempt(StrEnum):
    """Which result a judgement is. The first is never overwritten (R-48)."""

    FIRST = "first"
    RETEST = "retest"
    REWORK = "rework"  # ISO 9000:2015 3.12.8


class UnitResult(StrEnum):
    GOOD = "good"
    REJECT = "reject"
    PENDING = "pending"  # not yet judged for everything


class OperationOutcome(StrEnum):
    PASS = "pass"
    FAIL = "fail"


class TestOutcome(StrEnum):
    """Outcome of a test record or a measurement, kept as the station gave it (OpenHTF's words)."""

    __test__ = False  # not a test class, whatever pytest thinks of the name

    PASS = "pass"
    FAIL = "fail"
    ERROR = "error"  # says something about the station, nothing about the unit
    TIMEOUT = "timeout"
    ABORTED = "aborted"
    UNSET = "unset"
    PARTIALLY_SET = "partially_set"
    SKIPPED = "skipped"


class Verdict(StrEnum):
    """What a criterion returns (R-1)."""

    MET = "met"
    NOT_MET = "not_met"
    NO_EVIDENCE = "no_evidence"
    WAIVED = "waived"


class RunVerdict(StrEnum):
    """R-40: binary. Computed; a person signs it."""

    SIGN_OFF = "sign_off"
    HOLD = "hold"


class GateState(StrEnum):
    NOT_REACHED = "not_reached"
    OPEN = "open"  # being worked on: not yet decided
    PASSED = "passed"
    HELD = "held"


class Disposition(StrEnum):
    """ISO 9001:2015 8.7; ISO 9000:2015 3.12."""

    USE_AS_IS = "use_as_is"
    REWORK = "rework"
    REPAIR = "repair"
    SCRAP = "scrap"
    RETURN = "return"


class LotStatus(StrEnum):
    """How a lot stands (R-22; ISO 9001:2015 8.4.3, 8.5.2)."""

    QUARANTINE = "quarantine"  # waits for its incoming inspection
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    DEPLETED = "depleted"  # declared used up, whatever the count says


class LotMoveKind(StrEnum):
    """IPC-CFX Materials.Management: MaterialsSplit, MaterialsJoined, MaterialsModified."""

    SPLIT = "split"
    MERGE = "merge"
    ADJUST = "adjust"


class FloorKind(StrEnum):
    """What a floor record says; docs/reference/records.md has the fields of each."""

    OPERATION = "operation"  # of a batch, no unit named
    CONSUME = "consume"
    LOAD = "load"
    UNLOAD = "unload"
    INSTALL = "install"
    REMOVE = "remove"
    REWORK = "rework"
    REPAIR = "repair"
    SCRAP = "scrap"
    PACK = "pack"
    UNPACK = "unpack"
    SHIP = "ship"
    SHIP_CANCEL = "ship_cancel"
    RETURN = "return"
    LABEL = "label"
    VOID = "void"  # takes back a record that was wrong


class Place(StrEnum):
    """Where a unit is (R-62)."""

    IN_PROCESS = "in_process"
    STOCK = "stock"  # finished, not packed
    PACKED = "packed"
    SHIPPED = "shipped"
    RETURNED = "returned"
    SCRAPPED = "scrapped"
    INSTALLED = "installed"  # inside another unit: it is where that one is


class PackageKind(StrEnum):
    CARTON = "carton"
    PALLET = "pallet"
    TRAY = "tray"


class CalibrationResult(StrEnum):
    """ISO 10012:2003 7.1; VIM 2.43."""

    PASS = "pass"
    FAIL = "fail"
    UNKNOWN = "unknown"


class ContainmentOutcome(StrEnum):
    """What becomes of a contained unit (R-62; ISO 9001:2015 8.7.1)."""

    CLEARED = "cleared"  # looked at and found good
    REWORK = "rework"
    REPAIR = "repair"
    SCRAP = "scrap"
    RETURN = "return"  # to the supplier
    USE_AS_IS = "use_as_is"  # by concession
    REPLACED = "replaced"  # at the customer
    UNREACHABLE = "unreachable"  # the customer did not answer; said so, not forgotten


class DfmCategory(StrEnum):
    """What a review for manufacture goes through (R-17)."""

    BOARD = "board"  # stack-up, connector choice, panelisation, test points
    HOUSING = "housing"  # material, draft angle, wall thickness, tool access, shrinkage
    FASTENER = "fastener"
    FINISH = "finish"
    ASSEMBLY = "assembly"  # access
    MATERIAL = "material"
    TOLERANCE = "tolerance"
    TEST = "test"
    OTHER = "other"


class FindingSeverity(StrEnum):
    """What happens if it stays."""

    BLOCKER = "blocker"  # it cannot be made
    MAJOR = "major"  # it can be made with rejects or cost
    MINOR = "minor"


class FindingState(StrEnum):
    OPEN = "open"
    RESOLVED = "resolved"  # the definition was changed
    ACCEPTED = "accepted"  # stays as it is, by signature
    REJECTED = "rejected"  # was none


class ApprovalDecision(StrEnum):
    """Approved vendor list (AIAG PPAP 4th ed.; ISO 9001:2015 8.4.1)."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"


class OrderState(StrEnum):
    CONFIRMED = "confirmed"
    RECEIVED = "received"
    CANCELLED = "cancelled"


class ComplianceStatus(StrEnum):
    """IEC 63000:2018; IPC-1752A class A."""

    COMPLIANT = "compliant"
    EXEMPT = "exempt"
    NOT_COMPLIANT = "not_compliant"
    NOT_APPLICABLE = "not_applicable"


class ChangeState(StrEnum):
    """ISO 10007:2017 5.4: change control."""

    REQUESTED = "requested"
    ASSESSED = "assessed"
    APPROVED = "approved"
    REJECTED = "rejected"
    IN_FORCE = "in_force"
    WITHDRAWN = "withdrawn"


class EffectivityKind(StrEnum):
    """From when a change holds (R-12; ISO 10007:2017)."""

    DATE = "date"
    RUN = "run"
    SERIAL = "serial"
