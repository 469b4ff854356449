"""The figures and headings of a revision's lines: of many lines they are counted once."""

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

from firstoff.queries import ledger
from firstoff.queries.bom.lines import head, revision_seen, sections
from firstoff.queries.bom.listing import line_count
from firstoff.queries.bom.views import BomHead
from firstoff.rules.access import Actor

_MANY = 2000  # lines from which counting them takes longer than showing a page of them
_KEPT = 64


@dataclass(frozen=True, slots=True)
class Figures:
    head: BomHead
    sections: tuple[tuple[str, int], ...]


# Whatever moves lines, sources or a revision writes an entry of the ledger: what was counted at
# one stays true until the next.
_cache: OrderedDict[tuple[int, int], Figures] = OrderedDict()
_lock = Lock()


def figures(actor: Actor, revision_id: int) -> Figures:
    """Counted now, or as counted since the newest entry of the ledger. Seven queries at most.
    Raises NotFound."""
    found = revision_seen(actor, revision_id)
    key = (found.pk, ledger.head().seq)
    with _lock:
        held = _cache.get(key)
    if held is not None:
        return held
    counted = Figures(head(actor, found.pk), sections(actor, found.pk))
    if line_count(found.pk) >= _MANY:
        with _lock:
            _cache[key] = counted
            while len(_cache) > _KEPT:
                _cache.popitem(last=False)
    return counted
