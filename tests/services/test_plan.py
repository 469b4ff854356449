"""Equipment, plans, defect codes, the freeze; and a whole definition loaded at once."""

import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from firstoff.db.models import Baseline, LedgerEntry
from firstoff.errors import InvalidInput, NotAllowed, NotFound, Refused
from firstoff.queries import plan as reads
from firstoff.queries.ledger import verify
from firstoff.rules.ledger import text_digest
from firstoff.rules.plan import (
    CatalogueCode,
    Definition,
    EquipmentFacts,
    EquipmentState,
    PlanOperation,
    read_baseline,
)
from firstoff.rules.product import CharacteristicFacts, ProgramFacts
from firstoff.services import plan, product
from firstoff.terms import (
    CharacteristicClass,
    CharacteristicKind,
    EquipmentClass,
    EquipmentKind,
)
from tests.conftest import NOW

TODAY = NOW.date()
JIG = EquipmentFacts("J-02", "Assembly jig", EquipmentKind.JIG, EquipmentClass.PRODUCTION)
GAUGE = EquipmentFacts(
    "G-11",
    "Feeler gauge",
    EquipmentKind.GAUGE,
    EquipmentClass.PRODUCTION,
    line="Line 2",
    calibration_due=date(2026, 9, 1),
)
SEAT = PlanOperation(40, "Seat the lid", Decimal("2.5"), "Lower the lid.", jig="J-02")
LABEL = PlanOperation(50, "Apply label", Decimal("0.4"), "Label the foot.", jig_not_needed=True)
CLEARANCE = CharacteristicFacts(
    "1",
    "Lid clearance",
    CharacteristicKind.VARIABLE,
    CharacteristicClass.CRITICAL,
    lower=Decimal("0.30"),
    upper=Decimal("0.90"),
    unit="mm",
    method="Feeler gauge G-11",
)
LID = CatalogueCode("D-101", "Lid does not seat", "fit")
CROCK = Definition(
    program=ProgramFacts("CC-1", "Counter crock", currency="GBP"),
    part="CC-1",
    part_name="Counter crock",
    revision="C",
    characteristics=(CLEARANCE,),
    release_revision=True,
    operations=(replace(SEAT, characteristics=("1",)), LABEL),
    release_plan=True,
    equipment=(JIG, GAUGE),
    defect_codes=(LID, CatalogueCode("D-204", "Glaze pinholing", "finish")),
)


@pytest.fixture
def program(world: Any) -> Any:
    return product.create_program(
        site_id=world.site.pk,
        code="CC-1",
        name="Counter crock",
        revision="C",
        by=world.eli,
        at=NOW,
    )


def equip(world: Any, *items: EquipmentFacts) -> None:
    for item in items:
        plan.add_equipment(site_id=world.site.pk, equipment=item, by=world.eli, at=NOW)


def in_use(world: Any, **asked: Any) -> reads.EquipmentList:
    return reads.equipment(world.vic, world.site.pk, today=TODAY, **asked)


def operations(world: Any, program: Any) -> tuple[PlanOperation, ...]:
    return reads.definition(world.vic, program.pk).operations


def last_entry() -> Any:
    newest = LedgerEntry.objects.order_by("-seq").first()
    assert newest is not None
    return newest.verb, json.loads(newest.details)


# --- equipment


def test_equipment_is_listed_with_its_class_kind_and_state(world: Any) -> None:
    overdue = replace(GAUGE, code="G-12", calibration_due=TODAY - timedelta(days=1))
    soon = replace(GAUGE, code="G-13", calibration_due=TODAY)
    equip(world, JIG, GAUGE, overdue, soon)

    found = in_use(world)
    assert [(e.code, e.state) for e in found.items] == [
        ("G-11", EquipmentState.CALIBRATED),
        ("G-12", EquipmentState.OVERDUE),
        ("G-13", EquipmentState.DUE_SOON),
        ("J-02", EquipmentState.IN_USE),
    ]
    assert (found.total, found.kinds[EquipmentKind.GAUGE], found.retired) == (4, 3, 0)
    assert [e.code for e in in_use(world, kind="jig").items] == ["J-02"]
    assert [e.code for e in in_use(world, search="line 2", limit=1).items] == ["G-11"]
    assert in_use(world, equipment_class="bench").items == ()


def test_an_equipment_code_stands_once_a_site(world: Any) -> None:
    equip(world, JIG)

    with pytest.raises(InvalidInput, match="There is equipment 'j-02' at this site already"):
        equip(world, replace(JIG, code="j-02"))
    plan.add_equipment(site_id=world.other_site.pk, equipment=JIG, by=world.cy, at=NOW)


