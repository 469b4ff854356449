"""What a product consists of: lines, alternates, variants; and what a file says of them."""

from firstoff.rules.bom.draft import (
    BomColumn,
    BomCounts,
    BomFile,
    LineDraft,
    OfferDraft,
    Orderable,
    Remark,
    SourceDraft,
    counts,
)

__all__ = [
    "BomColumn",
    "BomCounts",
    "BomFile",
    "LineDraft",
    "OfferDraft",
    "Orderable",
    "Remark",
    "SourceDraft",
    "counts",
]
