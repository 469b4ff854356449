"""What went into what, and where it is: records of any kind taken in, readings kept with them."""

from firstoff.services.execution.bulk import LARGEST_POST, check_count
from firstoff.services.genealogy.grouping import post_in_company
from firstoff.services.genealogy.imports import Imported, import_file
from firstoff.services.genealogy.post import Answer, Mode, PostAnswer, post_records
from firstoff.services.genealogy.rebuilding import Difference, check, rebuild

__all__ = [
    "LARGEST_POST",
    "Answer",
    "Difference",
    "Imported",
    "Mode",
    "PostAnswer",
    "check",
    "check_count",
    "import_file",
    "post_in_company",
    "post_records",
    "rebuild",
]
