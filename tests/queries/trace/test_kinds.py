"""Each kind of condition: where in the records it finds its units."""

from datetime import datetime
from typing import Any

import pytest

from firstoff.db.models import (
    Baseline,
    Calibration,
    Equipment,
    ManufacturerPart,
    OperationContext,
    OperationRecord,
    Package,
    PackageState,
    ParameterReading,
    ProcedureRevision,
    Supplier,
    TestRecord,
    Unit,
)
from firstoff.errors import NotFound
from firstoff.queries import trace
from firstoff.queries.trace.direct import LOTS, UNITS
from firstoff.rules.trace import CONDITIONS, Question, read_question
from firstoff.rules.trace.conditions import Subject
from tests.conftest import World
from tests.making import make_pilot
from tests.queries.trace.genealogy import Floor, hour


@pytest.fixture
def floor(world: World) -> Floor:
    return Floor(world, make_pilot(world).run_id)


def found(floor: Floor, *where: dict[str, Any], as_of: Any = None) -> list[str]:
    question = read_question({"where": list(where), "as_of": as_of})
    ids = trace.at_risk_ids(question, floor.world.site.pk).tolist()
    named = dict(Unit.objects.filter(pk__in=ids).values_list("pk", "serial"))
    return [named[key] for key in ids]


def text(at: datetime) -> str:
    return at.isoformat()


def operated(floor: Floor, unit: Unit, began: int, ended: int, **given: Any) -> OperationRecord:
    values = {
        "run_id": floor.run_id,
        "seq": 10,
        "operator": floor.person,
        "builder_class": "line",
        "outcome": "pass",
        **floor.record,
        **given,
    }
    return OperationRecord.objects.create(
        unit=unit, began_at=hour(began), ended_at=hour(ended), **values
    )


def measured(floor: Floor, unit: Unit, ended: int, **given: Any) -> TestRecord:
    procedure, _ = ProcedureRevision.objects.get_or_create(
        digest="ab" * 32, defaults={"name": "Leak test", "definition": "{}", **floor.record}
    )
    values = {
        "procedure": procedure,
        "source": "test",
        "source_digest": "0" * 64,
        "outcome": "pass",
        "values": b"",
        "outcomes": "",
        **floor.record,
        **given,
    }
    return TestRecord.objects.create(
        unit=unit, began_at=hour(ended), ended_at=hour(ended), **values
    )


def test_every_kind_is_looked_up() -> None:
    lots = {c.kind for c in CONDITIONS if c.subject is Subject.LOT}
    assert (lots, {c.kind for c in CONDITIONS} - lots) == (set(LOTS), set(UNITS))


def test_material_by_its_lot_its_supplier_its_maker_and_when_it_came(floor: Floor) -> None:
    potclays = Supplier.objects.create(site=floor.world.site, name="Potclays")
    maker = ManufacturerPart.objects.create(part=floor.part("RES"), manufacturer="Yageo", mpn="R1")
    ours = floor.lot("A", supplier=potclays, supplier_lot="S-9", arrived_at=hour(1))
    dated = floor.lot("B", supplier=potclays, date_code="2618", arrived_at=hour(2))
    made = floor.lot("C", "RES", manufacturer_part=maker, arrived_at=hour(3))
    for name, lot in (("U-A", ours), ("U-B", dated), ("U-C", made)):
        floor.consume(floor.unit("P", name), lot, hour(4))
    late = {"kind": "received", "received": "*", "from": text(hour(2))}
    assert {
        "supplier": found(floor, {"kind": "supplier", "supplier": "POTCLAYS"}),
        "supplier lot": found(floor, {"kind": "supplier_lot", "supplier_lot": "S-9"}),
        "date code": found(floor, {"kind": "supplier_lot", "supplier_lot": "2618"}),
        "mpn": found(floor, {"kind": "mpn", "mpn": "R1", "manufacturer": "yageo"}),
        "received": found(floor, late),
        "of a part": found(floor, {**late, "received": "RES"}),
        # One lot has to meet both: of Potclays, and come since then.
        "both": found(floor, {"kind": "supplier", "supplier": "Potclays"}, late),
    } == {
        "supplier": ["U-A", "U-B"],
        "supplier lot": ["U-A"],
        "date code": ["U-B"],
        "mpn": ["U-C"],
        "received": ["U-B", "U-C"],
        "of a part": ["U-C"],
        "both": ["U-B"],
    }


