"""Drafts taken back whole: a row, and what it owns.

Records are never erased, and what is released refuses by its trigger. What refers to a row from
elsewhere keeps it: the caller says so in words.
"""

from django.db.models import Model, ProtectedError, QuerySet

from firstoff.db.models import (
    Alternate,
    Balloon,
    BomLine,
    Characteristic,
    ControlPlanLine,
    FailureMode,
    FormHead,
    InspectionPlan,
    InspectionPlanLine,
    InstructionStep,
    Operation,
    OperationMaterial,
    PartRevision,
    ProcessParameter,
    ProcessPlan,
    RevisionDocument,
    StackUp,
    StackUpLink,
    TestProcedure,
    TestStep,
    Variant,
    VariantChange,
)
from firstoff.errors import Refused

# What owns what: (owner, owned, the column that names the owner), what refers before what it
# refers to.
_OWNED: tuple[tuple[type[Model], type[Model], str], ...] = (
    (PartRevision, InspectionPlan, "revision"),
    (PartRevision, TestProcedure, "revision"),
    (PartRevision, StackUp, "revision"),
    (PartRevision, ProcessPlan, "revision"),
    (PartRevision, Variant, "revision"),
    (PartRevision, BomLine, "revision"),
    (PartRevision, RevisionDocument, "revision"),
    (PartRevision, Characteristic, "revision"),
    (ProcessPlan, FailureMode, "plan"),
    (ProcessPlan, FormHead, "plan"),
    (ProcessPlan, Operation, "plan"),
    (Operation, ControlPlanLine, "operation"),
    (Operation, InstructionStep, "operation"),
    (Operation, OperationMaterial, "operation"),
    (Operation, ProcessParameter, "operation"),
    (TestProcedure, TestStep, "procedure"),
    (InspectionPlan, InspectionPlanLine, "plan"),
    (StackUp, StackUpLink, "stack"),
    (Variant, VariantChange, "variant"),
    (BomLine, Alternate, "line"),
    (Characteristic, Balloon, "characteristic"),
)


def erase(rows: QuerySet[Model], what: str) -> None:
    """Delete the rows with all they own. Raises Refused (R-10) where something else names them.

    what: how a sentence calls them: ``Operation 20``."""
    keys = list(rows.values_list("pk", flat=True))
    if not keys:
        return
    for owner, owned, column in _OWNED:
        if owner is rows.model:
            erase(owned._default_manager.filter(**{f"{column}__in": keys}), what)
    try:
        rows.model._default_manager.filter(pk__in=keys).delete()
    except ProtectedError as error:
        names = sorted({one._meta.verbose_name or "" for one in error.protected_objects})
        raise Refused(
            f"{what} is named by a {names[0]}, so it stays.",
            code="R-10",
            way_out=f"Take it out of the {names[0]} first.",
        ) from error
