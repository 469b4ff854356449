"""The pages of runs, the line and units."""

from firstoff.web.execution import (
    bar,
    imports,
    instruction,
    line,
    line_sheet,
    records,
    runs,
    units,
)

urlpatterns = [
    *runs.urlpatterns,
    *bar.urlpatterns,
    *line_sheet.urlpatterns,
    *line.urlpatterns,
    *instruction.urlpatterns,
    *records.urlpatterns,
    *units.urlpatterns,
    *imports.urlpatterns,
]
