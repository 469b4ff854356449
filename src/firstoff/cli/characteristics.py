"""Characteristics: listed, and taken out of files. A look at a file needs no database."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from firstoff.cli import shell
from firstoff.cli.options import AsOption, JsonOption, SiteOption
from firstoff.cli.places import part_meant
from firstoff.errors import InvalidInput, NotFound
from firstoff.terms import CharacteristicClass

if TYPE_CHECKING:
    from firstoff.formats.characteristics import CharacteristicDraft, CharacteristicFile
    from firstoff.queries.product import RevisionView
    from firstoff.rules.access import Actor
    from firstoff.rules.product import CharacteristicFacts
    from firstoff.services.product import CharacteristicPreview

app = typer.Typer(no_args_is_help=True, help="Characteristics of drawings, and files of them.")


_MOST_NAMED = 50  # warnings and refusals; --json has them all


@app.callback()
def noun() -> None:
    """Characteristics of drawings, and files of them."""


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="QIF, CSV, XLSX or ODS.")],
    into: Annotated[
        str, typer.Option("--into", metavar="PROGRAM", help="Whose draft takes them.")
    ] = "",
    part: Annotated[
        str, typer.Option(metavar="NUMBER", help="Any part whose draft takes them instead.")
    ] = "",
    revision: Annotated[str, typer.Option(help="The draft; the newest, unless said.")] = "",
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Only look; without --into or --part no database."),
    ] = False,
    column: Annotated[
        list[str] | None,
        typer.Option("--column", metavar="HEADER=FIELD", help="What a column means."),
    ] = None,
    classed: Annotated[
        CharacteristicClass, typer.Option("--class", help="Where the file gives none.")
    ] = CharacteristicClass.MAJOR,
    replace: Annotated[
        bool, typer.Option("--replace", help="Remove what is not in the file.")
    ] = False,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take the characteristics of a file into a draft: all of it or nothing.

    With --dry-run only say what the file holds, and with --into or --part what it would change."""
    asked: dict[str, Any] = {
        "raw": file,
        "name": file.name,
        "mapping": _mapping(column or ()),
        "classification": classed,
        "replace_all": replace,
    }
    if into or part:
        of = _of(into, part, site, shell.writer, by)
        _into(of, revision, asked, dry_run=dry_run, as_json=as_json)
    elif dry_run:
        _look(file, asked["mapping"], as_json=as_json)
    else:
        raise InvalidInput(
            "Into which program or part?",
            way_out="Add --into with the code of a program, --part with the number of a part, or "
            "--dry-run to only look at the file.",
        )


