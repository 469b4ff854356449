"""Documents of a part revision, and the balloons on its drawings; while it is a draft (R-10)."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime

from firstoff.db.models import (
    Balloon,
    Characteristic,
    Document,
    DocumentVersion,
    PartRevision,
    Program,
    RevisionDocument,
)
from firstoff.errors import InvalidInput, NotFound
from firstoff.queries.documents import balloons_of
from firstoff.rules.access import Actor
from firstoff.rules.documents import (
    BalloonFacts,
    check_balloons,
    check_in_use,
    visible_at,
)
from firstoff.rules.product import check_editable, check_unmoved
from firstoff.services import ledger
from firstoff.services.ledger import Entry
from firstoff.services.product import program_for, revision_of


def link_version(
    *, program_id: int, revision: str, version_id: int, by: Actor, at: datetime
) -> DocumentVersion:
    """Make a version part of a draft's definition; it takes the place of another version of the
    same document."""
    program = program_for(by, program_id, "definition.edit")
    with _verb("link_version", by, at, program) as entry:
        found = _draft(program, revision)
        version = _version(by, program, version_id)
        _link(found, version, entry)
    return version


def unlink_version(
    *, program_id: int, revision: str, version_id: int, by: Actor, at: datetime
) -> None:
    """Take a document out of a draft's definition, with the balloons on it."""
    program = program_for(by, program_id, "definition.edit")
    with _verb("unlink_version", by, at, program) as entry:
        found = _draft(program, revision)
        version = _version(by, program, version_id)
        gone, _ = RevisionDocument.objects.filter(revision=found, version=version).delete()
        if not gone:
            raise NotFound(f"Revision {revision} does not have {version}.")
        Balloon.objects.filter(
            characteristic__revision=found, version__document=version.document_id
        ).delete()
        entry.details.update(revision=revision, document=version.document.number)


def set_balloons(
    *,
    program_id: int,
    revision: str,
    version_id: int,
    balloons: Sequence[BalloonFacts],
    by: Actor,
    at: datetime,
    seen: str = "",
) -> tuple[BalloonFacts, ...]:
    """All balloons of one drawing at once: what is not named goes. The drawing becomes part of
    the revision, if it was none.

    seen: ``state_of`` what the person saw; raises StaleState when somebody changed it since.
    """
    program = program_for(by, program_id, "definition.edit")
    with _verb("set_balloons", by, at, program) as entry:
        found = _draft(program, revision)
        version = _version(by, program, version_id)
        _check_drawing(version)
        check_unmoved(seen, balloons_of(found.pk, version.pk), "balloons")
        rows = {c.number: c.pk for c in Characteristic.objects.filter(revision=found)}
        wanted = check_balloons(balloons, pages=version.pages or 0, numbers=rows)
        _link(found, version, entry)
        _write(found, version, wanted, rows)
        entry.details.update(balloons=[b.characteristic for b in wanted])
    return wanted


def carry_balloons(
    *, program_id: int, revision: str, version_id: int, from_label: str, by: Actor, at: datetime
) -> tuple[BalloonFacts, ...]:
    """Take the balloons of another version of the same drawing onto this one, where it has the
    page and the characteristic no balloon yet; answers all that are there then."""
    program = program_for(by, program_id, "definition.edit")
    with _verb("carry_balloons", by, at, program) as entry:
        found = _draft(program, revision)
        version = _version(by, program, version_id)
        _check_drawing(version)
        source = DocumentVersion.objects.filter(
            document=version.document_id, label=from_label
        ).first()
        if source is None:
            raise NotFound(f"Document {version.document.number} has no version {from_label!r}.")
        there = balloons_of(found.pk, version.pk)
        placed = {b.characteristic for b in there}
        carried = [
            b
            for b in balloons_of(found.pk, source.pk)
            if b.characteristic not in placed and b.page <= (version.pages or 0)
        ]
        rows = {c.number: c.pk for c in Characteristic.objects.filter(revision=found)}
        _link(found, version, entry)
        _write(found, version, wanted := (*there, *carried), rows)
        entry.details.update(came_from=from_label, carried=[b.characteristic for b in carried])
    return balloons_of(found.pk, version.pk) if wanted else ()


def _write(
    revision: PartRevision,
    version: DocumentVersion,
    wanted: Sequence[BalloonFacts],
    rows: dict[str, int],
) -> None:
    Balloon.objects.filter(characteristic__revision=revision, version=version).delete()
    Balloon.objects.bulk_create(
        [
            Balloon(
                characteristic_id=rows[b.characteristic],
                version=version,
                page=b.page,
                x=b.x,
                y=b.y,
                to_x=b.to_x,
                to_y=b.to_y,
            )
            for b in wanted
        ]
    )


def _link(revision: PartRevision, version: DocumentVersion, entry: Entry) -> None:
    there = RevisionDocument.objects.filter(
        revision=revision, version__document=version.document_id
    ).select_related("version")
    before = list(there)
    entry.details.update(
        revision=revision.label, document=version.document.number, version=version.label
    )
    if any(link.version_id == version.pk for link in before):
        return
    check_in_use(version.document.retired_at is not None, version.document.number)
    for link in before:
        entry.details.update(instead_of=link.version.label)
        link.delete()
    RevisionDocument.objects.create(revision=revision, version=version)


def _version(by: Actor, program: Program, version_id: int) -> DocumentVersion:
    """A version at the program's site that the actor may see. Raises NotFound."""
    seen = Document.objects.filter(
        site=program.site_id, visibility__in=visible_at(by, program.site_id)
    )
    rows = DocumentVersion.objects.filter(pk=version_id, document__in=seen)
    found = rows.select_related("document").first()
    if found is None:
        raise NotFound("There is no such document, or not for you.")
    return found


def _check_drawing(version: DocumentVersion) -> None:
    if not version.pages:
        raise InvalidInput(
            f"{version.file_name} has no pages to place balloons on.",
            way_out="Balloons stand on a PDF or a picture.",
        )


def _draft(program: Program, label: str) -> PartRevision:
    found = revision_of(program, label)
    check_editable(found.status, f"Revision {found.label}")
    return found


def _verb(name: str, by: Actor, at: datetime, program: Program) -> AbstractContextManager[Entry]:
    subject = f"program {program.code}"
    return ledger.verb(f"documents.{name}", by=by, at=at, subject=subject, program=program)
