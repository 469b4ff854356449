"""The API of the area product."""

from ninja import Router

router = Router()
