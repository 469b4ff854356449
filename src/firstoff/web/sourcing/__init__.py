"""The pages of supply: sources, suppliers, offers, orders, stock, incoming inspection, and what
decides: what stands between, buying plan, cost, compliance, material identity."""

from firstoff.web.sourcing import (
    buying,
    compliance,
    cost,
    health,
    identity,
    incoming,
    lists,
    offers,
    orders,
    sources,
    stock,
    suppliers,
)

urlpatterns = [
    *suppliers.urlpatterns,
    *lists.urlpatterns,
    *offers.urlpatterns,
    *orders.urlpatterns,
    *stock.urlpatterns,
    *incoming.urlpatterns,
    *sources.urlpatterns,
    *health.urlpatterns,
    *buying.urlpatterns,
    *cost.urlpatterns,
    *compliance.urlpatterns,
    *identity.urlpatterns,
]
