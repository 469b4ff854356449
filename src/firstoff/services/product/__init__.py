"""Programs, part revisions and their characteristics: made, changed while draft, released."""

from firstoff.services.product.characteristics import (
    add_characteristic,
    remove_characteristic,
    set_characteristics,
    update_characteristic,
    values_of,
    write_characteristics,
)
from firstoff.services.product.copying import copy_operations, copy_revision
from firstoff.services.product.importing import (
    CharacteristicPreview,
    CharacteristicsTaken,
    import_characteristics,
    preview_characteristics,
)
from firstoff.services.product.naming import part_for, program_for, revision_of
from firstoff.services.product.parts import (
    create_part,
    reinstate_part,
    retire_part,
    save_scheme,
    update_part,
)
from firstoff.services.product.programs import (
    create_program,
    new_program,
    update_program,
    write_program,
)
from firstoff.services.product.revisions import (
    create_revision,
    discard_revision,
    move_revision,
    new_part,
    new_revision,
    release,
    release_revision,
)
from firstoff.services.product.worked import copy_procedure

__all__ = [
    "CharacteristicPreview",
    "CharacteristicsTaken",
    "add_characteristic",
    "copy_operations",
    "copy_procedure",
    "copy_revision",
    "create_part",
    "create_program",
    "create_revision",
    "discard_revision",
    "import_characteristics",
    "move_revision",
    "new_part",
    "new_program",
    "new_revision",
    "part_for",
    "preview_characteristics",
    "program_for",
    "reinstate_part",
    "release",
    "release_revision",
    "remove_characteristic",
    "retire_part",
    "revision_of",
    "save_scheme",
    "set_characteristics",
    "update_characteristic",
    "update_part",
    "update_program",
    "values_of",
    "write_characteristics",
    "write_program",
]
