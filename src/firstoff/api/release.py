"""The API of the area release."""

from ninja import Router

router = Router()
