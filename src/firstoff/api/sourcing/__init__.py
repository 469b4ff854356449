"""The API of the area sourcing: suppliers, sources, offers, orders, stock, inspections, and what
they say of a program."""

from ninja import Router

from firstoff.api.sourcing import material, offers, orders, programs, sources, suppliers

router = Router()
for _part in (suppliers, sources, offers, orders, material, programs):
    router.add_router("", _part.router)
