"""Material at the line: reels, subassemblies, tools and places, scanned into the one field.

What was scanned is recognised, not asked: a label of ours or of a distributor, a code of a lot, a
serial of a part. A record carries the ID of the page: sent again, it is answered as stored.
"""

from uuid import UUID, uuid5

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from firstoff.errors import InvalidInput, Refused
from firstoff.formats.labels.scans import Scanned, What
from firstoff.queries.execution.line import LineView, line
from firstoff.queries.execution.runs import RunView
from firstoff.queries.genealogy.line import (
    Kind,
    Named,
    at_operation,
    is_unit,
    known_part,
    loaded,
    lots_meant,
    named,
    taken,
    taken_before,
)
from firstoff.rules.genealogy import (
    Installed,
    Loaded,
    Posted,
    Removed,
    UnitBegun,
    UnitName,
    Unloaded,
    Voided,
)
from firstoff.rules.genealogy.at_line import place_for
from firstoff.services import genealogy
from firstoff.web.auth import Request
from firstoff.web.execution.line_faces import show
from firstoff.web.execution.line_shared import Post, forget, here, remember, remembered
from firstoff.web.execution.shared import new_uid

_MODES = ("unload", "remove")


def commanded(request: Request, run: RunView, post: Post) -> HttpResponse | None:
    """The answer to a command about material; None: it is another one."""
    if post.act == "undo":
        return _undone(request, run, post)
    if post.act in _MODES:
        return _mode(request, run, post)
    if post.act == "operation" and post.command is not None:
        return _pinned(request, run, post, post.command.number)
    if post.act.startswith("operation:"):
        number = post.act.removeprefix("operation:")
        return _pinned(request, run, post, int(number) if number.isdecimal() else 0)
    if post.act.startswith("off:"):
        return _off(request, run, post, post.act.removeprefix("off:"))
    if post.act.startswith("out:"):
        part, _, serial = post.act.removeprefix("out:").partition("|")
        return _part(request, run, post, part, serial, out=True)
    if post.act == "why" and post.command is not None:
        return _out(request, run, post, post.command.text)
    if post.act.startswith("why:"):
        return _out(request, run, post, post.act.removeprefix("why:"))
    return None


def understood(request: Request, run: RunView, post: Post) -> HttpResponse | str:
    """The answer to a scan of material, or the text that names a unit, a machine, a person."""
    if post.problem is not None:
        raise InvalidInput(
            post.problem.message, way_out=post.problem.way_out, field="scan", thing="label"
        )
    if post.uid is not None and taken(run, post.uid):
        return redirect(here(run, post.serial, took=str(post.uid)))
    if remembered(request, run, "mode") == "why":
        if not _names_something(run, post):
            return _out(request, run, post, _reason(run, post.text))
        forget(request, run)  # somebody went on: a unit or a reel is no reason
    if post.code is not None and post.code.what is not What.TEXT:
        answer = _label(request, run, post, post.code)
        if answer is not None:
            return answer
    if is_unit(run, post.text):
        return post.text
    return _named(request, run, post, named(run, post.text))


def _names_something(run: RunView, post: Post) -> bool:
    label = post.code is not None and post.code.what is not What.TEXT
    return label or is_unit(run, post.text) or bool(named(run, post.text))


def _label(request: Request, run: RunView, post: Post, code: Scanned) -> HttpResponse | str | None:
    """What a label names; None: what its text names."""
    if code.names == "unit":
        if code.part == run.part:
            return code.serial
        return _part(request, run, post, code.part, code.serial)
    if code.names == "place":
        places = named(run, code.number)
        if any(n.kind in (Kind.MACHINE, Kind.TOOL) for n in places):
            return _named(request, run, post, places)
        remember(request, run, "position", code.number[:60])
        return redirect(here(run, post.serial))
    if code.names == "lot":
        return _reel(request, run, post, _one(lots_meant(run, lot=code.lot), code.lot))
    if code.serial and code.what is not What.DISTRIBUTOR:
        return None  # GS1 of a unit: its serial is read
    if code.what is What.DISTRIBUTOR or (code.lot and code.lot != run.batch_id):
        called = code.lot or code.serial
        found = lots_meant(run, lot=called, part=code.part, mpn=code.mpn, date_code=code.date_code)
        return _reel(request, run, post, _one(found, called or code.mpn or code.part))
    return None