def test_equipment_changes_but_for_its_code(world: Any) -> None:
    equip(world, GAUGE)
    changed = replace(GAUGE, name="Feeler gauge, 13 leaves", calibration_due=None)

    plan.update_equipment(
        site_id=world.site.pk, code="G-11", equipment=changed, by=world.adam, at=NOW
    )

    assert last_entry() == (
        "plan.update_equipment",
        {
            "name": ["Feeler gauge", "Feeler gauge, 13 leaves"],
            "calibration_due": ["2026-09-01", None],
        },
    )
    with pytest.raises(InvalidInput, match="The code of G-11 cannot become 'G-99'"):
        plan.update_equipment(
            site_id=world.site.pk,
            code="G-11",
            equipment=replace(changed, code="G-99"),
            by=world.adam,
            at=NOW,
        )


def test_retired_equipment_stays_on_record_and_can_come_back(world: Any) -> None:
    equip(world, JIG)
    where = {"site_id": world.site.pk, "code": "J-02", "by": world.eli, "at": NOW}

    plan.retire_equipment(**where)

    assert (in_use(world).total, in_use(world).retired) == (0, 1)
    assert [e.state for e in in_use(world, retired=True).items] == [EquipmentState.RETIRED]
    with pytest.raises(Refused) as refused:
        plan.update_equipment(**where, equipment=JIG)
    assert refused.value.code == "R-68"
    plan.reinstate_equipment(**where)
    assert [e.code for e in in_use(world).items] == ["J-02"]


def test_equipment_of_another_site_does_not_exist(world: Any) -> None:
    equip(world, JIG)

    for attempt in (
        lambda: plan.add_equipment(site_id=world.site.pk, equipment=GAUGE, by=world.cy, at=NOW),
        lambda: plan.retire_equipment(site_id=world.site.pk, code="J-02", by=world.cy, at=NOW),
        lambda: reads.equipment(world.cy, world.site.pk, today=TODAY),
    ):
        with pytest.raises(NotFound):
            attempt()
    with pytest.raises(NotAllowed):
        plan.retire_equipment(site_id=world.site.pk, code="J-02", by=world.ben, at=NOW)


# --- plans


def test_operations_are_added_changed_moved_and_removed_while_draft(
    world: Any, program: Any
) -> None:
    equip(world, JIG)
    where = {
        "program_id": program.pk,
        "revision": "C",
        "plan": "1",
        "by": world.eli,
        "at": NOW,
    }
    plan.add_operation(**where, operation=LABEL)
    plan.add_operation(**where, operation=SEAT)
    assert operations(world, program) == (SEAT, LABEL)

    plan.update_operation(**where, seq=50, operation=replace(LABEL, seq=35))
    assert last_entry()[1]["changes"] == {"seq": [50, 35]}
    assert [o.seq for o in operations(world, program)] == [35, 40]

    plan.reorder_operations(**where, order=[40, 35])
    assert [(o.seq, o.name) for o in operations(world, program)] == [
        (10, "Seat the lid"),
        (20, "Apply label"),
    ]
    plan.remove_operation(**where, seq=10)
    assert [o.name for o in operations(world, program)] == ["Apply label"]

    with pytest.raises(InvalidInput, match="Operation 20 is there already"):
        plan.add_operation(**where, operation=replace(SEAT, seq=20))
    with pytest.raises(NotFound, match="Plan 1 has no operation 99"):
        plan.remove_operation(**where, seq=99)
    with pytest.raises(InvalidInput, match="Name each once: 20"):
        plan.reorder_operations(**where, order=[20, 20])


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        (
            replace(SEAT, standard_minutes=Decimal(-1)),
            "standard_minutes",
            "Operation 40: the standard time is -1 min; expected above 0 and below 100,000.",
        ),
        (
            replace(SEAT, standard_minutes=Decimal("1.0001")),
            "standard_minutes",
            "Operation 40: the standard time is 1.0001 min; expected at most 3 decimals.",
        ),
        (
            replace(SEAT, jig_not_needed=True),
            "jig",
            "Operation 40 names jig J-02 and says that none is needed; expected one.",
        ),
        (
            replace(SEAT, jig="J-77"),
            "jig",
            "Operation 40: jig 'J-77' is not there; expected a jig or tool in use.",
        ),
        (
            replace(SEAT, jig="G-11"),
            "jig",
            "Operation 40: jig 'G-11' is a gauge; expected a jig or tool in use.",
        ),
        (
            replace(SEAT, characteristics=("7",)),
            "characteristics",
            "Operation 40 checks characteristic 7, which the revision does not have.",
        ),
        (replace(SEAT, name=" "), "name", "The name of operation 40 is empty."),
        (replace(SEAT, seq=0), "seq", "Operation 0: expected a number from 1 to 1,000,000."),
    ],
)
def test_what_cannot_be_worked_by_is_said_beside_its_field(
    world: Any, program: Any, wrong: PlanOperation, field: str, sentence: str
) -> None:
    equip(world, JIG, GAUGE)

    with pytest.raises(InvalidInput) as refused:
        plan.add_operation(
            program_id=program.pk,
            revision="C",
            plan="1",
            operation=wrong,
            by=world.eli,
            at=NOW,
        )
    assert (refused.value.message, refused.value.details["field"]) == (sentence, field)
    assert operations(world, program) == ()


