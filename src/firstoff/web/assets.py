"""The chart engine and a font of signs, out of installed packages, as files of our own origin."""

import gzip
import hashlib
from collections.abc import Callable
from functools import lru_cache, partial
from importlib.metadata import version as installed

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse

from firstoff.formats.charts import browser_bundle, browser_script
from firstoff.formats.documents.fonts import SIGN_FONTS, signs_font
from firstoff.web.auth import public

_FILES: dict[str, Callable[[], bytes]] = {
    "charts.js": lambda: browser_script().encode(),
    "charts-engine.js": browser_bundle,
    "signs.css": lambda: _signs().encode(),
    **{f"{name}.woff": partial(signs_font, name) for name in SIGN_FONTS},
}
_TYPES = {
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "woff": "font/woff",
}


def _signs() -> str:
    """A font family of the signs alone: a browser fetches it when a page has one of them."""
    return "\n".join(
        '@font-face { font-family: "Firstoff Signs"; font-display: swap; '
        f'src: url("{name}.woff") format("woff"); '
        f"unicode-range: {', '.join(f'U+{ord(sign):04X}' for sign in signs)}; }}"
        for name, signs in SIGN_FONTS.items()
    )


@lru_cache(maxsize=1)
def _version() -> str:
    # The engine is made from the package alone: its version stands for its 900 kB.
    made_of = (
        f"{installed('vl-convert-python')}\n{browser_script()}"
        f"{installed('pymupdf-fonts')}\n{_signs()}"
    )
    return hashlib.sha256(made_of.encode()).hexdigest()[:12]


@lru_cache(maxsize=len(_FILES))
def _packed(name: str) -> bytes:
    return gzip.compress(_FILES[name](), compresslevel=6, mtime=0)


def charts_url() -> str:
    return reverse("asset", args=[_version(), "charts.js"])


def signs_url() -> str:
    return reverse("asset", args=[_version(), "signs.css"])


@public
def asset(request: HttpRequest, version: str, name: str) -> HttpResponse:
    """Cached for ever: another version has another address."""
    if name not in _FILES or version != _version():
        raise Http404
    packed = "gzip" in request.headers.get("Accept-Encoding", "")
    body = _packed(name) if packed else gzip.decompress(_packed(name))
    response = HttpResponse(body, content_type=_TYPES[name.rpartition(".")[2]])
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    response["Vary"] = "Accept-Encoding"
    if packed:
        response["Content-Encoding"] = "gzip"
    return response


urlpatterns = [path("assets/<slug:version>/<str:name>", asset, name="asset")]
