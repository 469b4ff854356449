"""Every page's address, by area."""

from django.urls import URLPattern, URLResolver

from firstoff.web import access, assets, finding, ledger, plan, product

urlpatterns: list[URLPattern | URLResolver] = [
    *assets.urlpatterns,
    *access.urlpatterns,
    *ledger.urlpatterns,
    *finding.urlpatterns,
    *product.urlpatterns,
    *plan.urlpatterns,
]
