"""The ledger, and what every record has in common."""

import secrets
import time
import uuid

from django.db import models


def new_uid() -> uuid.UUID:
    """A UUIDv7: sorts by time, made by whoever records.

    RFC 9562, 5.7; the twelve bits after the milliseconds go on with them (6.2, method 3). Every
    record takes one, and this is three times as fast as a general library.
    """
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    head = milliseconds << 16 | 7 << 12 | (rest << 12) // 1_000_000
    return uuid.UUID(int=head << 64 | 2 << 62 | secrets.randbits(62))


class LedgerEntry(models.Model):
    """One verb: who, when, what, and the digest of the records it wrote; chained by SHA-256."""

    seq = models.BigIntegerField(primary_key=True)  # place in the chain, from 1, without gaps
    at = models.DateTimeField()
    by = models.CharField(max_length=150)
    verb = models.CharField(max_length=80)
    subject = models.CharField(max_length=300)
    program = models.ForeignKey("firstoff.Program", models.PROTECT, null=True, related_name="+")
    details = models.TextField()  # canonical JSON
    records = models.TextField()  # canonical JSON: how many rows of which table
    digest = models.CharField(max_length=64)  # over those rows
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        indexes = [models.Index(fields=["program", "seq"], name="ledger_by_program")]

    def __str__(self) -> str:
        return f"{self.seq} {self.verb} {self.subject}"


class Record(models.Model):
    """A manufacturing record: written once, never changed, never deleted.

    The triggers refuse UPDATE and DELETE; ``entry`` names the ledger entry whose digest covers
    the row. ``uid`` is made by whoever recorded it: posting it twice records it once (R-36).
    """

    uid = models.UUIDField(unique=True, default=new_uid)
    entry = models.ForeignKey(LedgerEntry, models.PROTECT, related_name="+")
    # Nobody asks for all records of one person: an index would be written with every record.
    by = models.ForeignKey("firstoff.Person", models.PROTECT, related_name="+", db_index=False)
    received_at = models.DateTimeField()

    class Meta:
        abstract = True
