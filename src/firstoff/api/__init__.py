"""The API under /api/v1: everything the web can do, described by OpenAPI."""

from ninja import NinjaAPI

api = NinjaAPI(title="Firstoff", version="1", urls_namespace="api")
