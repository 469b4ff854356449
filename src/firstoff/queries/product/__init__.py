"""Programs, revisions and characteristics, as the doors show them."""

from firstoff.queries.product.characteristics import (
    characteristics,
    characteristics_of,
    characteristics_of_many,
    facts_of,
)
from firstoff.queries.product.programs import (
    ProgramView,
    program,
    program_by_id,
    programs,
    sites_with,
)
from firstoff.queries.product.revisions import RevisionView, part_revisions, revisions

__all__ = [
    "ProgramView",
    "RevisionView",
    "characteristics",
    "characteristics_of",
    "characteristics_of_many",
    "facts_of",
    "part_revisions",
    "program",
    "program_by_id",
    "programs",
    "revisions",
    "sites_with",
]
