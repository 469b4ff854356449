"""Bills of materials that refer to each other: one file an assembly, named by its number, and
files of parts beside them (gitplm's way; others do alike)."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import PurePosixPath

from firstoff.errors import InvalidInput
from firstoff.formats.archives import archive_kind, open_archive, part_of
from firstoff.formats.bom.quantities import plain
from firstoff.formats.bom.trees import Tree, stacked
from firstoff.formats.bom.walking import Extra
from firstoff.formats.sources import Limits, RawSource, content_of, opened
from firstoff.rules.bom.draft import BomFile, LineDraft, Remark

_ALL = "-all"  # what gitplm calls the flattened list of an assembly
_MOST_FILES = 500
_MOST_LINES = 200_000


@dataclass(frozen=True, slots=True)
class _Set:
    """``assemblies`` by number; ``parts``: lines of the ``lists`` of parts by number, preferred
    first; ``flat``: flattened lists by number, to hold the product against; ``sources``: by the
    number of the file that was made of them."""

    assemblies: Mapping[str, BomFile]
    lists: Sequence[BomFile]
    parts: Mapping[str, Sequence[LineDraft]]
    flat: Mapping[str, BomFile]
    sources: Mapping[str, Sequence[BomFile]]


def unzipped(raw: RawSource, *, name: str, limits: Limits) -> list[tuple[str, bytes]] | None:
    """The files in a ZIP archive by their names; None where it is no archive or a workbook.

    Raises InvalidInput: a bomb, damaged, locked, too many files."""
    with opened(raw, name=name, limits=limits) as source:
        if content_of(source.head(16)) != "zip" or archive_kind(source, limits) != "zip":
            return None
        found = []
        with open_archive(source, limits) as archive:
            for entry in archive.infolist():
                parts = PurePosixPath(entry.filename).parts
                hidden = any(part.startswith((".", "__MACOSX")) for part in parts)
                if not entry.is_dir() and not hidden and entry.file_size:
                    found.append((entry.filename, b"".join(part_of(archive, entry, name))))
    if len(found) > _MOST_FILES:
        raise InvalidInput(
            f"{name} holds {len(found):,} files; at most {_MOST_FILES} are read as one set.",
            code="too-many-files",
            file=name,
        )
    return found


def joined(files: Sequence[BomFile]) -> tuple[BomFile, ...]:
    """Files that refer to each other as one bill of materials for each product on top, in the
    place of its file; the others as they are."""
    found = _sorted_out(files)
    linked = _linked(found)
    if not linked:
        return tuple(files)
    used = {line.number for number in linked for line in found.assemblies[number].lines}
    # Where each is in another it is a ring, refused where it closes.
    tops = [number for number in linked if number not in used] or linked[:1]
    products: dict[int, BomFile] = {}
    gone: set[int] = set()
    for number in tops:
        product, members = _product(number, found)
        products[id(found.assemblies[number])] = product
        gone |= {id(member) for member in members}
    return tuple(
        products.get(id(file), file)
        for file in files
        if id(file) in products or id(file) not in gone
    )


def _linked(found: _Set) -> list[str]:
    """The assemblies that use another one, or are used, or have a flattened list."""
    uses = {
        number: {line.number for line in file.lines} & set(found.assemblies)
        for number, file in found.assemblies.items()
    }
    used = set().union(*uses.values())
    return [number for number in uses if uses[number] or number in used or number in found.flat]


# ---------------------------------------------------------------- which file is what


def stem(name: str) -> str:
    """The number that a file is named by: ``a/b__PCA-019-0000.csv`` is PCA-019-0000."""
    last = name.replace("\\", "/").rpartition("/")[2].rpartition("__")[2]
    return last.rpartition(".")[0] or last


def _sorted_out(files: Sequence[BomFile]) -> _Set:
    lists = [file for file in files if _is_parts_list(file)]
    parts = _parts(lists)
    known = set(parts) | {line.number for file in files for line in file.lines if line.number}
    whole = {stem(file.name) for file in files}
    assemblies: dict[str, BomFile] = {}
    flat: dict[str, BomFile] = {}
    sources: dict[str, list[BomFile]] = {}
    for file in files:
        number = stem(file.name)
        if file in lists:
            continue
        if number.endswith(_ALL) and number.removesuffix(_ALL) in whole:
            flat.setdefault(number.removesuffix(_ALL), file)
            continue
        fuller = _variants(number, known | whole) if number not in known else []
        if len(fuller) == 1 and fuller[0] in whole:
            sources.setdefault(fuller[0], []).append(file)
        else:  # of two files with one number the first is the assembly
            assemblies.setdefault(fuller[0] if len(fuller) == 1 else number, file)
    return _Set(assemblies, lists, parts, flat, sources)


def _variants(number: str, known: Iterable[str]) -> list[str]:
    found = sorted(other for other in known if _is_variant(other, number))
    return [other for other in found if not other.endswith(_ALL)]


def _is_variant(number: str, of: str) -> bool:
    """ASY-001-0000 is a variation of ASY-001."""
    return number.startswith(f"{of}-") and number[len(of) + 1 :].isalnum()


def _is_parts_list(file: BomFile) -> bool:
    return all(line.quantity is None and not line.designators for line in file.lines)


def _parts(lists: Iterable[BomFile]) -> dict[str, list[LineDraft]]:
    """Lines of lists of parts by number; rows whose cells are shifted say nothing."""
    found: dict[str, list[LineDraft]] = {}
    for file in lists:
        shifted = {remark.row for remark in file.warnings if remark.code == "shifted"}
        for line in file.lines:
            if line.number and line.row not in shifted:
                found.setdefault(line.number, []).append(line)
    return {number: sorted(lines, key=_priority) for number, lines in found.items()}


def _priority(line: LineDraft) -> int:
    text = next((v for k, v in line.attributes.items() if k.casefold() == "priority"), "")
    return int(text) if text.isdecimal() and len(text) < 6 else 1_000


# ---------------------------------------------------------------- one product


def _product(top: str, found: _Set) -> tuple[BomFile, list[BomFile]]:
    """The bill of the product, and the files that it was put together of."""
    order: list[tuple[LineDraft, int, Extra]] = []
    taken = {top: found.assemblies[top]}
    stack = [(line, 1) for line in reversed(found.assemblies[top].lines)]
    while stack:
        line, level = stack.pop()
        order.append((_filled(line, found.parts), level, Extra()))
        if len(order) > _MOST_LINES:
            raise InvalidInput(f"{top} has more than {_MOST_LINES:,} lines.", code="too-many-rows")
        inside = found.assemblies.get(line.number)
        if inside is not None and line.number not in taken and level < 64:
            taken[line.number] = inside
            stack += [(each, level + 1) for each in reversed(inside.lines)]
    members = _members(found, taken, {line.number for line, _, _ in order})
    return _as_file(top, found, taken, stacked(Tree([], top), order), len(members)), members


def _members(found: _Set, taken: Mapping[str, BomFile], numbers: set[str]) -> list[BomFile]:
    """Assemblies, their sources and flattened lists, and the lists of parts that name a part."""
    wanted = numbers | set(taken)
    lists = [each for each in found.lists if any(line.number in wanted for line in each.lines)]
    flat = [file for number, file in found.flat.items() if number in taken]
    sources = [each for number in taken for each in found.sources.get(number, ())]
    return [*taken.values(), *sources, *flat, *lists]


def _as_file(
    top: str, found: _Set, taken: Mapping[str, BomFile], tree: Tree, count: int
) -> BomFile:
    file = found.assemblies[top]
    files = list(taken.values())
    digest = hashlib.sha256("".join(sorted(each.sha256 for each in files)).encode())
    warnings = [remark for each in files for remark in _placed(each, each.warnings)]
    refused = [remark for each in files for remark in _placed(each, each.refused)]
    sources = [
        Remark(None, f"{each.name} is the source of {number}; not read twice.", "", "set-source")
        for number in taken
        for each in found.sources.get(number, ())
    ]
    return replace(
        file,
        name=f"{file.name} and {count - 1} more" if count > 1 else file.name,
        label=f"{file.label}, {len(files)} assemblies",
        sha256=digest.hexdigest(),
        lines=tuple(tree.lines),
        top=top,
        warnings=(*sources, *warnings, *tree.remarks, *_against_flat(found, taken)),
        refused=(*refused, *tree.refused),
    )


def _placed(file: BomFile, remarks: Iterable[Remark]) -> Iterable[Remark]:
    """Remarks with the file that they are about."""
    return (replace(each, sentence=f"{file.name}: {each.sentence}") for each in remarks)


def _filled(line: LineDraft, parts: Mapping[str, Sequence[LineDraft]]) -> LineDraft:
    """The line with what a list of parts says of its number and its own file does not: the
    description and the sources; rows of such lists are often a cell short before the rest."""
    known = parts.get(line.number, ())
    if not known:
        return line
    first = known[0]
    sources = line.sources or tuple(source for each in known for source in each.sources)
    return replace(
        line,
        sources=sources,
        description=line.description or first.description,
    )


# ---------------------------------------------------------------- held against the flattened lists


def _against_flat(found: _Set, taken: Iterable[str]) -> list[Remark]:
    remarks: list[Remark] = []
    memory: dict[str, dict[str, Decimal]] = {}
    for number, file in found.flat.items():
        if number not in set(taken):
            continue
        usage = _usage(number, found, memory, ())
        for line in file.lines:
            product = usage.get(line.number)
            if line.number and line.quantity is not None and product != line.quantity:
                said = plain(product) if product is not None else "none"
                sentence = (
                    f"{file.name} says {plain(line.quantity)} of {line.number}; "
                    f"the levels come to {said}."
                )
                remarks.append(Remark(line.row, sentence, "", "rolled-up"))
    return remarks


def _usage(
    number: str, found: _Set, memory: dict[str, dict[str, Decimal]], above: tuple[str, ...]
) -> dict[str, Decimal]:
    """How many of each number one assembly has, over all its levels."""
    if number in memory:
        return memory[number]
    total: dict[str, Decimal] = {}
    for line in found.assemblies[number].lines if number in found.assemblies else ():
        if not line.number or line.quantity is None or not line.fitted:
            continue
        total[line.number] = total.get(line.number, Decimal(0)) + line.quantity
        if line.number in above or line.number == number:
            continue
        for inner, count in _usage(line.number, found, memory, (*above, number)).items():
            total[inner] = total.get(inner, Decimal(0)) + line.quantity * count
    memory[number] = total
    return total
