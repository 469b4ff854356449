"""Which few causes make most of the trouble."""

from collections.abc import Mapping
from dataclasses import dataclass

from firstoff.stats import checks
from firstoff.stats.errors import OutOfDomain, TooFewData


@dataclass(frozen=True, slots=True)
class ParetoBar:
    """One cause: its count, its share of all, and the share of it and all larger ones."""

    name: str
    count: float
    share: float
    cumulative: float


@dataclass(frozen=True, slots=True)
class Pareto:
    """Causes, largest first."""

    bars: tuple[ParetoBar, ...]
    total: float

    def vital_few(self, share: float = 0.8) -> tuple[ParetoBar, ...]:
        """The fewest causes that together reach ``share`` of the total."""
        wanted = checks.open_fraction("share", share)
        for place, bar in enumerate(self.bars):
            if bar.cumulative >= wanted * (1 - 1e-12):
                return self.bars[: place + 1]
        return self.bars


def pareto(counts: Mapping[str, float]) -> Pareto:
    """Causes by size, with shares and cumulative shares.

    counts: cause to count, money or minutes, none negative. Equal causes keep the order given.
    Raises TooFewData when nothing was counted, OutOfDomain.
    Source: Juran, Quality Control Handbook. Held by: shares worked by hand, and by their sum
    """
    if not isinstance(counts, Mapping):
        raise OutOfDomain("counts", counts, "causes with their counts")
    found = {str(k): checks.real(f"the count of {k}", v, least=0) for k, v in counts.items()}
    total = sum(found.values())
    if total == 0:
        raise TooFewData(needed=1, got=0, what="counted causes")
    bars = []
    seen = 0.0
    for name, count in sorted(found.items(), key=lambda item: -item[1]):
        seen += count
        bars.append(ParetoBar(name, count, count / total, min(seen / total, 1.0)))
    return Pareto(tuple(bars), total)