def test_a_plan_is_released_after_its_revision_and_with_something_in_it(
    world: Any, program: Any
) -> None:
    where = {"program_id": program.pk, "revision": "C", "by": world.eli, "at": NOW}

    with pytest.raises(Refused) as refused:
        plan.release_plan(**where, plan="1")
    assert refused.value.details["stops"] == [
        "Revision C is a draft; release it first.",
        "It has no operation.",
    ]
    product.release_revision(**where)
    equip(world, JIG)
    plan.add_operation(**where, plan="1", operation=SEAT)
    plan.retire_equipment(site_id=world.site.pk, code="J-02", by=world.eli, at=NOW)
    with pytest.raises(Refused, match=r"Jig J-02 is retired\."):
        plan.release_plan(**where, plan="1")


def test_a_released_plan_is_immutable_and_the_next_supersedes_it(world: Any) -> None:
    loaded = plan.load_definition(site_id=world.site.pk, definition=CROCK, by=world.eli, at=NOW)
    where = {"program_id": loaded.program_id, "revision": "C", "by": world.eli, "at": NOW}

    for attempt in (
        lambda: plan.add_operation(**where, plan="1", operation=replace(SEAT, seq=60)),
        lambda: plan.update_operation(**where, plan="1", seq=40, operation=SEAT),
        lambda: plan.remove_operation(**where, plan="1", seq=40),
        lambda: plan.reorder_operations(**where, plan="1", order=[50, 40]),
        lambda: plan.set_operations(**where, plan="1", operations=[]),
        lambda: plan.discard_plan(**where, plan="1"),
    ):
        with pytest.raises(Refused) as refused:
            attempt()
        assert refused.value.code == "R-10"

    made = plan.create_plan(**where)
    assert made.label == "2"
    assert reads.operations_of(made.pk) == CROCK.operations
    with pytest.raises(Refused, match="Plan 2 of revision C is still a draft"):
        plan.create_plan(**where)
    plan.update_operation(
        **where, plan="2", seq=40, operation=replace(SEAT, standard_minutes=Decimal(6))
    )
    plan.release_plan(**where, plan="2")
    view = reads.definition(world.vic, loaded.program_id)
    assert [(p.label, p.status.value) for p in view.plans] == [
        ("2", "released"),
        ("1", "superseded"),
    ]


RAW = (
    "UPDATE firstoff_operation SET instruction = 'moved'",
    "DELETE FROM firstoff_operation_characteristics",
    "UPDATE firstoff_processplan SET status = 'draft'",
    "INSERT INTO firstoff_operation_characteristics (operation_id, characteristic_id) "
    "SELECT o.id, c.id FROM firstoff_operation o, firstoff_characteristic c WHERE o.seq = 50",
)


@pytest.mark.parametrize("statement", RAW)
def test_the_database_holds_a_released_plan_too(world: Any, statement: str) -> None:
    plan.load_definition(site_id=world.site.pk, definition=CROCK, by=world.eli, at=NOW)

    refused = pytest.raises(DatabaseError, match="R-10")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_no_operation_moves_into_a_released_plan(world: Any) -> None:
    loaded = plan.load_definition(site_id=world.site.pk, definition=CROCK, by=world.eli, at=NOW)
    plan.create_plan(program_id=loaded.program_id, revision="C", by=world.eli, at=NOW)

    refused = pytest.raises(DatabaseError, match="R-10")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE firstoff_operation SET seq = 99, plan_id = (SELECT min(id) FROM "
            "firstoff_processplan) WHERE plan_id = (SELECT max(id) FROM firstoff_processplan)"
        )


