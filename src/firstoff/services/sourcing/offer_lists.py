"""Price and lead-time lists: looked at first, then every offer or none.

A list names parts by their MPN. What matches nothing here is listed and left alone: a supplier's
list holds more than one buys. Taking the same list again changes nothing.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from firstoff.db.models import ImportMapping, ManufacturerPart, Offer
from firstoff.errors import InvalidInput, Refused
from firstoff.formats.bom import BomMapping
from firstoff.formats.offers import OfferFile, OfferRow, read_offers
from firstoff.formats.sources import RawSource
from firstoff.rules.access import Actor, require
from firstoff.rules.ledger import canonical
from firstoff.rules.sourcing.quoting import OfferGiven, check_currency, check_given
from firstoff.services.sourcing.ground import supplier_of, verb
from firstoff.services.sourcing.offers import given_of, row_of, standing_offers

SUBJECT = "offers"
_NO_CURRENCY = "XXX"  # ISO 4217: no currency; of an offer without a price
_CHUNK = 5000
STATES = ("new", "changed", "same", "unknown", "refused")


@dataclass(frozen=True, slots=True)
class OfferSeen:
    """A row and what taking it would do: record a new offer, change one, nothing, or it matches no
    part here, or cannot be taken. ``part``: our number of what it matches."""

    row: int
    mpn: str
    manufacturer: str
    supplier: str
    number: str
    state: str
    part: str = ""
    sentence: str = ""
    offer: OfferGiven | None = None


@dataclass(frozen=True, slots=True)
class OfferPreview:
    """``unknown``: MPNs that no part here has, once each."""

    file: OfferFile
    rows: tuple[OfferSeen, ...]
    unknown: tuple[str, ...]
    counts: Mapping[str, int]

    def of(self, *states: str) -> tuple[OfferSeen, ...]:
        return tuple(row for row in self.rows if row.state in states)


@dataclass(frozen=True, slots=True)
class OffersTaken:
    """How many rows said something new, changed an offer, said the same, matched nothing."""

    new: int
    changed: int
    same: int
    unknown: int


def fingerprint(file: OfferFile) -> str:
    """By which a list is known to be like another: its headers."""
    headers = [column.header.strip().casefold() for column in file.columns]
    return hashlib.sha256(canonical(["offers", headers]).encode()).hexdigest()


def read_list(
    raw: RawSource, *, site_id: int, by: Actor, name: str, mapping: BomMapping | None = None
) -> OfferFile:
    """A list as it is understood here: as somebody says, else as the last one with these headers
    was, else by the headers. Raises InvalidInput, NotAllowed."""
    require(by, "source.edit", site_id)
    held = ImportMapping.objects.filter(site=site_id, subject=SUBJECT)
    given = mapping is not None and bool(mapping.columns)
    try:
        file = read_offers(raw, name=name, mapping=mapping)
    except InvalidInput as error:
        known = None if given else _as_before(raw, name, held.order_by("-saved_at"))
        if known is None:
            raise error
        return known
    like = None if given else held.filter(fingerprint=fingerprint(file)).first()
    columns = _columns(like) if like else {}
    if all(columns.get(c.index, c.meaning) == c.meaning for c in file.columns):
        return file
    return read_offers(raw, name=name, mapping=BomMapping(columns))


def _as_before(raw: RawSource, name: str, held: Iterable[ImportMapping]) -> OfferFile | None:
    """A list that by itself is not understood, as one with the same headers was told."""
    for one in held:
        try:
            file = read_offers(raw, name=name, mapping=BomMapping(_columns(one)))
        except InvalidInput:
            continue
        if fingerprint(file) == one.fingerprint:
            return file
    return None


def _columns(held: ImportMapping) -> dict[int, str]:
    return {int(place): meaning for place, meaning in held.mapping["columns"].items()}


def preview_offers(
    *, site_id: int, file: OfferFile, by: Actor, supplier: str = "", currency: str = ""
) -> OfferPreview:
    """What taking the list would do, row by row; nothing is written.

    supplier, currency: of rows that name none. Raises InvalidInput, NotAllowed.
    """
    require(by, "source.edit", site_id)
    reading = _Reading(site_id, file, supplier, currency)
    return reading.preview()


def take_offers(
    *,
    site_id: int,
    file: OfferFile,
    by: Actor,
    at: datetime,
    supplier: str = "",
    currency: str = "",
    leave_out: bool = False,
    remember: str = "",
) -> OffersTaken:
    """Every offer of the list that matches a part here, in one entry of the ledger, or none.

    leave_out: without the rows that cannot be taken; else they stop the list (``rows-refused``).
    remember: what people call the source, to understand the next list with these headers so.
    """
    require(by, "source.edit", site_id)
    try:
        with verb("take_offers", f"list {file.name}", by=by, at=at) as entry:
            reading = _Reading(site_id, file, supplier, currency)
            preview = reading.preview()
            refused = preview.of("refused")
            if refused and not leave_out:
                first = refused[0]
                raise Refused(
                    f"{file.name}, row {first.row}: {first.sentence} Nothing was recorded.",
                    code="rows-refused",
                    way_out="Correct the row, or take the others without it.",
                )
            if remember:
                _remember(site_id, file, remember, by, at)
            counts = {state: preview.counts[state] for state in STATES}
            rows = reading.rows_of(preview.of("new", "changed"), at)
            if not rows:
                raise _NothingNew(counts)
            entry.add_all(rows)
            entry.details.update(counts, file=file.name, sha256=file.sha256)
    except _NothingNew as nothing:
        counts = nothing.counts
    return OffersTaken(counts["new"], counts["changed"], counts["same"], counts["unknown"])


class _NothingNew(Exception):
    def __init__(self, counts: dict[str, int]) -> None:
        super().__init__("nothing new")
        self.counts = counts


def _remember(site_id: int, file: OfferFile, name: str, by: Actor, at: datetime) -> None:
    columns = {str(c.index): c.meaning for c in file.columns}
    ImportMapping.objects.update_or_create(
        site_id=site_id,
        subject=SUBJECT,
        fingerprint=fingerprint(file),
        defaults={
            "name": name[:200],
            "mapping": {"columns": columns},
            "saved_by_id": by.person_id,
            "saved_at": at,
        },
    )


class _Reading:
    """One list against what is here: three queries, and one more for what stands."""

    def __init__(self, site_id: int, file: OfferFile, supplier: str, currency: str) -> None:
        self.site_id, self.file = site_id, file
        self.supplier = supplier.strip()
        self.currency = check_currency(currency) if currency.strip() else ""
        self.by_mpn: dict[str, list[ManufacturerPart]] = defaultdict(list)
        self.by_number: dict[tuple[str, str], set[int]] = defaultdict(set)
        self.by_key: dict[int, ManufacturerPart] = {}
        self._read()
        self.standing = {
            (source, row.supplier.name.casefold(), number): row
            for (source, _, number), row in standing_offers(self.by_key).items()
        }
        self.last: dict[tuple[int, str, str], int] = {}  # the row that counts

    def _read(self) -> None:
        rows = self.file.rows
        mpns = {mpn for row in rows for mpn in _spelled(row.mpn)}
        sources = ManufacturerPart.objects.filter(
            part__site=self.site_id, retired_at__isnull=True
        ).select_related("part")
        for some in _chunks(mpns):
            for source in sources.filter(mpn__in=some).order_by("pk"):
                self._know(source)
        numbers = {row.offer.number for row in rows if row.offer.number and not row.mpn}
        offered = Offer.objects.filter(supplier__site=self.site_id)
        for some in _chunks(numbers):
            found = offered.filter(supplier_number__in=some).select_related("supplier")
            for offer in found:
                key = (offer.supplier.name.casefold(), offer.supplier_number)
                self.by_number[key].add(offer.manufacturer_part_id)
        missing = {key for keys in self.by_number.values() for key in keys} - self.by_key.keys()
        for some in _chunks(missing):
            for source in sources.filter(pk__in=some):
                self.by_key[source.pk] = source

    def _know(self, source: ManufacturerPart) -> None:
        if source.pk not in self.by_key:
            self.by_key[source.pk] = source
            self.by_mpn[source.mpn.casefold()].append(source)

    def preview(self) -> OfferPreview:
        matched = [(row, self._matching(row)) for row in self.file.rows]
        for row, (sources, _) in matched:
            for source in sources:
                self.last[self._key(source, row)] = row.row
        seen = [one for row, (sources, why) in matched for one in self._seen(row, sources, why)]
        refused = [
            OfferSeen(remark.row or 0, "", "", "", "", "refused", sentence=remark.sentence)
            for remark in self.file.refused
        ]
        rows = sorted([*seen, *refused], key=lambda one: one.row)
        unknown = dict.fromkeys(one.mpn or one.number for one in rows if one.state == "unknown")
        counts = Counter(one.state for one in rows)
        return OfferPreview(self.file, tuple(rows), tuple(unknown), {s: counts[s] for s in STATES})

    def _supplier(self, row: OfferRow) -> str:
        return row.offer.distributor.strip() or self.supplier

    def _key(self, source: ManufacturerPart, row: OfferRow) -> tuple[int, str, str]:
        return source.pk, self._supplier(row).casefold(), row.offer.number.strip()

    def _matching(self, row: OfferRow) -> tuple[list[ManufacturerPart], str]:
        """What the row is about, or why nothing is."""
        if not row.mpn:
            keys = self.by_number.get((self._supplier(row).casefold(), row.offer.number), set())
            found = [self.by_key[key] for key in sorted(keys) if key in self.by_key]
            return found, "" if found else "No offer here has that number, and no MPN is given."
        named = self.by_mpn.get(row.mpn.casefold(), [])
        fit = [s for s in named if _same_maker(s.manufacturer, row.manufacturer)]
        if named and not fit:
            makers = ", ".join(sorted({s.manufacturer for s in named}))
            return [], f"Here it is made by {makers}, not by {row.manufacturer}."
        return fit, "" if fit else "No part here has that MPN."

    def _seen(
        self, row: OfferRow, sources: list[ManufacturerPart], why: str
    ) -> Iterable[OfferSeen]:
        supplier = self._supplier(row)
        said = (row.row, row.mpn, row.manufacturer, supplier, row.offer.number.strip())
        if not sources:
            yield OfferSeen(*said, "unknown", sentence=why)
        for source in sources:
            state, sentence, offer = self._judged(row, source, supplier)
            yield OfferSeen(*said, state, source.part.number, sentence, offer)

    def _judged(
        self, row: OfferRow, source: ManufacturerPart, supplier: str
    ) -> tuple[str, str, OfferGiven | None]:
        key = self._key(source, row)
        if self.last[key] != row.row:
            return "same", f"Row {self.last[key]} offers the same; it counts.", None
        try:
            offer = check_given(self._given(row, supplier), f"{source}")
        except InvalidInput as error:
            return "refused", str(error), None
        stands = self.standing.get(key)
        if stands is None:
            return "new", "", offer
        if offer.says_the_same(given_of(stands)):
            return "same", "", offer
        return "changed", _difference(given_of(stands), offer), offer

    def _given(self, row: OfferRow, supplier: str) -> OfferGiven:
        draft = row.offer
        if not supplier:
            raise InvalidInput(
                "The row names no supplier.", way_out="Say whose list it is.", field="supplier"
            )
        currency = draft.currency or self.currency
        if not currency and draft.breaks:
            raise InvalidInput(
                "The row names no currency.",
                way_out="Say which the prices are in.",
                field="currency",
            )
        return OfferGiven(
            supplier=supplier,
            currency=currency or _NO_CURRENCY,
            breaks=draft.breaks,
            number=draft.number,
            minimum=draft.minimum,
            multiple=draft.multiple,
            lead_time_days=draft.lead_time_days,
            in_stock=draft.in_stock,
            quoted_on=row.asked,
            source=self.file.name,
        )

    def rows_of(self, seen: Iterable[OfferSeen], at: datetime) -> list[Offer]:
        """The offers to record, suppliers that nobody knows taken on."""
        by_row = {row.row: row for row in self.file.rows}
        suppliers = {
            name: supplier_of(self.site_id, name, new=True)
            for name in dict.fromkeys(one.supplier for one in seen)
        }
        found = []
        for one in seen:
            matching, _ = self._matching(by_row[one.row])
            source = next(s for s in matching if s.part.number == one.part)
            if one.offer is not None:
                found.append(row_of(source, suppliers[one.supplier], one.offer, at.date()))
        return found


def _spelled(mpn: str) -> set[str]:
    return {mpn, mpn.upper(), mpn.lower()} if mpn else set()


def _same_maker(ours: str, theirs: str) -> bool:
    """Murata is Murata Electronics; where one side says nothing, the MPN decides."""
    one, other = ours.casefold().split(), theirs.casefold().split()
    return not one or not other or one[0] == other[0]


def _difference(before: OfferGiven, after: OfferGiven) -> str:
    said = []
    if before.breaks != after.breaks or before.currency != after.currency:
        said.append("price")
    if before.lead_time_days != after.lead_time_days:
        days = (before.lead_time_days, after.lead_time_days)
        old, new = ("not said" if d is None else f"{d} days" for d in days)
        said.append(f"lead time {old} to {new}")
    if before.minimum != after.minimum or before.multiple != after.multiple:
        said.append("minimum or multiple")
    if before.in_stock != after.in_stock:
        said.append("stock at the supplier")
    return f"Changes: {', '.join(said)}." if said else "Changes its date."


def _chunks(items: Iterable[Any]) -> Iterable[list[Any]]:
    held = sorted(items, key=str)
    for start in range(0, len(held), _CHUNK):
        yield held[start : start + _CHUNK]
