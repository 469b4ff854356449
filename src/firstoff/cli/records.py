"""Records out of files: `firstoff records import`. A dry run needs no database."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from firstoff.cli import shell
from firstoff.errors import InvalidInput

if TYPE_CHECKING:
    from firstoff.formats.testdata.drafts import ReadOptions
    from firstoff.formats.testdata.summaries import Summary
    from firstoff.rules.access import Actor

app = typer.Typer(no_args_is_help=True, help="Records out of files of machines and stations.")

_MOST_NAMED = 50  # refusals of one file; --json has them all
_LARGEST = 200_000_000  # bytes of one file looked at; what is kept of it has its own limits

FilesArgument = Annotated[
    list[Path], typer.Argument(metavar="FILE", help="Files, or folders of them.")
]


@app.callback()
def noun() -> None:
    """Records out of files of machines and stations."""


@app.command("import")
def import_(
    files: FilesArgument,
    kind: Annotated[
        str, typer.Option(help="The kind of file, as `wats_json`; found by content.")
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what the files hold; needs no database.")
    ] = False,
    companion: Annotated[
        Path | None, typer.Option("--with", help="The file that describes them: a plan, a .dfd.")
    ] = None,
    batch: Annotated[str, typer.Option("--run", help="Batch ID of the run they are of.")] = "",
    part: Annotated[
        str, typer.Option("--part", help="Part number of the units, where they are of no run.")
    ] = "",
    operation: Annotated[
        int | None, typer.Option("--operation", help="The operation of the plan that is recorded.")
    ] = None,
    start_missing: Annotated[
        bool, typer.Option(help="Start units that a record names and nobody started.")
    ] = False,
    site: Annotated[str | None, typer.Option("--site", help="Code of the site.")] = None,
    by: Annotated[str | None, typer.Option("--as", help="User name of who does this.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> None:
    """Take records out of files: every record of a file, or none. See docs/reference for kinds."""
    named = dict(_paths(files))
    found = [_looked_at(path, name, kind, companion) for path, name in named.items()]
    alone = len(files) == 1 and not files[0].is_dir()
    if dry_run or not all(one.whole for one in found):
        _say(found, as_json=as_json, alone=alone)
        if not all(one.whole for one in found):
            raise typer.Exit(InvalidInput.exit_code)
        return
    if not as_json:
        _warn(found)
    where = _Where(batch, part, operation, site, by, start_missing)
    taken = list(_taken(list(zip(named, found, strict=True)), kind, where, companion))
    if as_json:
        shell.show(taken[0] if alone else {"items": taken, "next": None, "total": len(taken)})


# ---------------------------------------------------------------- which files


def _paths(files: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    """The files named, and those in folders named that may be of a kind, each with its name; one
    out of a folder is named by its place there."""
    from firstoff.formats.testdata import IMPORTERS

    endings = tuple({ending for importer in IMPORTERS for ending in importer.endings})
    for file in files:
        if not file.is_dir():
            yield file, file.name
            continue
        inside = sorted(path for path in file.rglob("*") if path.is_file())
        seen = [p for p in inside if not any(n.startswith(".") for n in p.relative_to(file).parts)]
        wanted = [path for path in seen if path.name.lower().endswith(endings)]
        if not wanted:
            known = f"Known: {', '.join(sorted(endings))}."
            raise InvalidInput(f"{file} holds no file of records.", way_out=known)
        if others := len(seen) - len(wanted):
            shell.err.print(f"{file}: {others} files of other kinds left out.", markup=False)
        yield from ((path, path.relative_to(file).as_posix()) for path in wanted)


def _looked_at(path: Path, name: str, kind: str, companion: Path | None) -> "Summary":
    from firstoff.formats.testdata import importer_named
    from firstoff.formats.testdata.summaries import looked_at

    if kind:
        importer_named(kind)
    return looked_at(path, name=name, kind=kind, options=_options(path, companion))


def _options(path: Path, companion: Path | None) -> "ReadOptions":
    from firstoff.formats.sources import Limits
    from firstoff.formats.testdata.drafts import ReadOptions

    limits = Limits(file_bytes=_LARGEST)
    return ReadOptions(limits=limits, companion=_beside(path, companion))


def _beside(path: Path, companion: Path | None) -> Path | None:
    """The file that describes another: the one named, else the .dfd of a .dfx."""
    if companion is None and path.suffix.lower() == ".dfx":
        beside = [path.with_suffix(".dfd"), path.with_suffix(".DFD")]
        companion = next((each for each in beside if each.is_file()), None)
    return companion


# ---------------------------------------------------------------- what is said


def _say(found: list["Summary"], *, as_json: bool, alone: bool) -> None:
    if as_json:
        plain = [one.plain() for one in found]
        shell.show(plain[0] if alone else {"items": plain, "next": None, "total": len(plain)})
        return
    for one in found:
        figures = ", ".join(_figures(one)) or "nothing to take"
        sys.stdout.write(f"{one.file}: {one.kind or 'unknown'}, {figures}.\n")
    sys.stdout.flush()
    _warn(found)
    for one in found:
        for row in one.refused[:_MOST_NAMED]:
            shell.err.print(_placed(one, row.sentence, found), style="bold", markup=False)
        if (more := len(one.refused) - _MOST_NAMED) > 0:
            shell.err.print(f"{one.file}: {more:,} more are refused.", markup=False)


def _warn(found: list["Summary"]) -> None:
    for one in found:
        for warning in one.warnings:
            shell.err.print(_placed(one, warning, found), markup=False)


def _placed(one: "Summary", sentence: str, found: list["Summary"]) -> str:
    """A sentence with its file, where there are several and it does not name it."""
    alone = len(found) == 1 or sentence.startswith(one.file)
    return sentence if alone else f"{one.file}: {sentence}"


_WORDS = (
    ("units", "unit", "units"),
    ("rows", "row", "rows"),
    ("tests", "test", "tests"),
    ("steps", "step", "steps"),
    ("measurements", "measurement", "measurements"),
    ("sub_units", "sub-unit", "sub-units"),
    ("lots", "lot", "lots"),
    ("repairs", "repair", "repairs"),
    ("failures", "failure", "failures"),
    ("consumptions", "consumption", "consumptions"),
    ("attachments", "attachment", "attachments"),
)


_FIRST = {"pass": 0, "fail": 1}


def _figures(one: "Summary") -> Iterator[str]:
    """ "1,569 tests (1,389 pass, 180 fail)": what is there, and how it ended."""
    counts = one.counts
    for name, single, many in _WORDS:
        held = getattr(counts, name)
        count = held["total"] if isinstance(held, Mapping) else held
        if not count:
            continue
        ended = held if isinstance(held, Mapping) else getattr(counts, f"{name}_by_outcome", {})
        words = sorted(ended, key=lambda word: (_FIRST.get(word, 2), word))
        parts = [f"{ended[word]:,} {word}" for word in words if ended[word] and word != "total"]
        said = f" ({', '.join(parts)})" if parts else ""
        yield f"{count:,} {single if count == 1 else many}{said}"
    kinds = {f"{kind} records": count for kind, count in counts.records.items()}
    for name, count in (*kinds.items(), *counts.holds.items()):
        if count:
            yield f"{count:,} {name.removesuffix('s') if count == 1 else name}"


# ---------------------------------------------------------------- what is written


@dataclass(frozen=True, slots=True)
class _Where:
    """Where the records belong, and who hands them in."""

    batch: str
    part: str
    operation: int | None
    site: str | None
    by: str | None
    start_missing: bool


def _taken(
    files: "list[tuple[Path, Summary]]", kind: str, where: _Where, companion: Path | None
) -> Iterator[Any]:
    """Each file taken in turn; a file that was taken before is not taken again."""
    if not where.batch and not where.part:
        raise InvalidInput(
            "Which run, or which part?",
            way_out="Add --run BATCH, --part PART, or --dry-run to look only.",
        )
    shell.django()
    for path, summary in files:
        beside = _beside(path, companion)
        if where.batch and _is_of_a_run(summary):
            yield _into_run(path, kind, where, beside)
        else:
            yield _as_records(path, kind, where, beside)


def _is_of_a_run(found: "Summary") -> bool:
    """Whether it holds only what a run takes: rows of units, and tests."""
    counts = found.counts
    more = (counts.repairs, counts.consumptions, counts.sub_units, counts.records)
    return bool(counts.rows or (counts.tests and not any(more)))


def _into_run(path: Path, kind: str, where: _Where, companion: Path | None) -> Any:
    from firstoff.cli.run.shared import writing
    from firstoff.services import execution

    _, given = writing(where.batch, where.site, where.by)
    done = execution.import_file(
        raw=path,
        name=path.name,
        kind=kind,
        start_missing=where.start_missing,
        companion=companion,
        **given,
    )
    again = " It had been taken before; nothing was written." if done.again else ""
    shell.err.print(f"{done.file_name}: {done.taken} records taken.{again}", markup=False)
    return done


def _as_records(path: Path, kind: str, where: _Where, companion: Path | None) -> Any:
    """Tests, parts, repairs and material, as a station would have posted them."""
    from firstoff.formats.testdata.posting import Placing
    from firstoff.services import genealogy

    actor = shell.writer(where.by)
    done = genealogy.import_file(
        site_id=_site_id(actor, where),
        raw=path,
        name=path.name,
        kind=kind,
        companion=companion,
        placing=Placing(part=where.part, batch=where.batch, operation=where.operation),
        start_missing=where.start_missing,
        by=actor,
        at=shell.now(),
        options=_options(path, companion),
    )
    said = f"{done.file_name}: {done.stored} records taken, {done.already} were there already."
    shell.err.print(said, markup=False)
    for warning in done.warnings:
        shell.err.print(warning, markup=False)
    return done


def _site_id(actor: "Actor", where: _Where) -> int:
    """The site that is named, else that of the run, else the only one of whoever does this."""
    from firstoff.cli.run.shared import found_run
    from firstoff.queries import access

    if where.batch:
        return found_run(actor, where.batch, where.site).site_id
    if where.site:
        return access.site(actor, where.site).id
    if len(actor.site_ids) != 1:
        raise InvalidInput("At which site?", way_out="Add --site CODE.")
    return actor.site_ids[0]
