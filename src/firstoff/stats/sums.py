"""Sums of products that stay on one core.

For long vectors the matrix library starts threads, which on a busy machine wait for each other a
hundred times longer than the sum takes.
"""

import numpy as np
from numpy.typing import NDArray


def dot(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    """The sum of first x second."""
    return float(np.einsum("i,i->", first, second))
