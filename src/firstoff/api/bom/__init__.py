"""The API of parts, their revisions and bills of materials."""

from ninja import Router

from firstoff.api.bom import imports, lines, parts, revisions

router = Router()
for _part in (parts, revisions, lines, imports):
    router.add_router("", _part.router)
