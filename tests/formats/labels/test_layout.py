"""What stands on a label and what is refused. Nothing is drawn here."""

import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from firstoff.errors import InvalidInput
from firstoff.formats.labels.data import LabelData
from firstoff.formats.labels.layout import Layout, lay_out
from firstoff.formats.labels.sizes import SIZES, Sheet, dots_per_mm, size_named
from firstoff.formats.labels.templates import TEMPLATES, template_named

UNIT = template_named("unit")
CARTON = template_named("carton")
PLAIN = LabelData(part="CC1", serial="0017", batch="CC1-P1")
SMALL = size_named("50x25")


def words(layout: Layout) -> list[str]:
    return [text.text for text in layout.texts]


def test_a_unit_with_a_gtin_carries_gs1() -> None:
    layout = lay_out(UNIT, SMALL, UNIT.example)
    assert layout.holds == ("(01)09506000134352(21)CC1-P1-0017(10)CC1-P1",)
    assert layout.codes[0].symbol.name == "gs1_datamatrix"
    assert "(01)09506000134352(21)CC1-P1-0017" in "".join(words(layout))


def test_a_unit_without_one_carries_a_short_code_of_our_own() -> None:
    layout = lay_out(UNIT, SMALL, PLAIN)
    assert layout.holds == ("U CC1 0017 JK",)
    assert words(layout) == ["P/N", "CC1", "S/N", "0017", "Batch", "CC1-P1"]


def test_a_carton_carries_its_sscc_as_bars_too() -> None:
    layout = lay_out(CARTON, size_named("4x6in"), CARTON.example, dpi=203)
    sscc = "(00)395011010530000015"
    assert layout.holds == (sscc + "(02)09506000134352(37)20(10)CC1-P1", sscc)
    assert (layout.bar_mm, layout.remarks) == (0.5, ())


def test_bars_finer_than_gs1_asks_are_remarked() -> None:
    layout = lay_out(CARTON, size_named("80x40"), CARTON.example, dpi=203)
    assert layout.remarks == ("Bars of 0.375 mm: GS1 asks 0.495 mm for logistic units.",)


def test_a_small_label_leaves_the_bars_to_the_square_code_and_says_so() -> None:
    layout = lay_out(CARTON, size_named("62x29"), CARTON.example)
    assert layout.left_out == ("bars",)
    assert layout.bar_mm is None


def test_a_carton_of_no_whole_number_says_its_sscc_alone() -> None:
    data = replace(CARTON.example, quantity=Decimal("2.50"), unit="kg")
    layout = lay_out(CARTON, size_named("100x100"), data)
    assert layout.holds[0] == "(00)395011010530000015"
    assert "2.50 kg" in words(layout)


def test_what_is_needed_least_is_left_out_first_and_named() -> None:
    data = replace(PLAIN, name="Counter", extra=("one", "two"), marks="CE", revision="B")
    layout = lay_out(UNIT, size_named("25x10"), data)
    assert layout.left_out == ("line 2", "line 1", "name")
    assert words(layout)[-3:] == ["Batch", "CC1-P1", "CE"]


def test_too_small_a_label_names_the_size_that_would_do() -> None:
    with pytest.raises(InvalidInput) as refused:
        lay_out(UNIT, size_named("25x10"), UNIT.example, dpi=203)
    assert str(refused.value) == (
        "A unit label with a code of 22 modules of at least 0.25 mm, and its text, does not fit "
        "25 × 10 mm at 203 dpi; the smallest size that does is 50x25."
    )
    assert refused.value.details["smallest"] == "50x25"


def test_a_larger_minimum_needs_a_larger_label() -> None:
    layout = lay_out(UNIT, SMALL, UNIT.example, minimum=0.5)
    assert layout.module_mm >= 0.5
    with pytest.raises(InvalidInput, match=r"smallest size that does is 62x29"):
        lay_out(UNIT, SMALL, UNIT.example, minimum=1.0)


def test_no_size_at_all_is_said_too() -> None:
    with pytest.raises(InvalidInput, match="no size does"):
        lay_out(UNIT, SMALL, replace(PLAIN, serial="x" * 200))


