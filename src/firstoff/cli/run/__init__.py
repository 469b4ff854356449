"""`firstoff run ...`: runs, bars, units, what is recorded about them, and the verdict."""

from firstoff.cli.run import batch_record, decisions, files, records, runs
from firstoff.cli.run.shared import app

__all__ = ["app", "batch_record", "decisions", "files", "records", "runs"]
