"""Signing in and out, one's own account, people, training, tokens and sites."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters

from firstoff.errors import InvalidInput
from firstoff.queries import access
from firstoff.rules.access import SCOPES, may
from firstoff.services import access as verbs
from firstoff.terms import Role
from firstoff.web.auth import Request, begin, end, page, public, safe_next
from firstoff.web.forms import DateInput, Form
from firstoff.web.templatetags.firstoff import page_bounds

ROLES = [(r.value, r.value.replace("_", " ").capitalize()) for r in Role]
SCOPE_WORDS = {
    "read": "Read: see everything at this site",
    "record": "Record: units, tests, adjustments, first articles, causes",
    "define": "Define: programs, definitions, equipment, runs, actions",
    "sign": "Sign: lock, release, decide; each time with the person's password",
    "manage": "Manage: people and tokens",
}


def _password(autocomplete: str) -> forms.PasswordInput:
    return forms.PasswordInput(attrs={"autocomplete": autocomplete})


class SignInForm(Form):
    refused_beside = "password"
    username = forms.CharField(
        label="User name",
        max_length=150,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "autofocus": True}
        ),
    )
    password = forms.CharField(strip=False, max_length=1000, widget=_password("current-password"))


class NewPassword(Form):
    password = forms.CharField(
        label="New password",
        strip=False,
        max_length=1000,
        widget=_password("new-password"),
        help_text="At least 10 characters, not a common one, not like the name.",
    )
    again = forms.CharField(
        label="New password, again", strip=False, widget=_password("new-password")
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("password") and said.get("again") and said["password"] != said.pop("again"):
            self.add_error("again", "The two passwords differ.")
        return said


class OwnPassword(NewPassword):
    field_order = ("current", "password", "again")
    current = forms.CharField(
        label="Your password now", strip=False, widget=_password("current-password")
    )


class RolesForm(Form):
    roles = forms.MultipleChoiceField(
        choices=ROLES, widget=forms.CheckboxSelectMultiple, required=False
    )


class PersonForm(RolesForm):
    field_order = ("username", "name", "email", "password", "roles")
    username = forms.CharField(
        label="User name", max_length=80, help_text="Letters, digits and . @ + - _"
    )
    name = forms.CharField(max_length=200)
    email = forms.EmailField(label="E-mail", required=False)
    password = forms.CharField(
        label="First password",
        strip=False,
        max_length=1000,
        widget=_password("new-password"),
        help_text="At least 10 characters. They change it on their own page.",
    )


class KnownPersonForm(RolesForm):
    field_order = ("username", "roles")
    prefix = "known"
    username = forms.CharField(label="User name", max_length=80)


class DetailsForm(Form):
    name = forms.CharField(max_length=200)
    email = forms.EmailField(label="E-mail", required=False)


class TrainingForm(Form):
    skill = forms.CharField(
        max_length=120, help_text="As an operation names it, for instance: seat the lid"
    )
    valid_from = forms.DateField(label="From", widget=DateInput())
    valid_until = forms.DateField(label="Until", required=False, widget=DateInput())
    note = forms.CharField(max_length=2000, required=False)


class TokenForm(Form):
    name = forms.CharField(max_length=120, help_text="What it is for: tester 3, nightly export")
    username = forms.ChoiceField(
        label="Acts as", help_text="What it records carries this person's name."
    )
    station = forms.CharField(
        max_length=120, required=False, help_text="Where it stands, when it is a station's."
    )
    scopes = forms.MultipleChoiceField(
        label="May",
        choices=[(s, SCOPE_WORDS[s]) for s in SCOPES],
        widget=forms.CheckboxSelectMultiple,
    )
    expires = forms.DateField(label="Until", required=False, widget=DateInput())


class SiteForm(Form):
    code = forms.CharField(max_length=40, help_text="Short; it stands in addresses.")
    name = forms.CharField(max_length=200)
    time_zone = forms.ChoiceField(
        label="Time zone", choices=[(z, z) for z in sorted(available_timezones())]
    )


# ---------- signing in ----------


@public
@sensitive_post_parameters()
def sign_in(request: HttpRequest) -> HttpResponse:
    asked = request.POST.get("next") or request.GET.get("next") or "/"
    onward = asked if safe_next(request, asked) else "/"
    form: SignInForm = SignInForm.of(request)
    at = request.at  # type: ignore[attr-defined]  # the doors put it there
    if form.attempt(
        lambda data: verbs.sign_in(**data, address=request.META["REMOTE_ADDR"], at=at)
    ):
        begin(request, form.result)
        return HttpResponseRedirect(onward)
    context = {"form": form, "next": onward, "founded": access.anybody()}
    return render(request, "access/sign_in.html", context, status=form.status)


@page(post="self")
def sign_out(request: Request) -> HttpResponse:
    end(request)
    return redirect("sign-in")


@page("self", post="self")
@sensitive_post_parameters()
def account(request: Request) -> HttpResponse:
    form: OwnPassword = OwnPassword.of(request)
    if form.attempt(lambda data: _change_own(request, data)):
        messages.success(request, "Your password is changed; other sessions are signed out.")
        return redirect("account")
    held = [(p, sorted(request.actor.roles_at(p.id))) for p in request.places]
    return render(request, "access/account.html", {"form": form, "held": held}, status=form.status)


def _change_own(request: Request, data: dict[str, Any]) -> None:
    verbs.set_password(
        username=request.actor.username,
        password=data["password"],
        current=data["current"],
        by=request.actor,
        at=request.at,
    )
    begin(request, request.actor)  # this session goes on under the new password


# ---------- people ----------


@page("see")
def people(request: Request) -> HttpResponse:
    search = request.GET.get("q", "").strip()
    offset, limit = page_bounds(request.GET)
    found, total = access.people(
        request.actor, request.place.id, search=search, offset=offset, limit=limit
    )
    context = {
        "people": found,
        "total": total,
        "search": search,
        "may_edit": may(request.actor, "people.edit", request.place.id),
    }
    return render(request, "access/people.html", context)


@page("people.edit", post="people.edit")
@sensitive_post_parameters()
def person_add(request: Request, site: str) -> HttpResponse:
    """Somebody new, or somebody who is at another site already."""
    known = "known-username" in request.POST
    new: PersonForm = PersonForm() if known else PersonForm.of(request)
    other: KnownPersonForm = KnownPersonForm.of(request) if known else KnownPersonForm()
    form = other if known else new
    if form.attempt(lambda data: _add_known(request, data) if known else _add(request, data)):
        messages.success(request, f"{form.result} is on the list.")
        return redirect(f"{reverse('people')}?site={site}")
    context = {"form": form, "new": new, "other": other}
    return render(request, "access/person_add.html", context, status=form.status)


def _add(request: Request, data: dict[str, Any]) -> str:
    place, by, at = request.place, request.actor, request.at
    return verbs.create_person(site_id=place.id, **_typed(data), by=by, at=at).name


def _add_known(request: Request, data: dict[str, Any]) -> str:
    if not data["roles"]:
        raise InvalidInput("A person needs at least one role at the site.", field="roles")
    place, by, at = request.place, request.actor, request.at
    verbs.set_roles(site_id=place.id, **_typed(data), by=by, at=at)
    return access.person(request.actor, place.id, data["username"]).name


def _typed(data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "roles": [Role(r) for r in data["roles"]]}


@page("see")
def person(request: Request, site: str, username: str) -> HttpResponse:
    return _person_page(request, username)


@page(post="people.edit")
def person_roles(request: Request, site: str, username: str) -> HttpResponse:
    return _changed(request, username, "roles", RolesForm, verbs.set_roles, "The roles are set.")


@page(post="people.edit")
def person_details(request: Request, site: str, username: str) -> HttpResponse:
    return _changed(
        request, username, "details", DetailsForm, verbs.update_person, "The change is recorded."
    )


@page(post="people.edit")
def person_active(request: Request, site: str, username: str) -> HttpResponse:
    active = request.POST.get("active") == "1"
    said = "may sign in again" if active else "is retired; what they recorded stays"
    return _changed(
        request,
        username,
        "active",
        Form,
        verbs.update_person,
        f"{username} {said}.",
        active=active,
    )


@page(post="people.edit")
@sensitive_post_parameters()
def person_password(request: Request, site: str, username: str) -> HttpResponse:
    def verb(site_id: int, again: str = "", **values: Any) -> None:
        verbs.set_password(**values)

    said = "The new password is set. Tell it to them in person."
    return _changed(request, username, "password", NewPassword, verb, said)


@page(post="training.record")
def person_training(request: Request, site: str, username: str) -> HttpResponse:
    return _changed(
        request,
        username,
        "training",
        TrainingForm,
        verbs.record_training,
        "The training is recorded.",
    )


def _changed(
    request: Request,
    username: str,
    name: str,
    kind: type[Form],
    verb: Any,
    said: str,
    **fixed: Any,
) -> HttpResponse:
    """One of the forms of a person's page was sent: change and say so, or show it again."""
    form: Form = kind.of(request)
    place, by, at = request.place, request.actor, request.at
    if form.attempt(
        lambda data: verb(
            site_id=place.id,
            username=username,
            by=by,
            at=at,
            **fixed,
            **(_typed(data) if "roles" in data else data),
        )
    ):
        messages.success(request, said)
        return redirect("people-person", site=place.code, username=username)
    return _person_page(request, username, **{name: form})