@app.command("list")
def list_(
    program: Annotated[str, typer.Argument(metavar="[PROGRAM]", help="Its code.")] = "",
    part: Annotated[str, typer.Option(metavar="NUMBER", help="Any part instead.")] = "",
    revision: Annotated[str, typer.Option(help="The newest, unless said.")] = "",
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """What a revision asks for, by balloon number."""
    there = _listed(_of(program, part, site, shell.reader, by), revision)
    if as_json:
        items = [{**shell.plain(c), "requirement": c.requirement} for c in there]
        shell.show({"items": items, "next": None, "total": len(items)})
        return
    for c in there:
        cells = (c.number, c.name, c.classification.value, c.requirement or c.kind.value)
        typer.echo("\t".join((*cells, c.zone, c.method)).rstrip())


def _look(file: Path, mapping: dict[str, str], *, as_json: bool) -> None:
    from firstoff.formats.characteristics import read_characteristics
    from firstoff.formats.characteristics.summaries import summary

    found = read_characteristics(file, name=file.name, mapping=mapping)
    if as_json:
        shell.show(summary(found))
    else:
        _say(found)
    if found.refused:
        raise typer.Exit(InvalidInput.exit_code)


@dataclass(frozen=True, slots=True)
class _Of:
    """Whose characteristics are meant: as a verb takes it, and its revisions, the newest first."""

    by: "Actor"
    asked: dict[str, int]
    name: str
    revisions: "tuple[RevisionView, ...]"

    def revision(self, label: str) -> "RevisionView":
        """The one called so, or the newest. Raises NotFound."""
        for found in self.revisions:
            if label in ("", found.label):
                return found
        wanted = f"no revision {label!r}" if label else "no revision yet"
        raise NotFound(f"{self.name} has {wanted}.")


def _of(
    program: str, part: str, site: str | None, who: "Callable[[str | None], Actor]", by: str | None
) -> _Of:
    """Raises InvalidInput where not one of the two is named, NotFound."""
    if bool(program) == bool(part):
        raise InvalidInput(
            "Name a program, or a part.", way_out="A program by its code, a part with --part."
        )
    shell.django()
    from firstoff.queries import product as reads

    actor = who(by)
    if part:
        one = part_meant(actor, site, part)
        return _Of(actor, {"part_id": one.id}, one.number, reads.part_revisions(one.id))
    found = reads.program(actor, shell.site_of(actor, site, program=program).code, program)
    return _Of(actor, {"program_id": found.id}, found.code, reads.revisions(actor, found.id))


def _listed(of: _Of, label: str) -> "tuple[CharacteristicFacts, ...]":
    from firstoff.queries import product as reads

    return reads.characteristics_of(of.revision(label).id)


def _into(of: _Of, revision: str, asked: dict[str, Any], *, dry_run: bool, as_json: bool) -> None:
    from firstoff.services import product as verbs

    label = of.revision(revision).label
    asked |= {**of.asked, "revision": label, "by": of.by}
    if not dry_run:
        done = verbs.import_characteristics(**asked, at=shell.now())
        counts = f"{done.added} added, {done.changed} changed, {done.removed} removed"
        if as_json:
            shell.show(done)
        else:
            shell.out.print(f"{done.file_name} into revision {label}: {counts}.", markup=False)
        return
    _compare(verbs.preview_characteristics(**asked), as_json=as_json)


def _compare(found: "CharacteristicPreview", *, as_json: bool) -> None:
    """What a file would change."""
    from firstoff.formats.characteristics.summaries import summary

    rows = [row for row in found.rows if row.state not in ("same", "kept")]
    if as_json:
        items = [
            {
                "row": row.row,
                "state": row.state,
                "number": row.number,
                "name": row.name,
                "requirement": row.requirement,
                "changes": row.changes,
                "sentence": row.sentence,
            }
            for row in found.rows
        ]
        said = {"rows": items, "seen": found.seen, "can_be_taken": found.can_be_taken}
        shell.show({**summary(found.file), **said})
    else:
        for row in rows:
            changes = "; ".join(
                f"{k} {a or 'nothing'} -> {b}" for k, (a, b) in row.changes.items()
            )
            what = changes or row.sentence or row.requirement
            typer.echo("\t".join((row.state, row.number, row.name, what)).rstrip())
        typer.echo(f"{found.count('same')} the same, {found.count('kept')} only in the draft.")
    if found.refusals:
        raise typer.Exit(InvalidInput.exit_code)


def _mapping(columns: list[str] | tuple[()]) -> dict[str, str]:
    """``Feature=name``, ``Rank=`` to leave a column alone. Raises InvalidInput."""
    found = {}
    for each in columns:
        header, mark, field = each.rpartition("=")
        if not mark or not header.strip():
            raise InvalidInput(
                f"--column {each!r} is no HEADER=FIELD.", way_out="Write it as Feature=name."
            )
        found[header] = field.strip()
    return found


def _say(found: "CharacteristicFile") -> None:
    types = ", ".join(f"{count:,} {word}" for word, count in found.counts.types.items())
    datums = f", {found.counts.datums:,} datums" if found.counts.datums else ""
    sys.stdout.write(
        f"{found.name}: {found.label}, {found.counts.characteristics:,} characteristics"
        f"{f' ({types})' if types else ''}{datums}.\n"
    )
    for each in found.characteristics:
        sys.stdout.write(f"  {each.number:<12} {each.name}: {_asked(each)}\n")
    sys.stdout.flush()
    for remarks, style in ((found.warnings, None), (found.refused, "bold")):
        for remark in remarks[:_MOST_NAMED]:
            shell.err.print(remark.sentence, style=style, markup=False)
        if (more := len(remarks) - _MOST_NAMED) > 0:
            shell.err.print(f"{more:,} more.", markup=False)


def _asked(draft: "CharacteristicDraft") -> str:
    """What is asked for: the callout, the limits, else the text."""
    if draft.symbol is not None:
        words = (draft.symbol.value.replace("_", " "), str(draft.tolerance), *draft.datums)
        return " ".join(words)
    ends = [None if end is None else f"{end:f}" for end in (draft.lower, draft.upper)]
    unit = f"\u00a0{draft.unit}" if draft.unit else ""
    if ends[0] and ends[1]:
        return f"{ends[0]} to {ends[1]}{unit}"
    if ends[0] or ends[1]:
        return f"at least {ends[0]}{unit}" if ends[0] else f"at most {ends[1]}{unit}"
    return draft.requirement or "no limits"
