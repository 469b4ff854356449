"""EPCIS over the API and the command line."""

import json
from typing import Any

import pytest

from tests.api.test_execution import Caller
from tests.conftest import World
from tests.services.test_events import FOREIGN, story


@pytest.fixture
def ada(world: World) -> Caller:
    return Caller(world, "ada")


def test_events_are_streamed_and_come_back(world: World, ada: Caller) -> None:
    story(world)
    path = f"/sites/{world.site.code}/epcis"
    answer = ada.client.get(f"/api/v1{path}/events")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/ld+json")
    content = answer.getvalue()
    status, body = ada("POST", f"{path}/capture?name=ours.jsonld", json.loads(content))
    assert (status, body["refused"], body["stored"]) == (201, 0, 0)
    status, body = ada("GET", f"{path}/captures")
    assert (status, body["total"], body["items"][0]["name"]) == (200, 1, "ours.jsonld")


def test_a_document_that_is_none_is_one_sentence(world: World, ada: Caller) -> None:
    path = f"/sites/{world.site.code}/epcis/capture"
    status, body = ada("POST", path, {**FOREIGN, "schemaVersion": 2})
    assert (status, body["title"][:24]) == (400, "events.jsonld: $.schemaV")


def test_a_time_without_a_zone_is_refused(world: World, ada: Caller) -> None:
    path = f"/sites/{world.site.code}/epcis/events?since=2026-05-11T08:00:00"
    status, body = ada("GET", path)
    assert (status, body["title"]) == (400, "since has no time zone.")


def test_others_sites_are_not_there(world: World) -> None:
    cy: Any = Caller(world, "cy")
    for path in ("events", "captures"):
        assert cy("GET", f"/sites/{world.site.code}/epcis/{path}")[0] == 404