def _person_page(request: Request, username: str, **sent: Form) -> HttpResponse:
    found = access.person(request.actor, request.place.id, username)
    forms_of_page: dict[str, Form] = {
        "roles": RolesForm(initial={"roles": [r.value for r in found.roles]}),
        "details": DetailsForm(initial={"name": found.name, "email": found.email}),
        "active": Form(),
        "password": NewPassword(),
        "training": TrainingForm(initial={"valid_from": timezone.localdate(request.at)}),
        **sent,
    }
    status = max((f.status for f in sent.values()), default=200)
    context = {
        "person": found,
        "form": next(iter(sent.values()), None),
        "forms": forms_of_page,
        "today": timezone.localdate(request.at),
        "may_edit": may(request.actor, "people.edit", request.place.id),
        "may_train": may(request.actor, "training.record", request.place.id),
        "self": found.id == request.actor.person_id,
    }
    return render(request, "access/person.html", context, status=status)


# ---------- tokens ----------


@page("token.edit")
def tokens(request: Request) -> HttpResponse:
    offset, limit = page_bounds(request.GET)
    found, total = access.tokens(request.actor, request.place.id, offset=offset, limit=limit)
    context = {"tokens": found, "total": total, "at": request.at}
    return render(request, "access/tokens.html", context)


