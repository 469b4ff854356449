"""Two benches at once: one carton is one carton's, one shipment leaves once, a printer is told."""

import socket
from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any
from uuid import uuid4

from django.db import connection

from firstoff.db.models import LabelPrint, Package, Shipment, UnitState
from firstoff.errors import FirstoffError
from firstoff.queries.genealogy import labels as reads
from firstoff.queries.ledger import verify
from firstoff.rules.genealogy import LabelWish
from firstoff.services.genealogy import labels, packs
from firstoff.terms import Place
from tests.making import opened_pilot
from tests.packing import finish
from tests.recording import LATER


def at_once(*verbs: Callable[[], Any]) -> list[str]:
    """What became of each: "done", or the name of its error."""
    gate, said = Barrier(len(verbs)), [""] * len(verbs)

    def run(place: int, verb: Callable[[], Any]) -> None:
        gate.wait()
        try:
            verb()
            said[place] = "done"
        except FirstoffError as error:
            said[place] = type(error).__name__
        finally:
            connection.close()

    threads = [Thread(target=run, args=item) for item in enumerate(verbs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(said)


def test_two_benches_begin_one_carton_and_one_of_them_has_it(lasting_world: Any) -> None:
    world = lasting_world
    finish(world, opened_pilot(world), 1, 2)

    def pack(serial: str) -> Callable[[], Any]:
        return lambda: packs.pack(
            site_id=world.site.pk,
            package="C-00001",
            new=True,
            units=[("CC-1", serial)],
            by=world.ben,
            at=LATER,
            uid=uuid4(),
        )

    said = at_once(pack("CC1-P1-001"), pack("CC1-P1-002"))
    packed = UnitState.objects.filter(place=Place.PACKED).count()
    assert (said, packed, Package.objects.count()) == (["StaleState", "done"], 1, 1)
    assert verify().broken is None


def test_one_unit_is_shipped_once_whoever_is_first(lasting_world: Any) -> None:
    world = lasting_world
    finish(world, opened_pilot(world), 1)
    packs.add_customer(site_id=world.site.pk, name="Example", by=world.ben, at=LATER)

    def ship(code: str) -> Callable[[], Any]:
        return lambda: packs.ship(
            site_id=world.site.pk,
            shipment=code,
            customer="Example",
            units=[("CC-1", "CC1-P1-001")],
            by=world.ben,
            at=LATER,
            uid=uuid4(),
        )

    said = at_once(ship("S-1"), ship("S-2"))
    assert (said, Shipment.objects.count()) == (["Refused", "done"], 1)


def test_a_printer_gets_the_labels_and_the_print_is_recorded(world: Any, settings: Any) -> None:
    finish(world, opened_pilot(world), 1)
    wish = LabelWish(template="unit", size="50x25", batch="CC1-P1", form="zpl", dpi=203)
    given = {"site_id": world.site.pk, "by": world.ben, "at": LATER}
    job = reads.job(world.ben, "STOKE", labels.ask_for_labels(**given, wish=wish).uid)
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as printer:
        settings.LABEL_PRINTERS = {"zebra-1": printer.getsockname()[:2]}

        def listen() -> None:
            line, _ = printer.accept()
            with line:
                while part := line.recv(65536):
                    heard.append(part)

        thread = Thread(target=listen)
        thread.start()
        labels.print_labels(**given, job=job, printer="zebra-1")
        thread.join()
    sent = b"".join(heard)
    assert (sent.startswith(b"^XA"), b"CC1-P1-001" in sent) == (True, True)
    assert LabelPrint.objects.get().printer == "zebra-1"
