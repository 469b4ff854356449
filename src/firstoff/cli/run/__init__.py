"""`firstoff run ...`: runs, bars, units, what is recorded about them, and the verdict."""

from firstoff.cli.run import decisions, files, records, runs
from firstoff.cli.run.shared import app

__all__ = ["app", "decisions", "files", "records", "runs"]
