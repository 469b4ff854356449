"""Manufacturer parts: the list of a site, one with its approvals, offers and declarations, and
the decision on an alternate."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse

from firstoff.errors import NotFound
from firstoff.queries.sourcing import sources as reads
from firstoff.rules.access import may
from firstoff.rules.sourcing.approvals import ApprovalGiven
from firstoff.rules.sourcing.quoting import OfferGiven
from firstoff.services.sourcing.approving import (
    decide_alternate,
    decide_source,
    decide_sources,
)
from firstoff.services.sourcing.declaring import DeclarationGiven, declare
from firstoff.services.sourcing.manufacturer_parts import (
    SourceGiven,
    add_manufacturer_part,
    retire_manufacturer_part,
    update_manufacturer_part,
)
from firstoff.services.sourcing.offers import record_offer
from firstoff.terms import ApprovalDecision, ComplianceStatus, Lifecycle
from firstoff.web.auth import Request, page
from firstoff.web.execution.shared import prose
from firstoff.web.forms import DateInput
from firstoff.web.sourcing.shared import (
    KINDS,
    ActForm,
    breaks,
    figure,
    here,
    number,
    secret,
    text,
    today,
)
from firstoff.web.templatetags.firstoff import page_bounds

_LIFECYCLES = [
    (Lifecycle.ACTIVE.value, "active"),
    (Lifecycle.NRND.value, "not for new designs"),
    (Lifecycle.LAST_TIME_BUY.value, "last-time buy"),
    (Lifecycle.OBSOLETE.value, "obsolete"),
    (Lifecycle.UNKNOWN.value, "not known"),
]
_TOGETHER = (ApprovalDecision.PROPOSED, ApprovalDecision.APPROVED)
_STATUSES = [(s.value, s.value.replace("_", " ")) for s in ComplianceStatus]


class SourceForm(ActForm):
    act = "change"
    manufacturer = text("Manufacturer")
    lifecycle = forms.ChoiceField(choices=_LIFECYCLES, initial="unknown")
    rank = forms.IntegerField(
        label="Rank", min_value=0, max_value=1000, initial=0, help_text="1 is preferred"
    )
    last_buy = forms.DateField(
        label="Last day of a last-time buy", required=False, widget=DateInput()
    )
    description = text("Description", 300)

    def given(self, data: dict[str, Any]) -> SourceGiven:
        return SourceGiven(
            Lifecycle(data["lifecycle"]), data["description"], data["rank"], data["last_buy"]
        )


class AddForm(SourceForm):
    act = ""
    part = text("Part", 120, required=True, hint="Our number")
    mpn = text("MPN", required=True, hint="The manufacturer’s part number")

    @classmethod
    def of(cls, request: Any, **kwargs: Any) -> Any:
        return cls(request.POST, **kwargs) if request.method == "POST" else cls(**kwargs)


class DecideManyForm(ActForm):
    """One decision on every source that is ticked, for a kind of run."""

    act = "decide_many"
    decision = forms.ChoiceField(choices=[(d.value, d.value) for d in _TOGETHER])
    run_kind = forms.ChoiceField(label="For", choices=KINDS, required=False)
    form = forms.BooleanField(label="Form", required=False)
    fit = forms.BooleanField(label="Fit", required=False)
    function = forms.BooleanField(label="Function", required=False)
    evidence = prose("Evidence", 2, required=False)
    document = text("Document", 120, hint="Its number; the newest version counts")

    def given(self, data: dict[str, Any]) -> dict[str, Any]:
        said = ApprovalGiven(
            ApprovalDecision(data["decision"]),
            data["run_kind"],
            data["form"],
            data["fit"],
            data["function"],
            data["evidence"],
            data["document"],
        )
        return {"given": said, "uid": data["uid"]}


class DecideForm(DecideManyForm):
    """What is decided of one source: withdrawn too, and signed."""

    act = "decide"
    refused_beside = "password"
    decision = forms.ChoiceField(choices=[(d.value, d.value) for d in ApprovalDecision])
    evidence = prose("Evidence, or the reason of a withdrawal", 2, required=False)
    password = secret()
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def given(self, data: dict[str, Any]) -> dict[str, Any]:
        return {**super().given(data), "password": data["password"]}


class OfferForm(ActForm):
    act = "offer"
    supplier = text("Supplier", required=True)
    number = text("Its number")
    currency = text("Currency", 3, required=True, hint="USD, EUR")
    breaks = prose("Prices", 3, required=False, help_text="One a line: from how many, 100 0.35")
    minimum = figure("Minimum order", hint="Pieces")
    minimum_value = figure("Minimum order in money")
    multiple = figure("Multiple")
    lead_time_days = forms.IntegerField(
        label="Lead time", min_value=0, max_value=3650, required=False, help_text="Days"
    )
    in_stock = figure("In stock at the supplier")
    valid_until = forms.DateField(label="Valid until", required=False, widget=DateInput())

    def given(self, data: dict[str, Any]) -> OfferGiven:
        named = ("minimum", "multiple", "minimum_value", "in_stock")
        numbers: dict[str, Any] = {name: number(data[name], name) for name in named}
        return OfferGiven(
            supplier=data["supplier"],
            currency=data["currency"],
            breaks=breaks(data["breaks"]),
            number=data["number"],
            lead_time_days=data["lead_time_days"],
            valid_until=data["valid_until"],
            **numbers,
        )


class DeclareForm(ActForm):
    act = "declare"
    scheme = text("Scheme", 40, required=True, hint="RoHS, REACH, conflict minerals")
    declared = forms.ChoiceField(label="Is", choices=_STATUSES)
    reference = text("Declaration or certificate", 300)
    document = text("Document", 120, hint="Its number")
    declared_on = forms.DateField(label="Declared on", widget=DateInput())
    expires = forms.DateField(label="Until", required=False, widget=DateInput())

    def given(self, data: dict[str, Any]) -> DeclarationGiven:
        return DeclarationGiven(
            data["scheme"],
            ComplianceStatus(data["declared"]),
            data["declared_on"],
            data["expires"],
            data["reference"],
            data["document"],
        )


@page("see")
def sources(request: Request) -> HttpResponse:
    """The list of the site they were at."""
    return redirect("source-list", request.place.code)


@page("see", post="source.edit")
def source_list(request: Request, site: str) -> HttpResponse:
    form: Any = DecideManyForm.of(request)
    ticked = [int(k) for k in request.POST.getlist("source") if k.isascii() and k.isdecimal()]

    def decided(data: dict[str, Any]) -> int:
        return decide_sources(sources=ticked, **form.given(data), **here(request))

    if form.attempt(decided):
        messages.success(request, f"{form.result} sources are {form.cleaned_data['decision']}.")
        return redirect(f"{request.path}?state=open")
    search = request.GET.get("q", "").strip()[:200]
    state, part = request.GET.get("state", ""), request.GET.get("part", "")[:120]
    offset, limit = page_bounds(request.GET)
    found, total = reads.sources(
        request.actor,
        request.place.id,
        search=search,
        part=part,
        state="open" if state == "open" else "",
        retired=state == "retired",
        offset=offset,
        limit=limit,
    )
    if request.method == "GET" and request.GET.get("tick") == "all":
        ticked = [one.id for one in found]
    context = {
        "found": found,
        "total": total,
        "search": search,
        "part": part,
        "filtered": bool(search or state or part),
        "states": [
            ("", "In use", None),
            ("open", "Nothing decided", None),
            ("retired", "Retired too", None),
        ],
        "may_edit": may(request.actor, "source.edit", request.place.id),
        "form": form,
        "ticked": ticked,
        "may_approve": may(request.actor, "source.approve", request.place.id),
        "together": state == "open" and may(request.actor, "source.edit", request.place.id),
        "tab": "source",
    }
    return render(request, "sourcing/sources.html", context, status=form.status)


@page("source.edit", post="source.edit")
def source_add(request: Request, site: str) -> HttpResponse:
    form: Any = AddForm.of(request, initial={"part": request.GET.get("part", "")[:120]})
    if form.attempt(
        lambda data: add_manufacturer_part(
            part=data["part"],
            mpn=data["mpn"],
            manufacturer=data["manufacturer"],
            given=form.given(data),
            **here(request),
        )
    ):
        messages.success(request, f"{form.result} is added. Nothing is approved by that.")
        return redirect(_at(site, form.result.part.number, form.result))
    context = {"form": form, "tab": "source"}
    return render(request, "sourcing/source_add.html", context, status=form.status)


def _at(site: str, part: str, source: Any) -> str:
    address = reverse("source", args=[site, part, source.mpn])
    return f"{address}?{urlencode({'manufacturer': source.manufacturer})}"


@page("see", post="source.edit")
def source(request: Request, site: str, part: str, mpn: str) -> HttpResponse:
    """One manufacturer part, with the forms that change what is recorded of it."""
    maker = request.GET.get("manufacturer", "")[:200]
    one = reads.source(request.actor, request.place.id, part, maker, mpn)
    named: dict[str, Any] = {"part": one.part, "manufacturer": one.manufacturer, "mpn": one.mpn}
    found = reads.source_page(request.actor, request.place.id, **named, today=today(request))
    if request.POST.get("act") == "retire":
        back = one.retired_at is not None
        retire_manufacturer_part(retired=not back, **named, **here(request))
        messages.success(request, f"{one.name} is {'used again' if back else 'retired'}.")
        return redirect(_at(site, part, one))
    acts = _acts(request, found, named)
    for form, done, verb in acts.values():
        if form.attempt(verb):
            messages.success(request, done)
            return redirect(_at(site, part, one))
    context = {
        "page": found,
        "source": one,
        "forms": {name: form for name, (form, _, _) in acts.items()},
        "may_edit": may(request.actor, "source.edit", request.place.id),
        "may_approve": may(request.actor, "source.approve", request.place.id),
        "stands": _stands(found.approvals),
        "tab": "source",
    }
    status = max(form.status for form, _, _ in acts.values())
    return render(request, "sourcing/source.html", context, status=status)


def _acts(request: Request, found: reads.SourcePage, named: dict[str, Any]) -> dict[str, Any]:
    """Each form of the page, what is said when it is done, and the verb."""
    one = found.source
    change: Any = SourceForm.of(
        request,
        initial={
            "manufacturer": one.manufacturer,
            "lifecycle": one.lifecycle.value,
            "rank": one.rank,
            "last_buy": one.last_buy,
            "description": one.description,
        },
    )
    decide: Any = DecideForm.of(request, initial={"seen": _stands(found.approvals).get("", "")})
    offer: Any = OfferForm.of(request)
    declared: Any = DeclareForm.of(request, initial={"declared_on": today(request)})
    given = here(request)

    def decided(data: dict[str, Any]) -> Any:
        seen = data["seen"] if not data["run_kind"] else None
        return decide_source(seen=seen, **decide.given(data), **named, **given)

    return {
        "change": (
            change,
            f"{one.name} is changed.",
            lambda data: update_manufacturer_part(
                given=change.given(data), named=data["manufacturer"], **named, **given
            ),
        ),
        "decide": (decide, f"What is decided of {one.name} is recorded.", decided),
        "offer": (
            offer,
            "The offer is recorded.",
            lambda data: record_offer(given=offer.given(data), uid=data["uid"], **named, **given),
        ),
        "declare": (
            declared,
            "The declaration is recorded.",
            lambda data: declare(given=declared.given(data), uid=data["uid"], **named, **given),
        ),
    }


def _stands(approvals: tuple[reads.ApprovalView, ...]) -> dict[str, str]:
    """The uid of what stands, by kind of run."""
    return {a.run_kind: a.uid for a in approvals if a.holds}


@page("see", post="source.edit")
def source_alternate(request: Request, site: str, part: str, alternate: str) -> HttpResponse:
    """Another part that may stand for a part: what is decided of it (R-21)."""
    line = request.GET.get("line", "")
    key = int(line) if line.isascii() and line.isdecimal() and len(line) < 18 else None
    known = reads.alternates(request.actor, request.place.id, part)
    found = next((a for a in known if (a.alternate, a.line) == (alternate, key)), None)
    if found is None:
        raise NotFound(f"{alternate[:120]} is no alternate of {part[:120]} there.")
    stands = _stands(found.approvals)
    form: Any = DecideForm.of(request, initial={"seen": stands.get("", "")})

    def decided(data: dict[str, Any]) -> Any:
        seen = data["seen"] if not data["run_kind"] else None
        given = {**form.given(data), **here(request)}
        return decide_alternate(
            part=found.part, alternate=found.alternate, line=key, seen=seen, **given
        )

    if form.attempt(decided):
        messages.success(request, f"What is decided of {alternate} is recorded.")
        return redirect(request.get_full_path())
    context = {
        "found": found,
        "form": form,
        "may_edit": may(request.actor, "source.edit", request.place.id),
        "tab": "source",
    }
    return render(request, "sourcing/alternate.html", context, status=form.status)


_ONE = "sources/<str:site>/of/<quoted:part>"

urlpatterns = [
    path("sources/", sources, name="sources"),
    path("sources/<str:site>/", source_list, name="source-list"),
    path("sources/<str:site>/new/", source_add, name="source-add"),
    path(f"{_ONE}/alternate/<quoted:alternate>/", source_alternate, name="source-alternate"),
    path(f"{_ONE}/<quoted:mpn>/", source, name="source"),
]
