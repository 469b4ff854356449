"""Label templates: one file a kind, one line here."""

from firstoff.errors import InvalidInput

from . import batch, carton, lot, pallet, place, unit
from .kind import Line, Rank, Template

TEMPLATES: tuple[Template, ...] = (
    unit.TEMPLATE,
    batch.TEMPLATE,
    carton.TEMPLATE,
    pallet.TEMPLATE,
    lot.TEMPLATE,
    place.TEMPLATE,
)

__all__ = ["TEMPLATES", "Line", "Rank", "Template", "template_named"]


def template_named(name: str) -> Template:
    for one in TEMPLATES:
        if one.name == name:
            return one
    names = ", ".join(one.name for one in TEMPLATES)
    raise InvalidInput(f"There is no label “{name}”; expected one of {names}.", field="template")
