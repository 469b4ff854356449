"""Bills of materials, as the doors show them and later steps read them."""

from firstoff.queries.bom.comparing import (
    BomComparison,
    NeedDifference,
    compare,
    compare_file,
    compare_needs,
)
from firstoff.queries.bom.exploding import (
    children_of,
    exploded,
    explosion,
    needed,
    needs_of,
)
from firstoff.queries.bom.exporting import table
from firstoff.queries.bom.facts import line_facts, line_facts_of, state
from firstoff.queries.bom.known import ImportView, imports, known_of, mapping_of
from firstoff.queries.bom.lines import (
    ONLY,
    head,
    line,
    lines,
    lines_of,
    revision_seen,
    sections,
    sources_of,
)
from firstoff.queries.bom.used import where_used
from firstoff.queries.bom.variants import VariantView, variant_facts, variant_lines, variants
from firstoff.queries.bom.views import (
    AlternateView,
    BomHead,
    BomLineView,
    ExplodedLine,
    NeedView,
    SourceView,
    UseView,
)
from firstoff.queries.product import default_revision, default_revisions

__all__ = [
    "ONLY",
    "AlternateView",
    "BomComparison",
    "BomHead",
    "BomLineView",
    "ExplodedLine",
    "ImportView",
    "NeedDifference",
    "NeedView",
    "SourceView",
    "UseView",
    "VariantView",
    "children_of",
    "compare",
    "compare_file",
    "compare_needs",
    "default_revision",
    "default_revisions",
    "exploded",
    "explosion",
    "head",
    "imports",
    "known_of",
    "line",
    "line_facts",
    "line_facts_of",
    "lines",
    "lines_of",
    "mapping_of",
    "needed",
    "needs_of",
    "revision_seen",
    "sections",
    "sources_of",
    "state",
    "table",
    "variant_facts",
    "variant_lines",
    "variants",
    "where_used",
]