def test_two_parts_with_a_lot_of_one_name(floor: Floor) -> None:
    one, two = floor.lot("A", "GLZ"), floor.lot("A", "RES")
    floor.consume(floor.unit("P", "U-1"), one)
    floor.consume(floor.unit("P", "U-2"), two)
    assert found(floor, {"kind": "lot", "lot": "A"}) == ["U-1", "U-2"]
    assert found(floor, {"kind": "lot", "lot": "A", "part": "RES"}) == ["U-2"]


def test_equipment_as_machine_tool_jig_and_station(floor: Floor) -> None:
    machine = Equipment.objects.get(code="L2-40")
    units = [floor.unit("CC-1", f"U-{n}", in_run=True) for n in range(7)]
    operated(floor, units[0], 1, 2, equipment=machine)
    done = operated(floor, units[1], 3, 4)
    OperationContext.objects.create(operation=done, tools='["L2-40"]', **floor.record)
    measured(floor, units[2], 5, station="L2-40")
    floor.happened("label", hour(6), unit=units[3], equipment=machine)
    operated(floor, units[4], 1, 8, equipment=Equipment.objects.get(code="B-01"))
    done = operated(floor, units[5], 3, 4)
    OperationContext.objects.create(operation=done, tools='["L2-400"]', **floor.record)
    on = {"kind": "equipment", "equipment": "L2-40"}
    assert found(floor, on) == ["U-0", "U-1", "U-2", "U-3"]
    # What began before a window and lasted into it was in it.
    assert found(floor, {**on, "from": text(hour(2)), "to": text(hour(3))}) == ["U-0", "U-1"]
    assert found(floor, on, as_of=text(hour(4))) == ["U-0", "U-1"]


def test_an_operation_of_the_batch_touches_every_unit_of_it(floor: Floor) -> None:
    machine = Equipment.objects.get(code="L2-40")
    inside, outside = floor.unit("CC-1", "U-1", in_run=True), floor.unit("CC-1", "U-2")
    floor.happened("operation", hour(1), run_id=floor.run_id, equipment=machine)
    floor.happened(
        "operation", hour(3), run_id=floor.run_id, content='{"tools":["J-02"],"keys":{}}'
    )
    assert (inside.run_id, outside.run_id) == (floor.run_id, None)
    assert found(floor, {"kind": "equipment", "equipment": "L2-40"}) == ["U-1"]
    assert found(floor, {"kind": "equipment", "equipment": "J-02"}) == ["U-1"]


def test_a_gauge_since_it_was_last_good(floor: Floor) -> None:
    gauge = Equipment.objects.get(code="G-11")
    for n, ended in enumerate((1, 3, 5)):
        done = operated(floor, floor.unit("CC-1", f"U-{n}", in_run=True), ended, ended)
        OperationContext.objects.create(operation=done, tools='["G-11"]', **floor.record)

    def calibrated(at: int, as_found: str, as_left: str = "pass") -> None:
        Calibration.objects.create(
            equipment=gauge,
            calibrated_at=hour(at),
            as_found=as_found,
            as_left=as_left,
            **floor.record,
        )

    asked = {"kind": "gauge", "gauge": "G-11"}
    assert found(floor, asked) == ["U-0", "U-1", "U-2"]
    calibrated(2, "pass")
    assert found(floor, asked) == ["U-1", "U-2"]
    calibrated(4, "fail")
    assert found(floor, asked) == ["U-1"]
    assert found(floor, asked, as_of=text(hour(3))) == ["U-1"]


