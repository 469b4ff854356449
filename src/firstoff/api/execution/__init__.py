"""The API of the area execution: runs, bars, units, records, imports, the trace of a unit."""

from ninja import Router

from firstoff.api.execution import imports, records, runs

router = Router()
for _part in (runs, records, imports):
    router.add_router("", _part.router)
