"""Every page's address, by area."""

from django.urls import URLPattern, URLResolver

from firstoff.web import (
    access,
    assets,
    bom,
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
    *release.urlpatterns,
    *trace.urlpatterns,
    # A batch ID may hold slashes, so the run's own address matches nearly anything: last.
    *evidence.urlpatterns,
]
