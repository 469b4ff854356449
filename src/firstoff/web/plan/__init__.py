"""How it is built: the definition of a program, its process plan, and the equipment of a site."""

from firstoff.web.plan import (
    definition,
    equipment,
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
    *equipment.urlpatterns,
]
