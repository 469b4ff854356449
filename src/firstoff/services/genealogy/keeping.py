"""Tables of readings as they are kept: read whole, and put right where they differ."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Model

from firstoff.db.inserts import delete_rows, upsert_rows, write_rows
from firstoff.db.models import (
    Assembly,
    BatchConsumption,
    Consumption,
    EquipmentUse,
    Load,
    LotBalance,
    PackageState,
    ShippedUnit,
    Unit,
    UnitRoot,
    UnitState,
)

Row = tuple[Any, ...]
Kept = Mapping[Row, int]  # rows, and how often each is there


@dataclass(frozen=True, slots=True)
class Table:
    """``columns`` in the order of the rows; the first ``key`` of them name what a row is about.

    numbered: rows of one name have a number of their own (``seq``), which says nothing. of:
    which column says the run or the unit of it; empty: the table is not of one run. blank: the
    rest of a row that says no more than none. derived: from other readings.
    """

    name: str
    model: type[Model]
    columns: tuple[str, ...]
    key: int
    numbered: bool = False
    of: str = ""
    blank: Row | None = None
    keep: tuple[str, ...] = ()
    derived: bool = False

    def stored(self, run_id: int | None = None) -> Kept:
        rows = self.model._default_manager.values_list(*self.columns)
        found = Counter(map(_plain, rows.iterator(chunk_size=5000)))
        if self.blank is not None:
            found = Counter({r: n for r, n in found.items() if r[self.key :] != self.blank})
        return self.of_run(found, run_id)

    def of_run(self, rows: Kept, run_id: int | None) -> Kept:
        """Those that are about a run or its units; all where none is said."""
        if run_id is None or not self.of:
            return rows
        place = self.columns.index(self.of)
        keys = {run_id}
        if self.of != "run_id":
            keys = set(Unit.objects.filter(run=run_id).values_list("pk", flat=True))
        return {row: n for row, n in rows.items() if row[place] in keys}

    def shown(self, row: Row) -> str:
        named = zip(self.columns[: self.key], row, strict=False)
        return ", ".join(f"{name.removesuffix('_id')} {value}" for name, value in named)

    def repair(self, wanted: Kept, run_id: int | None) -> None:
        """Rows of every name that differs, written anew."""
        there, should = self.stored(run_id), self.of_run(wanted, run_id)
        wrong = {
            row[: self.key] for row in {*there, *should} if there.get(row, 0) != should.get(row, 0)
        }
        rows = [r for r, n in should.items() if r[: self.key] in wrong for _ in range(n)]
        if self.keep:
            self._repair_beside(wrong, rows)
            return
        delete_rows(self.model, self.columns[: self.key], sorted(wrong))
        names = (*self.columns, "seq") if self.numbered else self.columns
        if rows:
            write_rows(self.model, names, list(self._numbered(rows)))

    def _repair_beside(self, wrong: set[Row], rows: Sequence[Row]) -> None:
        """Columns that others write stay: a blank is written rather than no row."""
        blank = self.blank or ()
        named = {row[: self.key] for row in rows}
        rows = [*rows, *(key + blank for key in wrong if key not in named)]
        extra = tuple(0 for _ in self.keep)
        upsert_rows(
            self.model,
            (*self.columns, *self.keep, "since"),
            [(*map(_adapted, row), *extra, _adapted(_EPOCH)) for row in rows],
            keep=(*self.keep, "since"),
        )

    def _numbered(self, rows: Sequence[Row]) -> Sequence[Row]:
        taken: Counter[Row] = Counter()
        found = []
        for row in sorted(rows, key=repr):
            taken[row[: self.key]] += 1
            end = (taken[row[: self.key]],) if self.numbered else ()
            found.append((*map(_adapted, row), *end))
        return found


_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def _plain(row: Row) -> Row:
    """Quantities as whole millionths, as they are stored."""
    return tuple(int(v.scaleb(6)) if isinstance(v, Decimal) else v for v in row)


def _adapted(value: Any) -> Any:
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value


TABLES: tuple[Table, ...] = (
    Table(
        "consumption",
        Consumption,
        ("unit_id", "lot_id", "quantity", "record_id", "loaded"),
        2,
        numbered=True,
        of="unit_id",
    ),
    Table(
        "batch consumption",
        BatchConsumption,
        ("run_id", "lot_id", "quantity", "record_id"),
        2,
        numbered=True,
        of="run_id",
    ),
    Table("lot balances", LotBalance, ("lot_id", "on_hand", "status"), 1),
    Table("equipment uses", EquipmentUse, ("equipment_id", "uses"), 1),
    Table(
        "reels",
        Load,
        (
            "record_id",
            "run_id",
            "operation",
            "position",
            "lot_id",
            "per_unit",
            "loaded_at",
            "unloaded_at",
        ),
        1,
        of="run_id",
    ),
    Table(
        "assemblies",
        Assembly,
        (
            "parent_id",
            "child_id",
            "position",
            "installed_at",
            "removed_at",
            "install_record_id",
            "remove_record_id",
        ),
        2,
        numbered=True,
        of="parent_id",
    ),
    Table(
        "units",
        UnitState,
        ("unit_id", "place", "package_id", "shipment_id"),
        1,
        of="unit_id",
        blank=("in_process", None, None),
        keep=("holds",),
    ),
    Table(
        "packages",
        PackageState,
        ("package_id", "inside_id", "shipment_id"),
        1,
        blank=(None, None),
    ),
    Table(
        "shipped units",
        ShippedUnit,
        ("unit_id", "shipment_id", "package_id", "cancelled_at"),
        2,
        of="unit_id",
    ),
    Table(
        "roots of shipped units",
        UnitRoot,
        ("lot_id", "unit_id", "shipment_id"),
        2,
        of="unit_id",
        derived=True,
    ),
)
