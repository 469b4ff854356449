"""The words of CBV 2.0, whichever way they are written."""

import json
from pathlib import Path
from typing import Any

import pytest

from firstoff.formats.events.epcis import units, vocabulary
from firstoff.formats.events.epcis.syntax import is_time, is_uom, is_uri
from firstoff.formats.events.epcis.vocabulary import (
    BIZ_STEP,
    BIZ_TRANSACTION,
    DISPOSITION,
    ERROR_REASON,
    MEASUREMENT,
    Words,
)


@pytest.mark.parametrize(
    ("words", "term", "short"),
    [
        (BIZ_STEP, "shipping", "shipping"),
        (BIZ_STEP, "urn:epcglobal:cbv:bizstep:shipping", "shipping"),
        (BIZ_STEP, "https://ref.gs1.org/cbv/BizStep-shipping", "shipping"),
        (BIZ_STEP, "cbv:BizStep-shipping", "shipping"),
        (BIZ_STEP, "cbv:BizStep-tuning", "cbv:BizStep-tuning"),
        (BIZ_STEP, "acme:shipping", "acme:shipping"),
        (DISPOSITION, "urn:epcglobal:cbv:disp:in_transit", "in_transit"),
        (BIZ_TRANSACTION, "https://ref.gs1.org/cbv/BTT-po", "po"),
        (MEASUREMENT, "gs1:Temperature", "Temperature"),
        (MEASUREMENT, "https://gs1.org/voc/Temperature", "Temperature"),
    ],
)
def test_a_word_has_one_short_name(words: Words, term: str, short: str) -> None:
    assert words.short(term) == short


def test_a_word_has_one_uri() -> None:
    terms = ["holding", "urn:epcglobal:cbv:bizstep:holding", "acme:tuning"]
    assert [BIZ_STEP.uri(term) for term in terms] == [
        "https://ref.gs1.org/cbv/BizStep-holding",
        "https://ref.gs1.org/cbv/BizStep-holding",
        "acme:tuning",
    ]


@pytest.mark.parametrize(
    ("words", "file"),
    [
        (BIZ_STEP, "cbv-context-bizstep.jsonld"),
        (DISPOSITION, "cbv-context-disposition.jsonld"),
        (BIZ_TRANSACTION, "cbv-context-biztransaction-type.jsonld"),
        (ERROR_REASON, "cbv-context-error-reason.jsonld"),
    ],
)
def test_the_words_and_their_uris_are_those_of_the_official_context(
    words: Words, file: str, shared: Path
) -> None:
    path = shared / "cases/epcis/context" / file
    context = json.loads(path.read_text("utf-8"))["@context"]
    official = {
        name: term.replace("cbv:", context["cbv"])
        for name, term in context.items()
        if not name.startswith("@") and name != "cbv"
    }
    assert {word: words.uri(word) for word in words.words} == official


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("measurementType", vocabulary.MEASUREMENT),
        ("sensorAlertType", vocabulary.ALERT),
        ("component", vocabulary.COMPONENT),
        ("source-dest-type", vocabulary.SOURCE_DEST),
        ("bizStep", vocabulary.BIZ_STEP),
        ("disposition", vocabulary.DISPOSITION),
        ("bizTransaction-type", vocabulary.BIZ_TRANSACTION),
    ],
)
def test_the_words_are_those_of_the_official_schema(name: str, words: Words, shared: Path) -> None:
    schema: Any = json.loads((shared / "cases/epcis/EPCIS-JSON-Schema.json").read_text("utf-8"))
    (named,) = [part["enum"] for part in schema["definitions"][name]["anyOf"] if "enum" in part]
    assert set(named) == set(words.words)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("urn:epc:idpat:sgtin:4012345.098765.*", True),
        ("ni:///sha-256;00?ver=CBV2.0", True),
        ("example:myField", True),
        ("http://[2001:db8::1]:80/a", True),
        ("a:", True),
        ("http://[::g]/", False),
        ("http://a b/", False),
        ("a:%zz", False),
        ("ä:b", False),
        ("urn:ä", False),
        ("myField", False),
        ("_:b0", False),
        ("//a/b", False),
        ("", False),
        ("a:b\n", False),
    ],
)
def test_a_uri_is_one_of_rfc_3986(text: str, verdict: bool) -> None:
    assert is_uri(text) is verdict


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("2026-02-28T23:59:59.123456789+14:00", True),
        ("2024-02-29t00:00:00z", True),
        ("2026-02-29T00:00:00Z", False),
        ("2026-02-28T00:00:00", False),
        ("2026-02-28 00:00:00Z", False),
        ("2026-02-28T00:00:00+0100", False),
        ("2016-12-31T23:59:60Z", False),
        ("0000-01-01T00:00:00Z", False),
    ],
)
def test_a_time_is_one_of_rfc_3339(text: str, verdict: bool) -> None:
    assert is_time(text) is verdict


def test_every_unit_has_a_code_that_epcis_can_write_and_a_known_measure() -> None:
    known = [units.code_of(unit) or "" for unit in units.UNITS]
    measures = {units.measure_of(unit)[0] for unit in units.UNITS}
    assert [code for code in known if not is_uom(code)] == []
    assert measures - set(MEASUREMENT.words) == set()


@pytest.mark.parametrize(
    ("unit", "said"),
    [
        ("mm", ("Length", "MMT")),
        ("Ω", ("Resistance", "OHM")),
        ("", ("Dimensionless", None)),
        ("furlong", ("firstoff:measurement", None)),
    ],
)
def test_a_unit_says_what_it_measures(unit: str, said: tuple[str, str | None]) -> None:
    assert units.measure_of(unit) == said


def test_a_code_is_read_as_the_unit_people_write() -> None:
    assert [units.unit_of(code) for code in ("MMT", "OHM", "4H", "XBX", "")] == [
        "mm",
        "Ohm",
        "um",
        "XBX",
        "",
    ]
