"""How it is built: the definition of a program, its process plan, and the equipment of a site."""

from firstoff.web.plan import (
    controls,
    definition,
    equipment,
    inspection,
    instructions,
    operation,
    procedures,
    process,
)

urlpatterns = [
    *definition.urlpatterns,
    *process.urlpatterns,
    *operation.urlpatterns,
    *instructions.urlpatterns,
    *procedures.urlpatterns,
    *controls.urlpatterns,
    *inspection.urlpatterns,
    *equipment.urlpatterns,
]
