"""The parts pages are built from; docs/reference/web.md shows each in use."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from django import template
from django.core.paginator import Paginator
from django.forms import BoundField
from django.template.context import RequestContext
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from firstoff.formats import charts
from firstoff.queries import access, product
from firstoff.queries.bom.listing import line_count
from firstoff.rules.access import PERMISSIONS, may, may_anywhere
from firstoff.web import figures
from firstoff.web.assets import charts_url, signs_url

register = template.Library()

# state -> shape, colour, word. Shape and word say it; colour repeats it.
STATES: Mapping[str, tuple[str, str, str]] = {
    "met": ("met", "met", "Met"),
    "passed": ("met", "met", "Passed"),
    "pass": ("met", "met", "Passed"),
    "good": ("met", "met", "Good"),
    "covered": ("met", "met", "Covered"),
    "complete": ("met", "met", "Complete"),
    "signed_off": ("met", "met", "Signed off"),
    "sign_off": ("met", "met", "Sign-off is possible"),
    "released": ("met", "met", "Released"),
    "in_force": ("met", "met", "In force"),
    "not_met": ("not", "not", "Not met"),
    "reject": ("not", "not", "Reject"),
    "fail": ("not", "not", "Failed"),
    "failed": ("not", "not", "Failed"),
    "gap": ("not", "not", "Gap"),
    "no_evidence": ("none", "none", "No evidence"),
    "not_reached": ("none", "none", "Not reached"),
    "missing": ("none", "none", "Missing"),
    "pending": ("none", "none", "Not judged yet"),
    "in_review": ("info", "info", "In review"),
    "obsolete": ("none", "none", "Obsolete"),
    "superseded": ("none", "none", "Superseded"),
    "revoked": ("none", "none", "Revoked"),
    "retired": ("none", "none", "Retired"),
    "not_counting": ("none", "none", "Does not count"),
    "waived": ("waived", "waived", "Waived"),
    "at_risk": ("risk", "risk", "At risk"),
    "draft": ("risk", "risk", "Draft"),
    "expired": ("risk", "risk", "Expired"),
    "warning": ("risk", "risk", "Warning"),
    "hold": ("hold", "not", "Hold"),
    "held": ("hold", "not", "Held"),
    "refused": ("hold", "not", "Refused"),
    "too_early": ("hold", "not", "Too early"),
    "in_work": ("info", "info", "In work"),
    "open": ("info", "info", "In work"),
    "running": ("info", "info", "Running"),
    "locked": ("info", "info", "Bar locked"),
    "waiting": ("info", "info", "Waiting for a signature"),
    "proposed": ("info", "info", "Proposed"),
    "returning": ("info", "info", "Returning"),
}


@register.simple_tag
def icon(name: str) -> SafeString:
    """A line icon of the sprite, hidden from screen readers: the words beside it say it."""
    return format_html('<svg class="i" aria-hidden="true"><use href="#i-{}"/></svg>', name)


@register.simple_tag
def shape(name: str) -> SafeString:
    """One of the seven shapes of states alone; put the word beside it."""
    return format_html(
        '<svg viewBox="0 0 16 16" aria-hidden="true"><use href="#i-{}"/></svg>', name
    )


@register.simple_tag
def state(value: object, word: str = "") -> SafeString:
    """A state as shape, word and colour: ``{% state run.verdict %}``."""
    key = str(value.value if isinstance(value, Enum) else value)
    form, colour, said = STATES[key]
    return format_html('<span class="st st-{}">{}{}</span>', colour, shape(form), word or said)


# ---------- figures ----------

for _filter in ("percent", "bound", "of_hundred", "number", "minutes", "plain", "plural"):
    register.filter(_filter, getattr(figures, _filter))
for _tag in ("between", "against", "money", "when"):
    register.simple_tag(getattr(figures, _tag), name=_tag)


# ---------- navigation ----------


@dataclass(frozen=True, slots=True)
class Entry:
    label: str
    icon: str
    url: str
    current: bool
    key: str  # the letter after g


# place -> label, icon, key, permission. An entry shows when its address exists and is allowed.
# A page belongs to a place when its URL name is the place's, or begins with it and a hyphen.
_DAILY = (
    ("board", "Board", "board", "b", "see"),
    ("line", "Line", "line", "l", "unit.record"),
    ("pack", "Pack and ship", "pack", "p", "see"),
    ("trace", "Trace", "trace", "t", "see"),
    ("containment", "Containment", "fence", "c", "see"),
)
_PROGRAM = (
    ("program", "Road and gates", "road", "", "see"),
    ("definition", "Definition", "bom", "", "see"),
    ("dfm", "DFM review", "scan", "", "see"),
    ("query", "Queries", "search", "", "see"),
    ("bom", "Bill of materials", "bom", "", "see"),
    ("supply", "Supply", "chart", "", "see"),
    ("tolerance", "Tolerances", "ready", "", "see"),
    ("package", "Technical package", "doc", "", "see"),
    ("change", "Changes", "board", "", "see"),
    ("run", "Runs", "run", "r", "see"),
    ("action", "Actions", "ready", "", "see"),
    ("report", "Documents", "doc", "", "see"),
)
_WORKSPACE = (
    ("part", "Parts", "gear", "", "see"),
    ("document", "Drawings and files", "doc", "", "see"),
    ("lot", "Lots", "pack", "", "see"),
    ("source", "Sources and stock", "bom", "", "see"),
    ("equipment", "Equipment", "gear", "", "see"),
    ("people", "People", "people", "", "see"),
    ("tokens", "Tokens", "key", "", "token.edit"),
    ("sites", "Sites", "site", "", "people.edit"),
)
_PLURALS = {
    "change": "changes",
    "tolerance": "tolerances",
    "containment": "containments",
    "document": "documents",
    "lot": "lots",
    "part": "parts",
    "run": "runs",
    "source": "sources",
    "action": "actions",
    "query": "queries",
}
# Pages of a place that are not named by it.
_BESIDE = {
    "trace": ("unit", "at-risk"),
    "definition": ("drawing", "pfmea"),
    "source": ("offer", "order", "stock", "supplier"),
}


@register.inclusion_tag("parts/navigation.html", takes_context=True)
def navigation(context: RequestContext) -> dict[str, Any]:
    request = context["request"]
    actor = getattr(request, "actor", None)
    match = getattr(request, "resolver_match", None)
    here = (match.url_name or "") if match else ""
    program = context.get("program")

    def entries(
        places: Iterable[tuple[str, str, str, str, str]], args: Sequence[str]
    ) -> list[Entry]:
        found = []
        for name, label, sign, key, permission in places:
            if actor is None or not _open(actor, permission, request):
                continue
            url = _address((_PLURALS.get(name, name), name), args)
            if url:
                found.append(Entry(label, sign, url, _within(here, name), key))
        return found

    return {
        "actor": actor,
        "program": program,
        "find": _address(("find",), ()),
        "daily": entries(_DAILY, ()),
        "of_program": entries(_PROGRAM, _key(program)) if program else [],
        "workspace": entries(_WORKSPACE, ()),
        "account": _address(("account",), ()),
    }


def _open(actor: Any, permission: str, request: Any) -> bool:
    place = getattr(request, "place", None)
    return may(actor, permission, place.id) if place else may_anywhere(actor, permission)


def _within(here: str, place: str) -> bool:
    names = (place, *_BESIDE.get(place, ()))
    return here == _PLURALS.get(place) or any(
        here == name or here.startswith(f"{name}-") for name in names
    )


def _key(program: Any) -> tuple[str, str]:
    if isinstance(program, Mapping):
        return program["site"], program["code"]
    return program.site, program.code


def _address(names: Iterable[str], args: Sequence[str]) -> str:
    for name in names:
        try:
            return reverse(name, args=args)
        except NoReverseMatch:
            continue
    return ""


@register.simple_tag(takes_context=True)
def who_may(context: RequestContext, permission: str) -> tuple[str, ...]:
    """The names of those who may at this site: whom to ask."""
    place = getattr(context["request"], "place", None)
    return () if place is None else access.who_may(PERMISSIONS[permission], place.id)


@dataclass(frozen=True, slots=True)
class Step:
    """One of the first steps of a new site."""

    title: str
    say: str
    button: str
    url: str
    done: bool
    next: bool = False  # the one to take now


@register.inclusion_tag("parts/first_steps.html", takes_context=True)
def first_steps(context: RequestContext) -> dict[str, Any]:
    """What brings the first product onto the road; for pages of a site that has none yet."""
    request = context["request"]
    actor, place = request.actor, request.place
    people = access.people(actor, place.id, limit=1)[1]
    found, programs = product.programs(actor, site_id=place.id, limit=1)

    def address(permission: str, name: str, *args: str) -> str:
        return _address((name,), args) if may(actor, permission, place.id) else ""

    steps = [
        Step(
            "Say who is here",
            "At least an operator who builds, and a quality manager who locks the bar and signs.",
            "Add a person",
            address("people.edit", "people-add", place.code),
            people > 2,
        ),
        Step(
            "Name the product",
            "A program is one product on its road of nine gates, from the prototype to delivery.",
            "New program",
            address("program.edit", "programs-add"),
            programs > 0,
        ),
        Step(
            "Import the bill of materials",
            "The export of your drawing tool, or a table. Program, part and draft are made on "
            "the way where there are none.",
            "Choose a file",
            _bom_address(actor, place, found),
            _has_lines(actor, found),
        ),
        Step(
            "Say what may pass",
            "Lock the acceptance bar of the first pilot batch. The first unit waits for it.",
            "",
            "",
            False,
        ),
    ]
    due = next((n for n, s in enumerate(steps) if s.url and not s.done), None)
    return {"steps": [replace(s, next=n == due) for n, s in enumerate(steps)]}


def _bom_address(actor: Any, place: Any, found: Sequence[Any]) -> str:
    """Where the first bill of materials is imported: into the first program, or from nothing."""
    if found and may(actor, "definition.edit", place.id):
        return _address(("bom",), (found[0].site, found[0].code))
    allowed = all(may(actor, p, place.id) for p in ("definition.edit", "program.edit"))
    return _address(("bom-start",), ()) if allowed else ""


def _has_lines(actor: Any, found: Sequence[Any]) -> bool:
    if not found:
        return False
    return any(line_count(r.id) for r in product.revisions(actor, found[0].id)[:1])


# ---------- tables ----------


@register.simple_block_tag
def scroll(content: str, label: str) -> SafeString:
    """A table that may be wider than the page: scrolls in its own labelled region."""
    return format_html('<div class="tw" role="region" aria-label="{}">{}</div>', label, content)


@register.inclusion_tag("parts/pager.html", takes_context=True)
def pager(context: RequestContext, total: int, noun: str, size: int = 50) -> dict[str, Any]:
    """Below a table of one page of many: where you are, the true total, the way on."""
    request = context["request"]
    pages = Paginator(range(total), size)
    page = pages.get_page(request.GET.get("page"))

    def at(number: int) -> str:
        query = request.GET.copy()
        query["page"] = str(number)
        return f"?{query.urlencode()}"

    return {
        "total": total,
        "noun": noun,
        "page": page,
        "several": pages.num_pages > 1,
        "before": at(page.previous_page_number()) if page.has_previous() else "",
        "after": at(page.next_page_number()) if page.has_next() else "",
    }


def page_bounds(query: Mapping[str, str], size: int = 50) -> tuple[int, int]:
    """offset and limit of the page asked for; anything odd means the first page."""
    text = query.get("page", "1")
    page = int(text) if text.isdecimal() and len(text) < 8 else 1
    return (max(page, 1) - 1) * size, size


@register.inclusion_tag("parts/filters.html", takes_context=True)
def filters(
    context: RequestContext,
    name: str,
    options: Iterable[tuple[str, str, int | None]],
    label: str = "Filter",
) -> dict[str, Any]:
    """Text links with counts: ``options`` are (value, words, count or None); "" means all."""
    request = context["request"]
    chosen = request.GET.get(name, "")

    def at(value: str) -> str:
        query = request.GET.copy()
        query.pop("page", None)
        query[name] = value
        if not value:
            query.pop(name)
        return f"?{query.urlencode()}"

    links = [(at(v), text, count, v == chosen) for v, text, count in options]
    return {"links": links, "label": label}


# ---------- blocks ----------


@register.simple_block_tag
def verdict(
    content: str, value: object, question: str, answer: str, figures: object = ()
) -> SafeString:
    """The block a deciding page opens with. The content holds the sentences (``p.why``).

    figures: up to four (label, value, remark), the arms of a number in its remark.
    """
    key = str(value.value if isinstance(value, Enum) else value)
    form, colour, _ = STATES[key]
    return SafeString(
        render_to_string(
            "parts/verdict.html",
            {
                "shape": form,
                "colour": colour,
                "question": question,
                "answer": answer,
                "content": content,
                "figures": figures,
            },
        )
    )


@register.inclusion_tag("parts/facts.html")
def facts(figures: object, big: bool = False) -> dict[str, Any]:
    """A list of figures: (label, value) or (label, value, remark)."""
    return {"figures": figures, "big": big}


@register.inclusion_tag("parts/field.html")
def field(
    bound_field: BoundField, unit: str = "", hint: str = "", optional: bool | None = None
) -> dict[str, Any]:
    """One field of a form: label above, unit attached, hint and error tied to it."""
    name = bound_field.id_for_label or bound_field.auto_id
    hint = hint or str(bound_field.help_text)
    described = [
        f"{name}-{end}" for end, on in (("error", bound_field.errors), ("hint", hint)) if on
    ]
    widget = bound_field.field.widget
    kind = type(widget).__name__
    attrs = {"class": _class(kind, unit), "aria-describedby": " ".join(described) or None}
    if bound_field.errors:
        attrs["aria-invalid"] = "true"
    several = kind in ("CheckboxSelectMultiple", "RadioSelect")
    return {
        "f": bound_field,
        "id": name,
        "unit": unit,
        "hint": hint,
        "several": several,
        "check": kind == "CheckboxInput",
        "hidden": bound_field.is_hidden,
        "optional": not bound_field.field.required if optional is None else optional,
        "widget": ""
        if several
        else bound_field.as_widget(attrs={k: v for k, v in attrs.items() if v}),
        "described": " ".join(described),
    }


def _class(kind: str, unit: str) -> str:
    if kind == "CheckboxInput":
        return ""
    return "in num" if unit or kind == "NumberInput" else "in"


@register.inclusion_tag("parts/chart.html")
def chart(kind: str, data: object, caption: str = "") -> dict[str, Any]:
    """A chart of ``formats.charts`` with its finding below and its values behind it."""
    return {
        "spec": script_json(charts.spec(kind, data)),
        "finding": caption or charts.finding(kind, data),
        "title": charts.title(kind, data),
        "table": charts.table(kind, data),
    }


def script_json(value: object) -> SafeString:
    """JSON that is safe inside a script element, whatever names and notes it carries."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return mark_safe(text)


@register.simple_tag
def charts_script() -> str:
    return charts_url()


@register.simple_tag
def signs() -> str:
    """The address of the style that brings the signs of geometric tolerances."""
    return signs_url()
