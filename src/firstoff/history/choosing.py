"""Which lines of which procedures are the characteristic that somebody names."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from firstoff.errors import InvalidInput, NotFound

_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Chosen:
    """A characteristic as the newest procedure that ran has it; its lines in all of them.

    limits: every pair that values were judged by, the newest last.
    """

    name: str
    number: str
    unit: str
    lower: float | None
    upper: float | None
    lines: tuple[int, ...]
    limits: tuple[tuple[float | None, float | None], ...]


def chosen(lines: Sequence[dict[str, Any]], names: Collection[str], shown: str) -> Chosen:
    """The lines that go by one of the names, by procedure in the order in which they last ran.

    In each procedure a line is found by the number of its characteristic, else by ``phase/name``,
    else by its name. Raises NotFound, and InvalidInput where two lines of one procedure fit.
    """
    wanted = {name.casefold() for name in names}
    found: list[dict[str, Any]] = []
    for own in _by_procedure(lines):
        fits = _fits(own, wanted)
        if len(fits) > 1:
            titles = ", ".join(_title(line) for line in fits[:_SHOWN])
            raise InvalidInput(
                f"{shown!r} names {len(fits)} lines of the procedure "
                f"{fits[0]['procedure_name']!r}.",
                way_out=f"Name one of them: {titles}.",
                field="characteristic",
            )
        found += fits
    if not found:
        known = list(dict.fromkeys(map(_shown, lines)))
        more = f" and {len(known) - _SHOWN} more" if len(known) > _SHOWN else ""
        raise NotFound(
            f"The history holds no measurement named {shown!r}, or not for you.",
            way_out=f"There are: {', '.join(known[:_SHOWN])}{more}." if known else "",
        )
    newest = found[-1]
    return Chosen(
        name=newest["name"],
        number=newest["characteristic"],
        unit=newest["unit"],
        lower=newest["lower"],
        upper=newest["upper"],
        lines=tuple(line["line"] for line in found),
        limits=tuple(dict.fromkeys((line["lower"], line["upper"]) for line in found)),
    )


def _by_procedure(lines: Iterable[dict[str, Any]]) -> Iterable[list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for line in lines:
        found.setdefault(line["procedure"], []).append(line)
    return found.values()


def _fits(lines: Sequence[dict[str, Any]], wanted: Collection[str]) -> list[dict[str, Any]]:
    for name in (lambda line: line["characteristic"], _title, lambda line: line["name"]):
        if fits := [line for line in lines if name(line) and name(line).casefold() in wanted]:
            return fits
    return []


def _shown(line: dict[str, Any]) -> str:
    return f"{line['characteristic']} {_title(line)}".strip()


def _title(line: dict[str, Any]) -> str:
    return "/".join(filter(None, (line["subtest"], line["phase"], line["name"])))
