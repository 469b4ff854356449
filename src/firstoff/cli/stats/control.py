"""Control charts from a file: one command, one kind a line."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from firstoff.cli.stats.pictures import Picture, control_points, cusum_sums, draw, t2_points
from firstoff.cli.stats.shared import (
    AsJson,
    ColumnName,
    File,
    Row,
    answer,
    app,
    grouped,
    read,
    refusing,
)
from firstoff.errors import InvalidInput

if TYPE_CHECKING:
    from firstoff.formats.columns import Column, Table


@dataclass(frozen=True, slots=True)
class _Asked:
    """The table and what was said of it."""

    kind: str
    table: "Table"
    column: str | None
    sizes: str | None
    parts: str | None
    nominals: str | None
    columns: str | None
    subgroup: int
    told: Mapping[str, Any]  # base and rule_set
    base: Mapping[str, Any]

    @property
    def found(self) -> "Column":
        others = [self.sizes, self.parts, self.nominals]
        left = [c.name for c in self.table.columns if c.name not in others]
        only = left[0] if any(others) and len(left) == 1 else None
        return self.table.column(self.column or only)

    @property
    def values(self) -> list[float]:
        return self.found.numbers()

    @property
    def inspected(self) -> list[float]:
        return self._other(self.sizes, "sample sizes", "--size-column").numbers()

    @property
    def part(self) -> list[str]:
        return self._other(self.parts, "the part of each value", "--part-column").words()

    def nominal(self) -> dict[str, float]:
        """The nominal of each part, the same in every row of it."""
        column = self._other(self.nominals, "the nominal of each part", "--nominal-column")
        found: dict[str, float] = {}
        for part, value in zip(self.part, column.numbers(), strict=True):
            if found.setdefault(part, value) != value:
                raise InvalidInput(f"Part {part} has the nominals {found[part]:g} and {value:g}.")
        return found

    def several(self) -> list[list[float]]:
        names = self.columns.split(",") if self.columns else [c.name for c in self.table.columns]
        columns = [self.table.column(name.strip()).numbers() for name in names]
        return [list(row) for row in zip(*columns, strict=True)]

    def _other(self, name: str | None, what: str, option: str) -> "Column":
        if name is None:
            hint = f"Name it by {option}."
            raise InvalidInput(
                f"A {self.kind} chart needs {what}; name their column.", way_out=hint
            )
        return self.table.column(name)


def _stats() -> Any:
    from firstoff import stats

    return stats


_KINDS: dict[str, Callable[[_Asked], Any]] = {
    "i": lambda a: _stats().individuals_chart(a.values, **a.told),
    "mr": lambda a: _stats().moving_range_chart(a.values, **a.told),
    "xbar-r": lambda a: _stats().xbar_r_chart(grouped(a.values, a.subgroup), **a.told),
    "xbar-s": lambda a: _stats().xbar_s_chart(grouped(a.values, a.subgroup), **a.told),
    "p": lambda a: _stats().p_chart(a.values, a.inspected, **a.told),
    "np": lambda a: _stats().np_chart(a.values, _one_size(a.inspected), **a.told),
    "c": lambda a: _stats().c_chart(a.values, **a.told),
    "u": lambda a: _stats().u_chart(a.values, a.inspected, **a.told),
    "p-laney": lambda a: _stats().laney_p_chart(a.values, a.inspected, **a.told),
    "u-laney": lambda a: _stats().laney_u_chart(a.values, a.inspected, **a.told),
    "g": lambda a: _stats().g_chart(a.values, **a.told),
    "t": lambda a: _stats().t_chart(a.values, **a.told),
    "ewma": lambda a: _stats().ewma_chart(a.values, **a.base),
    "cusum": lambda a: _stats().cusum_chart(a.values, **a.base),
    "dnom": lambda a: _stats().dnom_chart(a.values, a.part, a.nominal(), **a.told),
    "z-mr": lambda a: _stats().z_mr_chart(a.values, a.part, a.nominal(), **a.told),
    "t2": lambda a: _stats().hotelling_chart(a.several(), **a.base),
}


@app.command()
@refusing
def chart(
    file: File,
    kind: Annotated[str, typer.Option(help=", ".join(_KINDS))] = "i",
    column: ColumnName = None,
    size_column: Annotated[
        str | None, typer.Option(help="Column of sample sizes, for p, np, u.")
    ] = None,
    part_column: Annotated[
        str | None, typer.Option(help="Column of parts, for dnom, z-mr.")
    ] = None,
    nominal_column: Annotated[
        str | None, typer.Option(help="Column of nominals, for dnom, z-mr.")
    ] = None,
    columns: Annotated[
        str | None, typer.Option(help="Columns of t2, as a,b,c; all unless told.")
    ] = None,
    subgroup: Annotated[int, typer.Option(help="Values in a subgroup, for X-bar.")] = 5,
    base: Annotated[int | None, typer.Option(help="Limits from the first so many points.")] = None,
    rules: Annotated[str, typer.Option(help="nelson or western-electric.")] = "nelson",
    spread: Annotated[bool, typer.Option("--spread", help="Draw the chart of spread.")] = False,
    picture: Picture = None,
    as_json: AsJson = False,
) -> None:
    """Is the process stable? Limits, and the points that break a rule."""
    if kind not in _KINDS:
        raise InvalidInput(f"kind is {kind!r}; expected one of {', '.join(_KINDS)}.")
    told = {"base": base, "rule_set": rules}
    table = read(file)
    others = size_column, part_column, nominal_column
    asked = _Asked(kind, table, column, *others, columns, subgroup, told, {"base": base})
    seen = _KINDS[kind](asked)
    if picture is not None:
        _draw(picture, seen, "T²" if kind == "t2" else asked.found.name, spread)
    answer(seen, _rows(seen), as_json)


def _draw(file: str, seen: Any, name: str, spread: bool) -> None:
    if hasattr(seen, "signal_upper"):
        draw(file, "cusum", cusum_sums(seen, name))
    elif hasattr(seen, "t2"):
        draw(file, "control_chart", t2_points(seen))
    else:
        pair = "spread" if spread else "location"
        drawn = getattr(seen, pair, getattr(seen, "chart", seen))
        draw(file, "control_chart", control_points(drawn, name))


def _one_size(sizes: list[float]) -> int:
    if len(set(sizes)) != 1 or sizes[0] != int(sizes[0]):
        raise InvalidInput("An np chart needs samples of one size; take a p chart.")
    return int(sizes[0])


def _rows(seen: Any) -> list[Row]:
    if hasattr(seen, "signal_upper"):
        return _cusum_rows(seen)
    if hasattr(seen, "t2"):
        return _t2_rows(seen)
    if hasattr(seen, "sigma_z"):
        return [*_one_chart(seen.chart), ("Sigma between samples", f"{seen.sigma_z:.3g}")]
    if hasattr(seen, "location"):
        return [*_one_chart(seen.location), *_one_chart(seen.spread)]
    return _one_chart(seen)


def _one_chart(seen: Any) -> list[Row]:
    low, high = seen.lcl[-1], seen.ucl[-1]
    rows = [
        (f"{seen.kind} chart", f"{seen.points.size} points, centre {seen.center[-1]:.6g}"),
        ("Limits", f"LCL {low:.6g}, UCL {high:.6g}"),
    ]
    first = seen.signals.first
    if first is None:
        return [*rows, ("Signals", "none")]
    for rule, at in seen.signals.found.items():
        if at.size:
            named = ", ".join(str(int(point) + 1) for point in at[:20])
            more = f" and {at.size - 20} more" if at.size > 20 else ""
            rows.append((f"{seen.kind} rule {rule}", f"points {named}{more}"))
    return rows


def _cusum_rows(seen: Any) -> list[Row]:
    rows = [("CUSUM chart", f"{seen.upper.size} points, k {seen.k:g}, h {seen.h:g}")]
    for name, at in (("Above", seen.signal_upper), ("Below", seen.signal_lower)):
        if at.size:
            began = seen.began(int(at[0])) + 1
            rows.append((name, f"first at point {int(at[0]) + 1}, began at point {began}"))
    return rows if len(rows) > 1 else [*rows, ("Signals", "none")]


def _t2_rows(seen: Any) -> list[Row]:
    rows = [
        ("T² chart", f"{seen.t2.size} units, {seen.mean.size} characteristics"),
        ("UCL", f"{seen.ucl_base:.6g} for the first {seen.base}, {seen.ucl_future:.6g} later"),
    ]
    named = ", ".join(str(int(point) + 1) for point in seen.beyond[:20])
    return [*rows, ("Signals", f"units {named}" if named else "none")]
