"""Nodes and weights of Gauss-Legendre's rule, computed once for each number of nodes."""

from functools import lru_cache

import numpy as np

from firstoff.stats.checks import Floats


@lru_cache(maxsize=8)
def legendre(n: int) -> tuple[Floats, Floats]:
    """Nodes in -1 ... 1 and their weights; shared, so not to be written to."""
    nodes, weights = np.polynomial.legendre.leggauss(n)
    nodes.flags.writeable = weights.flags.writeable = False
    return nodes, weights
