"""What LZString packed comes out again; what it did not pack is refused."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstoff.formats.bom.lzstring import Unpackable, decompressed
from tests.formats.bom.drawings import pack


@pytest.mark.parametrize(
    "packed_and_text",
    [
        # Of the library's own tests and pages.
        ("", None),
        ("Q===", ""),
        ("BYUwNmD2Q===", "hello"),
    ],
)
def test_texts_that_the_library_packed(packed_and_text):
    packed, text = packed_and_text
    if text is None:
        with pytest.raises(Unpackable):
            decompressed(packed, longest=100)
    else:
        assert decompressed(packed, longest=100) == text


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400))
def test_every_text_comes_out_as_it_went_in(text):
    units = text.encode("utf-16-le", "surrogatepass")
    signs = "".join(chr(int.from_bytes(units[at : at + 2], "little"))
                    for at in range(0, len(units), 2))  # fmt: skip
    assert decompressed(pack(signs), longest=1000) == text


def test_what_repeats_comes_out_whole():
    text = "abc" * 5_000
    assert decompressed(pack(text), longest=20_000) == text


def test_a_bomb_is_stopped_at_its_limit():
    with pytest.raises(Unpackable, match="longer than 1,000 signs"):
        decompressed(pack("a" * 100_000), longest=1_000)


@pytest.mark.parametrize("packed", ["BYUw", "####", "AAAA", "////", "BYUwNmD2Q"[:5]])
def test_what_is_no_packed_text_is_refused(packed):
    with pytest.raises(Unpackable):
        decompressed(packed, longest=1000)


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=",
               max_size=120))  # fmt: skip
def test_letters_at_random_end_in_a_text_or_a_refusal(packed):
    with suppress(Unpackable):
        assert len(decompressed(packed, longest=10_000)) <= 10_000