def test_an_operator_by_whatever_they_did(floor: Floor) -> None:
    from firstoff.db.models import Judgement, Person

    olu = Person.objects.get(username="olu")
    units = [floor.unit("CC-1", f"U-{n}", in_run=True) for n in range(6)]
    operated(floor, units[0], 1, 2, operator=olu)
    floor.happened("repair", hour(3), unit=units[1], operator=olu)
    measured(floor, units[2], 4, operator=olu)
    Judgement.objects.create(
        run_id=floor.run_id,
        unit=units[3],
        kind="first",
        judged_at=hour(5),
        inspector=olu,
        **floor.record,
    )
    floor.unit("CC-1", "U-9", operator=olu, started_at=hour(6))
    asked = {"kind": "operator", "operator": "OLU"}
    assert found(floor, asked) == ["U-0", "U-1", "U-2", "U-3", "U-9"]
    assert found(floor, {**asked, "from": text(hour(4))}) == ["U-2", "U-3", "U-9"]


def test_a_parameter_outside_its_limits_or_a_range(floor: Floor) -> None:
    def read(unit: Unit | None, value: str, **given: Any) -> None:
        values = {"run_id": floor.run_id, "lower": 20, "upper": 45, **floor.record, **given}
        ParameterReading.objects.create(
            unit=unit, name="Force", value=value, read_at=hour(1), **values
        )

    for n, value in enumerate(("19.5", "20", "31", "45.5")):
        read(floor.unit("CC-1", f"U-{n}", in_run=True), value)
    read(floor.unit("CC-1", "U-9"), "99", run_id=None)
    asked = {"kind": "parameter", "parameter": "Force"}
    assert found(floor, asked) == ["U-0", "U-3", "U-9"]
    assert found(floor, {**asked, "lower": "20.5"}) == ["U-0", "U-1"]
    assert found(floor, {**asked, "lower": "20.5", "upper": "31"}) == ["U-0", "U-1", "U-3", "U-9"]
    assert found(floor, {**asked, "upper": "31", "from": text(hour(2))}) == []
    read(None, "50")  # of the batch: every unit of it
    assert found(floor, asked) == ["U-0", "U-1", "U-2", "U-3", "U-9"]


def test_tests_by_station_and_procedure(floor: Floor) -> None:
    measured(floor, floor.unit("CC-1", "U-1"), 1, station="EOL 1")
    measured(floor, floor.unit("CC-1", "U-2"), 3, station="EOL 1")
    floor.unit("CC-1", "U-3")
    station = {"kind": "station", "station": "EOL 1"}
    assert found(floor, station) == ["U-1", "U-2"]
    assert found(floor, {**station, "to": text(hour(2))}) == ["U-1"]
    assert found(floor, {"kind": "procedure", "procedure": "Leak test"}) == ["U-1", "U-2"]
    assert found(floor, {"kind": "procedure", "procedure": "abababab"}) == ["U-1", "U-2"]


def test_a_batch_its_baseline_and_the_instructions_followed(floor: Floor) -> None:
    digest = Baseline.objects.get().digest
    one = floor.unit("CC-1", "U-1", in_run=True, instruction="cafe" * 16)
    two = floor.unit("CC-1", "U-2", in_run=True)
    OperationContext.objects.create(
        operation=operated(floor, two, 1, 2), instruction="beef" * 16, **floor.record
    )
    floor.unit("CC-1", "U-3")
    assert one.run_id == floor.run_id
    assert found(floor, {"kind": "batch", "batch": "CC1-P1"}) == ["U-1", "U-2"]
    assert found(floor, {"kind": "baseline", "baseline": digest[:8]}) == ["U-1", "U-2"]
    assert found(floor, {"kind": "instruction", "instruction": "cafe"}) == ["U-1"]
    assert found(floor, {"kind": "instruction", "instruction": "beefbeef"}) == ["U-2"]


def test_a_range_of_serial_numbers(floor: Floor) -> None:
    for serial in ("A-8", "A-9", "A-10", "A-11", "A-1x", "A-010", "B-9"):
        floor.unit("P", serial)
    floor.unit("Q", "A-10")
    asked = {"kind": "serial", "serial": "A-9", "to_serial": "A-10"}
    assert found(floor, asked) == ["A-9", "A-10", "A-10"]
    assert found(floor, {**asked, "part": "P"}) == ["A-9", "A-10"]
    assert found(floor, {"kind": "serial", "serial": "A-1x"}) == ["A-1x"]


