"""Parts on the command line: listed, made, revised, released; where they go."""

from typing import Annotated, Any

import typer

from firstoff.cli import shell
from firstoff.cli.options import AsOption, JsonOption, SiteOption
from firstoff.terms import Procurement, RevisionStatus

app = typer.Typer(no_args_is_help=True, help="Parts, their revisions, and where they go.")

Number = Annotated[str, typer.Argument(help="Part number, or the code of its program.")]
Label = Annotated[str, typer.Argument(help="Label of the revision.")]


@app.command("list")
def list_(
    search: Annotated[str, typer.Option(help="In number, name, value or MPN.")] = "",
    procurement: Annotated[str, typer.Option(help="make, buy or phantom.")] = "",
    retired: Annotated[str, typer.Option(help="with or only; without them, unless said.")] = "",
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Every part you see, by number."""
    shell.django()
    from firstoff.queries import product as reads

    actor = shell.reader(by)
    place = shell.site_of(actor, site).id if site else None
    found: list[Any] = []
    while True:
        some, total = reads.parts(
            actor,
            site_id=place,
            search=search,
            procurement=procurement,
            retired=retired,
            offset=len(found),
            limit=500,
        )
        found += some
        if not some or len(found) >= total:
            break
    if as_json:
        shell.show({"items": found, "next": None, "total": len(found)})
        return
    for part in found:
        stand = f"{part.revision} {part.status}" if part.status else ""
        shell.line(part.number, part.name, part.procurement.value, stand, part.value)


@app.command("show")
def show(
    number: Number, site: SiteOption = None, by: AsOption = None, as_json: JsonOption = False
) -> None:
    """A part, its revisions and manufacturer parts."""
    shell.django()
    from firstoff.cli.places import part_meant
    from firstoff.queries import bom
    from firstoff.queries import product as reads

    part = part_meant(shell.reader(by), site, number)
    revisions = reads.part_revisions(part.id)
    sources = bom.sources_of([part.id]).get(part.id, ())
    if as_json:
        shell.show({"part": part, "revisions": revisions, "sources": sources})
        return
    shell.line(
        part.number, part.name, part.procurement.value, "retired" if part.retired_at else ""
    )
    for name in ("value", "package", "unit", "category", "description"):
        if said := getattr(part, name):
            shell.line(name, str(said))
    for revision in revisions:
        released = f"{revision.released_at:%Y-%m-%d}" if revision.released_at else ""
        shell.line(f"revision {revision.label}", revision.status.value, released, revision.note)
    for source in sources:
        shell.line(f"source {source.rank}", source.name, source.lifecycle.value)


@app.command("where-used")
def where_used(
    number: Number, site: SiteOption = None, by: AsOption = None, as_json: JsonOption = False
) -> None:
    """Every revision that holds the part, through all levels."""
    shell.django()
    from firstoff.cli.places import part_meant
    from firstoff.queries import bom

    actor = shell.reader(by)
    found = bom.where_used(actor, part_meant(actor, site, number).id)
    if as_json:
        shell.show({"items": found, "next": None, "total": len(found)})
        return
    for use in found:
        quantity = f"{use.quantity.normalize():f}"
        name = f"{'  ' * (use.level - 1)}{use.part_number} revision {use.label}"
        shell.line(name, quantity, use.status.value, ", ".join(use.programs))


@app.command("create")
def create(
    number: Annotated[str, typer.Argument(help="Part number; it stays.")],
    name: Annotated[str, typer.Option(help="As people call it.")],
    procurement: Procurement = Procurement.BUY,
    value: str = "",
    package: str = "",
    unit: Annotated[str, typer.Option(help="Pieces, unless said.")] = "",
    category: str = "",
    description: str = "",
    scheme: Annotated[str, typer.Option(help="How its revisions are labelled.")] = "",
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a part."""
    shell.django()
    from firstoff.queries import product as reads
    from firstoff.rules.product import PartFacts
    from firstoff.services import product

    actor = shell.writer(by)
    facts = PartFacts(
        number, name, description, procurement, unit, value, package, category, scheme
    )
    made = product.create_part(
        site_id=shell.site_of(actor, site).id, part=facts, by=actor, at=shell.now()
    )
    shell.said(as_json, reads.part_by_id(actor, made.pk), f"Part {made.number} is there.")


@app.command("revise")
def revise(
    number: Number,
    label: Annotated[str, typer.Option(help="What its scheme makes, unless said.")] = "",
    copy_from: Annotated[str, typer.Option(help="The newest, unless said.")] = "",
    note: Annotated[str, typer.Option(help="What is to change, and why.")] = "",
    bought: Annotated[
        bool, typer.Option("--bought", help="It stays bought: this is its drawing.")
    ] = False,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make the next draft, with all that an earlier revision consists of."""
    actor, part, product = _about(number, site, by)
    given = {"label": label, "copy_from": copy_from, "note": note, "bought": bought}
    made = product.create_revision(part_id=part.id, **given, by=actor, at=shell.now())
    said = {"part": part.number, "revision": made.label}
    shell.said(as_json, said, f"{part.number} revision {made.label} is a draft.")


@app.command("release")
def release(
    number: Number,
    revision: Label,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a draft immutable (R-10)."""
    actor, part, product = _about(number, site, by)
    product.release_revision(part_id=part.id, revision=revision, by=actor, at=shell.now())
    said = {"part": part.number, "revision": revision, "status": "released"}
    shell.said(as_json, said, f"{part.number} revision {revision} is released.")


@app.command("move")
def move(
    number: Number,
    revision: Label,
    to: Annotated[str, typer.Argument(help="in_review, draft or obsolete.")],
    note: str = "",
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give a revision to be looked at, take it back to draft, or end it."""
    actor, part, product = _about(number, site, by)
    words = [s.value for s in (RevisionStatus.IN_REVIEW, RevisionStatus.DRAFT)]
    if to not in (*words, RevisionStatus.OBSOLETE.value):
        raise typer.BadParameter(f"{to!r}; expected in_review, draft or obsolete.")
    wanted = RevisionStatus(to)
    product.move_revision(
        part_id=part.id, revision=revision, to=wanted, note=note, by=actor, at=shell.now()
    )
    said = {"part": part.number, "revision": revision, "status": to}
    shell.said(as_json, said, f"{part.number} revision {revision} is {to.replace('_', ' ')}.")


@app.command("discard")
def discard(
    number: Number,
    revision: Label,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give up a draft. One that records name becomes obsolete instead."""
    actor, part, product = _about(number, site, by)
    product.discard_revision(part_id=part.id, revision=revision, by=actor, at=shell.now())
    said = {"part": part.number, "revision": revision}
    shell.said(as_json, said, f"{part.number} revision {revision} is given up.")


@app.command("retire")
def retire(
    number: Number, site: SiteOption = None, by: AsOption = None, as_json: JsonOption = False
) -> None:
    """Take a part out of use; what refers to it stays."""
    actor, part, product = _about(number, site, by)
    product.retire_part(part_id=part.id, by=actor, at=shell.now())
    shell.said(as_json, {"part": part.number}, f"Part {part.number} is retired.")


def _about(number: str, site: str | None, by: str | None) -> tuple[Any, Any, Any]:
    """Who acts, the part, and the verbs."""
    shell.django()
    from firstoff.cli.places import part_meant
    from firstoff.services import product

    actor = shell.writer(by)
    return actor, part_meant(actor, site, number), product
