"""Units that went through the floor, and a containment of them, for the tests."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from firstoff.queries.trace.contained import Filter, members
from firstoff.queries.trace.containments import ContainmentView, containment_of, progress
from firstoff.rules.trace import read_question
from firstoff.services import trace
from firstoff.terms import ContainmentOutcome
from tests.conftest import PASSWORD
from tests.recording import LATER, lot, post, rec, unit

THEN = LATER + timedelta(hours=1)
SUSPECT = {"where": [{"kind": "lot", "lot": "GLZ-7781"}]}


def consumed(serial: str, lot: str = "GLZ-7781", part: str = "PCBA") -> dict[str, Any]:
    items = [{"lot": lot, "quantity": "0.02"}]
    return rec("consume", part=part, serial=serial, items=items)


def floor(world: Any) -> None:
    """P-1 in process, P-2 inside D-1 in process, P-3 at Acme, P-4 inside D-4 at Brown; all with
    the suspect reel. P-5 and D-5 with another reel."""
    post(world, *lot(), *lot("GLZ-9000"))
    post(world, *(unit(f"P-{n}") for n in range(1, 6)))
    post(world, *(consumed(f"P-{n}") for n in range(1, 5)), consumed("P-5", "GLZ-9000"))
    post(world, *(unit(f"D-{n}", part="DEVICE") for n in (1, 4, 5)))
    for n in (1, 4, 5):
        child = {"serial": f"P-{2 if n == 1 else n}", "part": "PCBA"}
        post(world, rec("install", part="DEVICE", serial=f"D-{n}", child=child))
    ship(world, "SH-1", "Acme", ("P-3", "PCBA"))
    ship(world, "SH-2", "Brown", ("D-4", "DEVICE"))


def ship(world: Any, code: str, customer: str, *units: tuple[str, str]) -> None:
    named = [{"serial": serial, "part": part} for serial, part in units]
    post(world, rec("ship", shipment=code, customer=customer, units=named))


def opened(world: Any, question: Any = None, **given: Any) -> ContainmentView:
    values = {
        "site_id": world.site.pk,
        "question": read_question(question or SUSPECT),
        "title": "Glaze crazing",
        "reason": "One customer reports cracks.",
        "by": world.ivy,
        "at": LATER,
        **given,
    }
    done = trace.open_containment(**values)
    return containment_of(world.ada, done.id)


def found(world: Any, view: ContainmentView, serial: str, outcome: str, **given: Any) -> Any:
    values = {"by": world.ivy, "at": THEN, **given}
    return trace.record_finding(
        containment_id=view.id, serial=serial, outcome=ContainmentOutcome(outcome), **values
    )


def close(world: Any, view: ContainmentView, **given: Any) -> Any:
    values = {"by": world.ada, "at": THEN, "password": PASSWORD, **given}
    return trace.close_containment(containment_id=view.id, **values)


def serials(view: ContainmentView, **sift: Any) -> list[str]:
    rows, _ = members(view, sift=Filter(**sift), limit=1000)
    return sorted(row.serial for row in rows)


def counted(view: ContainmentView, *names: str) -> Sequence[Any]:
    found = progress(view).numbers
    return tuple(getattr(found, name) for name in names)