def test_packages_shipments_and_customers(floor: Floor) -> None:
    site = floor.world.site
    pallet = Package.objects.create(site=site, code="PAL", kind="pallet", **floor.record)
    carton = Package.objects.create(site=site, code="BOX", kind="carton", **floor.record)
    PackageState.objects.create(package=carton, inside=pallet)
    one, two, three = (floor.unit("P", f"U-{n}") for n in range(3))
    floor.state(one, "packed", hour(1), package=carton)
    floor.ship([two], "SO-1", hour(2), "Acme")
    floor.ship([three], "SO-2", hour(3), "Acme")
    assert found(floor, {"kind": "package", "package": "PAL"}) == ["U-0"]
    assert found(floor, {"kind": "shipment", "shipment": "SO-1"}) == ["U-1"]
    assert found(floor, {"kind": "customer", "customer": "acme"}) == ["U-1", "U-2"]


def test_a_part_removed_is_in_it_only_then_and_ever(floor: Floor) -> None:
    top, part = floor.unit("P", "T"), floor.unit("C", "C")
    floor.install(part, top, hour(1), hour(3))
    floor.consume(part, floor.lot("A"), hour(0))
    asked = {"kind": "lot", "lot": "A"}
    assert found(floor, asked) == ["C"]
    assert found(floor, asked, as_of=text(hour(2))) == ["T", "C"]
    assert found(floor, asked, as_of="ever") == ["T", "C"]


def test_a_reel_is_in_a_unit_from_its_start_on(floor: Floor) -> None:
    reel = floor.lot("A")
    floor.consume(floor.unit("P", "U-1", started_at=hour(3)), reel, hour(1), loaded=True)
    floor.unit("CC-1", "U-2", in_run=True, started_at=hour(5))
    floor.consume_in_batch(reel, hour(1))
    asked = {"kind": "lot", "lot": "A"}
    assert [found(floor, asked, as_of=text(hour(n))) for n in (2, 4, 6)] == [
        [],
        ["U-1"],
        ["U-1", "U-2"],
    ]


def test_a_unit_made_out_of_another_carries_what_it_held(floor: Floor) -> None:
    old = floor.unit("P", "OLD")
    floor.consume(old, floor.lot("A"))
    new = floor.unit("P", "NEW", previous_serial="OLD")
    top = floor.unit("T", "TOP")
    floor.install(new, top)
    assert found(floor, {"kind": "lot", "lot": "A"}) == ["OLD", "NEW", "TOP"]


UNKNOWN = (
    {"kind": "lot", "lot": "X"},
    {"kind": "supplier_lot", "supplier_lot": "X"},
    {"kind": "mpn", "mpn": "X"},
    {"kind": "supplier", "supplier": "X"},
    {"kind": "received", "received": "X"},
    {"kind": "equipment", "equipment": "X"},
    {"kind": "gauge", "gauge": "X"},
    {"kind": "operator", "operator": "cy"},  # at another site
    {"kind": "procedure", "procedure": "X"},
    {"kind": "baseline", "baseline": "0000"},
    {"kind": "batch", "batch": "X"},
    {"kind": "serial", "serial": "X"},
    {"kind": "package", "package": "X"},
    {"kind": "shipment", "shipment": "X"},
    {"kind": "customer", "customer": "X"},
)


@pytest.mark.parametrize("asked", UNKNOWN, ids=lambda asked: asked["kind"])
def test_a_name_that_nothing_has_is_no_answer_of_no_units(
    floor: Floor, asked: dict[str, str]
) -> None:
    with pytest.raises(NotFound, match="at this site"):
        found(floor, asked)


def test_another_site_is_not_looked_into(world: World, floor: Floor) -> None:
    floor.consume(floor.unit("P", "U"), floor.lot("A"))
    question = Question(read_question({"where": [{"kind": "lot", "lot": "A"}]}).conditions)
    with pytest.raises(NotFound):
        trace.at_risk_ids(question, world.other_site.pk)
    with pytest.raises(NotFound):
        trace.at_risk(world.cy, world.site.pk, question)
