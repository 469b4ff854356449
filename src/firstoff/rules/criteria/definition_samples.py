"""Small definitions and supplies for the examples of the criteria that records decide."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from firstoff.rules.criteria.base import DefinitionEvidence, GateEvidence, SupplyEvidence
from firstoff.rules.plan import (
    Contents,
    FrozenDocument,
    FrozenInspectionPlan,
    FrozenLine,
    FrozenProcedure,
    FrozenTestStep,
    MaterialUse,
    PlanOperation,
)
from firstoff.rules.product import CharacteristicFacts, ProgramFacts
from firstoff.rules.release import SMALL_BATCH
from firstoff.rules.review import DfmStand, FindingFacts, QueryFacts
from firstoff.rules.sourcing.buying import pooled
from firstoff.rules.sourcing.compliance import Scheme, SchemeStanding, part_compliance
from firstoff.rules.sourcing.coverage import judge_line
from firstoff.rules.sourcing.identity import MaterialIdentity, Used, material_identity
from firstoff.rules.sourcing.standing import LineFacts
from firstoff.rules.sourcing.stockout import Demand, stock_outlook
from firstoff.rules.sourcing.values import (
    Approval,
    Build,
    Declaration,
    LineNeed,
    ManufacturerPartFacts,
    Offer,
    PriceBreak,
    Source,
)
from firstoff.rules.techpack import PackFacts, TechPack, tech_pack
from firstoff.rules.tolerance import ProcessFacts, holding
from firstoff.terms import (
    CharacteristicClass,
    CharacteristicKind,
    ComplianceStatus,
    DfmCategory,
    FindingSeverity,
    FindingState,
    Lifecycle,
    RunKind,
)

_TODAY = date(2026, 5, 8)
_NEEDED = date(2026, 7, 1)
_ASKED = datetime(2026, 5, 4, 8, tzinfo=UTC)
_BUILD = Build(RunKind.PRODUCTION, 500, _TODAY, _NEEDED)
_CAP = ManufacturerPartFacts("cap", "EEU-FR1V102", "Panasonic", Lifecycle.ACTIVE)
_ALTERNATE = ManufacturerPartFacts("alt", "UHE1V102", "Nichicon", Lifecycle.ACTIVE)
_QUALIFIED = Approval(form=True, fit=True, function=True, evidence=("Report QR-031",))
_BORE = CharacteristicFacts(
    "7",
    "Bore",
    CharacteristicKind.VARIABLE,
    CharacteristicClass.CRITICAL,
    Decimal("12.00"),
    Decimal("11.99"),
    Decimal("12.01"),
    "mm",
    "Bore gauge",
)


def sourced(
    number: int,
    *,
    approved: bool = True,
    alternate: str = "",
    declared: bool | None = None,
    offered: bool = True,
) -> GateEvidence:
    """A gate of 500 units with one line: a capacitor of sixteen weeks with a minimum order of
    $2,000, needed in eight weeks. alternate: ``qualified`` or ``stocked`` too. declared: RoHS is
    asked for, and declared or not. offered: somebody offers it."""
    line = LineNeed("1", "CAP-1000U", Decimal(1), "Output capacitor")
    sources = [_source(_CAP, approved=approved, weeks=16, minimum=4000)]
    if not offered:
        sources = [replace(sources[0], offers=())]
    if alternate:
        shelf = Decimal(600) if alternate == "stocked" else Decimal(0)
        second = _source(_ALTERNATE, approved=True, weeks=14, minimum=1)
        sources.append(replace(second, alternate=True, on_hand=shelf))
    (need,) = pooled([line], _BUILD)
    if alternate == "stocked":
        need = replace(need, on_hand=Decimal(600))
    compliance: tuple[SchemeStanding, ...] = ()
    if declared is not None:
        said = Declaration("RoHS", ComplianceStatus.COMPLIANT, "DoC-7", "cap", _TODAY)
        compliance = part_compliance(
            line.part, [_CAP], [said] if declared else [], [Scheme("RoHS")], on=_TODAY
        )
    outlook = stock_outlook(
        line.part,
        on_hand=need.on_hand,
        demand=[Demand(_NEEDED, Decimal(500), "500 units")],
        today=_TODAY,
        lead_time_days=112 if offered else None,
    )
    judged = judge_line(LineFacts(line, need, tuple(sources), compliance, outlook), _BUILD)
    supply = SupplyEvidence(_BUILD.units, _BUILD.needed_by, (judged,))
    return _gate(number, DefinitionEvidence("C", supply=supply))


def _source(part: ManufacturerPartFacts, *, approved: bool, weeks: int, minimum: int) -> Source:
    offer = Offer(
        f"offer-{part.key}",
        "Mouser",
        part.mpn,
        part.key,
        "USD",
        (PriceBreak(Decimal(1), Decimal("0.50")),),
        minimum=Decimal(minimum),
        lead_time_days=7 * weeks,
        quoted_on=_TODAY,
    )
    return Source(part, (_QUALIFIED,) if approved else (), (offer,))


def defined(
    number: int,
    *,
    limits: bool = True,
    query: str = "",
    pack: str = "",
    dfm: str = "",
    spread: str = "",
    material: str = "",
) -> GateEvidence:
    """A gate of a definition with one critical bore. query: ``open`` or ``closed``; pack:
    ``complete`` or ``gaps``; dfm: ``open`` or ``closed``; spread: of the process in the library;
    material: ``same`` or ``other`` as production is to take."""
    bore = _BORE if limits else replace(_BORE, nominal=None, lower=None, upper=None)
    process = None
    if spread:
        process = ProcessFacts(
            "CNC milling, bore", "mm", Decimal(spread), 80, _TODAY, machine="M-07"
        )
    return _gate(
        number,
        DefinitionEvidence(
            "C",
            characteristics=(bore,),
            queries=(_query(closed=query == "closed"),) if query else (),
            pack=_pack(complete=pack == "complete") if pack else None,
            dfm=_review(closed=dfm == "closed") if dfm else None,
            holdings=(holding(bore, process=process),),
            identity=_identity(same=material == "same") if material else None,
        ),
    )


def _gate(number: int, definition: DefinitionEvidence) -> GateEvidence:
    return GateEvidence(spec=SMALL_BATCH.gate(number), definition=definition)


def _query(*, closed: bool) -> QueryFacts:
    found = QueryFacts(
        1, "Which glaze on the foot?", "DRW-1", "Stoke Ceramics", _ASKED, uid="query-1"
    )
    return replace(found, closed_by="DRW-1 version B") if closed else found


def _review(*, closed: bool) -> DfmStand:
    found = FindingFacts(
        1,
        1,
        DfmCategory.HOUSING,
        FindingSeverity.MAJOR,
        "The rim has no draft angle.",
        uid="finding-1",
    )
    if closed:
        found = replace(found, state=FindingState.RESOLVED)
    return DfmStand(1, True, (found,))


def _pack(*, complete: bool) -> TechPack:
    contents = Contents(
        lines=(FrozenLine(part="CAP-1000U", name="Capacitor", quantity=Decimal(1)),),
        documents=(_document("DRW-1", "drawing"), _document("SPC-1", "specification")),
        procedures=(
            FrozenProcedure(
                code="TP-1",
                name="Function",
                label="1",
                steps=(FrozenTestStep(name="Output", lower=Decimal("11.4"), unit="V"),),
            ),
        ),
        inspection_plans=(FrozenInspectionPlan(kind="final", label="1"),),
    )
    solder = PlanOperation(
        10,
        "Solder the capacitor",
        instruction="Mind the polarity.",
        characteristics=("7",),
        materials=(MaterialUse(line=1),),
    )
    program = ProgramFacts("DC-1", "Converter", "12 V, 20 A.", 500, _NEEDED)
    return tech_pack(
        PackFacts(
            program=program if complete else replace(program, description=""),
            part="DC-1",
            revision="C",
            characteristics=(_BORE,),
            operations=(solder,),
            contents=contents,
            sources={"CAP-1000U": 1} if complete else {},
        )
    )


def _document(number: str, kind: str) -> FrozenDocument:
    return FrozenDocument(
        number=number,
        title=number,
        kind=kind,
        version="A",
        file_name=f"{number}.pdf",
        media_type="application/pdf",
        size=1,
        sha256="0" * 64,
    )


def _identity(*, same: bool) -> MaterialIdentity:
    meant = "cap" if same else "alt"
    uses = [
        Used("CAP-1000U", RunKind.PILOT, "cap"),
        Used("CAP-1000U", RunKind.PRODUCTION, meant, planned=True),
    ]
    sources = [Source(_CAP, (_QUALIFIED,)), Source(_ALTERNATE)]
    return material_identity(uses, {"CAP-1000U": sources})
