"""The parts pages are built from: states, numbers, times, fields, tables, charts."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.http import QueryDict
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone

from firstoff import terms
from firstoff.formats import charts
from firstoff.queries import access
from firstoff.web.forms import DateInput, Form
from firstoff.web.templatetags.firstoff import STATES, page_bounds, script_json
from tests.web.reading import PageRead

SPRITE_SHAPES = {"met", "not", "none", "waived", "risk", "hold", "info"}


def shown(text: str, **context: Any) -> str:
    return Template("{% load firstoff %}" + text).render(Context(context))


# ---------- states ----------


def test_a_state_is_shape_word_and_colour() -> None:
    assert shown('{% state "held" %}') == (
        '<span class="st st-not"><svg viewBox="0 0 16 16" aria-hidden="true">'
        '<use href="#i-hold"/></svg>Held</span>'
    )


def test_a_state_may_say_another_word_which_stays_text() -> None:
    assert ">All &lt;b&gt;</span>" in shown('{% state "met" word %}', word="All <b>")


@pytest.mark.parametrize(
    "value",
    [
        *terms.Verdict,
        *terms.RunVerdict,
        *terms.GateState,
        *terms.RevisionStatus,
        *terms.UnitResult,
        *terms.OperationOutcome,
    ],
)
def test_every_state_of_the_rules_has_a_shape(value: Any) -> None:
    form, _, word = STATES[value.value]
    assert (form in SPRITE_SHAPES, bool(word)) == (True, True)


def test_one_colour_never_stands_for_two_shapes_of_opposite_meaning() -> None:
    colours = {form: {c for f, c, _ in STATES.values() if f == form} for form in SPRITE_SHAPES}
    assert all(len(c) == 1 for c in colours.values())


# ---------- numbers ----------


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("{{ v|percent }}", 0.25, "25\u00a0%"),
        ("{{ v|percent }}", 0.05, "5\u00a0%"),
        ("{{ v|percent }}", 0.0625, "6.3\u00a0%"),
        ("{{ v|percent }}", 0.0004, "under 0.1\u00a0%"),
        ("{{ v|percent }}", 0.9999, "over 99.9\u00a0%"),
        ("{{ v|percent }}", 0, "0\u00a0%"),
        ("{{ v|percent }}", None, ""),
        ("{{ v|bound }}", 0.00127, "0.13\u00a0%"),
        ("{{ v|bound }}", 0.249, "24.9\u00a0%"),
        ("{% between v 0.491 %}", 0.0866, "8.7\u00a0% to 49.1\u00a0%"),
        ("{{ v|of_hundred }}", 0.3917, "39 in 100"),
        ("{{ v|number }}", Decimal("1234.50"), "1,234.50"),
        ("{{ v|number }}", 1234567, "1,234,567"),
        ("{{ v|number:0 }}", Decimal("-2.5"), "\u22123"),
        ("{{ v|number:1 }}", 0.25, "0.3"),
        ("{{ v|number:1 }}", -0.25, "\u22120.3"),
        ("{{ v|number }}", None, ""),
        ("{{ v|minutes }}", 660, "11.0\u00a0min"),
        ("{{ v|minutes }}", None, ""),
        ('{{ v|plural:"unit" }}', 1, "1 unit"),
        ('{{ v|plural:"unit" }}', 1000, "1,000 units"),
        ('{{ v|plural:"entry,entries" }}', 0, "0 entries"),
        ("{{ v|plain }}", terms.Role.QUALITY_MANAGER, "quality manager"),
        ('{% money v "GBP" %}', Decimal("61.40"), "£61.40"),
        ('{% money v "GBP" %}', Decimal("15350.40"), "£15,350"),
        ('{% money v "GBP" %}', 61, "£61"),
        ('{% money v "USD" %}', Decimal("-0.125"), "\u2212$0.13"),
        ('{% money v "CHF" %}', 100, "CHF\u00a0100"),
        ('{% money v "GBP" %}', None, ""),
        ("{% against v 5 1 %}", Decimal("4.96"), "4.96"),
        ("{% against v 5 1 %}", Decimal("4.94"), "4.9"),
        ("{% against v 5 1 %}", Decimal("5.04"), "5.04"),
        ("{% against v 5 1 %}", Decimal("5"), "5.0"),
        ("{% against v 5 0 %}", 4.999, "4.999"),
        ("{% against v 0.9 1 %}", 0.95, "1.0"),
    ],
)
def test_numbers_read_as_people_write_them(text: str, value: Any, expected: str) -> None:
    assert shown(text, v=value) == expected


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("", "2026-05-12 16:42"),
        ("date", "2026-05-12"),
        ("time", "16:42"),
        ("zone", "2026-05-12 16:42 +0100"),
    ],
)
def test_a_time_is_that_of_the_site(form: str, expected: str) -> None:
    moment = datetime(2026, 5, 12, 15, 42, tzinfo=UTC)
    with timezone.override(ZoneInfo("Europe/London")):
        text = shown("{% when v form %}", v=moment, form=form)
    assert text == f'<time datetime="2026-05-12T16:42:00+01:00">{expected}</time>'


def test_a_day_is_a_day_everywhere() -> None:
    assert shown("{% when v %}", v=date(2026, 5, 12)) == (
        '<time datetime="2026-05-12">2026-05-12</time>'
    )
    assert shown("{% when v %}", v=None) == ""


# ---------- forms ----------


class Bar(Form):
    sample = forms.IntegerField(label="Units that count", help_text="10 to 100")
    limit = forms.DecimalField(label="Mean, at most", required=False)
    kind = forms.ChoiceField(choices=[("a", "A"), ("b", "B")])
    sure = forms.BooleanField(required=False)
    parts = forms.MultipleChoiceField(
        choices=[("x", "X <b>"), ("y", "Y")], widget=forms.CheckboxSelectMultiple
    )
    day = forms.DateField(widget=DateInput(), required=False)
    file = forms.FileField(required=False)
    note = forms.CharField(widget=forms.Textarea, required=False)


FIELDS = "{% load firstoff %}{% for f in form %}{% field f unit=unit %}{% endfor %}"


def problems(form: Form, unit: str = "") -> list[str]:
    text = (
        f"<main><h1>x</h1>{Template(FIELDS).render(Context({'form': form, 'unit': unit}))}</main>"
    )
    return PageRead(text).problems()


def test_every_kind_of_field_has_a_name_and_ties_what_is_said_to_it() -> None:
    assert problems(Bar()) == []
    assert problems(Bar(QueryDict("sample=x&limit=y&kind=z&day=q"))) == []


def test_a_field_says_what_is_wrong_keeps_the_entry_and_names_its_hint() -> None:
    form = Bar(QueryDict("sample=twenty"))
    text = shown('{% field form.sample unit="units" %}', form=form)
    (field,) = PageRead(text).all("input")
    assert (field.attrs["value"], field.attrs["aria-invalid"], field.attrs["inputmode"]) == (
        "twenty",
        "true",
        "decimal",
    )
    assert field.attrs["aria-describedby"] == "id_sample-error id_sample-hint"
    assert field.attrs["type"] == "text"
    assert "Units that count is no whole number; a decimal point, no units." in text


def test_what_is_optional_says_so() -> None:
    assert "optional" in shown("{% field form.limit %}", form=Bar())
    assert "optional" not in shown("{% field form.sample %}", form=Bar())


def test_a_password_is_never_given_back() -> None:
    class Signing(Form):
        password = forms.CharField(widget=forms.PasswordInput)

    form = Signing(QueryDict("password=hush"))
    assert "hush" not in shown("{% field form.password %}", form=form)


# ---------- tables ----------


def requested(query: str) -> dict[str, Any]:
    return {"request": RequestFactory().get(f"/x/?{query}")}


@pytest.mark.parametrize(
    ("query", "total", "texts"),
    [
        ("", 20, ["20 units"]),
        ("", 120, ["1 to 50 of 120 units", "Page 1 of 3", 'href="?page=2" rel="next"']),
        ("page=3&q=a%20b", 120, ["101 to 120", 'href="?page=2&amp;q=a+b" rel="prev"']),
        ("page=99", 120, ["101 to 120 of 120 units"]),
    ],
)
def test_a_pager_gives_the_true_total(query: str, total: int, texts: list[str]) -> None:
    text = shown('{% pager total "unit" %}', total=total, **requested(query))
    assert [t for t in texts if t not in text] == []


@pytest.mark.parametrize(
    ("query", "bounds"),
    [
        ("", (0, 50)),
        ("page=3", (100, 50)),
        ("page=0", (0, 50)),
        ("page=x", (0, 50)),
        ("page=-2", (0, 50)),
    ],
)
def test_a_page_asked_for_is_a_window(query: str, bounds: tuple[int, int]) -> None:
    assert page_bounds(QueryDict(query)) == bounds


def test_filters_are_links_with_counts_that_keep_the_rest() -> None:
    text = shown(
        '{% filters "result" options %}',
        options=[("", "All", 20), ("reject", "Rejected", 5)],
        **requested("result=reject&q=x&page=2"),
    )
    assert '<a href="?q=x">All 20</a>' in text
    assert '<a href="?result=reject&amp;q=x" aria-current="page">Rejected 5</a>' in text


# ---------- blocks ----------


def test_a_verdict_opens_with_question_and_answer() -> None:
    text = shown(
        '{% verdict "hold" question="May we start?" answer="No. Hold." figures=figures %}'
        "<p>5 of 20</p>{{ name }}{% endverdict %}",
        figures=[("Reject rate", "25 %", "8.7 % to 49.1 %"), ("Units", "<b>", "")],
        name="<script>",
    )
    assert [t for t in ("v-not", "#i-hold", "No. Hold.", "<p>5 of 20</p>") if t not in text] == []
    assert ("&lt;script&gt;" in text, "&lt;b&gt;" in text, "<script" in text) == (
        True,
        True,
        False,
    )


@pytest.mark.parametrize("kind", charts.KINDS, ids=lambda kind: str(kind.name))
def test_every_chart_has_its_finding_and_its_values(kind: Any) -> None:
    page = PageRead(shown("{% chart kind data %}", kind=kind.name, data=kind.example()))
    (script,) = page.all("script")
    assert json.loads(script.text) == json.loads(
        json.dumps(charts.spec(kind.name, kind.example()))
    )
    assert page.all("figcaption")[0].text == charts.finding(kind.name, kind.example())
    assert len(page.all("tr")) == len(charts.table(kind.name, kind.example()).rows) + 1
    assert page.dangers() == []


def test_json_in_a_page_does_not_end_its_script() -> None:
    value = {"</script><script>alert(1)</script>": "<!-- \u2028 & \u202e"}
    text = script_json(value)
    assert ([c for c in "<>&\u2028" if c in text], json.loads(text)) == ([], value)


# ---------- the chart engine ----------


def test_the_chart_engine_is_served_for_ever_under_its_version(client: Any, db: None) -> None:
    address = shown("{% charts_script %}")
    for name, most in (("charts.js", 60_000), ("charts-engine.js", 3_000_000)):
        answer = client.get(address.replace("charts.js", name))
        assert (answer.status_code, answer["Content-Type"]) == (
            200,
            "text/javascript; charset=utf-8",
        )
        assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
        assert 1000 < len(answer.content) < most
    packed = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip"


@pytest.mark.parametrize("address", ["/assets/0123456789ab/charts.js", "/assets/x/settings.py"])
def test_another_version_is_not_there(client: Any, db: None, address: str) -> None:
    assert client.get(address).status_code == 404


# ---------- first steps ----------


@pytest.mark.parametrize(
    ("who", "done", "buttons"),
    [
        ("adam", 1, []),  # people are there already, and he makes no programs
        ("eli", 1, ["New program", "Choose a file"]),
        ("vic", 1, []),
    ],
)
def test_a_new_site_says_what_to_do_next(
    world: Any, who: str, done: int, buttons: list[str]
) -> None:
    request: Any = RequestFactory().get("/")
    request.actor = getattr(world, who)
    (request.place,) = [s for s in access.sites(world.adam) if s.code == "STOKE"]
    page = PageRead(shown("{% first_steps %}", request=request))
    assert len([e for e in page.all("span") if "st-met" in e.attrs["class"]]) == done
    assert [e.text for e in page.all("a")] == buttons
