"""Files that are posted, and how their columns are to be read."""

import json
from typing import BinaryIO, cast

from ninja.files import UploadedFile

from firstoff.errors import InvalidInput


def content(file: UploadedFile) -> BinaryIO:
    """The bytes of an upload, as the importers read them: in pieces."""
    return cast(BinaryIO, file.file)


def read_mapping(text: str) -> dict[str, str]:
    """A mapping posted as JSON. Raises InvalidInput."""
    if not text.strip():
        return {}
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict) or not all(isinstance(v, str) for v in found.values()):
        raise InvalidInput(
            'The mapping is no JSON object of texts; expected {"Teil": "serial"}.',
            field="mapping",
        )
    return found
