"""The official schema's verdict, where the folder of shared cases is."""

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator

from firstoff.errors import InvalidInput
from firstoff.formats.events.epcis import read


def official(shared: Path) -> Draft7Validator:
    """The schema, its formats ("uri", "date-time") demanded."""
    schema = json.loads((shared / "cases/epcis/EPCIS-JSON-Schema.json").read_text("utf-8"))
    return Draft7Validator(schema, format_checker=Draft7Validator.FORMAT_CHECKER)


def ours(value: Any) -> bool:
    try:
        read(json.dumps(value).encode())
    except InvalidInput:
        return False
    return True
