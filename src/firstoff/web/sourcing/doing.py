"""Where a thing to do about a part is done."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from firstoff.queries.sourcing.health import HealthLine
from firstoff.rules.sourcing.standing import CheckKind, SourceStanding
from firstoff.rules.sourcing.values import ManufacturerPartFacts


@dataclass(frozen=True, slots=True)
class Ways:
    """Addresses about the parts of a build. ``owners``: number of the part of each source;
    ``query``: what was asked, with its question mark."""

    site: str
    code: str
    owners: Mapping[str, str]
    may_edit: bool
    query: str = ""

    def part(self, number: str) -> str:
        return reverse("supply-part", args=[self.site, self.code, number]) + self.query

    def source(self, part: str, facts: ManufacturerPartFacts) -> str:
        """The page of a source; of an alternate part, the decision on that part."""
        owner = self.owners.get(facts.key, part)
        if owner != part:
            return reverse("source-alternate", args=[self.site, part, owner])
        address = reverse("source", args=[self.site, part, facts.mpn])
        return f"{address}?{urlencode({'manufacturer': facts.manufacturer})}"

    def add(self, part: str) -> str:
        if not self.may_edit:
            return self.part(part)
        return f"{reverse('source-add', args=[self.site])}?{urlencode({'part': part})}"

    def order(self, part: str, mpn: str) -> str:
        if not self.may_edit:
            return self.part(part)
        query = urlencode({"part": part, "mpn": mpn})
        return f"{reverse('order-add', args=[self.site])}?{query}"


def source_keys(lines: Iterable[HealthLine]) -> list[str]:
    return [s.source.part.key for line in lines for s in line.judged.sources]


def where(line: HealthLine, kind: CheckKind, ways: Ways) -> str:
    """The address at which what is not green there can be made so."""
    found = line.judged.sources
    if kind in (CheckKind.LEAD_TIME, CheckKind.STOCK_OUT, CheckKind.MOQ):
        quiet = next((s for s in found if not s.lacks and s.lead_time_days is None), None)
        priced = line.judged.bought is not None and line.judged.bought.purchases
        if quiet is not None and not priced:
            return ways.source(line.part, quiet.source.part)
        return ways.part(line.part)
    if kind is CheckKind.SINGLE_SOURCE:
        return _second(line, found, ways)
    if not found:
        return ways.add(line.part)
    chosen = found[0]
    if kind is CheckKind.COVERAGE and any(not s.lacks for s in found):
        chosen = next(s for s in found if not s.lacks)  # approved: an offer is what it wants
    return ways.source(line.part, chosen.source.part)


def _second(line: HealthLine, found: tuple[SourceStanding, ...], ways: Ways) -> str:
    main = next((s for s in found if s.usable), None)
    others = sorted((s for s in found if s is not main), key=lambda s: (bool(s.lacks), s.reason))
    if not others:
        return ways.add(line.part)
    first = others[0]
    if not first.lacks and not first.stocked:
        return ways.order(line.part, first.source.part.mpn)
    return ways.source(line.part, first.source.part)
