"""What scanners send, and what it is taken for."""

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from firstoff.errors import InvalidInput
from firstoff.formats.labels import Scanned, What, gs1, internal, scanned, wedge

GTIN = "09506000134352"
UNIT = {"gtin": GTIN, "serial": "ABC", "lot": "L1"}


def said(text: str) -> dict[str, object]:
    """The fields that are not empty, without the raw text."""
    found = scanned(text)
    every = {name: getattr(found, name) for name in Scanned.__slots__}
    return {name: value for name, value in every.items() if value and name != "raw"}


GS1 = [
    f"]d201{GTIN}21ABC\x1d10L1",
    f"]Q301{GTIN}21ABC\x1d10L1\r\n",
    f"]C101{GTIN}21ABC\x1d10L1",
    f"\x1d01{GTIN}21ABC\x1d10L1",
    f"01{GTIN}21ABC\x1d10L1",
    f"01{GTIN}21ABC<GS>10L1",
    f"01{GTIN}21ABC{{GS}}10L1",
    f"01{GTIN}21ABC␝10L1",
    f"01{GTIN}21ABC↔10L1",
    f"01{GTIN}21ABC\\x1d10L1",
    f"01{GTIN}21ABC^]10L1",
    f"01{GTIN}21ABC|10L1",
    f"]d201{GTIN}21ABC~10L1",
    f"(01){GTIN}(21)ABC(10)L1",
    f"[)>\x1e05\x1d01{GTIN}\x1d21ABC\x1d10L1\x1e\x04",
]


@pytest.mark.parametrize("text", GS1)
def test_gs1_is_read_however_the_scanner_sends_it(text: str) -> None:
    assert said(text) == {"what": What.GS1, **UNIT}


def test_a_digital_link_says_the_same() -> None:
    found = said(f"https://example.com/01/{GTIN}/10/L1/21/ABC?11=261120")
    assert found == {"what": What.LINK, **UNIT, "other": (("11", "261120"),)}


def test_a_carton_says_its_sscc_and_what_is_in_it() -> None:
    found = said(f"]d20039501101053000001502{GTIN}3720\x1d10CC1-P1")
    assert found == {
        "what": What.GS1,
        "sscc": "395011010530000015",
        "quantity": Decimal(20),
        "lot": "CC1-P1",
        "other": (("02", GTIN),),
    }


def test_a_retail_code_is_a_gtin_only_where_the_scanner_says_so() -> None:
    assert said("]E09506000134352") == {"what": What.RETAIL, "gtin": GTIN}
    assert said("9506000134352") == {"what": What.TEXT}


DISTRIBUTORS = [
    (
        "[)>\x1e06\x1dPABC-1\x1d1PRC0402FR-0710KL\x1dQ10000\x1d9D2634\x1d1TL77\x1d4LCN\x1e\x04",
        {
            "part": "ABC-1",
            "mpn": "RC0402FR-0710KL",
            "quantity": Decimal(10000),
            "date_code": "2634",
            "lot": "L77",
            "other": (("4L", "CN"),),
        },
    ),
    # without the first RS, with a character before it, empty fields, spaces
    (">[)>06\x1dK\x1d1PX-1 \x1dQ5\x1d", {"mpn": "X-1", "quantity": Decimal(5)}),
    ("[)>{RS}06{GS}1PX-1{GS}Q5{RS}{EOT}", {"mpn": "X-1", "quantity": Decimal(5)}),
    ("[)>▲06↔1PX-1↔Q5EA▲♦", {"mpn": "X-1", "other": (("quantity", "5EA"),)}),
    (
        "{pbn:PICK1,on:SO1,pc:C312270,pm:ST-1,2,qty:5,mc:,cc:1,pdi:3,hp:null,wc:ZH}",
        {
            "part": "C312270",
            "mpn": "ST-1,2",
            "quantity": Decimal(5),
            "other": (("pbn", "PICK1"), ("on", "SO1"), ("cc", "1"), ("pdi", "3"), ("wc", "ZH")),
        },
    ),
    (
        "QTY:1000 PN:SMD0603-5K1-1% PO:32/7 MFR:ROYALOHM MPN:0603SAF RoHS https://www.tme.eu/x",
        {
            "part": "SMD0603-5K1-1%",
            "mpn": "0603SAF",
            "quantity": Decimal(1000),
            "other": (("PO", "32/7"), ("MFR", "ROYALOHM")),
        },
    ),
]


@pytest.mark.parametrize(("text", "fields"), DISTRIBUTORS)
def test_distributors_labels_are_read(text: str, fields: dict[str, object]) -> None:
    assert said(text) == {"what": What.DISTRIBUTOR, **fields}


TEXTS = ["CC1-P1-0017", "U", "pass", "{}", "{a:b}", "(10) pieces", "https://example.com/a", "0105"]


def test_the_symbology_identifier_is_no_part_of_a_text() -> None:
    assert scanned("]C0CC1-P1-0017\r\n") == Scanned("CC1-P1-0017", What.TEXT)


