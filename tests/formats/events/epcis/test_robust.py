"""Whatever comes in is read or refused, heard or told why: nothing else."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firstoff.errors import InvalidInput
from firstoff.formats.events.epcis import Unheard, happenings_of, read, record_of, write
from firstoff.formats.events.epcis.happenings import Happening, Held, Released
from firstoff.formats.events.epcis.manufacture import document, event_of
from tests.formats.events.epcis import documents_of_our_own as own
from tests.formats.events.epcis.test_manufacture import as_sent, foreign
from tests.formats.events.epcis.test_verdict import changed
from tests.formats.events.epcis.what_happened import AT, EVERY, NAMING

WHOLE = json.dumps(own.capture(own.EVENTS["ObjectEvent"])).encode()
SAID = write(document(NAMING, AT, [event_of(one, NAMING) for one in EVERY]))


def refused_or_read(raw: bytes) -> None:
    try:
        found = read(raw)
    except InvalidInput:
        return
    assert read(write(found)) == found


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(WHOLE)), st.binary(max_size=4), st.integers(0, 3))
def test_bytes_cut_out_of_a_document_or_put_into_it(at: int, put: bytes, cut: int) -> None:
    refused_or_read(WHOLE[:at] + put + WHOLE[at + cut :])


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes(raw: bytes) -> None:
    refused_or_read(raw)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(changed())
def test_whatever_is_read_is_written_again_and_heard_or_told_why(value: Any) -> None:
    try:
        found = read(json.dumps(value).encode())
    except InvalidInput:
        return
    assert read(write(found)) == found
    for event in found.events:
        heard = happenings_of(event, NAMING)
        assert isinstance(heard, Unheard) or all(isinstance(one, Happening) for one in heard)


_ODD = (None, True, 5, "", "x", "urn:x:y", [], ["x"], {}, {"firstoff:lot": 1}, "2026-01-01")


@pytest.mark.slow
@settings(max_examples=400, deadline=None)
@given(st.data())
def test_our_own_fields_filled_by_somebody_else(data: st.DataObject) -> None:
    value = json.loads(SAID)
    (event,) = [data.draw(st.sampled_from(value["epcisBody"]["eventList"]))]
    ours = [name for name in event if name.startswith("firstoff:")]
    event[data.draw(st.sampled_from(ours))] = data.draw(st.sampled_from(_ODD))
    value["epcisBody"]["eventList"] = [event]
    (back,) = read(json.dumps(value).encode()).events
    heard = happenings_of(back, NAMING)
    if isinstance(heard, tuple):
        for one in heard:
            if not isinstance(one, Held | Released):
                json.dumps(record_of(one))


@pytest.mark.parametrize(
    ("time", "offset"),
    [
        ("9999-12-31T23:59:59-14:00", "+14:00"),
        ("0001-01-01T00:00:00+14:00", "-14:00"),
        ("0001-01-01T00:00:00Z", "+00:00"),
    ],
)
def test_the_first_and_the_last_moment_there_is(time: str, offset: str) -> None:
    event = foreign(
        eventTime=time,
        eventTimeZoneOffset=offset,
        action="DELETE",
        bizStep="destroying",
        epcList=["https://acme.example/part/a/obj/b"],
    )
    heard = happenings_of(event, NAMING)
    assert isinstance(heard, tuple)
    again = event_of(heard[0], NAMING)
    assert happenings_of(as_sent(again), NAMING) == heard


def test_a_number_that_no_computer_holds_is_refused() -> None:
    raw = WHOLE.replace(b'"big": ', b'"big": 1e99999999999999999999, "acme:x": ')
    with pytest.raises(InvalidInput) as caught:
        read(raw, "plant.json")
    assert str(caught.value) == (
        "plant.json holds a number that cannot be: 1e99999999999999999999."
    )
