"""What is said of a file of characteristics before anything of it is taken, as JSON has it."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from firstoff.formats.characteristics.draft import CharacteristicDraft, CharacteristicFile

_RENAMED = {"classification": "class"}
_INSIDE = ("lower", "upper")


def summary(file: CharacteristicFile) -> dict[str, Any]:
    """The kind, how columns were understood, counts, characteristics, warnings and refusals."""
    return {
        "name": file.name,
        "kind": file.kind,
        "label": file.label,
        "sha256": file.sha256,
        "encoding": file.encoding or None,
        "delimiter": file.delimiter or None,
        "sheet": file.sheet or None,
        "header_row": file.header_row,
        "columns": file.columns,
        "part": file.part,
        "revision": file.revision,
        "datums": file.datums,
        "counts": {
            "characteristics": file.counts.characteristics,
            "types": file.counts.types,
            "datums": file.counts.datums,
            "definitions": file.counts.definitions,
            "nominals": file.counts.nominals,
            "items": file.counts.items,
            "warnings": len(file.warnings),
            "refused": len(file.refused),
        },
        "characteristics": [_characteristic(each) for each in file.characteristics],
        "warnings": file.warnings,
        "refused": file.refused,
    }


def _characteristic(draft: CharacteristicDraft) -> Mapping[str, Any]:
    """One characteristic, its limits together."""
    found = {
        _RENAMED.get(each.name, each.name): getattr(draft, each.name)
        for each in fields(draft)
        if each.name not in _INSIDE
    }
    return {**found, "limits": {"lower": draft.lower, "upper": draft.upper}}
