"""From a serial number to everything, and from anything to serial numbers."""

from firstoff.web.trace import asking, containment, opening, unit, working

urlpatterns = [
    *unit.urlpatterns,
    *asking.urlpatterns,
    *opening.urlpatterns,
    *containment.urlpatterns,
    *working.urlpatterns,
]
