"""The API of the area evidence."""

from ninja import Router

router = Router()
