"""The pages of supply: sources, suppliers, offers, orders, stock, incoming inspection."""

from firstoff.web.sourcing import incoming, lists, offers, orders, sources, stock, suppliers

urlpatterns = [
    *suppliers.urlpatterns,
    *lists.urlpatterns,
    *offers.urlpatterns,
    *orders.urlpatterns,
    *stock.urlpatterns,
    *incoming.urlpatterns,
    *sources.urlpatterns,
]
