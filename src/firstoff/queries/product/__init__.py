"""Programs, revisions and characteristics, as the doors show them."""

from firstoff.queries.product.characteristics import (
    characteristics,
    characteristics_of,
    characteristics_of_many,
    facts_of,
)
from firstoff.queries.product.parts import PartView, part, part_by_id, parts
from firstoff.queries.product.programs import (
    ProgramView,
    program,
    program_by_id,
    programs,
    sites_with,
)
from firstoff.queries.product.revisions import (
    RevisionView,
    SchemeView,
    default_revision,
    default_revisions,
    next_revision,
    part_revisions,
    revisions,
    scheme_for,
    schemes,
    schemes_of,
)

__all__ = [
    "PartView",
    "ProgramView",
    "RevisionView",
    "SchemeView",
    "characteristics",
    "characteristics_of",
    "characteristics_of_many",
    "default_revision",
    "default_revisions",
    "facts_of",
    "next_revision",
    "part",
    "part_by_id",
    "part_revisions",
    "parts",
    "program",
    "program_by_id",
    "programs",
    "revisions",
    "scheme_for",
    "schemes",
    "schemes_of",
    "sites_with",
]
