"""A cell of a grid: a field whose label is the head of its column."""

from typing import Any

from django import template
from django.forms import BoundField

register = template.Library()


@register.inclusion_tag("parts/cell.html")
def cell(bound_field: BoundField, column: str = "", options: str = "") -> dict[str, Any]:
    """The field alone, named for readers, its error below. options: id of a datalist."""
    identity = bound_field.id_for_label
    kind = type(bound_field.field.widget).__name__
    attrs: dict[str, str | bool] = {"aria-label": column or str(bound_field.label)}
    if kind != "CheckboxInput":
        attrs["class"] = "in"
    if bound_field.errors:
        attrs |= {"aria-invalid": "true", "aria-describedby": f"{identity}-error"}
    if options:
        attrs["list"] = options
    return {"f": bound_field, "id": identity, "widget": bound_field.as_widget(attrs=attrs)}
