"""Corrective actions, and the defects of a run with their causes."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from firstoff.db.keys import Keys, among, keys
from firstoff.db.models import CauseFinding, CorrectiveAction, Defect
from firstoff.db.prepared import prepared
from firstoff.errors import NotFound
from firstoff.queries.execution.runs import RunView
from firstoff.queries.execution.spans import LATEST
from firstoff.rules.access import Actor, require
from firstoff.rules.nonconformity import BUILD_TIME_CODE, ActionFacts
from firstoff.terms import CauseClass


@dataclass(frozen=True, slots=True)
class DefectGroup:
    """The defects of one code in a run. ``causes``: the different ones that hold, in words."""

    code: str
    name: str
    category: str
    count: int
    unknown: int  # defects whose cause is still unknown
    classes: tuple[tuple[str, int], ...]  # class of cause and how many, most first
    cause_class: str  # of the newest finding
    cause: str
    serials: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ActionView:
    """A corrective action as lists show it."""

    id: int
    uid: str
    label: str
    batch_id: str
    against: str
    cause_class: str
    what: str
    proposed_by: str
    proposed_at: datetime
    effective_at: datetime | None
    evidence: str
    in_force_by: str

    @property
    def number(self) -> int:
        return int(self.label.removeprefix("CA-"))


def action_facts(
    program_ids: Iterable[int], *, upto: int | None = None
) -> dict[int, tuple[ActionFacts, ...]]:
    """Corrective actions by program and number, each with when it took effect. One query.

    upto: as it stood after this entry of the ledger.
    """
    ids, last = keys(program_ids), LATEST if upto is None else upto
    found: dict[int, list[ActionFacts]] = {key: [] for key in ids.tolist()}
    for program, key, uid, *rest, at, evidence, entry in _taken(ids, last):
        known = entry is not None and entry <= last
        taken = (at, evidence) if known else (None, "")
        found[program].append(ActionFacts(key, str(uid), *rest, *taken))
    return {program: tuple(actions) for program, actions in found.items()}


@prepared
def _taken(programs: Keys, upto: int) -> "QuerySet[CorrectiveAction, tuple[Any, ...]]":
    of_programs = among(CorrectiveAction, "program", programs)
    rows = CorrectiveAction.objects.filter(of_programs, entry__lte=upto).order_by("number")
    columns = ("program_id", "id", "uid", "number", "run__batch_id", "against", "cause_class")
    effect = ("effect__effective_at", "effect__evidence", "effect__entry_id")
    return rows.values_list(*columns, "what", *effect)


def actions(
    actor: Actor, site_id: int, program_id: int, *, run_id: int | None = None
) -> tuple[ActionView, ...]:
    """The program's corrective actions, or those of one batch, by number. One query."""
    require(actor, "see", site_id)
    if run_id is None:
        return tuple(map(_action, _of_program(program_id, site_id)))
    return tuple(map(_action, _of_run(program_id, site_id, run_id)))


@prepared
def _of_program(program: int, site: int) -> "QuerySet[CorrectiveAction]":
    rows = CorrectiveAction.objects.filter(program=program, program__site=site)
    return rows.select_related("run", "by", "effect", "effect__by").order_by("number")


@prepared
def _of_run(program: int, site: int, run: int) -> "QuerySet[CorrectiveAction]":
    rows = CorrectiveAction.objects.filter(program=program, program__site=site, run=run)
    return rows.select_related("run", "by", "effect", "effect__by").order_by("number")


def action_numbered(actor: Actor, site_id: int, program_id: int, number: int) -> ActionView:
    """Raises NotFound."""
    for found in actions(actor, site_id, program_id):
        if found.label == f"CA-{number:04d}":
            return found
    raise NotFound(f"There is no action CA-{number:04d} in this program.")


def _action(row: CorrectiveAction) -> ActionView:
    effect = getattr(row, "effect", None)
    return ActionView(
        id=row.pk,
        uid=str(row.uid),
        label=str(row),
        batch_id=row.run.batch_id,
        against=row.against,
        cause_class=row.cause_class,
        what=row.what,
        proposed_by=row.by.name,
        proposed_at=row.received_at,
        effective_at=None if effect is None else effect.effective_at,
        evidence="" if effect is None else effect.evidence,
        in_force_by="" if effect is None else effect.by.name,
    )


def defect_groups(run: RunView) -> tuple[DefectGroup, ...]:
    """The defects of a run by code, most first, superseded judgements left out. Two queries."""
    causes = {defect: (cause_class, cause) for defect, cause_class, cause in _causes(run.id)}
    groups: dict[str, list[tuple[Any, ...]]] = {}
    for row in _defects(run.id):
        groups.setdefault(row[1], []).append(row)
    found = [_group(code, members, causes) for code, members in groups.items()]
    return tuple(sorted(found, key=lambda group: (-group.count, group.code)))


@prepared
def _causes(run: int) -> "QuerySet[CauseFinding, tuple[int, str, str]]":
    rows = CauseFinding.objects.filter(defect__run=run).order_by("id")
    return rows.values_list("defect_id", "cause_class", "cause")


@prepared
def _defects(run: int) -> "QuerySet[Defect, tuple[Any, ...]]":
    rows = Defect.objects.filter(run=run, judgement__superseded_by__isnull=True)
    return rows.order_by("id").values_list("id", "code", "name", "category", "unit__serial")


def _group(
    code: str, members: list[tuple[Any, ...]], causes: dict[int, tuple[str, str]]
) -> DefectGroup:
    unknown = (CauseClass.UNKNOWN.value, "")
    held = [causes.get(row[0], unknown) for row in members]
    newest = max((row[0] for row in members if row[0] in causes), key=lambda k: k, default=None)
    cause_class, cause = unknown if newest is None else causes[newest]
    return DefectGroup(
        code=code,
        name=members[0][2],
        category=members[0][3],
        count=len(members),
        unknown=sum(cause_class == CauseClass.UNKNOWN for cause_class, _ in held),
        classes=tuple(Counter(cause_class for cause_class, _ in held).most_common()),
        cause_class=cause_class,
        cause=cause,
        serials=tuple(dict.fromkeys(row[4] for row in members)),
    )


def answerable(groups: Iterable[DefectGroup]) -> tuple[tuple[str, str], ...]:
    """What an action of the run can be taken against: its defect codes, and its build time."""
    found = [(group.code, f"{group.code} {group.name}") for group in groups]
    codes = {code for code, _ in found}
    return (*found, *([] if BUILD_TIME_CODE in codes else [(BUILD_TIME_CODE, "Build time")]))