def _named(
    request: Request, run: RunView, post: Post, found: tuple[Named, ...]
) -> HttpResponse | str:
    lots = tuple(n for n in found if n.kind is Kind.LOT)
    if lots:
        return _reel(request, run, post, _one(lots, post.text))
    parts = [n for n in found if n.kind is Kind.PART]
    if len(parts) > 1:
        raise InvalidInput(
            f"There are {len(parts)} parts with the serial number {post.text}.",
            way_out="Scan the label of the part: it says which one.",
            field="scan",
            thing="part",
        )
    if parts:
        return _part(request, run, post, parts[0].part, parts[0].code)
    tools = [n for n in found if n.kind is Kind.TOOL]
    if tools and post.text.casefold() not in (c.casefold() for c, _ in line(run).equipment):
        return _tool(request, run, post, tools[0].code)
    return found[0].code if found else post.text


def _one(lots: tuple[Named, ...], called: str) -> Named:
    """The lot that is meant. Raises InvalidInput: none is known, or several are."""
    if len(lots) == 1:
        return lots[0]
    if not lots:
        raise InvalidInput(
            f"There is no lot {called[:60]} here.",
            way_out="Its receipt is recorded first, on the page Lots.",
            field="scan",
            thing="reel",
        )
    names = ", ".join(f"{n.code} of {n.part}" for n in lots[:4])
    raise InvalidInput(
        f"{called[:60]} may be {len(lots)} lots: {names}.",
        way_out="Scan the other label on the reel; the supplier's names the part.",
        field="scan",
        thing="reel",
    )


# ---------------------------------------------------------------- recording


def _post(
    request: Request, run: RunView, post: Post, thing: str, *records: Posted
) -> HttpResponse:
    """Hand in what was scanned; the last of the records is the one that is shown."""
    uid = records[-1].id
    try:
        genealogy.post_records(
            site_id=run.site_id, records=records, by=request.actor, at=request.at
        )
    except Refused as error:
        told = {**error.details, "thing": thing, "field": "scan"}
        raise type(error)(error.message, code=error.code, way_out=error.way_out, **told) from error
    forget(request, run)
    if not isinstance(records[-1], Voided):
        remember(request, run, "undo", str(uid))
    return redirect(here(run, post.serial, took=str(uid)))


def _uid(post: Post) -> UUID:
    return post.uid or UUID(new_uid())


def _undone(request: Request, run: RunView, post: Post) -> HttpResponse:
    if remembered(request, run, "mode"):
        forget(request, run)
        return redirect(here(run, post.serial))
    last = remembered(request, run, "undo")
    if not last:
        raise Refused(
            "No reel and no subassembly was scanned here since the last one was taken back.",
            code="nothing-to-undo",
            way_out="An operation that is recorded stays; a quality manager corrects a first "
            "result on the page of the unit.",
            thing="one",
        )
    record = Voided(id=_uid(post), supersedes=UUID(last), reason="undone at the line")
    answer = _post(request, run, post, "one", record)
    remember(request, run, "undo", None)
    return answer


# ---------------------------------------------------------------- reels


def _reel(request: Request, run: RunView, post: Post, lot: Named) -> HttpResponse:
    """A reel on its place; where it is not known at which operation, it is asked."""
    reels = loaded(run.id, timezone.localdate(request.at))
    if remembered(request, run, "mode") == "unload":
        return _off(request, run, post, lot.code)
    view = line(run, post.serial)
    seq = _operation(request, run, view)
    if seq is None:
        remember(request, run, "reel", [lot.code, lot.part])
        return show(request, view)
    here_now = at_operation(reels, seq)
    place = place_for(
        lot.part,
        [r.place for r in here_now],
        chosen=str(remembered(request, run, "position") or ""),
        before=taken_before(run.id, seq, lot.part),
    )
    if any((r.lot, r.part, r.position) == (lot.code, lot.part, place.position) for r in here_now):
        return redirect(here(run, post.serial, again="1"))
    return _post(
        request,
        run,
        post,
        "reel",
        Loaded(
            id=_uid(post),
            batch=run.batch_id,
            operation=seq,
            lot=lot.code,
            part=lot.part,
            position=place.position,
            per_unit=None if place.per_unit is None else f"{place.per_unit.normalize():f}",
        ),
    )


def _operation(request: Request, run: RunView, view: LineView) -> int | None:
    """Where a reel is loaded: at the operation that was scanned for the station, else at that of
    the unit in hand, else at the one before it, else at the only one."""
    numbers = [o.seq for o in view.operations]
    pinned = remembered(request, run, "operation")
    if pinned in numbers:
        return int(pinned)
    if view.unit is not None and view.unit.operation is not None:
        return view.unit.operation.seq
    last = remembered(request, run, "last")
    if last in numbers:
        return int(last)
    return numbers[0] if len(numbers) == 1 else None


