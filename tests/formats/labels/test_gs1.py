"""GS1 element strings, against the published table and another library's eyes."""

import os
import re
from pathlib import Path

import pytest
from biip.gs1_digital_link_uris import GS1DigitalLinkURI
from biip.gs1_messages import GS1Message

from firstoff.errors import InvalidInput
from firstoff.formats.labels import gs1
from firstoff.formats.labels.gs1.content import CHECKS, UNCHECKED

GTIN = "09506000134352"
SHARED = Path(
    os.environ.get("FIRSTOFF_SHARED", Path(__file__).resolve().parents[3] / ".." / "shared")
)

TEXTS = [
    f"(01){GTIN}(21)ABC",
    f"(01){GTIN}(10)CC1-P1(21)00017",
    f"(01){GTIN}(21)00017(10)CC1-P1(11)261120",
    f"(01){GTIN}(17)290200(10)L%1(30)5",
    "(00)395011010530000015",
    f"(00)395011010530000015(02){GTIN}(37)20(10)CC1-P1",
    f"(01){GTIN}(3103)001250(21)a_b",
    f"(01){GTIN}(240)X-1(241)C/7(250)S2(21)S1",
    "(414)9506000134352(254)BAY-7",
    "(8010)9506000117843#A/1(8011)12",
    "(8004)9506000134352ASSET1",
    f"(01){GTIN}(7021)OK(7022)B(21)1",
]


@pytest.mark.parametrize("given", TEXTS)
def test_text_and_symbol_hold_the_same(given: str) -> None:
    made = gs1.from_text(given)
    assert gs1.text(made) == given
    assert gs1.decode(gs1.encode(made)) == made


@pytest.mark.parametrize("given", TEXTS)
def test_another_library_reads_the_same(given: str) -> None:
    made = gs1.from_text(given)
    theirs = GS1Message.parse(gs1.encode(made))
    assert [(e.ai.ai, e.value) for e in theirs.element_strings] == [(e.ai, e.value) for e in made]


@pytest.mark.parametrize("given", [text for text in TEXTS if "(02)" not in text])
def test_another_library_reads_the_same_link(given: str) -> None:
    made = gs1.from_text(given)
    link = gs1.digital_link(made)
    theirs = {(e.ai.ai, e.value) for e in GS1DigitalLinkURI.parse(link).element_strings}
    assert (
        theirs
        == {(e.ai, e.value) for e in made}
        == {(e.ai, e.value) for e in gs1.from_digital_link(link)}
    )


def test_a_separator_follows_what_has_no_predefined_length() -> None:
    made = gs1.from_text(f"(01){GTIN}(21)ABC(11)261120(10)L1")
    assert gs1.encode(made) == f"01{GTIN}21ABC\x1d1126112010L1"


def test_separators_too_many_do_no_harm() -> None:
    assert gs1.text(gs1.decode(f"\x1d01{GTIN}\x1d21ABC\x1d\x1d")) == f"(01){GTIN}(21)ABC"


def test_a_link_keeps_the_order_of_the_standard_and_its_escapes() -> None:
    made = gs1.from_text(f"(01){GTIN}(21)A/1?(10)L 1".replace(" ", "%")) + gs1.elements(
        [("11", "261120")]
    )
    link = gs1.digital_link(made, "https://example.com/p/")
    assert link == f"https://example.com/p/01/{GTIN}/10/L%251/21/A%2F1%3F?11=261120"
    assert set(gs1.from_digital_link(link)) == set(made)


def test_a_link_may_have_a_short_gtin_and_words_of_its_own() -> None:
    found = gs1.from_digital_link("HTTPS://example.com/de/01/9506000134352/21/7?utm=x&17=290228")
    assert gs1.text(found) == f"(01){GTIN}(21)7(17)290228"


WRONG = [
    ("(01)09506000134353", r"\(01\) GTIN “09506000134353” ends in check digit 3; expected 2"),
    ("(01)0950600013435", "too short; expected 14 characters, found 13"),
    ("(21)" + "x" * 21, "has 21 characters; expected at most 20"),
    ("(21)", r"\(21\) SERIAL “” is too short; expected 1 characters, found 0"),
    ("(21)Ä", "has “Ä”; expected letters A-Z and a-z, digits"),
    ("(10)A B", "has “ ”"),
    ("(37)x", "has “x”; expected digits"),
    ("(11)261320", "has month 13; expected 01 to 12"),
    ("(11)260230", "has day 30; expected 00 to 28"),
    ("(7006)260200", "has day 00; expected 01 to 28"),
    ("(8008)26112024", "has hour 24; expected 0 to 23"),
    ("(8006)095060001343520302", "says piece 3 of 2"),
    ("(8003)19506000134352", "begins otherwise than with 0"),
    ("(8011)01", "begins with 0"),
    ("(8013)1987654Ad4X4bL5ttr2310c2J", "ends in check characters 2J; expected 2K"),
    ("(8010)abc", "capital letters, digits, #, - and /"),
    ("(10)A(10)B", r"\(10\) is there twice, with A and B"),
    ("(05)1", "begins with no identifier in parentheses"),
    ("ABC", "begins with no identifier in parentheses"),
]


