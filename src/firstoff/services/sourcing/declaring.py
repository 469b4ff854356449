"""What is declared of parts under RoHS, REACH and the like, and what a program has to declare
(R-26)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from firstoff.db.models import ComplianceDeclaration, RequiredScheme
from firstoff.errors import InvalidInput
from firstoff.rules.access import Actor, require
from firstoff.services.repeating import AlreadyStored, answer_stored
from firstoff.services.sourcing.ground import (
    part_of,
    program_for,
    short,
    source_of,
    verb,
    version_of,
    with_uid,
)
from firstoff.terms import ComplianceStatus

_LONGEST_SCHEME = 40
_MOST_SCHEMES = 40


@dataclass(frozen=True, slots=True)
class DeclarationGiven:
    """``reference``: certificate or declaration number; ``document``: the number of a document
    that holds it, ``version`` its label (the newest unless said)."""

    scheme: str
    status: ComplianceStatus
    declared_on: date
    expires: date | None = None
    reference: str = ""
    document: str = ""
    version: str = ""


def declare(
    *,
    site_id: int,
    part: str,
    given: DeclarationGiven,
    by: Actor,
    at: datetime,
    manufacturer: str = "",
    mpn: str = "",
    uid: UUID | None = None,
) -> ComplianceDeclaration:
    """What is declared of a manufacturer part, or with no MPN of the part itself; the latest of
    a scheme holds."""
    require(by, "source.edit", site_id)
    scheme = _scheme(given.scheme)
    status = ComplianceStatus(given.status)
    if given.expires is not None and given.expires < given.declared_on:
        raise InvalidInput(
            f"The declaration ends on {given.expires}, before it was made.", field="expires"
        )
    reference = short(given.reference, "reference", longest=300)
    try:
        with verb("declare", f"part {part}, {scheme}", by=by, at=at) as entry:
            row = part_of(site_id, part)
            answer_stored(
                ComplianceDeclaration, uid, part_id=row.pk, scheme=scheme, status=status.value
            )
            declaration = ComplianceDeclaration(
                part=row,
                manufacturer_part=source_of(row, manufacturer, mpn) if mpn.strip() else None,
                scheme=scheme,
                status=status.value,
                reference=reference,
                version=version_of(by, site_id, given.document, given.version),
                declared_on=given.declared_on,
                expires=given.expires,
            )
            entry.details.update(mpn=mpn, scheme=scheme, status=status.value, reference=reference)
            return entry.add(with_uid(declaration, uid))
    except AlreadyStored as known:
        return known.of(ComplianceDeclaration)


def require_schemes(
    *, program_id: int, schemes: Sequence[tuple[str, bool]], by: Actor, at: datetime
) -> None:
    """All that a program has to declare: each scheme, and whether one file stands for the whole
    product (CE, FCC). What is not named is required no more."""
    program = program_for(by, program_id, "source.edit")
    wanted: dict[str, bool] = {}
    for text, whole in schemes:
        scheme = _scheme(text)
        if scheme.casefold() in {known.casefold() for known in wanted}:
            raise InvalidInput(f"{scheme} is named twice.", field="schemes")
        wanted[scheme] = whole
    if len(wanted) > _MOST_SCHEMES:
        raise InvalidInput(
            f"{len(wanted)} schemes are named; expected up to {_MOST_SCHEMES}.", field="schemes"
        )
    with verb(
        "require_schemes", f"program {program.code}", by=by, at=at, program=program
    ) as entry:
        rows = RequiredScheme.objects.filter(program=program)
        before = dict(rows.values_list("scheme", "whole_product"))
        rows.exclude(scheme__in=wanted).delete()
        for scheme, whole in wanted.items():
            RequiredScheme.objects.update_or_create(
                program=program, scheme=scheme, defaults={"whole_product": whole}
            )
        entry.details.update(before=before, after=wanted)


def _scheme(text: str) -> str:
    found = short(text, "scheme", longest=_LONGEST_SCHEME)
    if not found:
        raise InvalidInput("The scheme is empty; expected a name such as RoHS.", field="scheme")
    return found
