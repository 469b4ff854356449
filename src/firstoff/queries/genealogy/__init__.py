"""Records of the floor, and what follows from them: labels, packages, shipments, returns."""

from firstoff.queries.genealogy.records import RecordPage, RecordView, records

__all__ = ["RecordPage", "RecordView", "records"]
