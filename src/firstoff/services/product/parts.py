"""Parts: made, changed, retired; and how a site labels their revisions."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import fields
from datetime import datetime
from typing import Any

from firstoff.db.models import BomLine, Part, PartRevision, Program, RevisionScheme
from firstoff.errors import InvalidInput, Refused
from firstoff.rules.access import Actor, require
from firstoff.rules.product import PartFacts, Scheme, check_part, check_scheme
from firstoff.services import ledger
from firstoff.services.ledger import Entry
from firstoff.services.product.naming import part_for
from firstoff.terms import Procurement, RevisionStatus

_CHANGED = tuple(f.name for f in fields(PartFacts) if f.name != "number")


def create_part(*, site_id: int, part: PartFacts, by: Actor, at: datetime) -> Part:
    """A part of a site. Raises InvalidInput where the number is taken."""
    require(by, "definition.edit", site_id)
    wanted = check_part(part)
    with _verb("create_part", by, at, wanted.number) as entry:
        if Part.objects.filter(site=site_id, number__iexact=wanted.number).exists():
            raise InvalidInput(
                f"There is a part {wanted.number!r} at this site already.", field="number"
            )
        _check_scheme_key(site_id, wanted.scheme)
        made = Part.objects.create(site_id=site_id, number=wanted.number, **_said(wanted))
        entry.details.update(number=wanted.number, **_said(wanted))
    return made


def update_part(*, part_id: int, part: PartFacts, by: Actor, at: datetime) -> Part:
    """Change what a part says about itself. Its number stays: records name it.

    Raises Refused (R-68) where a part that has revisions would become one that is bought.
    """
    found = part_for(by, part_id, "definition.edit")
    wanted = check_part(part)
    with _verb("update_part", by, at, found.number) as entry:
        found = Part.objects.get(pk=found.pk)
        if wanted.number != found.number:
            raise Refused(
                f"Part {found.number} keeps its number: records name it.",
                code="R-68",
                way_out="Make a part with the other number, and retire this one.",
            )
        _check_scheme_key(found.site_id, wanted.scheme)
        _check_procurement(found, wanted.procurement)
        before, after = {f: getattr(found, f) for f in _CHANGED}, _said(wanted)
        changes = {f: [before[f], after[f]] for f in _CHANGED if before[f] != after[f]}
        for name, (_, value) in changes.items():
            setattr(found, name, value)
        if changes:
            found.save(update_fields=list(changes))
        entry.details.update(changes)
    return found


def retire_part(*, part_id: int, by: Actor, at: datetime) -> Part:
    """Take a part out of use; what refers to it stays (R-68). No new line takes it.

    Raises Refused (R-68) while a draft has a line of it, or a program is made of it.
    """
    found = part_for(by, part_id, "definition.edit")
    with _verb("retire_part", by, at, found.number):
        found = Part.objects.get(pk=found.pk)
        if program := Program.objects.filter(part=found).first():
            raise Refused(f"Part {found.number} is what {program.code} makes.", code="R-68")
        drafts = PartRevision.objects.filter(
            bom_lines__part=found, status__in=(RevisionStatus.DRAFT, RevisionStatus.IN_REVIEW)
        ).select_related("part")
        if draft := drafts.first():
            raise Refused(
                f"{draft} is a draft and has a line of {found.number}.",
                code="R-68",
                way_out="Take it out of the draft first.",
            )
        if found.retired_at is None:
            found.retired_at = at
            found.save(update_fields=["retired_at"])
    return found


def reinstate_part(*, part_id: int, by: Actor, at: datetime) -> Part:
    """Take a retired part back into use."""
    found = part_for(by, part_id, "definition.edit")
    with _verb("reinstate_part", by, at, found.number):
        Part.objects.filter(pk=found.pk).update(retired_at=None)
    return Part.objects.get(pk=found.pk)


def save_scheme(
    *, site_id: int, scheme: Scheme, by: Actor, at: datetime, default: bool = False
) -> RevisionScheme:
    """How revisions are labelled at a site, under a key; labels that are there stay.

    default: for every part that names no scheme, in place of the one it was before.
    """
    require(by, "definition.edit", site_id)
    wanted = check_scheme(scheme)
    with ledger.verb(
        "product.save_scheme", by=by, at=at, subject=f"revision scheme {wanted.key}"
    ) as entry:
        if default:
            RevisionScheme.objects.filter(site=site_id, default=True).update(default=False)
        values = {f.name: getattr(wanted, f.name) for f in fields(Scheme) if f.name != "key"}
        row, _ = RevisionScheme.objects.update_or_create(
            site_id=site_id, key=wanted.key, defaults={**values, "default": default}
        )
        entry.details.update(values, default=default)
    return row


def _check_scheme_key(site_id: int, key: str) -> None:
    if key and not RevisionScheme.objects.filter(site=site_id, key=key).exists():
        raise InvalidInput(f"There is no revision scheme {key[:40]!r} here.", field="scheme")


def _check_procurement(part: Part, to: Procurement) -> None:
    if to is not Procurement.BUY or part.procurement == Procurement.BUY:
        return
    lines = BomLine.objects.filter(part=part, child__isnull=False)
    if lines.exists() or Program.objects.filter(part=part).exists():
        raise Refused(
            f"Part {part.number} is made here: its revisions go into others.",
            code="R-68",
            way_out="Make a part that is bought, and put it in its place.",
        )


def _said(part: PartFacts) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(part, name) for name in _CHANGED}
    values["procurement"] = part.procurement.value
    if isinstance(part.attributes, Mapping):
        values["attributes"] = dict(part.attributes)
    return values


def _verb(name: str, by: Actor, at: datetime, number: str) -> AbstractContextManager[Entry]:
    return ledger.verb(f"product.{name}", by=by, at=at, subject=f"part {number}")
