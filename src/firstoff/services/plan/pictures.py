"""Pictures of work instructions: documents of the site, found by their content."""

from datetime import datetime
from hashlib import sha256
from pathlib import PurePath

from firstoff.db.models import DocumentVersion
from firstoff.errors import InvalidInput
from firstoff.formats.media import media_of
from firstoff.rules.access import Actor
from firstoff.rules.documents import DocumentFacts
from firstoff.rules.plan import Picture
from firstoff.services.documents import add_document
from firstoff.services.product import program_for
from firstoff.terms import DocumentKind


def keep_picture(
    *, program_id: int, content: bytes, file_name: str, by: Actor, at: datetime, title: str = ""
) -> Picture:
    """What a step can show: the document with this content that is there, else a new one.

    title: what it shows; the name of the file, unless said. Raises InvalidInput for what no page
    can show, NotAllowed where documents may not be added.
    """
    program = program_for(by, program_id, "definition.edit")
    digest = sha256(content).hexdigest()
    rows = DocumentVersion.objects.filter(
        sha256=digest, document__site=program.site_id, document__retired_at__isnull=True
    )
    there = rows.select_related("document").order_by("pk").first()
    if there is not None:
        return Picture(sha256=digest, document=there.document.number, version=there.label)
    if not media_of(content, file_name).shown:
        raise InvalidInput(
            f"{file_name} is no picture that a page can show; expected PNG, JPEG or PDF.",
            field="picture",
        )
    made = add_document(
        site_id=program.site_id,
        document=DocumentFacts(
            number=f"{program.code}-{digest[:8]}",
            title=title.strip() or PurePath(file_name).stem or program.code,
            kind=DocumentKind.PICTURE,
            part=program.part.number,
        ),
        content=content,
        file_name=file_name,
        by=by,
        at=at,
    )
    label = made.versions.values_list("label", flat=True).get()
    return Picture(sha256=digest, document=made.number, version=label)
