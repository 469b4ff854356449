"""`firstoff lot inspect`: the sheet of a lot, and what was found on it."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

import typer

from firstoff.cli import shell
from firstoff.cli.sourcing.shared import number
from firstoff.errors import InvalidInput
from firstoff.terms import CharacteristicKind

if TYPE_CHECKING:
    from firstoff.queries.supply import LotView
    from firstoff.rules.sourcing.incoming import LineResult


def sheet(
    actor: Any, place: Any, lot: "LotView", today: date, seed: str, *, as_json: bool
) -> None:
    """What to look at on a lot."""
    from firstoff.queries.sourcing import incoming

    found = incoming.sheet(actor, place.code, lot.part, lot.code, today=today, seed=seed)
    if as_json:
        shell.show(found)
        return
    if found.plan is None:
        shell.line(f"{lot.part} has no released incoming inspection plan.")
        return
    sample = found.plan.sample
    shell.line(
        found.plan.name, sample.scheme, f"{sample.size} pieces, at most {sample.accept} may fail"
    )
    for one in found.plan.lines:
        c = one.characteristic
        shell.line(c.number, c.name, c.limits, f"{one.sample.size} pieces", one.method, one.gauge)
    if found.drawn:
        shell.line("pieces", ", ".join(str(piece) for piece in found.drawn))


def record(
    actor: Any,
    place: Any,
    lot: "LotView",
    results: Sequence[str],
    seed: str,
    note: str,
    uid: UUID | None,
    *,
    as_json: bool,
) -> None:
    """The verdict; exit code 4 where the lot is rejected."""
    from firstoff.queries.sourcing import incoming
    from firstoff.services.sourcing.inspecting import inspect_lot

    today = shell.now().date()
    plan = incoming.sheet(actor, place.code, lot.part, lot.code, today=today).plan
    kinds = {x.characteristic.number: x.characteristic.kind for x in plan.lines} if plan else {}
    done = inspect_lot(
        site_id=place.id,
        lot=lot.code,
        part=lot.part,
        results=[_result(text, kinds) for text in results],
        seed=seed,
        note=note,
        by=actor,
        at=shell.now(),
        uid=uid,
    )
    if as_json:
        shell.show({**shell.plain(done), "status": done.status})
    else:
        shell.line(done.lot, done.status.value, done.sentence)
    raise typer.Exit(0 if done.accepted else 4)


def _result(text: str, kinds: dict[str, CharacteristicKind]) -> "LineResult":
    from firstoff.rules.sourcing.incoming import LineResult

    name, sign, said = text.partition("=")
    if not sign:
        raise InvalidInput(f"{text[:60]!r} is no NUMBER=VALUES.", field="result")
    values = [_value(one, text) for one in said.split(",")]
    if kinds.get(name.strip()) is CharacteristicKind.ATTRIBUTE:
        if len(values) != 1 or values[0] != values[0].to_integral_value():
            raise InvalidInput(f"{text[:60]!r}: expected how many do not conform.", field="result")
        return LineResult(name.strip(), nonconforming=int(values[0]))
    return LineResult(name.strip(), tuple(values))


def _value(text: str, whole: str) -> Decimal:
    found = number(text, "result")
    if found is None:
        raise InvalidInput(f"{whole[:60]!r} holds an empty value.", field="result")
    return found
