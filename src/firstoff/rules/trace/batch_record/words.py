"""What a gap is about, in words; and units folded into ranges of serials."""

from collections.abc import Callable, Iterable, Mapping

from firstoff.rules.execution import SETUP_ITEMS
from firstoff.rules.trace.batch_record.values import RunMade, Span

_SETUP = {item.key: item.label for item in SETUP_ITEMS}
_STATUS = {"quarantine": "in quarantine", "rejected": "rejected"}
_SPANS = 6  # ranges that are named; the rest is counted


def about_of(run: RunMade, key: str) -> str:
    """``20 Seat the lid`` of ``operation_missing:20``."""
    kind, _, about = key.partition(":")
    say = _ABOUT.get(kind)
    return about if say is None else say(run, about)


def _operation(run: RunMade, about: str) -> str:
    return run.plan.operation(int(about))


def _parameter(run: RunMade, about: str) -> str:
    seq, _, name = about.partition(":")
    return f"{name} at operation {run.plan.operation(int(seq))}"


def _first_article(run: RunMade, about: str) -> str:
    if not about:
        return "No first article is recorded."
    return f"The first article {about} did not pass."


def _lot(run: RunMade, about: str) -> str:
    part, _, code = about.partition("/")
    lot = next((x for x in run.lots.values() if x.part == part and x.code == code), None)
    maker = f" ({lot.maker})" if lot is not None and lot.maker else ""
    return f"lot {code} of {part}{maker}"


def _lot_status(run: RunMade, about: str) -> str:
    return f"{_lot(run, about)} was not accepted"


def _machine(run: RunMade, about: str) -> str:
    found = next((m for m in run.equipment.values() if m.code == about), None)
    name = f"{found.code} {found.name}".strip() if found else about
    return f"{name} was not in calibration, or nothing shows that it was."


def _characteristic(run: RunMade, about: str) -> str:
    return f"{run.plan.asked.get(about, 'Characteristic')} ({about})"


def _containment(run: RunMade, about: str) -> str:
    found = next((c for c in run.contained if c.label == about), None)
    return f"{about} {found.title}" if found else about


def _action(run: RunMade, about: str) -> str:
    found = next((a for a in run.actions if a.label == about), None)
    return f"{about} against {found.against}" if found else about


_ABOUT: Mapping[str, Callable[[RunMade, str], str]] = {
    "setup_line": lambda run, about: _SETUP.get(about, about),
    "units_missing": lambda run, about: f"{int(about):,} of {run.planned:,} planned",
    "operation_missing": _operation,
    "operation_failed": _operation,
    "operation_equipment": _operation,
    "operation_instruction": _operation,
    "parameter_outside": _parameter,
    "parameter_asked": _parameter,
    "parameter_missing": _parameter,
    "first_article": _first_article,
    "lot_status": _lot_status,
    "lot_expired": _lot,
    "equipment_calibration": _machine,
    "characteristic_missing": _characteristic,
    "containment": _containment,
    "action_open": _action,
}


def folded(scope: Iterable[Span], serials: Mapping[int, str], most: int = _SPANS) -> str:
    """``CC1-003 to CC1-007, CC1-011 and 14 more``."""
    held = list(scope)
    named = [_span(a, b, serials) for a, b in held[:most]]
    rest = sum(b - a + 1 for a, b in held[most:])
    return ", ".join(named) + (f" and {rest:,} more" if rest else "")


def _span(first: int, last: int, serials: Mapping[int, str]) -> str:
    a, b = serials.get(first, f"unit {first}"), serials.get(last, f"unit {last}")
    if first == last:
        return a
    return f"{a}, {b}" if last == first + 1 else f"{a} to {b}"
