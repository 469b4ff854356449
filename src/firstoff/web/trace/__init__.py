"""From a serial number to everything, and from anything to serial numbers."""

from firstoff.web.trace import asking, unit

urlpatterns = [*unit.urlpatterns, *asking.urlpatterns]
