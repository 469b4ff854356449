"""Equipment of a site."""

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from firstoff.db.models import Equipment
from firstoff.errors import InvalidInput, NotFound, Refused
from firstoff.rules.access import Actor, require
from firstoff.rules.plan import EquipmentFacts, check_equipment
from firstoff.services import ledger
from firstoff.services.ledger import Entry

_FIELDS = ("name", "kind", "equipment_class", "line", "calibration_due", "max_uses")


def add_equipment(
    *, site_id: int, equipment: EquipmentFacts, by: Actor, at: datetime
) -> Equipment:
    """A machine, tool, jig or gauge of a site."""
    require(by, "equipment.edit", site_id)
    wanted = check_equipment(equipment)
    with _verb("plan.add_equipment", by, at, wanted.code) as entry:
        if Equipment.objects.filter(site=site_id, code__iexact=wanted.code).exists():
            raise InvalidInput(
                f"There is equipment {wanted.code!r} at this site already.", field="code"
            )
        made = Equipment.objects.create(site_id=site_id, code=wanted.code, **columns(wanted))
        entry.details.update(columns(wanted))
    return made


def update_equipment(
    *, site_id: int, code: str, equipment: EquipmentFacts, by: Actor, at: datetime
) -> Equipment:
    """Change what is said of it. Its code stays: baselines name it. What was recorded on it
    keeps the class it had."""
    require(by, "equipment.edit", site_id)
    wanted = check_equipment(equipment)
    with _verb("plan.update_equipment", by, at, code) as entry:
        found = _equipment(site_id, code)
        if found.retired_at is not None:
            raise Refused(
                f"{found.code} is retired.",
                code="R-68",
                way_out="Take it back into use first.",
            )
        if wanted.code != found.code:
            raise InvalidInput(
                f"The code of {found.code} cannot become {wanted.code!r}: records name it.",
                way_out="Add the other as equipment of its own.",
                field="code",
            )
        entry.details.update(write_equipment(found, wanted))
    return found


def retire_equipment(*, site_id: int, code: str, by: Actor, at: datetime) -> Equipment:
    """Out of use for good or for a while; never deleted, for records refer to it (R-68)."""
    return _set_retired(site_id, code, by, at, retired=True)


def reinstate_equipment(*, site_id: int, code: str, by: Actor, at: datetime) -> Equipment:
    """Back into use."""
    return _set_retired(site_id, code, by, at, retired=False)


def write_equipment(row: Equipment, wanted: EquipmentFacts) -> dict[str, list[Any]]:
    """Save what differs; answers it as field -> [before, after]."""
    before, after = {f: getattr(row, f) for f in _FIELDS}, columns(wanted)
    changes = {f: [before[f], after[f]] for f in _FIELDS if before[f] != after[f]}
    if changes:
        for field, (_, value) in changes.items():
            setattr(row, field, value)
        row.save()
    return changes


def columns(wanted: EquipmentFacts) -> dict[str, Any]:
    return {field: getattr(wanted, field) for field in _FIELDS}


def _set_retired(site_id: int, code: str, by: Actor, at: datetime, *, retired: bool) -> Equipment:
    require(by, "equipment.edit", site_id)
    name = "plan.retire_equipment" if retired else "plan.reinstate_equipment"
    with _verb(name, by, at, code) as entry:
        found = _equipment(site_id, code)
        if (found.retired_at is not None) is not retired:
            found.retired_at = at if retired else None
            found.save(update_fields=["retired_at"])
        entry.details.update(retired_at=found.retired_at)
    return found


def _equipment(site_id: int, code: str) -> Equipment:
    found = Equipment.objects.filter(site=site_id, code=code).first()
    if found is None:
        raise NotFound(f"There is no equipment {code!r} at this site.")
    return found


def _verb(name: str, by: Actor, at: datetime, code: str) -> AbstractContextManager[Entry]:
    return ledger.verb(name, by=by, at=at, subject=f"equipment {code}")
