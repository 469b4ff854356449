"""How it is built: equipment, plans, test procedures, the definition and its baselines."""

from ninja import Router

from firstoff.api.plan import controls, definition, equipment, inspection, procedures, process

router = Router()
for _part in (equipment, process, procedures, controls, inspection, definition):
    router.add_router("", _part.router)
