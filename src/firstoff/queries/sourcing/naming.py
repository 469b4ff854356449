"""Which part a source belongs to: an alternate brings sources of a part of its own."""

from collections.abc import Iterable, Mapping

from firstoff.db.models import ManufacturerPart


def parts_of_sources(keys: Iterable[str]) -> Mapping[str, str]:
    """Number of the part by the key of its source (``ManufacturerPartFacts.key``). One query,
    none where nothing is asked."""
    wanted = {int(key) for key in keys if key.isdecimal()}
    if not wanted:
        return {}
    rows = ManufacturerPart.objects.filter(pk__in=wanted)
    return {str(key): number for key, number in rows.values_list("pk", "part__number")}
