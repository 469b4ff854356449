"""The API of the area execution."""

from ninja import Router

router = Router()
