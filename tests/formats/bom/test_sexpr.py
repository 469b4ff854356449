"""S-expressions: words, quotes, brackets."""

from dataclasses import replace

import pytest

from firstoff.errors import InvalidInput
from firstoff.formats.bom.sexpr import expression
from firstoff.formats.sources import DEFAULT_LIMITS


def read(text: str, **limits):
    return expression(text, "a.net", replace(DEFAULT_LIMITS, **limits))


def test_words_and_quoted_words_are_alike():
    found = read(r'(comp (ref R1) (value "10k \"hot\"") (a) (a b c))')
    assert (found.name, found.value("ref"), found.value("value")) == ("comp", "R1", '10k "hot"')
    assert [each.text(1) for each in found.all("a")] == ["", "c"]
    assert (found.first("z"), found.value("z")) == (None, "")


def test_what_follows_the_first_expression_says_nothing():
    assert read("(a b) (c d) )").text() == "b"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("(a\n(b", "a.net, line 2: the file ends inside a bracket. Copy the file again."),
        ('(a\n\n"b)', "a.net, line 3: a quote is opened and not closed. Copy the file again."),
        (")", "a.net, line 1: a bracket closed that none opened."),
        ("word", "a.net, line 1: no bracket at the beginning."),
        ("(" * 300, "a.net, line 1: brackets inside brackets without end."),
    ],
)
def test_broken_text_is_refused_with_its_line(text, sentence):
    with pytest.raises(InvalidInput) as caught:
        read(text)
    assert str(caught.value) == sentence


def test_too_many_words_are_refused():
    with pytest.raises(InvalidInput) as caught:
        read("(a b c d e f g)", json_values=5)
    assert caught.value.code == "too-large"
