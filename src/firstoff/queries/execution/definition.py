"""The frozen definition of a run, parsed once and kept: its digest is what it is kept under."""

from collections.abc import Mapping

from firstoff.db.models import Baseline
from firstoff.rules.plan import BaselineFacts, PlanOperation, in_order, read_baseline

# Baselines are found by the hash of their content: what is kept here can never be out of date.
_read: dict[str, BaselineFacts] = {}
_routes: dict[str, tuple[PlanOperation, ...]] = {}
_KEPT = 200


def frozen(baseline_id: int, digest: str) -> BaselineFacts:
    """The definition with this digest. No query when it was read before, else one."""
    held = _read.get(digest)
    if held is None:
        content = Baseline.objects.values_list("content", flat=True).get(pk=baseline_id)
        held = read_baseline(content)
        if len(_read) >= _KEPT:
            _read.clear()
            _routes.clear()
        _read[digest] = held
    return held


def frozen_all(digests: Mapping[int, str]) -> None:
    """Read the definitions not read before, in one query. digests: by the baseline's key."""
    missing = [key for key, digest in digests.items() if digest not in _read]
    if not missing:
        return
    if len(_read) + len(missing) > _KEPT:
        _read.clear()
        _routes.clear()
    rows = Baseline.objects.filter(pk__in=missing)
    for digest, content in rows.values_list("digest", "content"):
        _read[digest] = read_baseline(content)


def route(definition: BaselineFacts) -> tuple[PlanOperation, ...]:
    """Its operations as they can be done one after the other."""
    held = _routes.get(definition.digest)
    if held is None:
        held = _routes[definition.digest] = in_order(definition.operations)
    return held
