"""The report as tables for docs/reference/speed.md."""

from collections.abc import Iterable
from typing import Any


def shown(report: Any) -> str:
    facts = "; ".join(f"{name} {value}" for name, value in report.machine.items())
    parts = [f"{report.units:,} units on {report.database}. {facts}."]
    if report.pages:
        parts.append(_pages(report.pages))
    if report.writes:
        parts.append(_writes(report.writes))
    if report.others:
        parts.append(_others(report.others))
    return "\n\n".join(parts)


def _pages(rows: Iterable[Any]) -> str:
    return in_table(
        ("page", "p50 ms", "p95 ms", "after a record, p50 ms", "p95 ms", "kB"),
        (
            (
                row.name,
                _ms(row.warm_p50),
                _ms(row.warm_p95),
                _ms(row.cold_p50),
                _ms(row.cold_p95),
                f"{row.kilobytes:.1f}",
            )
            for row in rows
        ),
    )


def _writes(rows: Iterable[Any]) -> str:
    return in_table(
        ("recording", "units/s", "raw units/s", "ratio", "rows", ""),
        (
            (
                row.name,
                f"{row.units:,.0f}",
                f"{row.raw:,.0f}",
                f"{row.ratio:.2f}",
                f"{row.rows:,}" if row.rows else "",
                row.note,
            )
            for row in rows
        ),
    )


def _others(rows: Iterable[Any]) -> str:
    return in_table(
        ("work", "ms", "raw ms", "raw is"),
        (
            (
                row.name,
                _ms(row.seconds),
                "" if row.raw_seconds is None else _ms(row.raw_seconds),
                row.raw_name,
            )
            for row in rows
        ),
    )


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:,.1f}"


def in_table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
