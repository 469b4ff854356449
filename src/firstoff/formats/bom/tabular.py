"""Bills of materials in tables: CSV, text in columns, XLSX, ODS and XLS, whoever wrote them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from firstoff.errors import InvalidInput
from firstoff.formats.bom.grids import Grid, grids
from firstoff.formats.bom.headerless import meanings_by_content
from firstoff.formats.bom.kinds import dialect
from firstoff.formats.bom.layout import Layout, layout_of
from firstoff.formats.bom.lines import drawing_letters
from firstoff.formats.bom.reader import BomMapping, BomOptions, BomReader
from firstoff.formats.bom.scoring import Score, best_row
from firstoff.formats.bom.totals import total_remarks
from firstoff.formats.bom.trees import planted
from firstoff.formats.bom.walking import Walked, Walker, listed_once
from firstoff.formats.cells import Row
from firstoff.formats.sources import Source, content_of
from firstoff.formats.tables import listed
from firstoff.rules.bom.draft import BomFile, LineDraft, Remark

_EXPECTED = (
    "Expected a row of column names, with designators, a quantity or part numbers among them, "
    "such as Designator, Quantity, Value, Manufacturer, MPN."
)
_TALLEST = 2_000  # rows of one merged cell
_CONTAINERS = {"xlsx": "XLSX", "ods": "ODS", "xls": "XLS"}


@dataclass(frozen=True, slots=True)
class Found:
    """A table with its header settled. ``above``: filled rows over the header."""

    grid: Grid
    layout: Layout
    header: Row | None
    body: tuple[Row, ...]
    above: tuple[Row, ...] = ()
    remarks: tuple[Remark, ...] = ()


def sniff(head: bytes, name: str) -> bool:
    """Any text, and any workbook but one of binary kind."""
    return content_of(head) in ("text", "zip", "ole")


def read(source: Source, options: BomOptions) -> BomFile:
    """The table of a file as a bill of materials.

    Raises InvalidInput: no table, no header that means something, no line."""
    found = table_of(source, options)
    kind, label = dialect(found.layout)
    walker = Walker(found.layout, found.header, found.body, found.grid.kind)
    walked = walker.walk(found.grid.delimiter)
    listed_once(walked)
    tree = planted(walked)
    if not tree.lines and not walked.refused:
        raise _no_lines(source.name, found)
    container = _CONTAINERS.get(found.grid.kind, "")
    remarks = [*found.grid.remarks, *found.remarks, *walked.remarks, *tree.remarks]
    remarks += [*total_remarks(walked), *_left(walked), *_about(kind, tree.lines)]
    if any(remark.code == "boards" for remark in remarks):  # said once for all
        remarks = [each for each in remarks if each.code != "quantity-designators"]
    return BomFile(
        name=source.name,
        kind=kind,
        label=f"{label}, {container}" if container else label,
        sha256=source.sha256(),
        lines=tuple(tree.lines),
        top=tree.top,
        top_revision=tree.top_revision,
        encoding=found.grid.encoding,
        delimiter=found.grid.delimiter,
        sheet=found.grid.sheet,
        header_row=found.header.number if found.header else None,
        columns=found.layout.columns,
        warnings=tuple(remarks),
        refused=tuple(sorted((*walked.refused, *tree.refused), key=lambda each: each.row or 0)),
    )


# ---------------------------------------------------------------- which table


def table_of(source: Source, options: BomOptions) -> Found:
    """The sheet and the header that mean most, or those that a person named.

    Raises InvalidInput where no row is a header and the content is not certain either."""
    mapping = options.mapping
    filled = [grid for grid in grids(source, mapping, options.limits) if grid.rows]
    if mapping.header_row is not None or mapping.columns:
        for grid in filled:
            if (found := _as_told(grid, mapping, source.name)) is not None:
                return found
    ranked: list[tuple[Score, int, Grid, int]] = []
    for place, grid in enumerate(filled):
        if (best := best_row(grid.rows)) is not None:
            ranked.append((best[1], -place, grid, best[0]))
    if not ranked:
        return _by_content(filled, source.name)
    (_, _, grid, place) = max(ranked, key=lambda each: each[:2])
    others = [each for _, _, each, _ in ranked if each is not grid]
    sentence = "Sheet {!r} holds a table as well; name it to read it instead."
    remarks = tuple(Remark(None, sentence.format(each.sheet), "", "sheet") for each in others)
    return _found(grid, place, mapping, remarks)


def _found(grid: Grid, place: int, mapping: BomMapping, remarks: tuple[Remark, ...]) -> Found:
    header = grid.rows[place]
    body = grid.rows[place + 1 :]
    layout = layout_of(
        header.cells,
        body,
        header_row=header.number,
        given=dict(mapping.columns),
        comma=grid.delimiter == ";",
    )
    return Found(grid, layout, header, _spread(grid, layout, body), grid.rows[:place], remarks)


def _spread(grid: Grid, layout: Layout, body: tuple[Row, ...]) -> tuple[Row, ...]:
    """Rows with the text of merged cells in each row they span, of columns that say where lines
    stand: an assembly's name over its lines. A merged quantity or part number is one."""
    wanted = {
        place + 1
        for key in ("section", "parent", "multiplier")
        for place in layout.at.get(key, ())
    }
    merged = [each for each in grid.merges if each[1] in wanted and each[2] > each[0]]
    if not merged:
        return body
    texts = {row.number: row.cells for row in body}
    more: dict[int, dict[int, str]] = {}
    for top, left, bottom, _ in merged:
        cells = texts.get(top, ())
        text = cells[left - 1] if left <= len(cells) else ""
        for number in range(top + 1, min(bottom, top + _TALLEST) + 1):
            more.setdefault(number, {})[left - 1] = text
    return tuple(_with(row, more[row.number]) if row.number in more else row for row in body)