# --- defect codes


def test_a_defect_code_keeps_what_it_means(world: Any, program: Any) -> None:
    where = {"program_id": program.pk, "by": world.eli, "at": NOW}
    plan.add_defect_codes(**where, codes=[LID])
    plan.add_defect_codes(**where, codes=[LID])

    assert reads.defect_codes(world.vic, program.pk) == (LID,)
    with pytest.raises(InvalidInput) as refused:
        plan.add_defect_codes(**where, codes=[replace(LID, name="Chip", category="finish")])
    assert refused.value.message == (
        "Defect code D-101 is there already: Lid does not seat (fit). Records keep what it meant."
    )
    with pytest.raises(InvalidInput, match="A defect code cannot be about looks"):
        plan.add_defect_codes(**where, codes=[CatalogueCode("D-1", "Scratch", "looks")])
    plan.retire_defect_code(**where, code="D-101")
    assert reads.defect_codes(world.vic, program.pk, retired=False) == ()
    plan.add_defect_codes(**where, codes=[LID])
    assert reads.defect_codes(world.vic, program.pk, retired=False) == (LID,)
    with pytest.raises(NotFound, match="There is no defect code 'D-9' in CC-1"):
        plan.retire_defect_code(**where, code="D-9")


# --- the freeze


def test_a_freeze_needs_what_is_in_it_to_be_released(world: Any, program: Any) -> None:
    with pytest.raises(Refused) as refused:
        plan.freeze_baseline(program_id=program.pk, by=world.eli, at=NOW)
    assert refused.value.code == "R-11"
    assert refused.value.details["stops"] == [
        "The part revision is a draft; release it first.",
        "The process plan is a draft; release it first.",
        "The process plan has no operation.",
    ]
    assert Baseline.objects.count() == 0


def test_the_same_definition_gives_the_same_id_and_the_same_row(world: Any) -> None:
    here = plan.load_definition(site_id=world.site.pk, definition=CROCK, by=world.eli, at=NOW)
    there = plan.load_definition(
        site_id=world.other_site.pk, definition=CROCK, by=world.cy, at=NOW
    )

    first = plan.freeze_baseline(program_id=here.program_id, by=world.eli, at=NOW)
    later = NOW + timedelta(days=3)
    again = plan.freeze_baseline(program_id=here.program_id, by=world.ada, at=later)
    other = plan.freeze_baseline(program_id=there.program_id, by=world.cy, at=later)

    assert (again.pk, again.by_id, again.received_at) == (first.pk, world.eli.person_id, NOW)
    assert (other.pk != first.pk, other.digest) == (True, first.digest)
    assert first.digest == text_digest(first.content)
    facts = read_baseline(first.content)
    assert facts.operations == CROCK.operations
    assert facts.characteristics == (replace(CLEARANCE, decimals=2),)
    assert verify().holds


def test_another_plan_is_another_baseline_and_the_difference_is_shown(world: Any) -> None:
    loaded = plan.load_definition(site_id=world.site.pk, definition=CROCK, by=world.eli, at=NOW)
    where = {"program_id": loaded.program_id, "by": world.eli, "at": NOW}
    first = plan.freeze_baseline(**where)
    relief = PlanOperation(10, "Skim the lid face", Decimal("1.2"))
    slower = replace(CROCK.operations[0], standard_minutes=Decimal(6), jig="", jig_not_needed=True)
    second = replace(CROCK, plan="2", operations=(relief, slower))
    plan.load_definition(site_id=world.site.pk, definition=second, by=world.eli, at=NOW)
    frozen = plan.freeze_baseline(**where)

    _, _, found = reads.compare(world.vic, loaded.program_id, first.digest[:8], frozen.digest)
    assert [(d.what, d.before, d.after) for d in found] == [
        ("Process plan", "1", "2"),
        ("Operation 10", "", "Skim the lid face"),
        ("Operation 40, standard minutes", "2.5", "6"),
        ("Operation 40, jig", "J-02", ""),
        ("Operation 40, jig not needed", "no", "yes"),
        ("Operation 50", "Apply label", ""),
    ]
    listed, total = reads.baselines(world.vic, loaded.program_id)
    assert ([b.digest for b in listed], total) == ([frozen.digest, first.digest], 2)


