"""What is built: labels and numbers, characteristics and their limits, released revisions."""

from firstoff.rules.product.callouts import (
    CONDITIONS,
    MOST_DATUMS,
    SIGNS,
    callout_text,
    datum_shown,
    sign_of,
    words_of,
)
from firstoff.rules.product.characteristics import (
    CharacteristicFacts,
    balloon_key,
    characteristic_gaps,
    check_characteristic,
    check_characteristics,
    check_number,
)
from firstoff.rules.product.frozen import characteristic_content, read_characteristic
from firstoff.rules.product.names import (
    LONGEST_CODE,
    LONGEST_LABEL,
    LONGEST_PART_NUMBER,
    check_address,
    check_code,
    check_currency,
    check_label,
    check_line,
    check_name,
    check_prose,
    next_label,
)
from firstoff.rules.product.programs import ProgramFacts, check_program
from firstoff.rules.product.revisions import check_editable, check_releasable, release_stops
from firstoff.rules.product.seen import at_row, check_unmoved, state_of

__all__ = [
    "CONDITIONS",
    "LONGEST_CODE",
    "LONGEST_LABEL",
    "LONGEST_PART_NUMBER",
    "MOST_DATUMS",
    "SIGNS",
    "CharacteristicFacts",
    "ProgramFacts",
    "at_row",
    "balloon_key",
    "callout_text",
    "characteristic_content",
    "characteristic_gaps",
    "check_address",
    "check_characteristic",
    "check_characteristics",
    "check_code",
    "check_currency",
    "check_editable",
    "check_label",
    "check_line",
    "check_name",
    "check_number",
    "check_program",
    "check_prose",
    "check_releasable",
    "check_unmoved",
    "datum_shown",
    "next_label",
    "read_characteristic",
    "release_stops",
    "sign_of",
    "state_of",
    "words_of",
]
