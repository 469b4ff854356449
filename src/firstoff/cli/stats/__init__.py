"""``firstoff stats``: the statistics with no server and no database. One file a family."""

from firstoff.cli.stats import measured, proportions, sampling
from firstoff.cli.stats.shared import app

FAMILIES = (proportions, sampling, measured)  # importing a family adds its commands to ``app``

__all__ = ["FAMILIES", "app"]
