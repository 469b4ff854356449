"""``firstoff stats``: the statistics with no server and no database. One file a family."""

from firstoff.cli.stats import (
    batches,
    chains,
    control,
    gauges,
    life,
    measured,
    proportions,
    sampling,
    yields,
)
from firstoff.cli.stats.shared import app

# Importing a family adds its commands to ``app``.
FAMILIES = (proportions, sampling, measured, control, gauges, chains, life, batches, yields)

__all__ = ["FAMILIES", "app"]
