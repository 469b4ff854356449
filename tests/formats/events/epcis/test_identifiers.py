"""Names of things as URIs and back.

The pairs of EPC URIs and Digital Links are the standards' own: GS1 EPC Tag Data Standard 2.0
section 6.3. Check digits follow from the GS1 General Specifications 7.9.1.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstoff.errors import InvalidInput
from firstoff.formats.events.epcis.identifiers import (
    OWN,
    Asset,
    Component,
    Foreign,
    Gs1Name,
    Item,
    Location,
    LogisticUnit,
    Lot,
    Name,
    OwnItem,
    OwnLot,
    OwnProduct,
    OwnThing,
    Paper,
    Party,
    Product,
    Returnable,
    base_of,
    epc_of,
    named,
    uri_of,
)
from firstoff.formats.events.epcis.naming import Naming
from firstoff.formats.events.epcis.syntax import is_uri

BASE = "https://acme.example/floor"

SAME: list[tuple[str, str, Gs1Name]] = [
    (
        "urn:epc:id:sgtin:0614141.112345.400",
        "https://id.gs1.org/01/10614141123459/21/400",
        Item("10614141123459", "400"),
    ),
    (
        "urn:epc:id:sgtin:0614141.812345.6789",
        "https://id.gs1.org/01/80614141123458/21/6789",
        Item("80614141123458", "6789"),
    ),
    (
        "urn:epc:id:sgtin:0614141.812345.00%2Fa%25",
        "https://id.gs1.org/01/80614141123458/21/00%2Fa%25",
        Item("80614141123458", "00/a%"),
    ),
    (
        "urn:epc:class:lgtin:4012345.012345.998877",
        "https://id.gs1.org/01/04012345123456/10/998877",
        Lot("04012345123456", "998877"),
    ),
    (
        "urn:epc:idpat:sgtin:4012345.012345.*",
        "https://id.gs1.org/01/04012345123456",
        Product("04012345123456"),
    ),
    (
        "urn:epc:id:sscc:0614141.1234567890",
        "https://id.gs1.org/00/106141412345678908",
        LogisticUnit("106141412345678908"),
    ),
    (
        "urn:epc:id:sgln:0614141.12345.400",
        "https://id.gs1.org/414/0614141123452/254/400",
        Location("0614141123452", "400"),
    ),
    (
        "urn:epc:id:sgln:0614141.12345.0",
        "https://id.gs1.org/414/0614141123452",
        Location("0614141123452"),
    ),
    (
        "urn:epc:id:pgln:0614141.12345",
        "https://id.gs1.org/417/0614141123452",
        Party("0614141123452"),
    ),
    (
        "urn:epc:id:grai:0614141.12345.400",
        "https://id.gs1.org/8003/00614141123452400",
        Returnable("00614141123452400"),
    ),
    (
        "urn:epc:id:giai:0614141.12345400",
        "https://id.gs1.org/8004/061414112345400",
        Asset("061414112345400"),
    ),
    (
        "urn:epc:id:gdti:0614141.12345.400",
        "https://id.gs1.org/253/0614141123452400",
        Paper("0614141123452400"),
    ),
    (
        "urn:epc:id:cpi:0614141.123ABC.123456789",
        "https://id.gs1.org/8010/0614141123ABC/8011/123456789",
        Component("0614141123ABC", "123456789"),
    ),
    (
        "urn:epc:idpat:cpi:0614141.5PQ7%2FZ43.*",
        "https://id.gs1.org/8010/06141415PQ7%2FZ43",
        Component("06141415PQ7/Z43"),
    ),
]


@pytest.mark.parametrize(("epc", "link", "name"), SAME, ids=[epc for epc, _, _ in SAME])
def test_an_epc_uri_and_a_digital_link_are_one_name(epc: str, link: str, name: Gs1Name) -> None:
    assert (named(epc), named(link)) == (name, name)
    assert (epc_of(name, 7), uri_of(name)) == (epc, link)


def test_a_digital_link_of_any_domain_with_a_path_before_and_a_query_behind() -> None:
    uri = "https://brand.example/some/path/01/10614141123459/22/2A/10/L1/21/400?17=270131"
    assert named(uri) == Item("10614141123459", "400")


def test_a_gtin_of_13_digits_in_a_link_is_filled_up() -> None:
    assert named("https://id.gs1.org/01/4012345123456/21/9") == Item("04012345123456", "9")


@pytest.mark.parametrize(
    "uri",
    [
        "https://id.gs1.org/01/10614141123458/21/400",  # check digit
        "urn:epc:id:sgtin:0614141.11234.400",  # 12 digits
        "urn:epc:id:sgtin:0614141.1123x5.400",
        "urn:epc:id:sgtin:0614141.112345.*ä",
        "urn:epc:id:sscc:0614141.1234567890.1",
        "urn:epc:idpat:sgtin:4012345.*.*",
        "urn:epc:id:gsin:4012345.999987654",
        "urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8",
        "https://acme.example/about",
        "acme:glue",
        f"{BASE}/part/a/obj",
        f"{BASE}/part/a/obj/%FF",
        f"{BASE}/site/obj/a",
        "https://acme.example/floors/part/a/obj/b",
    ],
)
def test_what_says_nothing_to_us_stays_as_it_is(uri: str) -> None:
    assert named(uri, BASE) == Foreign(uri)
    assert uri_of(Foreign(uri)) == uri


@pytest.mark.parametrize(
    ("name", "uri"),
    [
        (OwnItem("CC-1", "0001"), f"{BASE}/part/CC-1/obj/0001"),
        (OwnItem("Lid / l", "ä 漢%2F"), f"{BASE}/part/Lid%20%2F%20l/obj/%C3%A4%20%E6%BC%A2%252F"),
        (OwnLot("R10k", "2611/A"), f"{BASE}/part/R10k/class/2611%2FA"),
        (OwnLot("", "GLZ-7781"), f"{BASE}/lot/class/GLZ-7781"),
        (OwnProduct("CC-1"), f"{BASE}/class/CC-1"),
        (OwnItem(".", ".."), f"{BASE}/part/%2E/obj/%2E%2E"),
        (OwnThing("procedure", ("function test", "")), f"{BASE}/procedure/bt/function%20test/"),
        (OwnThing("site", ("MAIN",)), f"{BASE}/site/loc/MAIN"),
    ],
)  # fmt: skip
def test_a_thing_without_a_gs1_key_has_an_address_of_our_own(name: Name, uri: str) -> None:
    assert (uri_of(name, BASE), named(uri, BASE)) == (uri, name)


_TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
_OWN = (
    st.builds(OwnItem, _TEXT, _TEXT)
    | st.builds(OwnLot, _TEXT, _TEXT)
    | st.builds(OwnProduct, _TEXT)
    | st.builds(OwnThing, st.sampled_from(sorted(OWN)), st.tuples(_TEXT) | st.tuples(_TEXT, _TEXT))
)


@given(_OWN)
def test_any_text_comes_back_out_of_an_address_as_it_was(name: Name) -> None:
    uri = uri_of(name, BASE)
    assert is_uri(uri)
    assert named(uri, BASE) == name


_SERIAL = st.text(
    "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz",
    min_size=1,
    max_size=20,
)


@given(_SERIAL, st.integers(6, 12))
def test_any_serial_that_gs1_has_comes_back_in_both_ways(serial: str, length: int) -> None:
    name = Item("10614141123459", serial)
    epc = epc_of(name, length)
    assert is_uri(epc)
    assert (named(epc), named(uri_of(name))) == (name, name)


@pytest.mark.parametrize(
    ("name", "length", "sentence"),
    [
        (Item("10614141123458", "1"), 7, "(01) "),
        (Item("10614141123459", "ä"), 7, "(21) "),
        (Product("10614141123459"), 5, "A company prefix has 6 to 12 digits, not 5."),
        (Returnable("00614141123452"), 7, "00614141123452 has no serial; "),
    ],
)
def test_a_name_that_gs1_does_not_have_is_refused(
    name: Gs1Name, length: int, sentence: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        epc_of(name, length)
    assert str(caught.value).startswith(sentence)


def test_an_address_that_cannot_begin_a_uri_is_refused() -> None:
    with pytest.raises(InvalidInput) as caught:
        base_of("acme example")
    assert str(caught.value) == (
        "“acme example” cannot begin a URI; expected an address such as https://acme.example."
    )


def test_a_gtin_with_a_wrong_check_digit_is_refused_before_anything_is_named() -> None:
    with pytest.raises(InvalidInput):
        Naming(base=BASE, gtins={"CC-1": "09521141012346"})
