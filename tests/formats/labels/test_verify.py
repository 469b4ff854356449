"""A label that was stuck on is scanned back: R-64."""

import pytest

from firstoff.formats.labels import internal, scanned
from firstoff.formats.labels.verify import Match, verify

UNIT = ("U CC1 0017 JK",)
GS1 = ("(01)09506000134352(21)0017(10)CC1-P1",)
CARTON = (
    "(00)395011010530000015(02)09506000134352(37)20(10)CC1-P1",
    "(00)395011010530000015",
)

SAME = [
    (UNIT, ["U CC1 0017 JK"]),
    (UNIT, ["u cc1 0017 jk"]),
    (UNIT, ["U CC1 0017 JK", "]E09506000134352"]),
    (GS1, ["]d20109506000134352210017\x1d10CC1-P1"]),
    (GS1, ["010950600013435210CC1-P1<GS>210017"]),
    (GS1, ["https://id.gs1.org/01/09506000134352/10/CC1-P1/21/0017"]),
    (CARTON, ["]C100395011010530000015"]),
    (CARTON, ["]d20039501101053000001502095060001343523720\x1d10CC1-P1"]),
]


@pytest.mark.parametrize(("applied", "texts"), SAME)
def test_the_label_applied_is_known_however_it_is_read(
    applied: tuple[str, ...], texts: list[str]
) -> None:
    found = verify(applied, [scanned(text) for text in texts])
    assert found.match is Match.MATCHED


OTHER = [
    (["]d20109506000134352210018\x1d10CC1-P1"], "found GTIN 09506000134352, serial 0018"),
    (["]d2010950600013435221001710CC1-P1"], "found GTIN 09506000134352, serial 001710CC1-P1"),
    (["]d20109506000134352210017"], "found GTIN 09506000134352, serial 0017."),
    (["0017"], "found “0017”"),
    (["]E09506000134352"], "found “9506000134352”"),
    (["(01)09506000134352(21)0017(10)CC1-P1", "(00)395011010530000015"], "found SSCC 3950"),
]


@pytest.mark.parametrize(("texts", "sentence"), OTHER)
def test_another_label_is_told_from_it(texts: list[str], sentence: str) -> None:
    found = verify(GS1, [scanned(text) for text in texts])
    assert found.match is Match.MISMATCH
    assert found.sentence.startswith("The label is another one: expected ")
    assert sentence in found.sentence


def test_another_unit_of_the_same_part_is_named() -> None:
    found = verify(UNIT, [scanned(internal.encode(internal.UNIT, "CC1", "0018"))])
    assert found.sentence == (
        "The label is another one: expected serial 0017, part CC1, kind unit; "
        "found serial 0018, part CC1, kind unit."
    )


def test_nothing_read_is_no_mismatch() -> None:
    found = verify(UNIT, [])
    assert found.match is Match.NOTHING
    assert found.sentence == ("No code could be read; scan again, nearer and without reflections.")
