"""What manufacturers call a part: added, changed, retired."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from firstoff.db.models import ManufacturerPart
from firstoff.errors import InvalidInput, Refused
from firstoff.rules.access import Actor, require
from firstoff.services.sourcing.ground import LONGEST_NAME, part_of, short, source_of, verb
from firstoff.terms import Lifecycle

_HIGHEST_RANK = 1000


@dataclass(frozen=True, slots=True)
class SourceGiven:
    """What is known of a manufacturer part. ``rank``: 1 is preferred, 0 where nobody said;
    ``last_buy``: the last day of a last-time buy."""

    lifecycle: Lifecycle = Lifecycle.UNKNOWN
    description: str = ""
    rank: int = 0
    last_buy: date | None = None

    def checked(self) -> dict[str, Any]:
        """Its columns. Raises InvalidInput."""
        if not 0 <= self.rank <= _HIGHEST_RANK:
            raise InvalidInput(
                f"The rank is {self.rank}; expected 0 to {_HIGHEST_RANK}.", field="rank"
            )
        said = short(self.description, "description", longest=300)
        return {**asdict(self), "description": said, "lifecycle": Lifecycle(self.lifecycle).value}


def add_manufacturer_part(
    *,
    site_id: int,
    part: str,
    mpn: str,
    by: Actor,
    at: datetime,
    manufacturer: str = "",
    given: SourceGiven = SourceGiven(),
) -> ManufacturerPart:
    """Another source of a part; adding it approves nothing (R-20)."""
    require(by, "source.edit", site_id)
    number = short(mpn, "MPN", longest=LONGEST_NAME, field="mpn")
    if not number:
        raise InvalidInput("The MPN is empty.", field="mpn")
    maker = short(manufacturer, "manufacturer", longest=LONGEST_NAME)
    columns = given.checked()
    with verb("add_manufacturer_part", f"part {part}", by=by, at=at) as entry:
        row = part_of(site_id, part)
        known = ManufacturerPart.objects.filter(part=row, manufacturer__iexact=maker)
        if known.filter(mpn=number).exists():
            raise Refused(
                f"Part {row.number} has the source {maker} {number} already.".replace("  ", " "),
                code="R-20",
                way_out="Change it instead.",
                field="mpn",
            )
        entry.details.update(manufacturer=maker, mpn=number, **columns)
        return ManufacturerPart.objects.create(part=row, manufacturer=maker, mpn=number, **columns)


def update_manufacturer_part(
    *,
    site_id: int,
    part: str,
    manufacturer: str,
    mpn: str,
    given: SourceGiven,
    by: Actor,
    at: datetime,
    named: str = "",
) -> ManufacturerPart:
    """Change what is known of a source. Records keep its name: ``named`` says who makes it, where
    nobody had said so."""
    require(by, "source.edit", site_id)
    columns = given.checked()
    maker = short(named, "manufacturer", longest=LONGEST_NAME)
    with verb("update_manufacturer_part", f"part {part}, {mpn}", by=by, at=at) as entry:
        row = source_of(part_of(site_id, part), manufacturer, mpn)
        if maker and row.manufacturer and maker != row.manufacturer:
            raise Refused(
                f"{row} is what records call it: its manufacturer stays.",
                code="R-68",
                way_out="Retire it, and add another manufacturer part.",
                field="named",
            )
        columns["manufacturer"] = maker or row.manufacturer
        changes = {k: [getattr(row, k), v] for k, v in columns.items() if getattr(row, k) != v}
        for name, (_, value) in changes.items():
            setattr(row, name, value)
        row.save()
        entry.details.update(changes)
    return row


def retire_manufacturer_part(
    *,
    site_id: int,
    part: str,
    manufacturer: str,
    mpn: str,
    by: Actor,
    at: datetime,
    retired: bool = True,
) -> ManufacturerPart:
    """It is bought no more, or again (``retired`` False); lots of it stay as they are (R-68)."""
    require(by, "source.edit", site_id)
    name = "retire_manufacturer_part" if retired else "restore_manufacturer_part"
    with verb(name, f"part {part}, {mpn}", by=by, at=at) as entry:
        row = source_of(part_of(site_id, part), manufacturer, mpn)
        if retired is (row.retired_at is None):
            row.retired_at = at if retired else None
            row.save(update_fields=["retired_at"])
        entry.details.update(manufacturer=row.manufacturer, mpn=row.mpn)
    return row
