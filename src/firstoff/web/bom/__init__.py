"""Parts and bills of materials: lists, revisions, lines, imports, what differs."""

from firstoff.web.bom import (
    characteristics,
    comparing,
    editing,
    imports,
    lines,
    part,
    parts,
    start,
    variants,
)

urlpatterns = [
    *start.urlpatterns,
    *parts.urlpatterns,
    *lines.urlpatterns,
    *editing.urlpatterns,
    *variants.urlpatterns,
    *imports.urlpatterns,
    *comparing.urlpatterns,
    *characteristics.urlpatterns,
    *part.urlpatterns,
]
