"""The API of the area plan."""

from ninja import Router

router = Router()
