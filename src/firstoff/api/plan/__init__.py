"""How it is built: equipment, plans, test procedures, the definition and its baselines."""

from ninja import Router

from firstoff.api.plan import definition, equipment, procedures, process

router = Router()
for _part in (equipment, process, procedures, definition):
    router.add_router("", _part.router)
