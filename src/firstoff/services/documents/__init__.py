"""Documents: added, versioned, retired; made part of a revision; balloons on drawings."""

from firstoff.services.documents.drawings import (
    carry_balloons,
    link_version,
    set_balloons,
    unlink_version,
)
from firstoff.services.documents.register import (
    add_document,
    add_version,
    reinstate_document,
    retire_document,
    update_document,
)

__all__ = [
    "add_document",
    "add_version",
    "carry_balloons",
    "link_version",
    "reinstate_document",
    "retire_document",
    "set_balloons",
    "unlink_version",
    "update_document",
]
