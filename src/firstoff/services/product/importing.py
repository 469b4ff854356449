"""Characteristics out of a file into a draft: first a preview, then all of it or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings

from firstoff.db.models import Characteristic, PartRevision
from firstoff.errors import InvalidInput
from firstoff.formats.characteristics import (
    CharacteristicDraft,
    CharacteristicFile,
    read_characteristics,
)
from firstoff.formats.sources import DEFAULT_LIMITS, RawSource
from firstoff.queries.product import characteristics_of
from firstoff.rules.access import Actor
from firstoff.rules.product import (
    CharacteristicFacts,
    Merged,
    Said,
    check_characteristics,
    check_unmoved,
    merged,
    result,
    state_of,
)
from firstoff.services.product.characteristics import write_characteristics
from firstoff.services.product.naming import subject_for
from firstoff.terms import CharacteristicClass, CharacteristicKind


@dataclass(frozen=True, slots=True)
class CharacteristicPreview:
    """What taking a file would do; nothing was written. ``seen`` is the state of the draft it was
    compared with, for ``import_characteristics``."""

    file: CharacteristicFile
    rows: tuple[Merged, ...]
    seen: str

    def count(self, state: str) -> int:
        """How many are ``add``, ``change``, ``same``, ``refused``, ``gone`` or ``kept``."""
        return sum(row.state == state for row in self.rows)

    @property
    def refusals(self) -> tuple[tuple[int | None, str], ...]:
        """Row and sentence of everything that stops the file."""
        read = [(r.row, r.sentence) for r in self.file.refused]
        judged = [(r.row, r.sentence) for r in self.rows if r.state == "refused"]
        return tuple(sorted([*read, *judged], key=lambda one: one[0] or 0))

    @property
    def can_be_taken(self) -> bool:
        moved = ("add", "change", "gone")
        return not self.refusals and any(row.state in moved for row in self.rows)


@dataclass(frozen=True, slots=True)
class CharacteristicsTaken:
    """A file that was taken. ``again``: everything was so already, and nothing was written."""

    file_name: str
    sha256: str
    added: int
    changed: int
    removed: int
    same: int

    @property
    def again(self) -> bool:
        return not (self.added or self.changed or self.removed)


def preview_characteristics(
    *,
    revision: str,
    raw: RawSource,
    by: Actor,
    program_id: int | None = None,
    part_id: int | None = None,
    name: str = "",
    mapping: Mapping[str, str] | None = None,
    classification: CharacteristicClass = CharacteristicClass.MAJOR,
    replace_all: bool = False,
) -> CharacteristicPreview:
    """Read a file and say what taking it would make of a revision. Writes nothing.

    mapping: header to field, to correct how columns were understood. classification: of new ones
    that the file gives no class. replace_all: what is not in the file goes. Raises InvalidInput
    where the file cannot be read at all.
    """
    about = subject_for(by, "definition.edit", program_id=program_id, part_id=part_id)
    found = about.revision(revision)
    file = _read(raw, name, mapping)
    return _compared(file, characteristics_of(found.pk), classification, replace_all)


def import_characteristics(
    *,
    revision: str,
    raw: RawSource,
    by: Actor,
    at: datetime,
    program_id: int | None = None,
    part_id: int | None = None,
    name: str = "",
    mapping: Mapping[str, str] | None = None,
    classification: CharacteristicClass = CharacteristicClass.MAJOR,
    replace_all: bool = False,
    seen: str = "",
) -> CharacteristicsTaken:
    """Take a file into a draft: every characteristic or none.

    Raises InvalidInput naming the first row that cannot be taken, StaleState when the draft moved
    since it was seen, Refused (R-10) where the revision is no draft.
    """
    about = subject_for(by, "definition.edit", program_id=program_id, part_id=part_id)
    file = _read(raw, name, mapping)
    with about.verb("product.import_characteristics", by, at) as entry:
        found = about.draft(revision)
        there = characteristics_of(found.pk)
        check_unmoved(seen, there, "characteristics")
        preview = _compared(file, there, classification, replace_all)
        _demand_all(preview)
        entry.details.update(renumbered=_renumber(found, preview.rows))
        write_characteristics(found, check_characteristics(result(preview.rows)), entry)
        entry.details.update(file=file.name, sha256=file.sha256)
    return CharacteristicsTaken(
        file.name,
        file.sha256,
        added=preview.count("add"),
        changed=preview.count("change"),
        removed=preview.count("gone"),
        same=preview.count("same"),
    )


def _renumber(revision: PartRevision, rows: Sequence[Merged]) -> dict[str, str]:
    """Give those known by their ID their new numbers, so that balloons and checks stay theirs;
    answers old -> new. Two may change places, so each goes by a number of its own first."""
    moved = {
        row.before.number: row.number
        for row in rows
        if row.state == "change" and row.before is not None and row.before.number != row.number
    }
    found = list(Characteristic.objects.filter(revision=revision, number__in=moved))
    old = {row.pk: row.number for row in found}
    for final in (False, True):
        for row in found:
            row.number = moved[old[row.pk]] if final else f"~{row.pk}"
            row.save(update_fields=["number"])
    return moved


def _read(raw: RawSource, name: str, mapping: Mapping[str, str] | None) -> CharacteristicFile:
    largest = min(settings.MAX_UPLOAD_BYTES, DEFAULT_LIMITS.file_bytes)
    limits = replace(DEFAULT_LIMITS, file_bytes=largest)
    return read_characteristics(raw, name=name, mapping=mapping or {}, limits=limits)


def _compared(
    file: CharacteristicFile,
    there: tuple[CharacteristicFacts, ...],
    classification: CharacteristicClass,
    replace_all: bool,
) -> CharacteristicPreview:
    said = [_said(one, classification) for one in file.characteristics]
    return CharacteristicPreview(
        file, merged(there, said, replace_all=replace_all), state_of(there)
    )


def _said(one: CharacteristicDraft, classification: CharacteristicClass) -> Said:
    name = one.name or one.type or one.requirement or f"Characteristic {one.number}"
    # What is asked for in words has no other place.
    if one.kind is CharacteristicKind.ATTRIBUTE and one.requirement not in ("", name):
        name = f"{name}: {one.requirement}"
    if one.places > 1 and "×" not in name:
        name = f"{name} ({one.places}×)"
    facts = CharacteristicFacts(
        number=one.number,
        name=name[:200],
        kind=one.kind,
        classification=one.classification or classification,
        nominal=one.nominal,
        lower=one.lower,
        upper=one.upper,
        unit=one.unit,
        method=one.method,
        zone=one.zone,
        form=one.form,
        symbol=one.symbol,
        tolerance=one.tolerance,
        diametral=one.diametral,
        material_condition=one.material_condition,
        datums=one.datums,
        gauge=one.gauge,
        source_id=one.source_id,
    )
    return Said(one.row, facts, classed=one.classification is not None)


def _demand_all(preview: CharacteristicPreview) -> None:
    """Raises InvalidInput with the first row that cannot be taken, and how many more there are."""
    refusals = preview.refusals
    if not refusals:
        return
    row, sentence = refusals[0]
    where = f"{preview.file.name}, row {row}: " if row is not None else f"{preview.file.name}: "
    more = f" {len(refusals) - 1} more cannot be taken." if len(refusals) > 1 else ""
    raise InvalidInput(
        f"{sentence if sentence.startswith(preview.file.name) else where + sentence}{more}",
        code="rows-refused",
        way_out="Correct the file or how its columns are understood; nothing was taken.",
        row=row,
    )
