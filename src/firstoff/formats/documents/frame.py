"""What every document carries: number, state, baseline, digest, signatures."""

from typing import TypedDict


class Ledger(TypedDict):
    """The head of the ledger when the records were read."""

    sequence: int
    hash: str  # SHA-256, hexadecimal


class Doc(TypedDict):
    """All times are ISO 8601 in UTC: ``2026-03-10T16:02:00Z``."""

    number: str
    revision: str
    status: str  # ISSUED, SUPERSEDED ...; DRAFT follows from ``draft``
    draft: list[str]  # reasons, each a sentence; any reason makes every page DRAFT
    batch: str | None
    title: str
    subject: str
    organisation: str
    baseline: str | None  # hash of the frozen definition
    as_of: str  # the records are as they were then; also the timestamp of the file
    digest: str  # SHA-256 of the evidence beside the document
    product: str  # ``Firstoff 0.1.0``
    methods: list[str]  # names of the statistical methods, as the functions state them
    ledger: Ledger | None


class Signature(TypedDict):
    """``at`` is none where the signature is still open; then ``name`` may be empty."""

    meaning: str
    name: str
    role: str
    at: str | None
    key: str | None  # what identifies the signature in the ledger


class Product(TypedDict):
    name: str
    part: str
    revision: str
    site: str
