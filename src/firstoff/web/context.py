"""What every page needs: who is signed in, where, and the sites they see."""

from typing import Any

from django.http import HttpRequest


def shell(request: HttpRequest) -> dict[str, Any]:
    return {
        "actor": getattr(request, "actor", None),
        "place": getattr(request, "place", None),
        "places": getattr(request, "places", ()),
    }
