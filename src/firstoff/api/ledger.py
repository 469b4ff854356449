"""The API of the ledger: its head, to be kept elsewhere."""

from datetime import datetime

from django.http import HttpRequest
from ninja import Router, Schema

from firstoff.queries import ledger

router = Router()


class HeadOut(Schema):
    seq: int
    hash: str
    at: datetime | None


@router.get("/ledger/head", response=HeadOut, summary="The end of the chain")
def head(request: HttpRequest) -> ledger.Head:
    """Keep it elsewhere: with it one can tell whether the end of the ledger was cut off."""
    return ledger.head()
