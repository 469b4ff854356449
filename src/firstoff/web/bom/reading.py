"""How files are read and what a preview shows, for a draft or for a new program."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, BinaryIO, cast

from django import forms
from django.http import QueryDict

from firstoff.errors import InvalidInput
from firstoff.formats.bom import BomMapping
from firstoff.formats.bom.designators import in_order, short
from firstoff.formats.bom.meanings import MEANINGS
from firstoff.formats.bom.quantities import plain
from firstoff.formats.bom.written import written
from firstoff.rules.bom.comparing import LineChange, LineDifference
from firstoff.rules.bom.draft import Remark
from firstoff.rules.bom.lines import AlternateFacts
from firstoff.services.bom import ImportPreview
from firstoff.services.execution import held_upload, hold_upload
from firstoff.web.auth import Request
from firstoff.web.forms import Form

_SHOWN = 200  # rows of a list that are looked at; the counts are true
_MOST = 100  # files at once
DELIMITERS = (
    (",", "comma"),
    (";", "semicolon"),
    ("\t", "tab"),
    ("|", "bar"),
    ("fixed", "columns"),
)
ENCODINGS = ("utf-8", "cp1252", "utf-16", "latin-1", "cp1250", "gb18030", "shift_jis")
WORDS = {
    "child": "revision",
    "not_fitted": "places left empty",
    "find_number": "find number",
    "classification": "class",
    "setup_pieces": "lost at setup",
}


class Files(forms.ClearableFileInput):
    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"


class ManyFiles(forms.FileField):
    """Several files in one field. A list that is empty is missing."""

    widget = Files

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = data if isinstance(data, (list, tuple)) else [data]
        found = [super(ManyFiles, self).clean(one, initial) for one in given if one]
        if not found:
            raise forms.ValidationError("Choose a file: the export of your drawing tool, a table.")
        if len(found) > _MOST:
            raise forms.ValidationError(f"These are {len(found)} files; at most {_MOST} at once.")
        return found


class FilesForm(Form):
    file = ManyFiles(
        label="Files",
        allow_empty_file=True,
        help_text="Several at once make one bill of materials with levels: the sheets of a "
        "schematic, a folder of assemblies, a ZIP of them.",
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """Files that are kept for a day, and how a person says that they are to be read."""

    files: tuple[tuple[str, str], ...]  # name, SHA-256
    mapping: BomMapping | None = None
    take: bool = False
    leave_out: bool = False
    said: dict[str, str] = field(default_factory=dict)

    @classmethod
    def held(cls, request: Request, files: Sequence[Any]) -> "Asked":
        """Keeps the files. Raises InvalidInput for one that is empty or too large."""
        kept = [
            (
                (one.name or "file")[:300],
                hold_upload(cast(BinaryIO, one.file), name=one.name or "", at=request.at),
            )
            for one in files
            if one.file is not None
        ]
        return cls(tuple(kept))

    @classmethod
    def of(cls, request: Request) -> "Asked":
        post = request.POST
        names, digests = post.getlist("file_name")[:_MOST], post.getlist("sha256")[:_MOST]
        if len(names) != len(digests):
            raise InvalidInput("The page does not name its files; choose them again.")
        take = post.get("take", "")
        files = tuple((name[:300], digest) for name, digest in zip(names, digests, strict=True))
        return cls(files, mapping_of(post), bool(take), take == "leave")

    def contents(self) -> list[tuple[str, bytes]]:
        """Raises NotFound where they are kept no longer."""
        return [(name or "file", held_upload(digest)) for name, digest in self.files]

    def how(self) -> dict[str, Any]:
        return {"files": self.contents(), "mapping": self.mapping, **self.said}


def mapping_of(post: QueryDict) -> BomMapping | None:
    """What a person says of the columns; None where they left all as it was understood."""
    columns: dict[int, str] = {}
    moved = post.get("corrected") == "1"
    for key in post:
        place = key.removeprefix("column-")
        if key.startswith("column-") and place.isascii() and place.isdecimal():
            columns[int(place[:5])] = str(post[key])[:40]
            moved |= post[key] != post.get(f"was-{place}", post[key])
    said = {name: post.get(name, "")[:40] for name in ("delimiter", "encoding", "sheet")}
    said["header_row"] = post.get("header_row", "").strip()[:9]
    changed = {n for n, value in said.items() if value != post.get(f"was-{n}", "")}
    if not (moved or changed):
        return None
    row = said["header_row"]
    if row and not (row.isascii() and row.isdecimal()):
        raise InvalidInput(
            f"The header row is {row!r}; expected its number, 0 where there is none.",
            field="header_row",
        )
    # Another table has other columns: those that were shown say nothing of it.
    held = {} if changed else columns
    kept = {n for n in said if n in changed or post.get("corrected") == "1"}
    return BomMapping(
        held,
        int(row) if row and "header_row" in kept else None,
        said["delimiter"] if "delimiter" in kept else "",
        said["encoding"] if "encoding" in kept else "",
        said["sheet"] if "sheet" in kept else "",
    )


def preview_context(preview: ImportPreview, asked: Asked) -> dict[str, Any]:
    moved: list[dict[str, Any]] = []
    same: list[dict[str, Any]] = []
    for one in preview.assemblies:
        for difference, row in zip(one.differences, one.rows, strict=True):
            kept = difference.change is LineChange.SAME
            place = same if kept else moved
            if len(place) < _SHOWN:
                place.append({"of": one, "row": row, **told(difference)})
    counts = {kind.value: preview.count(kind) for kind in LineChange}
    lines = counts["added"] + counts["changed"] + counts["same"]
    nothing_new = (
        lines == counts["same"]
        and not counts["removed"]
        and not (preview.new_parts or preview.new_sources)
    )
    return {
        "preview": preview,
        "asked": asked,
        "corrected": asked.mapping is not None,
        "meanings": MEANINGS,
        "delimiters": DELIMITERS,
        "encodings": tuple(dict.fromkeys((*((preview.encoding,) if preview.encoding else ()),
                                          *ENCODINGS))),
        "counts": counts,
        "lines": lines,
        "nothing_new": nothing_new,
        "moved": moved,
        "same": same,
        "more_moved": sum(counts.values()) - counts["same"] - len(moved),
        "refused": list(_with_text(preview, asked)),
        "more_refused": max(0, len(preview.refused) - _SHOWN),
        "warnings": preview.warnings[:_SHOWN],
        "more_warnings": max(0, len(preview.warnings) - _SHOWN),
        "new_parts": preview.new_parts[:_SHOWN],
        "new_sources": preview.new_sources[:_SHOWN],
        "table": preview.header_row is not None or bool(preview.delimiter or preview.sheet),
    }  # fmt: skip


def _with_text(preview: ImportPreview, asked: Asked) -> Iterator[dict[str, Any]]:
    """Refused rows with what stands in the file there, where it is one table."""
    some: tuple[Remark, ...] = preview.refused[:_SHOWN]
    texts: dict[int, str] = {}
    if some and len(asked.files) == 1:
        mapping = replace(
            preview.mapping,
            sheet=preview.sheet,
            delimiter=preview.delimiter,
            encoding=preview.encoding,
        )
        (name, content), *_ = asked.contents()
        texts = written(content, name, {r.row for r in some if r.row}, mapping)
    for remark in some:
        yield {"is": remark, "text": texts.get(remark.row or 0, "")}


def told(difference: LineDifference) -> dict[str, Any]:
    """A line and what of it differs, in words."""
    return {
        "change": difference.change.value,
        "line": difference.line,
        "fields": [
            (WORDS.get(name, name.replace("_", " ")), *_both(name, before, after))
            for name, (before, after) in difference.fields.items()
            if name != "attributes"
        ],
        "beside": "attributes" in difference.fields,
    }


def _both(name: str, before: Any, after: Any) -> tuple[str, str]:
    if name in ("designators", "not_fitted"):
        gone, come = set(before) - set(after), set(after) - set(before)
        if len(before) > 6 or len(after) > 6:
            left = f"without {short(in_order(gone))}" if gone else ""
            more = f"with {short(in_order(come))}" if come else ""
            return f"{len(before)} places", " ".join(w for w in (str(len(after)), more, left) if w)
    return said(before), said(after)


def said(value: Any) -> str:
    """A value of a line as people read it; nothing is said as "none"."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, (tuple, list)):
        words = [v.part if isinstance(v, AlternateFacts) else str(v) for v in value]
        return ", ".join(words) or "none"
    return str(value) if value not in (None, "") else "none"
