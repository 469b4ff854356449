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
from firstoff.services.bom.variants import remove_variant, set_variant

__all__ = [
    "AssemblyPreview",
    "BomImported",
    "ImportPreview",
    "Written",
    "add_line",
    "import_bom",
    "mapping_as_json",
    "mapping_from_json",
    "preview_import",
    "remove_line",
    "remove_variant",
    "set_alternates",
    "set_lines",
    "set_variant",
    "update_line",
]