@pytest.mark.parametrize("text", [*TEXTS, "0112345678901234", "Ünit 7", "QTY: 5", "(99"])
def test_what_is_nothing_of_these_is_text(text: str) -> None:
    assert scanned(f" {text}\r") == Scanned(text, What.TEXT)


REFUSED = [
    ("", "A scan has 1 to 4096 characters; found 0"),
    ("x" * 4097, "found 4097"),
    ("]d2CC1-P1", "expected a GS1 application identifier"),
    ("]d20109506000134353", "check digit 3; expected 2"),
    ("(01)09506000134353", "check digit 3; expected 2"),
    ("[)>06PABC1PX-1Q5", "separators of this distributor label are lost"),
]


@pytest.mark.parametrize(("text", "sentence"), REFUSED)
def test_what_says_that_it_is_something_and_is_not_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        scanned(text)


# ---------------------------------------------------------------- codes of our own

VALUES = [
    (internal.UNIT, ("CC1", "CC1-P1-0017")),
    (internal.UNIT, ("A/B 7%", "0001 x")),
    (internal.UNIT, ("外壳", "Gerät №5 日")),
    (internal.BATCH, ("CC1-P1",)),
    (internal.CARTON, ("C-00031",)),
    (internal.PALLET, ("P-4",)),
    (internal.LOT, ("L-2026-00412",)),
    (internal.PLACE, ("JIG-07",)),
]


@pytest.mark.parametrize(("kind", "values"), VALUES)
def test_a_code_of_our_own_says_what_it_is(kind: internal.Kind, values: tuple[str, ...]) -> None:
    fields = dict(zip(kind.fields, values, strict=True))
    found = said(internal.encode(kind, *values))
    assert found == {"what": What.INTERNAL, "names": kind.names, **fields}


def test_a_code_of_our_own_is_short_and_plain() -> None:
    assert internal.encode(internal.UNIT, "CC1", "0017") == "U CC1 0017 JK"


# What a scanner with American keys writes on a computer set to another layout.
@pytest.mark.parametrize(
    "typed",
    [
        "U ZY-1 A_7 {}",
        "U YZß1 A?7 {}",  # German
        "U WY)& Q°è {}",  # French
        "u zy-1 a_7 {low}",  # Caps Lock
    ],
)
def test_another_keyboard_is_undone(typed: str) -> None:
    check = internal.encode(internal.UNIT, "ZY-1", "A_7")[-2:]
    found = scanned(typed.format(check, low=check.lower()))
    assert (found.names, found.part, found.serial) == ("unit", "ZY-1", "A_7")


@pytest.mark.parametrize("table", [wedge._GERMAN, wedge._FRENCH])
def test_a_keyboard_table_can_be_undone(table: tuple[str, str]) -> None:
    seen, meant = table[1], table[0]
    assert len(seen) == len(meant) == len(set(seen)) == len(set(meant))


def test_no_unit_is_taken_for_its_neighbour() -> None:
    """Any one character changed, any two neighbours swapped: the check letters tell."""
    code = internal.encode(internal.UNIT, "CC1", "0017")
    body, check = code[:-3], code[-3:]
    changed = {
        body[:i] + other + body[i + 1 :]
        for i in range(len(body))
        for other in "ABCXYZ0189-"
        if other != body[i]
    }
    changed |= {body[:i] + body[i + 1] + body[i] + body[i + 2 :] for i in range(len(body) - 1)}
    changed.discard(body)
    right = [one for one in changed if internal.check_letters(one) == check.strip()]
    assert right == []


def test_a_code_needs_its_identifiers() -> None:
    with pytest.raises(InvalidInput, match="The label of a unit needs its serial"):
        internal.encode(internal.UNIT, "CC1", " ")


IDENTIFIERS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30).filter(
    lambda text: text.strip()
)


@given(part=IDENTIFIERS, serial=IDENTIFIERS)
@example(part="<GS>", serial="^^|~")
def test_any_identifier_comes_back_whole(part: str, serial: str) -> None:
    found = scanned(internal.encode(internal.UNIT, part, serial))
    assert (found.names, found.part, found.serial) == ("unit", part, serial)


@given(st.text(st.characters(), max_size=60))
@example("http://a]b/01/1")
@example("U \ud800 1 JK")
def test_whatever_is_scanned_is_understood_or_refused(text: str) -> None:
    with suppress(InvalidInput):
        assert scanned(text).raw in text


VALUES_OF_GS1 = st.text(st.sampled_from(gs1.table.CHARACTERS["X"]), min_size=1, max_size=20)


@given(serial=VALUES_OF_GS1, lot=VALUES_OF_GS1)
@example(serial="A<GS>10B", lot="<RS>")
def test_any_value_that_gs1_allows_comes_through_a_symbol(serial: str, lot: str) -> None:
    made = gs1.elements([("01", GTIN), ("21", serial), ("10", lot)])
    found = scanned("]d2" + gs1.encode(made))
    assert (found.gtin, found.serial, found.lot) == (GTIN, serial, lot)
    link = scanned(gs1.digital_link(made))
    assert (link.gtin, link.serial, link.lot) == (GTIN, serial, lot)
