"""What a definition file says beside characteristics and operations, written inside a verb.

A draft is brought to what the file says; what stands released is only compared (R-10).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from firstoff.db.models import (
    Characteristic,
    Document,
    DocumentVersion,
    ManufacturerPart,
    Part,
    PartRevision,
    RevisionDocument,
    StackUp,
    StackUpLink,
    Variant,
    VariantChange,
)
from firstoff.db.models.ledger import new_uid
from firstoff.errors import InvalidInput, Refused
from firstoff.rules.bom.lines import LineFacts
from firstoff.rules.plan import (
    Contents,
    FrozenDocument,
    FrozenLine,
    FrozenPart,
    FrozenStack,
    FrozenVariant,
)
from firstoff.services.bom.writing import named_by, write_lines
from firstoff.services.documents.ground import File
from firstoff.services.ledger import Entry
from firstoff.terms import CharacteristicClass, DocumentKind, Procurement

_PART = ("name", "description", "procurement", "unit", "value", "package", "category", "scheme")


def write_parts(
    site_id: int, wanted: Sequence[FrozenPart], lines: Iterable[FrozenLine], changed: list[str]
) -> dict[str, Part]:
    """Parts that the file describes, and those that its lines name, made where they are missing.

    What is known of a part here is brought to what the file says of it.
    """
    said = {p.number: p for p in wanted}
    for line in lines:
        said.setdefault(line.part, _as_part(line))
    rows = {p.number: p for p in Part.objects.filter(site=site_id, number__in=list(said))}
    new = [
        Part(site_id=site_id, number=n, **{f: getattr(p, f) for f in _PART})
        for n, p in said.items()
        if n not in rows
    ]
    rows |= {p.number: p for p in Part.objects.bulk_create(new)}
    if new:
        changed.append(f"{len(new):,} parts added.")
    described = {p.number: p for p in wanted}
    moved = [n for n in described if n in rows and _differs(rows[n], described[n])]
    for number in moved:
        for field in _PART:
            setattr(rows[number], field, getattr(described[number], field))
    Part.objects.bulk_update([rows[n] for n in moved], _PART)
    if moved:
        changed.append(f"Parts changed: {', '.join(moved[:10])}.")
    _sources(rows, wanted, changed)
    return rows


def _as_part(line: FrozenLine) -> FrozenPart:
    made = Procurement.PHANTOM if line.phantom else Procurement.MAKE
    return FrozenPart(
        number=line.part,
        name=line.name,
        procurement=(made if line.made else Procurement.BUY).value,
        value=line.value,
        package=line.package,
        unit=line.unit,
    )


def _differs(row: Part, said: FrozenPart) -> bool:
    return any(getattr(row, f) != getattr(said, f) for f in _PART)


def _sources(rows: Mapping[str, Part], wanted: Sequence[FrozenPart], changed: list[str]) -> None:
    there = set(
        ManufacturerPart.objects.filter(part__in=rows.values()).values_list(
            "part__number", "manufacturer", "mpn"
        )
    )
    new = [
        ManufacturerPart(
            part=rows[p.number],
            manufacturer=s.manufacturer,
            mpn=s.mpn,
            lifecycle=s.lifecycle,
            description=s.description,
            rank=s.rank,
        )
        for p in wanted
        for s in p.sources
        if (p.number, s.manufacturer, s.mpn) not in there
    ]
    ManufacturerPart.objects.bulk_create(new)
    if new:
        changed.append(f"{len(new):,} manufacturer parts added; none is approved by it.")


def write_documents(
    site_id: int,
    wanted: Iterable[FrozenDocument],
    files: Mapping[str, File],
    entry: Entry,
    changed: list[str],
) -> dict[tuple[str, str], DocumentVersion]:
    """Documents and versions, by number and label. A version whose bytes did not come along is
    known by its hash; its bytes can be brought later.

    Raises Refused where a version of this label is another file here.
    """
    found: dict[tuple[str, str], DocumentVersion] = {}
    for one in wanted:
        key = (one.number, one.version)
        if key in found:
            continue
        document = _document(site_id, one, changed)
        rows = DocumentVersion.objects.filter(document=document, label=one.version)
        row = rows.first()
        if row is not None and row.sha256 != one.sha256:
            raise Refused(
                f"Document {one.number} has a version {one.version} here that is another file.",
                code="R-10",
                way_out="Load it under another version.",
            )
        if row is None:
            file = files.get(one.sha256)
            row = entry.add(
                DocumentVersion(
                    uid=new_uid(),
                    document=document,
                    label=one.version,
                    file_name=one.file_name,
                    media_type=file.media.type if file else one.media_type,
                    size=one.size,
                    sha256=one.sha256,
                    pages=file.pages if file else None,
                )
            )
            changed.append(f"Document {one.number} version {one.version} added.")
        found[key] = row
    return found


def _document(site_id: int, one: FrozenDocument, changed: list[str]) -> Document:
    if one.kind not in set(DocumentKind):
        raise InvalidInput(
            f"Document {one.number} is of the kind {one.kind!r}.",
            way_out=f"Expected one of {', '.join(DocumentKind)}.",
            field="documents",
        )
    document, made = Document.objects.get_or_create(
        site_id=site_id, number=one.number, defaults={"title": one.title, "kind": one.kind}
    )
    if not made and (document.title, document.kind) != (one.title, one.kind):
        document.title, document.kind = one.title, one.kind
        document.save(update_fields=["title", "kind"])
        changed.append(f"Document {one.number} is called {one.title}.")
    return document


def write_revision(
    revision: PartRevision,
    wanted: Contents,
    held: Contents,
    versions: Mapping[tuple[str, str], DocumentVersion],
    entry: Entry,
) -> list[str]:
    """Lines, variants, documents and chains of a draft; answers what was written."""
    steps: tuple[tuple[str, Callable[[], object]], ...] = (
        ("lines", lambda: _write_lines(revision, wanted.lines, entry)),
        ("variants", lambda: _write_variants(revision, wanted.variants)),
        ("documents", lambda: _write_links(revision, wanted.documents, versions)),
        ("stack_ups", lambda: _write_stacks(revision, wanted.stack_ups)),
    )
    written = []
    for name, write in steps:
        if getattr(wanted, name) != getattr(held, name):
            write()
            written.append(name.replace("stack_ups", "chains"))
    return written


def differing(wanted: Contents, held: Contents, names: Sequence[str]) -> list[str]:
    """Which of these kinds a released definition says otherwise."""
    return [n.replace("_", " ") for n in names if getattr(wanted, n) != getattr(held, n)]


def _write_lines(revision: PartRevision, wanted: Sequence[FrozenLine], entry: Entry) -> None:
    lines = [
        LineFacts(
            part=line.part,
            quantity=line.quantity,
            find_number=line.find_number,
            child=line.revision,
            unit=line.unit,
            designators=line.designators,
            not_fitted=line.not_fitted,
            fitted=line.fitted,
            classification=(
                CharacteristicClass(line.classification) if line.classification else None
            ),
            attrition=line.attrition,
            setup_pieces=line.setup_pieces,
            section=line.section,
            note=line.note,
        )
        for line in wanted
    ]
    write_lines(revision, lines, named_by(revision, lines), entry)


def _write_variants(revision: PartRevision, wanted: Sequence[FrozenVariant]) -> None:
    Variant.objects.filter(revision=revision).delete()
    lines = dict(revision.bom_lines.values_list("position", "pk"))
    site = revision.part.site_id
    numbers = {c.part for v in wanted for c in v.changes if c.part}
    parts = {p.number: p for p in Part.objects.filter(site=site, number__in=numbers)}
    for one in wanted:
        variant = Variant.objects.create(revision=revision, code=one.code, name=one.name)
        rows = []
        for c in one.changes:
            if c.line not in lines or (c.part and c.part not in parts):
                raise InvalidInput(
                    f"Variant {one.code} changes line {c.line} {c.part}, which is not there.",
                    field="variants",
                )
            child = None
            if c.child:
                child = PartRevision.objects.filter(part=parts[c.part], label=c.child).first()
            rows.append(
                VariantChange(
                    variant=variant,
                    line_id=lines[c.line],
                    designator=c.designator,
                    fitted=c.fitted,
                    part=parts.get(c.part),
                    child=child,
                    quantity=c.quantity,  # type: ignore[misc]  # the stubs miss null
                )
            )
        VariantChange.objects.bulk_create(rows)


def _write_links(
    revision: PartRevision,
    wanted: Sequence[FrozenDocument],
    versions: Mapping[tuple[str, str], DocumentVersion],
) -> None:
    RevisionDocument.objects.filter(revision=revision).delete()
    RevisionDocument.objects.bulk_create(
        RevisionDocument(revision=revision, version=versions[d.number, d.version]) for d in wanted
    )


def _write_stacks(revision: PartRevision, wanted: Sequence[FrozenStack]) -> None:
    StackUp.objects.filter(revision=revision).delete()
    for one in wanted:
        stack = StackUp.objects.create(
            revision=revision,
            code=one.code,
            name=one.name,
            unit=one.unit,
            lower=one.lower,
            upper=one.upper,
            decimals=one.decimals,
            consequence=one.consequence,
        )
        StackUpLink.objects.bulk_create(
            StackUpLink(
                stack=stack,
                position=place,
                characteristic=_linked(revision, one, link),
                name=link.name,
                nominal=link.nominal,
                lower=link.lower,
                upper=link.upper,
                sensitivity=link.sensitivity,
                distribution=link.distribution,
            )
            for place, link in enumerate(one.links, 1)
        )


def _linked(revision: PartRevision, stack: FrozenStack, link: Any) -> Characteristic | None:
    if not link.characteristic:
        return None
    rows = Characteristic.objects.filter(number=link.characteristic)
    if link.part:
        rows = rows.filter(
            revision__part__number=link.part,
            revision__part__site=revision.part.site_id,
            revision__label=link.revision,
        )
    else:
        rows = rows.filter(revision=revision)
    found = rows.first()
    if found is None:
        of = f" of part {link.part} revision {link.revision}" if link.part else ""
        raise InvalidInput(
            f"Chain {stack.code} goes over characteristic {link.characteristic}{of}, which is "
            "not there.",
            field="stack_ups",
        )
    return found
