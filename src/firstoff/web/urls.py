"""Every page's address, by area."""

from django.urls import URLPattern, URLResolver

from firstoff.web import access, assets, ledger, plan, product

urlpatterns: list[URLPattern | URLResolver] = [
    *assets.urlpatterns,
    *access.urlpatterns,
    *ledger.urlpatterns,
    *product.urlpatterns,
    *plan.urlpatterns,
]
