"""Reviews for manufacture, failure modes and queries, as the doors show them."""

from firstoff.queries.review.pfmea import PFMEA_HEAD, PfmeaView, pfmea
from firstoff.queries.review.views import (
    FindingList,
    Pfmea,
    QueryList,
    ReviewView,
    dfm_stand,
    failure_modes,
    failure_modes_of,
    finding,
    finding_facts,
    findings,
    queries,
    queries_of,
    query,
    query_facts,
    review,
    reviews,
)

__all__ = [
    "PFMEA_HEAD",
    "FindingList",
    "Pfmea",
    "PfmeaView",
    "QueryList",
    "ReviewView",
    "dfm_stand",
    "failure_modes",
    "failure_modes_of",
    "finding",
    "finding_facts",
    "findings",
    "pfmea",
    "queries",
    "queries_of",
    "query",
    "query_facts",
    "review",
    "reviews",
]
