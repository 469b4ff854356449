"""Pages for labels, packing, shipping, returns, and work on units that failed."""

from firstoff.web.genealogy import labels, pack, returns, ship, verify, work

urlpatterns = [
    *pack.urlpatterns,
    *verify.urlpatterns,
    *labels.urlpatterns,
    *ship.urlpatterns,
    *returns.urlpatterns,
    *work.urlpatterns,
]