def _with(row: Row, more: Mapping[int, str]) -> Row:
    cells = list(row.cells) + [""] * max(0, max(more) + 1 - len(row.cells))
    for place, text in more.items():
        cells[place] = cells[place] or text
    return Row(row.number, tuple(cells), row.numbers, row.times)


def _as_told(grid: Grid, mapping: BomMapping, name: str) -> Found | None:
    """The header where a person says it is; None where only columns were named."""
    if mapping.header_row == 0:
        layout = layout_of((), grid.rows, header_row=None, given=dict(mapping.columns))
        return Found(grid, layout, None, grid.rows)
    if mapping.header_row is None:
        best = best_row(grid.rows)
        return None if best is None else _found(grid, best[0], mapping, ())
    for place, row in enumerate(grid.rows):
        if row.number == mapping.header_row:
            return _found(grid, place, mapping, ())
    raise InvalidInput(
        f"{name} has nothing in row {mapping.header_row}, where the header is said to be.",
        code="no-header",
        file=name,
        row=mapping.header_row,
    )


def _by_content(filled: Sequence[Grid], name: str) -> Found:
    for grid in filled:
        if (meanings := meanings_by_content(grid.rows)) is not None:
            layout = layout_of((), grid.rows, header_row=None, given=dict(meanings))
            sentence = "No header; columns were understood by what is in them. Look at each."
            return Found(
                grid, layout, None, grid.rows, (), (Remark(None, sentence, "", "no-header"),)
            )
    row = filled[0].rows[0] if filled else None
    found = f"; row {row.number} is {listed(row.cells)}" if row else ""
    raise InvalidInput(
        f"{name}: no row of column names found{found}.",
        code="no-header",
        way_out=_EXPECTED,
        file=name,
        found=list(row.cells[:50]) if row else [],
    )


def _no_lines(name: str, found: Found) -> InvalidInput:
    known = [f"{c.header} ({c.meaning})" for c in found.layout.columns if c.meaning]
    where = f" in row {found.header.number}" if found.header else ""
    sheet = f", sheet {found.grid.sheet!r}" if found.grid.sheet else ""
    return InvalidInput(
        f"{name}{sheet}: no line below the header{where}, which names {', '.join(known[:8])}.",
        code="no-lines",
        way_out="Expected rows with designators, or with a quantity and a part, below it.",
        file=name,
        row=found.header.number if found.header else None,
    )


# ---------------------------------------------------------------- what is said of the whole


def _left(walked: Walked) -> list[Remark]:
    """Rows that are no lines, told together so that nothing is dropped in silence."""
    if not walked.left:
        return []
    texts = [" ".join(" ".join(row.cells).split()) for row in walked.left]
    shown = "; ".join(repr(text[:50]) for text in texts[:3])
    more = f" and {len(texts) - 3} more" if len(texts) > 3 else ""
    rows = "Row" if len(texts) == 1 else "Rows"
    numbers = ", ".join(str(row.number) for row in walked.left[:8])
    numbers += ", ..." if len(texts) > 8 else ""
    verb = "is no line" if len(texts) == 1 else "are no lines"
    sentence = f"{rows} {numbers} {verb}: {shown}{more}."
    return [Remark(walked.left[0].number, sentence, "", "no-line")]


def _about(kind: str, lines: list[LineDraft]) -> list[Remark]:
    found: list[Remark] = []
    if kind in ("price-list", "parts-list"):
        sentence = "No column of quantities or designators: a list of parts, not of their usage."
        found.append(Remark(None, sentence, "", "no-usage"))
    if drawing_letters(lines):
        sentence = "Designators are letters of a drawing; not counted against quantities."
        found.append(Remark(None, sentence, "", "drawing-letters"))
    if (boards := _boards(lines)) > 1:
        sentence = f"Every quantity is {boards} times the designators: made for {boards} boards?"
        found.append(Remark(None, sentence, "", "boards"))
    return found


def _boards(lines: Sequence[LineDraft]) -> int:
    """The factor that all quantities have over their designators; 1 where they have none."""
    factors: set[int] = set()
    for line in lines:
        if not line.fitted or not line.designators or not line.quantity:
            continue
        places = len(line.designators) - len(line.not_fitted)
        if line.quantity % places:
            return 1
        factors.add(int(line.quantity / places))
    return factors.pop() if len(factors) == 1 and len(lines) > 2 else 1


READER = BomReader(
    name="table",
    label="a table (CSV, text in columns, XLSX, ODS, XLS)",
    endings=(".csv", ".tsv", ".txt", ".tab", ".bom", ".xlsx", ".xlsm", ".ods", ".xls"),
    sniff=sniff,
    read=read,
)
