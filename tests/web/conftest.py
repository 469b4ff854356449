"""Browsers: somebody signed in, or nobody."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from firstoff.web import auth
from tests.conftest import PASSWORD

Browse = Callable[..., Client]


@pytest.fixture(autouse=True)
def untouched(monkeypatch: pytest.MonkeyPatch) -> None:
    """A minute after the last touch a page writes that somebody is still there. Where queries are
    counted, a slow machine would have that write on one page and not on another."""
    monkeypatch.setattr(auth, "_TOUCH", auth.IDLE / 2)


@pytest.fixture
def browse(db: None) -> Browse:
    """``browse(world.ada)``: a browser where Ada signed in; ``browse()``: where nobody did."""

    def browser(actor: Any = None, **options: Any) -> Client:
        client = Client(HTTP_HOST="localhost", **options)
        if actor is not None:
            sent = {"username": actor.username, "password": PASSWORD}
            if options.get("enforce_csrf_checks"):
                client.get("/sign-in/")
                sent["csrfmiddlewaretoken"] = client.cookies["firstoff_csrf"].value
            assert client.post("/sign-in/", sent).status_code == 302
        return client

    return browser
