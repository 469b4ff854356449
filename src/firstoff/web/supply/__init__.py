"""The pages of lots: what came in, how it stands, where it went."""

from firstoff.web.supply import lots, receiving

urlpatterns = [*receiving.urlpatterns, *lots.urlpatterns]
