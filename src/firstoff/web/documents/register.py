"""Documents: the list of a site, one with its versions and its pages, downloads."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.urls import path, reverse

from firstoff.errors import FirstoffError, NotFound
from firstoff.formats.media import download_name
from firstoff.queries import documents as reads
from firstoff.queries.documents import DocumentView, VersionView
from firstoff.rules.access import may
from firstoff.rules.documents import DocumentFacts, visible_at
from firstoff.services import documents
from firstoff.terms import DocumentKind, DocumentVisibility
from firstoff.web.auth import Request, page
from firstoff.web.forms import Form
from firstoff.web.templatetags.firstoff import page_bounds

# What comes from outside is never run: not as a page, not in a frame, with nothing beside it.
SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'"
WHO = {
    DocumentVisibility.SITE: "Everybody at the site",
    DocumentVisibility.OFFICE: "The office: not operators and viewers",
    DocumentVisibility.QUALITY: "Quality: inspectors, engineers, quality managers",
}


class DocumentForm(Form):
    """What a document says about itself."""

    title = forms.CharField(max_length=300)
    kind = forms.ChoiceField(choices=[(k.value, k.value.capitalize()) for k in DocumentKind])
    visibility = forms.ChoiceField(label="Who may see it")
    part = forms.CharField(
        label="Part", max_length=120, required=False, help_text="The number of the part it is of"
    )

    def __init__(self, *args: Any, seen: tuple[DocumentVisibility, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(v.value, WHO[v]) for v in seen]
        self.choose("visibility", choices)

    def facts(self, data: dict[str, Any], number: str = "") -> DocumentFacts:
        return DocumentFacts(
            number=number or data["number"],
            title=data["title"],
            kind=DocumentKind(data["kind"]),
            visibility=DocumentVisibility(data["visibility"]),
            part=data["part"],
        )


class VersionForm(Form):
    """A file under a label."""

    refused_beside = "file"

    file = forms.FileField(allow_empty_file=True)
    label = forms.CharField(label="Version", max_length=20, required=False)
    note = forms.CharField(
        label="What changed",
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def sent(self, data: dict[str, Any]) -> dict[str, Any]:
        file = data["file"]
        content = {"content": file.read(), "file_name": file.name} if file else {}
        return {**content, "label": data["label"], "note": data["note"]}


class AddForm(DocumentForm, VersionForm):
    field_order = ("number", "title", "kind", "visibility", "part", "file", "label", "note")
    refused_beside = "number"

    number = forms.CharField(max_length=120, help_text="As people call it; it stays.")
    file = forms.FileField(required=False, allow_empty_file=True)


@page("see")
def documents_list(request: Request) -> HttpResponse:
    search = request.GET.get("q", "").strip()
    kind, retired = request.GET.get("kind", ""), request.GET.get("retired") == "1"
    offset, limit = page_bounds(request.GET)
    found = reads.documents(
        request.actor,
        request.place.id,
        search=search,
        kind=kind,
        retired=retired,
        offset=offset,
        limit=limit,
    )
    in_use = sum(found.kinds.values())
    kinds = (
        (k.value, k.value.capitalize(), found.kinds[k]) for k in DocumentKind if k in found.kinds
    )
    context = {
        "found": found,
        "search": search,
        "filtered": bool(search or kind or retired),
        "kinds": [("", "All kinds", in_use), *kinds],
        "states": [("", "In use", in_use), ("1", "Retired", found.retired)],
        "may_edit": may(request.actor, "document.edit", request.place.id),
    }
    return render(request, "documents/documents.html", context)


@page("document.edit", post="document.edit")
def add(request: Request, site: str) -> HttpResponse:
    """A document, with its first version where a file is chosen."""
    place, by, at = request.place, request.actor, request.at
    initial = {"part": request.GET.get("part", ""), "kind": request.GET.get("kind", "")}
    form: AddForm = AddForm.of(request, seen=visible_at(by, place.id), initial=initial)
    if form.attempt(
        lambda data: documents.add_document(
            site_id=place.id, document=form.facts(data), **form.sent(data), by=by, at=at
        )
    ):
        messages.success(request, f"Document {form.result.number} is there.")
        return redirect("document", site, form.result.number)
    return render(request, "documents/add.html", {"form": form}, status=form.status)


@page("see")
def document(request: Request, site: str, document: str) -> HttpResponse:
    return _page(request, reads.document(request.actor, site, document))


@page("see", post="document.edit")
def edit(request: Request, site: str, document: str) -> HttpResponse:
    found = reads.document(request.actor, site, document)
    if request.method != "POST":
        return redirect("document", site, document)
    form = _form(request, found, request.POST)
    if form.attempt(
        lambda data: documents.update_document(
            document_id=found.id,
            document=form.facts(data, found.number),
            by=request.actor,
            at=request.at,
        )
    ):
        messages.success(request, "The change is recorded.")
        return redirect("document", site, document)
    return _page(request, found, form=form)


@page("see", post="document.edit")
def add_version(request: Request, site: str, document: str) -> HttpResponse:
    found = reads.document(request.actor, site, document)
    if request.method != "POST":
        return redirect("document", site, document)
    form: VersionForm = VersionForm.of(request)
    if form.attempt(
        lambda data: documents.add_version(
            document_id=found.id, **form.sent(data), by=request.actor, at=request.at
        )
    ):
        messages.success(request, f"Version {form.result.label} has this file.")
        return redirect(address_of(found, form.result.label))
    return _page(request, found, upload=form)


@page("see", post="document.edit")
def retire(request: Request, site: str, document: str, back: bool = False) -> HttpResponse:
    found = reads.document(request.actor, site, document)
    if request.method == "POST":
        verb = documents.reinstate_document if back else documents.retire_document
        form = Form(request.POST)
        if not form.attempt(lambda _: verb(document_id=found.id, by=request.actor, at=request.at)):
            return _page(request, found, refused=form)
        messages.success(request, "It is in use again." if back else "It is retired.")
    return redirect("document", site, document)


@page("see")
def file(request: Request, site: str, document: str, version: str) -> HttpResponse:
    """A version as it came. Always a download: it came from outside."""
    found, content = reads.content(request.actor, site, document, version)
    return download(found, content)


@page("see")
def picture(request: Request, site: str, document: str, version: str, number: int) -> HttpResponse:
    """A page of a version, drawn by us: ``?w=1200`` pixels wide."""
    text = request.GET.get("w", "1200")
    width = int(text) if text.isdecimal() and len(text) < 6 else 1200
    _, found = reads.version(request.actor, site, document, version)
    return page_picture(request, found, number, width)


def page_picture(request: Request, found: VersionView, number: int, width: int) -> HttpResponse:
    """What a page shows follows from the bytes: the browser asks whether it may keep it."""
    tag = f'"{found.sha256[:32]}-{number}-{width}"'
    if request.headers.get("If-None-Match") == tag:
        answer: HttpResponse = HttpResponseNotModified()
    else:
        drawn = reads.drawn(found, number, width)
        answer = HttpResponse(drawn.png, content_type="image/png")
        answer["Content-Security-Policy"] = SANDBOX
    answer["ETag"] = tag
    answer["Cache-Control"] = "private, no-cache"
    return answer


def download(found: VersionView, content: bytes) -> HttpResponse:
    answer = HttpResponse(content, content_type="application/octet-stream")
    name = download_name(found.file_name)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Content-Security-Policy"] = SANDBOX
    return answer


def address_of(found: DocumentView, label: str = "") -> str:
    address = reverse("document", args=[found.site, found.number])
    return f"{address}?{urlencode({'v': label})}" if label else address


def _page(
    request: Request,
    found: DocumentView,
    form: DocumentForm | None = None,
    upload: VersionForm | None = None,
    refused: Form | None = None,
) -> HttpResponse:
    versions = reads.versions(request.actor, found.id)
    asked = request.GET.get("v", "")
    chosen = next((v for v in versions if asked in ("", v.label)), None)
    if chosen is None and asked:
        raise NotFound(f"Document {found.number} has no version {asked!r}.")
    may_edit = may(request.actor, "document.edit", found.site_id)
    sent = [part for part in (form, upload, refused) if part is not None]
    context: dict[str, Any] = {
        "document": found,
        "versions": versions,
        "chosen": chosen,
        "who": WHO[found.visibility],
        "uses": reads.uses(request.actor, found.id),
        "may_edit": may_edit,
        "form": form or (_form(request, found) if may_edit else None),
        "upload": upload or VersionForm(),
        "refused": refused,
        "editing": form is not None,
        **_preview(request, chosen),
    }
    status = max((part.status for part in sent), default=200)
    return render(request, "documents/document.html", context, status=status)


def _preview(request: Request, chosen: VersionView | None) -> dict[str, Any]:
    """The page that is shown, and what there is to say where none can be."""
    if chosen is None or not chosen.shown:
        return {}
    text = request.GET.get("page", "1")
    number = int(text) if text.isdecimal() and len(text) < 5 else 1
    number = min(max(number, 1), chosen.shown)
    try:
        drawn = reads.drawn(chosen, number, 1200)
    except FirstoffError as error:
        return {"problem": error}
    return {
        "number": number,
        "drawn": drawn,
        "before": number - 1 if number > 1 else None,
        "after": number + 1 if number < chosen.shown else None,
    }


def _form(request: Request, found: DocumentView, data: Any = None) -> DocumentForm:
    seen = visible_at(request.actor, found.site_id)
    initial = {
        "title": found.title,
        "kind": found.kind.value,
        "visibility": found.visibility.value,
        "part": found.part,
    }
    return DocumentForm(data, seen=seen, initial=initial)


_ONE = "d/<str:site>/<str:document>/"
_VERSION = f"{_ONE}v/<str:version>/"

urlpatterns = [
    path("documents/", documents_list, name="documents"),
    path("documents/<str:site>/add/", add, name="document-add"),
    path(_ONE, document, name="document"),
    path(f"{_ONE}edit/", edit, name="document-edit"),
    path(f"{_ONE}version/", add_version, name="document-version"),
    path(f"{_ONE}retire/", retire, name="document-retire"),
    path(f"{_ONE}reinstate/", retire, {"back": True}, name="document-reinstate"),
    path(f"{_VERSION}file/", file, name="document-file"),
    path(f"{_VERSION}page/<int:number>.png", picture, name="document-page"),
]
