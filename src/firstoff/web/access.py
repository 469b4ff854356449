"""Signing in and out, one's own account, people, training, tokens and sites."""

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.debug import sensitive_post_parameters

from firstoff.services import access as verbs
from firstoff.web.auth import Request, begin, end, page, public, safe_next
from firstoff.web.forms import Form


class SignInForm(Form):
    refused_beside = "password"
    username = forms.CharField(
        label="User name",
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    password = forms.CharField(
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


@public
@sensitive_post_parameters()
def sign_in(request: HttpRequest) -> HttpResponse:
    asked = request.POST.get("next") or request.GET.get("next") or "/"
    onward = asked if safe_next(request, asked) else "/"
    form: SignInForm = SignInForm.of(request)
    if form.attempt(
        lambda data: verbs.sign_in(
            **data,
            address=request.META["REMOTE_ADDR"],
            at=request.at,  # type: ignore[attr-defined]
        )
    ):
        begin(request, form.result)
        return HttpResponseRedirect(onward)
    return render(
        request, "access/sign_in.html", {"form": form, "next": onward}, status=form.status
    )


@page(post="self")
def sign_out(request: Request) -> HttpResponse:
    end(request)
    return redirect("sign-in")


urlpatterns = [
    path("sign-in/", sign_in, name="sign-in"),
    path("sign-out/", sign_out, name="sign-out"),
]
