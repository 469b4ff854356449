"""The API of the area nonconformity."""

from ninja import Router

router = Router()
