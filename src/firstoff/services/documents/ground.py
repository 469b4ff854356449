"""What the verbs of documents share: the document for whoever asks, checked files."""

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from firstoff.db.models import Document, Part
from firstoff.errors import InvalidInput, NotFound
from firstoff.formats import pages, store
from firstoff.formats.media import LARGEST, Media, media_of, safe_name
from firstoff.rules.access import Actor, require
from firstoff.rules.documents import visible_at


@dataclass(frozen=True, slots=True)
class File:
    """A file that was looked at: what it is, how many pages it has, where its bytes lie."""

    name: str
    media: Media
    size: int
    sha256: str
    pages: int | None


def kept(content: bytes, name: str) -> File:
    """Look at a file and keep its bytes; before the verb, so that nobody waits for a disk.

    A file whose verb is refused afterwards lies in the store and is named by nothing. Raises
    InvalidInput for what is empty, damaged, too large or of no kind that is kept.
    """
    name = safe_name(name)
    largest = min(LARGEST, settings.MAX_UPLOAD_BYTES)
    media = media_of(content, name, largest=largest)
    many = pages.count(content, media.shown, name) if media.shown else None
    sha256 = store.put(Path(settings.MEDIA_ROOT), content, name=name, largest=largest)
    return File(name, media, len(content), sha256, many)


def document_for(by: Actor, document_id: int, permission: str = "document.edit") -> Document:
    """The document, if the actor may see it and do this to it. Raises NotFound, NotAllowed."""
    found = Document.objects.select_related("part").filter(pk=document_id).first()
    if found is None or found.visibility not in visible_at(by, found.site_id):
        raise NotFound("There is no such document, or not for you.")
    require(by, permission, found.site_id)
    return found


def part_named(site_id: int, number: str) -> Part | None:
    """None where no part is named. Raises InvalidInput where there is none of that number."""
    if not number:
        return None
    found = Part.objects.filter(site=site_id, number=number).first()
    if found is None:
        raise InvalidInput(f"There is no part {number!r} at this site.", field="part")
    return found
