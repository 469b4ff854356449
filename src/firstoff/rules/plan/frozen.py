"""What a frozen definition holds beside characteristics and operations: all of it plain values.

These are the values of the baseline and of the definition file alike: what is unset is not
written, so that a definition that uses none of them keeps the ID it had before they existed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any

import msgspec

from firstoff.rules.plan.process import PlanOperation
from firstoff.rules.plan.work import plain
from firstoff.rules.product import CharacteristicFacts
from firstoff.terms import Lifecycle, Procurement


class _Frozen(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    pass


class FrozenLine(_Frozen, frozen=True):
    """A BOM line. ``revision`` is that of a part made here; ``made`` says that it is one."""

    part: str
    name: str
    quantity: Decimal
    find_number: str = ""
    revision: str = ""
    made: bool = False
    phantom: bool = False
    unit: str = ""
    value: str = ""
    package: str = ""
    designators: tuple[str, ...] = ()
    not_fitted: tuple[str, ...] = ()
    fitted: bool = True
    classification: str = ""
    attrition: Decimal = Decimal(0)
    setup_pieces: Decimal = Decimal(0)
    section: str = ""
    note: str = ""


class FrozenVariantChange(_Frozen, frozen=True):
    """``line`` is its place in the lines, from 1; ``designator`` empty: the whole line."""

    line: int
    fitted: bool
    designator: str = ""
    part: str = ""
    child: str = ""  # revision of that part, where it is made here
    quantity: Decimal | None = None


class FrozenVariant(_Frozen, frozen=True):
    code: str
    name: str
    changes: tuple[FrozenVariantChange, ...] = ()


class FrozenDocument(_Frozen, frozen=True):
    """A document by its content: ``sha256`` of its bytes."""

    number: str
    title: str
    kind: str
    version: str
    file_name: str
    media_type: str
    size: int
    sha256: str


class FrozenTestStep(_Frozen, frozen=True):
    name: str
    instruction: str = ""
    unit: str = ""
    lower: Decimal | None = None
    upper: Decimal | None = None
    decimals: int = 0
    expected: str = ""
    characteristic: str = ""  # number


class FrozenProcedure(_Frozen, frozen=True):
    code: str
    name: str
    label: str
    purpose: str = ""
    equipment: str = ""
    pass_criteria: str = ""
    steps: tuple[FrozenTestStep, ...] = ()


class FrozenInspectionLine(_Frozen, frozen=True):
    characteristic: str  # number
    method: str = ""
    gauge: str = ""
    sampling: dict[str, Any] = {}
    reaction: str = ""


class FrozenInspectionPlan(_Frozen, frozen=True):
    kind: str
    label: str
    sampling: dict[str, Any] = {}
    note: str = ""
    lines: tuple[FrozenInspectionLine, ...] = ()


class FrozenControl(_Frozen, frozen=True):
    """A line of the control plan, of the characteristic or of the parameter it names."""

    operation: int  # seq
    characteristic: str = ""
    parameter: str = ""
    phases: tuple[str, ...] = ()
    technique: str = ""
    sample_size: str = ""
    frequency: str = ""
    method: str = ""
    error_proofing: str = ""
    reaction_plan: str = ""
    reaction_owner: str = ""


class FrozenStackLink(_Frozen, frozen=True):
    """``part`` names the one a characteristic is of, where it is another than the chain's."""

    characteristic: str = ""
    part: str = ""
    revision: str = ""
    name: str = ""
    nominal: Decimal | None = None
    lower: Decimal | None = None
    upper: Decimal | None = None
    sensitivity: Decimal = Decimal(1)
    distribution: str = ""


class FrozenStack(_Frozen, frozen=True):
    code: str
    name: str
    unit: str
    lower: Decimal | None = None
    upper: Decimal | None = None
    decimals: int = 0
    consequence: str = ""
    links: tuple[FrozenStackLink, ...] = ()


class FrozenSource(_Frozen, frozen=True):
    """A manufacturer part; in a definition file, and no part of a baseline: whether it may be
    used is an approval, which has a date and a reason of its own."""

    manufacturer: str
    mpn: str
    lifecycle: str = Lifecycle.UNKNOWN.value
    description: str = ""
    rank: int = 0


class FrozenPart(_Frozen, frozen=True):
    """A part as a definition file describes it."""

    number: str
    name: str
    description: str = ""
    procurement: str = Procurement.BUY.value
    unit: str = ""
    value: str = ""
    package: str = ""
    category: str = ""
    scheme: str = ""
    sources: tuple[FrozenSource, ...] = ()


@dataclass(frozen=True, slots=True)
class Contents:
    """What a revision holds beside characteristics and operations, each in its order."""

    lines: tuple[FrozenLine, ...] = ()
    variants: tuple[FrozenVariant, ...] = ()
    documents: tuple[FrozenDocument, ...] = ()
    procedures: tuple[FrozenProcedure, ...] = ()
    inspection_plans: tuple[FrozenInspectionPlan, ...] = ()
    controls: tuple[FrozenControl, ...] = ()
    stack_ups: tuple[FrozenStack, ...] = ()


@dataclass(frozen=True, slots=True)
class FrozenAssembly:
    """A part made here that goes into the product, at any depth, with all that defines it."""

    part: str
    name: str
    revision: str
    plan: str = ""
    characteristics: tuple[CharacteristicFacts, ...] = ()
    operations: tuple[PlanOperation, ...] = ()
    contents: Contents = field(default_factory=Contents)


_KINDS: Mapping[str, type] = {
    "lines": FrozenLine,
    "variants": FrozenVariant,
    "documents": FrozenDocument,
    "procedures": FrozenProcedure,
    "inspection_plans": FrozenInspectionPlan,
    "controls": FrozenControl,
    "stack_ups": FrozenStack,
}


def plain_contents(contents: Contents) -> dict[str, Any]:
    """As plain data, decimals kept; what is empty is left out."""
    return {
        f.name: [plain(one) for one in getattr(contents, f.name)]
        for f in fields(contents)
        if getattr(contents, f.name)
    }


def read_contents(data: Mapping[str, Any]) -> Contents:
    """Back from plain data; other keys are not looked at. Raises msgspec.ValidationError."""
    return Contents(
        **{
            name: msgspec.convert(data[name], tuple[kind, ...], strict=False)  # type: ignore[valid-type]  # the kind is a value here
            for name, kind in _KINDS.items()
            if isinstance(data.get(name), list)
        }
    )
