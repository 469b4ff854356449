"""What is recorded about runs: each verb is one transaction and one entry in the ledger."""

from firstoff.services.execution.bars import BarLocked, bar_meaning, lock_bar
from firstoff.services.execution.bulk import Answer, BulkAnswer, record_units
from firstoff.services.execution.corrections import correct_judgement, correction_meaning
from firstoff.services.execution.imports import (
    Imported,
    Preview,
    PreviewRow,
    held_upload,
    hold_upload,
    import_file,
    preview_import,
)
from firstoff.services.execution.line import (
    Recorded,
    propose_step_fix,
    record_adjustment,
    record_first_article,
    release_meaning,
    release_route,
)
from firstoff.services.execution.operations import OperationDone, record_operation
from firstoff.services.execution.posted import (
    PostedDefect,
    PostedMeasure,
    PostedStep,
    PostedUnit,
)
from firstoff.services.execution.runs import (
    RunMade,
    create_run,
    record_setup,
    repeat_run,
)
from firstoff.services.execution.units import (
    Judged,
    UnitStarted,
    judge_unit,
    leave_out_unit,
    start_unit,
)

__all__ = [
    "Answer",
    "BarLocked",
    "BulkAnswer",
    "Imported",
    "Judged",
    "OperationDone",
    "PostedDefect",
    "PostedMeasure",
    "PostedStep",
    "PostedUnit",
    "Preview",
    "PreviewRow",
    "Recorded",
    "RunMade",
    "UnitStarted",
    "bar_meaning",
    "correct_judgement",
    "correction_meaning",
    "create_run",
    "held_upload",
    "hold_upload",
    "import_file",
    "judge_unit",
    "leave_out_unit",
    "lock_bar",
    "preview_import",
    "propose_step_fix",
    "record_adjustment",
    "record_first_article",
    "record_operation",
    "record_setup",
    "record_units",
    "release_meaning",
    "release_route",
    "repeat_run",
    "start_unit",
]
