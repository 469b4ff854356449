"""The pages of runs, the line and units."""

from firstoff.web.execution import bar, imports, line, records, runs, units

urlpatterns = [
    *runs.urlpatterns,
    *bar.urlpatterns,
    *line.urlpatterns,
    *records.urlpatterns,
    *units.urlpatterns,
    *imports.urlpatterns,
]
