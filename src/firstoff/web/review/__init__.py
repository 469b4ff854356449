"""Looked at before it is too late: reviews for manufacture, the PFMEA, clarification queries."""

from firstoff.web.review import dfm, pfmea, queries

urlpatterns = [*dfm.urlpatterns, *pfmea.urlpatterns, *queries.urlpatterns]
