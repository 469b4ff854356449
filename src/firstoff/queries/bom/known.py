"""What a site has of what a file names, and what was imported before."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models.functions import Lower

from firstoff.db.models import BomImport, ImportMapping, ManufacturerPart, Part
from firstoff.queries.bom.lines import revision_seen
from firstoff.rules.access import Actor
from firstoff.rules.bom.draft import LineDraft
from firstoff.rules.bom.identity import Known, KnownPart
from firstoff.terms import Procurement

_CHUNK = 5000


@dataclass(frozen=True, slots=True)
class ImportView:
    """A file that became lines. ``summary``: counts, columns, warnings, refused rows."""

    id: int
    at: datetime
    by: str
    file_name: str
    sha256: str
    kind: str
    summary: Mapping[str, Any]


def known_of(site_id: int, lines: Sequence[LineDraft]) -> Known:
    """Parts and manufacturer parts of a site that lines may mean. Three queries per 5,000."""
    mpns = {s.mpn.casefold() for line in lines for s in _sources(line)}
    sources: dict[str, list[tuple[str, str]]] = {}
    rows = ManufacturerPart.objects.filter(part__site=site_id).annotate(low=Lower("mpn"))
    for some in _chunks(sorted(mpns)):
        for low, maker, part in rows.filter(low__in=some).values_list(
            "low", "manufacturer", "part__number"
        ):
            sources.setdefault(low.casefold(), []).append((maker, part))
    found: dict[str, KnownPart] = {}
    columns = ("number", "procurement", "retired_at", "value", "package")
    # Numbers that are made are known only as they are met, so all that a site has is read.
    for number, procurement, retired, value, package in Part.objects.filter(
        site=site_id
    ).values_list(*columns):
        found[number.casefold()] = KnownPart(
            number, Procurement(procurement), retired is not None, value, package
        )
    sourced = ManufacturerPart.objects.filter(part__site=site_id, retired_at__isnull=True)
    return Known(found, sources, frozenset(sourced.values_list("part__number", flat=True)))


def mapping_of(site_id: int, fingerprint: str) -> Mapping[str, Any] | None:
    """How the columns of such a file were understood before. One query."""
    row = ImportMapping.objects.filter(site=site_id, subject="bom", fingerprint=fingerprint)
    found = row.values_list("mapping", flat=True).first()
    return dict(found) if found is not None else None


def imports(actor: Actor, revision_id: int) -> tuple[ImportView, ...]:
    """The files that were taken into a revision, newest first. Two queries. Raises NotFound."""
    found = revision_seen(actor, revision_id)
    rows = BomImport.objects.filter(revision=found.pk).select_related("by").order_by("-pk")
    return tuple(
        ImportView(
            row.pk,
            row.received_at,
            row.by.name,
            row.file_name,
            row.sha256,
            row.kind,
            json.loads(row.summary),
        )
        for row in rows
    )


def _sources(line: LineDraft) -> Iterable[Any]:
    return (*line.sources, *(s for component in line.components for s in component))


def _chunks(items: Sequence[str]) -> Iterable[Sequence[str]]:
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]
