"""The site with two addresses more: the same server, doing nothing, and decoding alone.

    python -m benchmarks.served PORT

What a request costs before it does anything is measured where requests are answered.
"""

import sys
from collections.abc import Callable, Iterable
from typing import Any


def app(product: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    from firstoff.api.records import Post

    decoder = __import__("msgspec").json.Decoder(Post)

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path not in ("/bench/nothing", "/bench/decode"):
            return product(environ, start)
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        said = b"{}"
        if path == "/bench/decode":
            said = str(len(decoder.decode(body).records)).encode()
        head = [("Content-Type", "application/json"), ("Content-Length", str(len(said)))]
        start("200 OK", head)
        return [said]

    return answer


def main(port: int) -> None:
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "firstoff.site.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.core.servers.basehttp import get_internal_wsgi_application

    from firstoff.cli import serving

    serving.collect_static()
    at = serving.Address("127.0.0.1", port)
    server = serving.Server(app(get_internal_wsgi_application()), at, settings.MAX_UPLOAD_BYTES)
    print("Ctrl+C stops it.", flush=True)
    server.run()


if __name__ == "__main__":
    main(int(sys.argv[1]))
