"""Names and texts in any script print; what has no glyph is shown and named."""

import io
from collections.abc import Callable
from typing import Any

import pypdf
import pytest
import typst

from firstoff.formats import documents
from firstoff.formats.documents import fonts

pytestmark = pytest.mark.slow  # draws, sets pages or repeats much: not for `make fast`

Sample = Callable[[str], dict[str, Any]]


def text(pdf: bytes) -> str:
    found = "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)
    return " ".join(found.split())


SCRIPTS = {
    "Chinese": "质量经理 王小明",
    "Japanese": "品質管理 やまだ タロウ",
    "Korean": "품질 관리자 김철수",
    "Arabic": "مدير الجودة محمد",
    "Hebrew": "מנהל איכות",
    "Thai": "ผู้จัดการคุณภาพ",
    "Hindi": "गुणवत्ता प्रबंधक क्षत्रिय",
    "Bengali": "গুণমান ব্যবস্থাপক",
    "Tamil": "தர மேலாளர்",
    "Telugu": "నాణ్యత మేనేజర్",
    "Khmer": "អ្នកគ្រប់គ្រង",
    "Lao": "ຜູ້ຈັດການ",
    "Myanmar": "မန်နေဂျာ",
    "Greek": "Διευθυντής ποιότητας",
    "Cyrillic": "Менеджер по качеству Ґ",
    "Georgian": "ხარისხის მენეჯერი",
    "Vietnamese": "Nguyễn Thị Hồng Ngọc",
    "symbols": "Ø 5 ± 0.1 mm ≤ µ Ω ⌀ ½ → ✔ ★ № ™ €",
}


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_has_every_glyph(script: str) -> None:
    assert documents.missing_glyphs({"name": SCRIPTS[script]}) == {}


def test_all_scripts_print_in_one_document(sample: Sample) -> None:
    data = sample("certificate")
    data["certificate"]["remarks"] = list(SCRIPTS.values())
    data["signatures"] = [data["signatures"][0] | {"name": name} for name in SCRIPTS.values()]
    said = text(documents.render("certificate", data))
    assert [name for name in ("王小明", "Ґ", "김철수", "Nguyễn") if name not in said] == []
    assert "no glyph" not in said


def test_a_script_prints_in_the_pictures_too(sample: Sample) -> None:
    data = sample("pilot_sign_off")
    data["pilot"]["batches"][0]["label"] = "批次 1"
    data["pilot"]["defects"][0]["name"] = "عيب في القاعدة"
    assert "批次 1: 5 of 20" in text(documents.render("pilot_report", data))


def test_what_has_no_glyph_stands_as_its_code_point_and_is_named_in_the_foot(
    sample: Sample,
) -> None:
    data = sample("certificate")
    data["certificate"]["product"]["name"] = "Jar \U0001f600"
    said = text(documents.render("certificate", data))
    assert "Jar ⟨U+1F600⟩" in said
    assert "1 character has no glyph and stands as its code point: U+1F600." in said


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("a\x00b\x07c", "a⟨U+0000⟩b⟨U+0007⟩c"),
        ("lone \ud800 surrogate", "lone ⟨U+D800⟩ surrogate"),
        ("private \ue000", "private ⟨U+E000⟩"),
        ("never assigned \uffff", "never assigned ⟨U+FFFF⟩"),
        ("cod\u202eexe.jpg", "cod⟨U+202E⟩exe.jpg"),
        ("one\nline\tonly", "one line only"),
        ("heart \u2764\ufe0f", "heart \u2764"),
        ("\U0001f469\u200d\U0001f527!", "⟨U+1F469⟩⟨U+1F527⟩!"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("soft\u00adhyphen", "softhyphen"),
    ],
)
def test_a_character_that_cannot_print_is_shown(written: str, printed: str) -> None:
    assert fonts.printable(written, {}) == printed


def test_an_export_never_fails_for_a_character(sample: Sample) -> None:
    data = sample("pilot_hold")
    planes = (0x00, 0x80, 0x0300, 0x2000, 0xD800, 0xE000, 0xFFF0, 0x1F300, 0xE0000, 0x10FFF0)
    for place, start in enumerate(planes):
        odd = "".join(chr(start + k) for k in range(16))
        data["units"]["counted"][place]["serial"] = f"X{odd}"
        data["units"]["counted"][place]["operator"] = odd
    data["pilot"]["sentence"] = "".join(chr(start + k) for start in planes for k in range(16))
    assert documents.render("pilot_report", data).startswith(b"%PDF")


def test_the_embedded_fonts_have_every_point_we_say_they_have() -> None:
    """Typst itself is the oracle: PDF/A refuses a glyph that no font has."""
    points = sorted(fonts.EMBEDDED_POINTS)
    families = '("Libertinus Serif", "DejaVu Sans Mono")'
    written = " ".join(f"\\u{{{point:x}}}" for point in points)
    source = f'#set text(font: {families}, fallback: false)\n#"{written}"'
    pdf = typst.Compiler(font_paths=fonts.typst_fonts()).compile(
        input=source.encode(), format="pdf", pdf_standards="a-2b", timestamp=0
    )
    assert isinstance(pdf, bytes)


@pytest.mark.parametrize(
    ("words", "family"),
    [("质量", "SC"), ("品質やまだ", "JP"), ("品質 관리", "KR"), ("plain", "SC")],
)
def test_the_form_of_han_characters_follows_the_other_letters(words: str, family: str) -> None:
    assert f"Noto Sans CJK {family}" in fonts.families([words])