def _pinned(request: Request, run: RunView, post: Post, number: int) -> HttpResponse:
    """The operation of this station, by its card; a reel that waits for it is loaded."""
    known = {o.seq for o in line(run).operations}
    if number not in known:
        raise InvalidInput(
            f"The plan of {run.batch_id} has no operation {number}.",
            way_out=f"It has {', '.join(map(str, sorted(known)))}.",
            field="scan",
            thing="operation",
        )
    remember(request, run, "operation", number)
    waiting = remembered(request, run, "reel")
    if waiting:
        return _reel(request, run, post, Named(Kind.LOT, waiting[0], waiting[1]))
    return redirect(here(run, post.serial))


def _mode(request: Request, run: RunView, post: Post) -> HttpResponse:
    """What is scanned next is taken off, or out. The only reel comes off at once."""
    if post.act == "remove" and not post.serial:
        raise InvalidInput(
            "No unit is in hand.", way_out="Scan the unit first.", field="scan", thing="part"
        )
    if post.act == "unload":
        reels = loaded(run.id, timezone.localdate(request.at))
        if len(reels) == 1:
            return _off(request, run, post, reels[0].lot)
        if not reels:
            raise Refused(
                f"No reel is loaded at {run.batch_id}.",
                code="nothing-loaded",
                way_out="Scan a reel to load it.",
                thing="reel",
            )
    remember(request, run, "mode", post.act)
    return redirect(here(run, post.serial))


def _off(request: Request, run: RunView, post: Post, lot: str) -> HttpResponse:
    """A reel off its place: ``lot``, or the operation, the place and the lot of a touch."""
    seq, _, rest = lot.partition("|")
    position, touched, code = rest.partition("|")
    reels = loaded(run.id, timezone.localdate(request.at))
    if touched:
        on = [r for r in reels if (str(r.operation), r.position, r.lot) == (seq, position, code)]
    else:
        on = [r for r in reels if r.lot == lot]
    if not on:
        raise Refused(
            f"Lot {code or lot} is on no place of {run.batch_id}.",
            code="R-38",
            way_out="Look at what is loaded where.",
            thing="reel",
        )
    record = Unloaded(
        id=_uid(post),
        batch=run.batch_id,
        operation=on[0].operation,
        position=on[0].position,
        lot=on[0].lot,
        part=on[0].part,
    )
    return _post(request, run, post, "reel", record)


# ---------------------------------------------------------------- subassemblies, tools


def _part(
    request: Request, run: RunView, post: Post, part: str, serial: str, *, out: bool = False
) -> HttpResponse:
    """A subassembly into the unit in hand, or out of it."""
    if not post.serial:
        raise InvalidInput(
            f"{serial} is a {part}. No unit is in hand that it goes into.",
            way_out="Scan the unit first, then the part.",
            field="scan",
            thing="part",
        )
    if out or remembered(request, run, "mode") == "remove":
        remember(request, run, "mode", "why")
        remember(request, run, "child", [part, serial])
        return redirect(here(run, post.serial))
    uid = _uid(post)
    records: list[Posted] = []
    if known_part(run, part) and not any(
        n.kind is Kind.PART and n.part == part for n in named(run, serial)
    ):  # its label says what it is; nobody recorded it yet
        records.append(UnitBegun(id=uuid5(uid, "child"), part=part, serial=serial))
    records.append(
        Installed(
            id=uid,
            serial=post.serial,
            batch=run.batch_id,
            child=UnitName(serial=serial, part=part),
            operation=post.seq or None,
        )
    )
    return _post(request, run, post, "part", *records)


def _out(request: Request, run: RunView, post: Post, reason: str) -> HttpResponse:
    """A subassembly out of the unit in hand, and why."""
    child = remembered(request, run, "child")
    if not child or not post.serial:
        raise InvalidInput(
            "Nothing is to be taken out.",
            way_out="Scan the unit, the card REMOVE, then the part.",
            field="scan",
            thing="part",
        )
    if not reason.strip():
        raise InvalidInput("Why it is taken out is not said.", field="scan", thing="part")
    record = Removed(
        id=_uid(post),
        serial=post.serial,
        batch=run.batch_id,
        child=UnitName(serial=child[1], part=child[0]),
        reason=reason.strip()[:300],
        operation=post.seq or None,
    )
    return _post(request, run, post, "part", record)


def _reason(run: RunView, text: str) -> str:
    """A defect code says its name; anything else is the reason itself."""
    codes = {c.code.casefold(): f"{c.code} {c.name}" for c in line(run).codes}
    return codes.get(text.casefold(), text)


def _tool(request: Request, run: RunView, post: Post, code: str) -> HttpResponse:
    """A tool, jig or gauge in use at this station; scanned again it is put aside."""
    held = [str(c) for c in remembered(request, run, "tools") or []]
    left = [c for c in held if c != code]
    remember(request, run, "tools", left if code in held else [*held, code][-10:])
    return redirect(here(run, post.serial))
