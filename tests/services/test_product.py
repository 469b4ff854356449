"""Programs, revisions, characteristics: what a person may do, and what the database holds."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from firstoff.errors import InvalidInput, NotAllowed, NotFound, Refused
from firstoff.queries import product as reads
from firstoff.queries.ledger import verify, version
from firstoff.queries.plan import operations_of, plans_of
from firstoff.rules.plan import PlanOperation
from firstoff.rules.product import CharacteristicFacts
from firstoff.services import plan, product
from firstoff.terms import CharacteristicClass, CharacteristicKind, RevisionStatus
from tests.conftest import NOW

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
FORCE = CharacteristicFacts(
    "2",
    "Ring press force",
    CharacteristicKind.VARIABLE,
    CharacteristicClass.MAJOR,
    lower=Decimal(20),
    upper=Decimal(45),
    unit="N",
)
PINHOLES = CharacteristicFacts(
    "10", "Pinholes, top face", CharacteristicKind.ATTRIBUTE, CharacteristicClass.MINOR
)


def crock(world: Any, **more: Any) -> Any:
    values = {"site_id": world.site.pk, "code": "CC-1", "name": "Counter crock", "revision": "C"}
    return product.create_program(**{**values, "by": world.eli, "at": NOW, **more})


def add(world: Any, program: Any, *found: CharacteristicFacts, revision: str = "C") -> None:
    for one in found:
        product.add_characteristic(
            program_id=program.pk, revision=revision, characteristic=one, by=world.eli, at=NOW
        )


def labels(world: Any, program: Any) -> list[tuple[str, str]]:
    return [(r.label, r.status.value) for r in reads.revisions(world.eli, program.pk)]


def test_a_program_comes_with_its_part_and_a_draft_to_fill(world: Any) -> None:
    program = crock(world, first_quantity=1000, due=date(2026, 6, 30), currency="gbp")

    seen = reads.program(world.vic, "STOKE", "CC-1")
    assert (seen.part_number, seen.part_name, seen.owner) == ("CC-1", "Counter crock", "Eli Novak")
    assert (seen.first_quantity, seen.due, seen.currency) == (1000, date(2026, 6, 30), "GBP")
    (revision,) = reads.revisions(world.vic, program.pk)
    assert (revision.label, revision.status) == ("C", RevisionStatus.DRAFT)
    assert [p.label for p in plans_of(revision.id)] == ["1"]
    assert version(program.pk) == seen_entries() == verify().entries


def seen_entries() -> int:
    from firstoff.db.models import LedgerEntry

    return LedgerEntry.objects.count()


def test_names_in_any_script_come_back_as_they_went(world: Any) -> None:
    name = "土鍋 Κεραμικό «дзвін» 🏺"
    program = crock(world, code="土鍋-1", name=name, part_number="ض-7", part_name=name)

    assert reads.program(world.eli, "STOKE", "土鍋-1").name == name
    assert reads.program_by_id(world.eli, program.pk).part_number == "ض-7"


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        (
            "code",
            "",
            "The program code '' is not usable; expected 1 to 40 characters without "
            "spaces at the ends.",
        ),
        (
            "code",
            "CC/1",
            "The program code 'CC/1' cannot stand in an address; expected no slash, "
            "and more than dots.",
        ),
        ("name", "  ", "The name is empty."),
        ("name", "x" * 201, "The name has 201 characters; expected at most 200."),
        (
            "currency",
            "pounds",
            "The currency 'pounds' is no ISO 4217 code; expected three letters such as GBP.",
        ),
        ("first_quantity", 0, "The first quantity is 0; expected 1 to 1,000,000,000."),
        (
            "revision",
            "",
            "The revision '' is not usable; expected 1 to 20 characters without "
            "spaces at the ends.",
        ),
        ("owner", "cy", "There is no person 'cy' at this site."),
    ],
)
def test_what_cannot_be_a_program_is_said_beside_its_field(
    world: Any, field: str, value: Any, sentence: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        crock(world, **{field: value})

    assert (refused.value.message, refused.value.details["field"]) == (sentence, field)
    assert reads.programs(world.eli) == ((), 0)


def test_a_code_and_a_part_number_stand_once_a_site(world: Any) -> None:
    crock(world)

    with pytest.raises(InvalidInput, match="There is a part 'cc-1' at this site already"):
        crock(world, code="cc-1")
    with pytest.raises(InvalidInput, match="There is a program 'cc-1' at this site already"):
        crock(world, code="cc-1", part_number="other")
    product.create_program(
        site_id=world.other_site.pk, code="CC-1", name="Another", by=world.cy, at=NOW
    )


@pytest.mark.parametrize("name", ["ben", "olu", "ivy", "bo", "vic", "adam"])
def test_only_those_who_design_may_define(world: Any, name: str) -> None:
    program = crock(world)
    by = getattr(world, name)

    with pytest.raises(NotAllowed):
        crock(world, code="CC-2", by=by)
    with pytest.raises(NotAllowed):
        product.set_characteristics(
            program_id=program.pk, revision="C", characteristics=[], by=by, at=NOW
        )
    with pytest.raises(NotAllowed):
        product.release_revision(program_id=program.pk, revision="C", by=by, at=NOW)


def test_for_a_person_of_another_site_it_does_not_exist(world: Any) -> None:
    program = crock(world)

    with pytest.raises(NotFound):
        crock(world, by=world.cy)
    with pytest.raises(NotFound):
        product.create_revision(program_id=program.pk, by=world.cy, at=NOW)
    with pytest.raises(NotFound):
        reads.program(world.cy, "STOKE", "CC-1")
    with pytest.raises(NotFound):
        reads.revisions(world.cy, program.pk)
    assert reads.programs(world.cy) == ((), 0)


def test_what_a_program_says_of_itself_can_change_and_the_ledger_says_what(world: Any) -> None:
    program = crock(world)

    product.update_program(
        program_id=program.pk,
        name="Counter crock, large",
        description="",
        owner="ada",
        first_quantity=500,
        due=None,
        currency="USD",
        by=world.eli,
        at=NOW,
    )

    seen = reads.program(world.eli, "STOKE", "CC-1")
    assert (seen.name, seen.owner, seen.first_quantity) == (
        "Counter crock, large",
        "Ada Okafor",
        500,
    )
    assert last_details() == {
        "first_quantity": [None, 500],
        "name": ["Counter crock", "Counter crock, large"],
        "owner": ["eli", "ada"],
    }


def last_details() -> Any:
    from firstoff.db.models import LedgerEntry

    newest = LedgerEntry.objects.order_by("-seq").first()
    assert newest is not None
    return json.loads(newest.details)


def test_limits_come_back_exactly_with_the_digits_of_the_drawing(world: Any) -> None:
    program = crock(world)
    add(world, program, CLEARANCE, replace(FORCE, upper=Decimal("45.000000001")))

    clearance, force = reads.characteristics(world.vic, program.pk, "C")
    assert clearance == replace(CLEARANCE, decimals=2)
    assert clearance.limits == "0.30 to 0.90\u00a0mm"
    assert (force.lower, force.upper) == (Decimal(20), Decimal("45.000000001"))


def test_characteristics_stand_in_the_order_of_their_numbers(world: Any) -> None:
    program = crock(world)
    add(world, program, PINHOLES, FORCE, CLEARANCE, replace(FORCE, number="10a", name="Knob"))

    found = reads.characteristics(world.vic, program.pk, "C")
    assert [c.number for c in found] == ["1", "2", "10", "10a"]


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        (
            replace(CLEARANCE, lower=Decimal("0.90"), upper=Decimal("0.30")),
            "lower",
            "Characteristic 1: the lower limit 0.9 is not below the upper 0.3.",
        ),
        (
            replace(CLEARANCE, nominal=Decimal("1.2")),
            "nominal",
            "Characteristic 1: the nominal 1.2 lies outside its limits, 0.3 to 0.9\u00a0mm.",
        ),
        (
            replace(PINHOLES, upper=Decimal(3)),
            "kind",
            "Characteristic 10 is an attribute and has limits; expected none, or the kind "
            "variable.",
        ),
        (
            replace(CLEARANCE, lower=Decimal("0.0000000001")),
            "lower",
            "Characteristic 1: lower is 1E-10; expected at most 9 decimals.",
        ),
        (
            replace(CLEARANCE, upper=Decimal("NaN")),
            "upper",
            "Characteristic 1: upper is NaN; expected a number.",
        ),
        (replace(CLEARANCE, name=""), "name", "The name of characteristic 1 is empty."),
    ],
)
def test_what_cannot_be_judged_by_is_said_beside_its_field(
    world: Any, wrong: CharacteristicFacts, field: str, sentence: str
) -> None:
    program = crock(world)

    with pytest.raises(InvalidInput) as refused:
        add(world, program, wrong)
    assert (refused.value.message, refused.value.details["field"]) == (sentence, field)
    assert reads.characteristics(world.eli, program.pk, "C") == ()


def test_a_number_and_a_name_in_records_stand_once(world: Any) -> None:
    program = crock(world)
    add(world, program, replace(CLEARANCE, measured_as="gap"))

    with pytest.raises(InvalidInput, match="Characteristic 1 is there twice"):
        add(world, program, CLEARANCE)
    with pytest.raises(InvalidInput, match="1 and 2 are both 'gap' in test records"):
        add(world, program, replace(FORCE, measured_as="gap"))


def test_one_can_be_changed_renumbered_and_removed_while_draft(world: Any) -> None:
    program = crock(world)
    add(world, program, CLEARANCE, FORCE)

    product.update_characteristic(
        program_id=program.pk,
        revision="C",
        number="2",
        characteristic=replace(FORCE, number="3", upper=Decimal("40.5")),
        by=world.eli,
        at=NOW,
    )
    assert last_details() == {
        "revision": "C",
        "number": "2",
        "changes": {"number": ["2", "3"], "upper": ["45", "40.5"], "decimals": [0, 1]},
    }
    with pytest.raises(InvalidInput, match="Characteristic 1 is there twice"):
        product.update_characteristic(
            program_id=program.pk,
            revision="C",
            number="3",
            characteristic=CLEARANCE,
            by=world.eli,
            at=NOW,
        )
    product.remove_characteristic(
        program_id=program.pk, revision="C", number="1", by=world.eli, at=NOW
    )
    assert [c.number for c in reads.characteristics(world.eli, program.pk, "C")] == ["3"]
    with pytest.raises(NotFound, match="Revision C has no characteristic '1'"):
        product.remove_characteristic(
            program_id=program.pk, revision="C", number="1", by=world.eli, at=NOW
        )


def test_all_can_be_set_at_once_and_what_is_not_named_goes(world: Any) -> None:
    program = crock(world)
    add(world, program, CLEARANCE, FORCE)

    product.set_characteristics(
        program_id=program.pk,
        revision="C",
        characteristics=[PINHOLES, replace(CLEARANCE, unit="cm")],
        by=world.eli,
        at=NOW,
    )

    found = reads.characteristics(world.eli, program.pk, "C")
    assert [(c.number, c.unit) for c in found] == [("1", "cm"), ("10", "")]
    assert last_details()["characteristics"] == {
        "1": {"unit": ["mm", "cm"]},
        "10": "added",
        "2": "removed",
    }


def test_a_released_revision_is_immutable(world: Any) -> None:
    program = crock(world)
    add(world, program, CLEARANCE)
    product.release_revision(program_id=program.pk, revision="C", by=world.eli, at=NOW)
    where = {"program_id": program.pk, "revision": "C", "by": world.eli, "at": NOW}

    attempts = (
        lambda: product.add_characteristic(**where, characteristic=FORCE),
        lambda: product.update_characteristic(**where, number="1", characteristic=FORCE),
        lambda: product.remove_characteristic(**where, number="1"),
        lambda: product.set_characteristics(**where, characteristics=[]),
        lambda: product.discard_revision(**where),
        lambda: product.release_revision(**where),
    )
    for attempt in attempts:
        with pytest.raises(Refused) as refused:
            attempt()
        assert refused.value.code == "R-10"
    assert [c.number for c in reads.characteristics(world.eli, program.pk, "C")] == ["1"]


RAW = (
    "UPDATE firstoff_characteristic SET name = 'moved'",
    "DELETE FROM firstoff_characteristic",
    "UPDATE firstoff_partrevision SET status = 'draft'",
    "UPDATE firstoff_partrevision SET label = 'X'",
    "INSERT INTO firstoff_characteristic (revision_id, number, name, kind, classification, unit, "
    "method, measured_as, decimals) SELECT id, '99', 'x', 'variable', 'minor', '', '', '', 0 "
    "FROM firstoff_partrevision",
)


@pytest.mark.parametrize("statement", RAW)
def test_the_database_holds_a_released_revision_too(world: Any, statement: str) -> None:
    program = crock(world)
    add(world, program, CLEARANCE)
    product.release_revision(program_id=program.pk, revision="C", by=world.eli, at=NOW)

    refused = pytest.raises(DatabaseError, match="R-10")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_database_refuses_swapped_limits(world: Any) -> None:
    program = crock(world)
    add(world, program, CLEARANCE)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE firstoff_characteristic SET lower = 2")


def test_a_critical_characteristic_without_limits_stops_the_release(world: Any) -> None:
    program = crock(world)
    add(world, program, replace(CLEARANCE, lower=None, upper=None, method=""))

    with pytest.raises(Refused) as refused:
        product.release_revision(program_id=program.pk, revision="C", by=world.eli, at=NOW)
    assert refused.value.code == "R-10"
    assert refused.value.details["stops"] == [
        "1 Lid clearance is critical and has no limits.",
        "1 Lid clearance is critical and names no measuring method or gauge.",
    ]


def test_a_new_revision_copies_characteristics_and_plan_and_supersedes_when_released(
    world: Any,
) -> None:
    program = crock(world)
    add(world, program, CLEARANCE, FORCE)
    operation = PlanOperation(40, "Seat the lid", Decimal("1.5"), characteristics=("1",))
    plan.add_operation(
        program_id=program.pk, revision="C", plan="1", operation=operation, by=world.eli, at=NOW
    )
    product.release_revision(program_id=program.pk, revision="C", by=world.eli, at=NOW)

    made = product.create_revision(program_id=program.pk, by=world.eli, at=NOW)

    assert made.label == "D"
    assert labels(world, program) == [("D", "draft"), ("C", "released")]
    assert reads.characteristics(world.eli, program.pk, "D") == reads.characteristics(
        world.eli, program.pk, "C"
    )
    (copied,) = plans_of(made.pk)
    assert operations_of(copied.id) == (operation,)
    product.remove_characteristic(
        program_id=program.pk, revision="D", number="1", by=world.eli, at=NOW
    )
    assert operations_of(copied.id) == (replace(operation, characteristics=()),)
    product.release_revision(program_id=program.pk, revision="D", by=world.ada, at=NOW)
    assert labels(world, program) == [("D", "released"), ("C", "superseded")]


def test_one_draft_at_a_time(world: Any) -> None:
    program = crock(world)

    with pytest.raises(Refused, match="Revision C is still a draft"):
        product.create_revision(program_id=program.pk, by=world.eli, at=NOW)
    with pytest.raises(Refused, match="Revision C is the only one"):
        product.discard_revision(program_id=program.pk, revision="C", by=world.eli, at=NOW)
    product.release_revision(program_id=program.pk, revision="C", by=world.eli, at=NOW)
    with pytest.raises(InvalidInput, match="There is a revision 'c' already"):
        product.create_revision(program_id=program.pk, label="c", by=world.eli, at=NOW)
    with pytest.raises(InvalidInput, match="There is no revision 'B'; there are C"):
        product.create_revision(program_id=program.pk, copy_from="B", by=world.eli, at=NOW)
    product.create_revision(program_id=program.pk, by=world.eli, at=NOW)
    product.discard_revision(program_id=program.pk, revision="D", by=world.eli, at=NOW)
    assert labels(world, program) == [("C", "released")]


def test_everything_that_was_done_stands_in_a_chain_that_holds(world: Any) -> None:
    program = crock(world)
    add(world, program, CLEARANCE, FORCE)
    product.release_revision(program_id=program.pk, revision="C", by=world.eli, at=NOW)

    assert verify().holds