@pytest.mark.parametrize(("given", "sentence"), WRONG)
def test_what_is_wrong_is_named(given: str, sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        gs1.from_text(given)


def test_an_unknown_identifier_in_a_symbol_is_named_with_its_place() -> None:
    with pytest.raises(InvalidInput, match="Character 17 begins “0599”"):
        gs1.decode(f"01{GTIN}0599")


APART = [
    ("(21)A", r"\(21\) SERIAL needs \(01\) or \(03\) or \(8006\) beside it"),
    ("(10)A", r"\(10\) BATCH/LOT needs \(01\) or \(02\)"),
    ("(37)4", r"needs \(00\) with \(02\) or \(00\) with \(8026\)"),
    (f"(01){GTIN}(37)4", r"\(01\) GTIN may not stand with \(37\) COUNT"),
    (f"(01){GTIN}(21)A(235)B", r"\(21\) SERIAL may not stand with \(235\)"),
    (f"(01){GTIN}(3102)000100(3103)000100", "may not stand with"),
    (f"(01){GTIN}(250)A", r"needs \(01\) with \(21\)"),
    (f"(01){GTIN}(7022)A", r"needs \(01\) with \(7021\)"),
]


@pytest.mark.parametrize(("given", "sentence"), APART)
def test_what_may_not_stand_alone_or_together_is_named(given: str, sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        gs1.associated(gs1.from_text(given))


@pytest.mark.parametrize("given", TEXTS)
def test_what_goes_together_goes_together(given: str) -> None:
    gs1.associated(gs1.from_text(given))


BAD_LINKS = [
    "https://id.gs1.org/",
    "https://id.gs1.org/21/ABC",
    f"ftp://id.gs1.org/01/{GTIN}",
    f"https://id.gs1.org/01/{GTIN}/21/A/10/B",
]


@pytest.mark.parametrize("uri", BAD_LINKS)
def test_what_is_no_link_is_refused(uri: str) -> None:
    with pytest.raises(InvalidInput):
        gs1.from_digital_link(uri)


def test_no_link_without_a_key() -> None:
    with pytest.raises(InvalidInput, match="No identifier is the key"):
        gs1.digital_link(gs1.elements([("400", "PO1")]))


# GS1 General Specifications 7.9.1 (check digit) and 7.9.5 (check characters of a GMN).
def test_check_digit_and_check_characters_are_those_of_the_standard() -> None:
    assert gs1.check_digit("629104150021") == "3"
    assert gs1.check_pair("1987654Ad4X4bL5ttr2310c") == "2K"


@pytest.mark.parametrize(
    ("given", "made"),
    [("9506000134352", GTIN), ("614141000036", "00614141000036"), (GTIN, GTIN)],
)
def test_any_gtin_gets_fourteen_digits(given: str, made: str) -> None:
    assert gs1.gtin14(given) == made


@pytest.mark.parametrize("given", ["", "123", "950600013435X", "9506000134353", "٩٥٠٦٠٠٠١٣٤٣٥٢"])
def test_what_is_no_gtin_is_refused(given: str) -> None:
    with pytest.raises(InvalidInput):
        gs1.gtin14(given)


def test_an_sscc_is_made_of_its_parts() -> None:
    assert gs1.sscc("3", "9501101", 53000001) == "395011010530000015"


@pytest.mark.parametrize("parts", [("3", "9501101", 10**9), ("33", "9501101", 1), ("3", "x", 1)])
def test_an_sscc_that_does_not_fit_is_refused(parts: tuple[str, str, int]) -> None:
    with pytest.raises(InvalidInput):
        gs1.sscc(*parts)


def test_every_check_of_the_table_is_made_or_named_as_not_made() -> None:
    named = {
        check
        for one in gs1.identifiers().values()
        for part in one.components
        for check in part.checks
    }
    assert named == set(CHECKS) | UNCHECKED


def test_the_table_is_that_of_the_dictionary() -> None:
    source = SHARED / "cases" / "gs1" / "gs1-syntax-dictionary.txt"
    if not source.exists():
        pytest.skip(f"no GS1 syntax dictionary at {source}")
    found = set()
    for line in source.read_text("utf-8").splitlines():
        entry = re.match(r"(\d+)(?:-(\d+))? .*? # (.*)|(\d+)(?:-(\d+))? ", line)
        if entry:
            first, last = entry[1] or entry[4], entry[2] or entry[5]
            digits = len(first)
            many = range(int(first), int(last or first) + 1)
            found |= {(f"{n:0{digits}d}", (entry[3] or "").strip()) for n in many}
    assert {(one.ai, one.title) for one in gs1.identifiers().values()} == found
