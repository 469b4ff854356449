"""The same server doing nothing, and decoding alone: what benchmarks ask beside the site itself.

    python -m benchmarks.served PORT

What a request costs before anything is stored is measured where requests are answered: these two
addresses go the straight way too, with its checks, its token, its headers and its line in the log.
"""

import sys
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

App = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def app(product: App) -> App:
    import msgspec

    from firstoff.api.records import Post
    from firstoff.rules.access import Actor
    from firstoff.site.straight import Straight

    decoder = msgspec.json.Decoder(Post)

    def nothing(actor: Actor, body: bytes, at: datetime) -> bytes:
        return b"{}"

    def decode(actor: Actor, body: bytes, at: datetime) -> bytes:
        return str(len(decoder.decode(body).records)).encode()

    return Straight(Straight(product, "/bench/nothing", nothing), "/bench/decode", decode)


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