@page("token.edit", post="token.edit")
def token_add(request: Request, site: str) -> HttpResponse:
    form: TokenForm = TokenForm.of(request)
    here, _ = access.people(request.actor, request.place.id, limit=5000)
    choices = [(p.username, f"{p.name} ({p.username})") for p in here if p.active and p.roles]
    form.choose("username", choices)
    if form.attempt(lambda data: _add_token(request, data)):
        # Shown in the answer itself: the secret is kept nowhere, not even for a redirect.
        context = {"secret": form.result.secret, "name": form.cleaned_data["name"]}
        return render(request, "access/token_made.html", context, status=201)
    return render(request, "access/token_add.html", {"form": form}, status=form.status)


def _add_token(request: Request, data: dict[str, Any]) -> verbs.NewToken:
    until = data.pop("expires")
    if until is not None and until < timezone.localdate(request.at):
        raise InvalidInput("That day is over.", field="expires")
    # To the end of the last day, as the site counts days.
    last = until and timezone.make_aware(datetime.combine(until + timedelta(days=1), time.min))
    place, by, at = request.place, request.actor, request.at
    return verbs.create_token(site_id=place.id, **data, expires_at=last, by=by, at=at)


@page(post="token.edit")
def token_revoke(request: Request, site: str, token: int) -> HttpResponse:
    verbs.revoke_token(token_id=token, by=request.actor, at=request.at)
    messages.success(request, "The token is revoked; it opens nothing any more.")
    return redirect(f"{reverse('tokens')}?site={site}")


# ---------- sites ----------


@page("people.edit", post="people.edit")
def sites(request: Request) -> HttpResponse:
    form: SiteForm = SiteForm.of(request)
    if form.attempt(lambda data: verbs.create_site(**data, by=request.actor, at=request.at)):
        messages.success(request, f"{form.result.name} is a site now; you administer it.")
        return redirect("sites")
    context = {"form": form, "sites": access.sites(request.actor)}
    return render(request, "access/sites.html", context, status=form.status)


_PERSON = "people/<str:site>/<str:username>/"

urlpatterns = [
    path("sign-in/", sign_in, name="sign-in"),
    path("sign-out/", sign_out, name="sign-out"),
    path("account/", account, name="account"),
    path("people/", people, name="people"),
    path("people/<str:site>/", person_add, name="people-add"),
    path(_PERSON, person, name="people-person"),
    path(f"{_PERSON}roles/", person_roles, name="people-roles"),
    path(f"{_PERSON}details/", person_details, name="people-details"),
    path(f"{_PERSON}active/", person_active, name="people-active"),
    path(f"{_PERSON}password/", person_password, name="people-password"),
    path(f"{_PERSON}training/", person_training, name="people-training"),
    path("tokens/", tokens, name="tokens"),
    path("tokens/<str:site>/", token_add, name="tokens-add"),
    path("tokens/<str:site>/<int:token>/revoke/", token_revoke, name="tokens-revoke"),
    path("sites/", sites, name="sites"),
]
