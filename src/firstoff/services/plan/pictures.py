"""Pictures of work instructions: documents of the site, found by their content."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from pathlib import PurePath
from typing import Any

from django.db import transaction
from msgspec.structs import replace as with_

from firstoff.db.models import DocumentVersion
from firstoff.errors import InvalidInput
from firstoff.formats.media import media_of
from firstoff.rules.access import Actor
from firstoff.rules.documents import DocumentFacts
from firstoff.rules.plan import Picture, PlanOperation, StepFacts
from firstoff.services.documents import add_document
from firstoff.services.plan.process import operation_of, update_operation
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


@transaction.atomic
def set_steps(
    *,
    program_id: int,
    revision: str,
    plan: str,
    seq: int,
    steps: Sequence[StepFacts],
    by: Actor,
    at: datetime,
    pictures: Mapping[int, Sequence[tuple[str, bytes]]] | None = None,
    seen: str = "",
) -> PlanOperation:
    """All steps of an operation at once, with new pictures: name and bytes of each, by the place
    of the step from 0. Raises as ``keep_picture`` and ``update_operation`` do; then none is kept.
    """
    of: dict[str, Any] = {"program_id": program_id, "by": by, "at": at}
    wanted = list(steps)
    for place, files in (pictures or {}).items():
        new = [keep_picture(**of, content=data, file_name=name) for name, data in files]
        wanted[place] = with_(wanted[place], pictures=(*wanted[place].pictures, *new))
    held = operation_of(program_id, revision, plan, seq, by)
    return update_operation(
        **of,
        revision=revision,
        plan=plan,
        seq=seq,
        operation=replace(held, steps=tuple(wanted)),
        seen=seen,
    )
