"""`firstoff run ...`: runs, bars, units and what is recorded about them."""

from firstoff.cli.run import files, records, runs
from firstoff.cli.run.shared import app

__all__ = ["app", "files", "records", "runs"]
