"""Programs, part revisions and their characteristics: made, changed while draft, released."""

from firstoff.services.product.characteristics import (
    add_characteristic,
    remove_characteristic,
    set_characteristics,
    update_characteristic,
    values_of,
    write_characteristics,
)
from firstoff.services.product.copying import copy_operations
from firstoff.services.product.naming import program_for, revision_of
from firstoff.services.product.programs import (
    create_program,
    new_program,
    update_program,
    write_program,
)
from firstoff.services.product.revisions import (
    create_revision,
    discard_revision,
    new_part,
    new_revision,
    release,
    release_revision,
)

__all__ = [
    "add_characteristic",
    "copy_operations",
    "create_program",
    "create_revision",
    "discard_revision",
    "new_part",
    "new_program",
    "new_revision",
    "program_for",
    "release",
    "release_revision",
    "remove_characteristic",
    "revision_of",
    "set_characteristics",
    "update_characteristic",
    "update_program",
    "values_of",
    "write_characteristics",
    "write_program",
]
