"""Bills of materials: lines, alternates, variants."""

from firstoff.services.bom.alternates import set_alternates
from firstoff.services.bom.importing import (
    AssemblyPreview,
    BomImported,
    ImportPreview,
    import_bom,
    mapping_as_json,
    mapping_from_json,
    preview_import,
)
from firstoff.services.bom.lines import Written, add_line, remove_line, set_lines, update_line
from firstoff.services.bom.starting import Started, preview_start, start_program
from firstoff.services.bom.variants import remove_variant, set_variant

__all__ = [
    "AssemblyPreview",
    "BomImported",
    "ImportPreview",
    "Started",
    "Written",
    "add_line",
    "import_bom",
    "mapping_as_json",
    "mapping_from_json",
    "preview_import",
    "preview_start",
    "remove_line",
    "remove_variant",
    "set_alternates",
    "set_lines",
    "set_variant",
    "start_program",
    "update_line",
]