@pytest.mark.parametrize(("dpi", "dots"), [(203, 8), (300, 300 / 25.4), (600, 600 / 25.4)])
def test_a_module_is_a_whole_number_of_dots(dpi: int, dots: float) -> None:
    layout = lay_out(UNIT, SMALL, PLAIN, dpi=dpi)
    assert dots_per_mm(dpi) == dots
    assert layout.module_mm == round(round(layout.module_mm * dots) / dots, 4)


def test_a_name_wraps_and_at_the_last_ends_in_an_ellipsis_an_identifier_never() -> None:
    name = "A counter with two buttons, a lid and a very long description " * 3
    layout = lay_out(UNIT, SMALL, replace(PLAIN, name=name))
    assert [text for text in words(layout) if text.endswith("…")] == [words(layout)[2]]
    assert {"0017", "CC1", "CC1-P1"} <= set(words(layout))


@pytest.mark.slow
def test_a_name_without_spaces_breaks_where_the_line_ends() -> None:
    name = "两个按钮的计数器铝制外壳阳极氧化处理带盖子和说明书以及包装材料"
    layout = lay_out(UNIT, SMALL, replace(PLAIN, name=name))
    texts = words(layout)
    assert "".join(texts[: texts.index("P/N")]) == name


def test_a_character_without_a_glyph_stands_as_its_code_point() -> None:
    layout = lay_out(UNIT, SMALL, replace(PLAIN, name="A \U0001fae8"))
    assert words(layout)[0] == "A ⟨U+1FAE8⟩"
    assert layout.remarks == ("No glyph for U+1FAE8: set as code points.",)


REFUSED = [
    ({"serial": ""}, {}, "A unit label needs the serial: it has none"),
    ({"batch": ""}, {}, "A unit label needs the batch: every label carries its batch ID"),
    ({"gtin": "9506000134353"}, {}, "ends in check digit 3; expected 2"),
    ({"gtin": "9506000134352", "serial": "Gerät 1"}, {}, "Without GTIN and SSCC a label carries"),
    ({}, {"dpi": 250}, "250 dpi is not known; expected 203, 300 or 600"),
    ({}, {"code": "aztec"}, "A label has no code “aztec”; expected datamatrix or qr"),
    ({}, {"minimum": 0.0}, "expected 0.1 to 2 mm"),
]


@pytest.mark.parametrize(("data", "asked", "sentence"), REFUSED)
def test_what_cannot_be_a_label_is_refused(
    data: dict[str, str], asked: dict[str, object], sentence: str
) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        lay_out(UNIT, SMALL, replace(PLAIN, **data), **asked)


def test_a_carton_without_a_count_is_refused() -> None:
    with pytest.raises(InvalidInput, match="A carton label needs the quantity: it has none"):
        lay_out(CARTON, SMALL, replace(CARTON.example, quantity=None))


def test_a_carton_without_sscc_needs_its_number() -> None:
    with pytest.raises(InvalidInput, match="The label of a carton needs its number"):
        lay_out(CARTON, SMALL, replace(CARTON.example, sscc="", number=""))


def test_registries_name_what_they_have() -> None:
    with pytest.raises(InvalidInput, match="expected one of 25x10, 50x25, 2x1in"):
        size_named("a")
    with pytest.raises(InvalidInput, match="expected one of unit, batch, carton"):
        template_named("a")


def test_sheets_hold_their_labels_on_the_page() -> None:
    for size in SIZES:
        sheet = size.sheet
        if isinstance(sheet, Sheet):
            x, y = sheet.place(sheet.many - 1)
            assert x + size.width <= sheet.page[0] + 0.01
            assert y + size.height <= sheet.page[1] + 0.01
            assert sheet.pitch[0] >= size.width
            assert sheet.pitch[1] >= size.height


def test_the_reference_names_every_template_and_size() -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "reference" / "labels.md").read_text()
    named = set(re.findall(r"`([\w-]+)`", page))
    assert {one.name for one in (*SIZES, *TEMPLATES)} <= named
