"""What every paper of a program carries beside its own: number, state, signatures, the ledger."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from firstoff import __version__
from firstoff.formats import documents
from firstoff.formats.documents import seal
from firstoff.formats.media import download_name
from firstoff.queries.documents.papers import Paper
from firstoff.queries.ledger import head

PRODUCT = f"Firstoff {__version__}"


def framed(
    organisation: str,
    at: datetime,
    *,
    number: str,
    revision: str,
    title: str,
    subject: str,
    draft: list[str],
) -> dict[str, Any]:
    """The ``doc`` of a document. One query."""
    last = head()
    return {
        "number": number,
        "revision": revision,
        "status": "ISSUED",
        "draft": draft,
        "batch": None,
        "title": title,
        "subject": subject,
        "organisation": organisation,
        "baseline": None,
        "as_of": stamp(at),
        "product": PRODUCT,
        "methods": [],
        "ledger": {"sequence": last.seq, "hash": last.hash},
    }


def released(meaning: str, by: str, at: datetime | None) -> list[dict[str, Any]]:
    """Who released it; nothing while nobody did."""
    if at is None:
        return []
    return [{"meaning": meaning, "name": by, "role": "", "at": stamp(at), "key": None}]


def paper(kind: str, data: dict[str, Any], records: Mapping[str, Any], name: str) -> Paper:
    evidence = seal.evidence_json(kind=kind, data=data, records=records, product=PRODUCT)
    pdf = documents.render(kind, seal.sealed(data, evidence))
    return Paper(download_name(name), pdf, evidence)


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def day(at: datetime | date | None) -> str:
    if at is None:
        return ""
    return (at.astimezone(UTC).date() if isinstance(at, datetime) else at).isoformat()
