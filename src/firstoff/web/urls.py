"""Every page's address, by area."""

from django.urls import URLPattern, URLResolver

from firstoff.web import (
    access,
    assets,
    bom,
    change,
    documents,
    evidence,
    execution,
    finding,
    genealogy,
    ledger,
    plan,
    product,
    release,
    review,
    sourcing,
    supply,
    techpack,
    tolerance,
    trace,
)

urlpatterns: list[URLPattern | URLResolver] = [
    *assets.urlpatterns,
    *access.urlpatterns,
    *ledger.urlpatterns,
    *finding.urlpatterns,
    *product.urlpatterns,
    *documents.urlpatterns,
    *bom.urlpatterns,
    *plan.urlpatterns,
    *review.urlpatterns,
    *supply.urlpatterns,
    *sourcing.urlpatterns,
    *execution.urlpatterns,
    *genealogy.urlpatterns,
    *change.urlpatterns,
    *techpack.urlpatterns,
    *tolerance.urlpatterns,
    *release.urlpatterns,
    *trace.urlpatterns,
    # A batch ID may hold slashes, so the run's own address matches nearly anything: last.
    *evidence.urlpatterns,
]
