"""The API of the area access."""

from ninja import Router

router = Router()
