"""The API of parts, their revisions and bills of materials."""

from ninja import Router

from firstoff.api.bom import characteristics, imports, lines, parts, revisions

router = Router()
for _part in (parts, revisions, characteristics, lines, imports):
    router.add_router("", _part.router)