def test_a_baseline_is_found_by_its_id_or_the_beginning_of_it(world: Any) -> None:
    loaded = plan.load_definition(site_id=world.site.pk, definition=CROCK, by=world.eli, at=NOW)
    frozen = plan.freeze_baseline(program_id=loaded.program_id, by=world.eli, at=NOW)
    spaced = f"{frozen.digest[:4]} {frozen.digest[4:8].upper()}"

    view, facts = reads.baseline(world.vic, loaded.program_id, spaced)
    assert (view.id, view.short, facts.digest) == (frozen.pk, frozen.digest[:8], frozen.digest)
    for wrong in ("0" * 8 if frozen.digest[0] != "0" else "f" * 8, frozen.digest[:3], "%"):
        with pytest.raises(NotFound):
            reads.baseline(world.vic, loaded.program_id, wrong)
    with pytest.raises(NotFound):
        reads.baseline(world.cy, loaded.program_id, frozen.digest)


def test_a_frozen_baseline_cannot_be_changed_in_the_database(world: Any) -> None:
    loaded = plan.load_definition(site_id=world.site.pk, definition=CROCK, by=world.eli, at=NOW)
    plan.freeze_baseline(program_id=loaded.program_id, by=world.eli, at=NOW)

    refused = pytest.raises(DatabaseError, match="append-only")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE firstoff_baseline SET content = '{}'")


@pytest.mark.parametrize("name", ["ben", "olu", "ivy", "bo", "vic", "adam"])
def test_only_those_who_design_may_freeze(world: Any, name: str) -> None:
    loaded = plan.load_definition(site_id=world.site.pk, definition=CROCK, by=world.eli, at=NOW)

    with pytest.raises(NotAllowed):
        plan.freeze_baseline(program_id=loaded.program_id, by=getattr(world, name), at=NOW)
    with pytest.raises(NotFound):
        plan.freeze_baseline(program_id=loaded.program_id, by=world.cy, at=NOW)


# --- loading


def test_a_definition_is_loaded_whole_and_a_second_time_changes_nothing(world: Any) -> None:
    where = {"site_id": world.site.pk, "by": world.eli, "at": NOW}

    first = plan.load_definition(**where, definition=CROCK)
    assert first.changed == (
        "Program CC-1 added, with part CC-1.",
        "Equipment J-02 added.",
        "Equipment G-11 added.",
        "Revision C added.",
        "Characteristics of revision C written.",
        "Revision C released.",
        "Operations of plan 1 written.",
        "Plan 1 released.",
        "Defect code D-101 added.",
        "Defect code D-204 added.",
    )
    assert plan.load_definition(**where, definition=CROCK).changed == ()
    assert verify().holds


def test_loading_brings_a_draft_to_what_the_file_says(world: Any) -> None:
    where = {"site_id": world.site.pk, "by": world.eli, "at": NOW}
    draft = replace(CROCK, release_revision=False, release_plan=False)
    plan.load_definition(**where, definition=draft)

    moved = replace(
        draft,
        program=replace(draft.program, first_quantity=500),
        characteristics=(replace(CLEARANCE, upper=Decimal("0.80")),),
        operations=(LABEL,),
    )
    assert plan.load_definition(**where, definition=moved).changed == (
        "Program CC-1 changed: first_quantity.",
        "Characteristics of revision C written.",
        "Operations of plan 1 written.",
    )


def test_loading_refuses_to_change_what_is_released_and_changes_nothing(world: Any) -> None:
    where = {"site_id": world.site.pk, "by": world.eli, "at": NOW}
    plan.load_definition(**where, definition=CROCK)
    entries = LedgerEntry.objects.count()

    for wrong, sentence in (
        (
            replace(CROCK, characteristics=(replace(CLEARANCE, upper=Decimal("0.80")),)),
            "Revision C is released and says something else of characteristic 1.",
        ),
        (
            replace(CROCK, operations=(LABEL,), equipment=(replace(JIG, name="Another"),)),
            "Plan 1 of revision C is released and says something else of operation 40.",
        ),
    ):
        with pytest.raises(Refused) as refused:
            plan.load_definition(**where, definition=wrong)
        assert (refused.value.code, refused.value.message) == ("R-10", sentence)
    assert LedgerEntry.objects.count() == entries
    assert [e.name for e in in_use(world, kind="jig").items] == ["Assembly jig"]


def test_loading_takes_the_rights_to_all_it_touches(world: Any) -> None:
    for by, error in ((world.ben, NotAllowed), (world.cy, NotFound), (world.adam, NotAllowed)):
        with pytest.raises(error):
            plan.load_definition(site_id=world.site.pk, definition=CROCK, by=by, at=NOW)
