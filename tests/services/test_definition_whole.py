"""A whole definition loaded, frozen, exported and loaded elsewhere: the same baseline ID."""

import hashlib
import io
import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import jsonschema
import pytest
from msgspec.structs import replace as changed
from PIL import Image

from firstoff.db.models import DocumentVersion, ManufacturerPart, Part, PartRevision
from firstoff.errors import InvalidInput, NotAllowed, Refused
from firstoff.formats.definitions import read_definition, schema, write_definition
from firstoff.queries import plan as reads
from firstoff.queries.ledger import verify
from firstoff.rules.plan import (
    AssemblyDefinition,
    Contents,
    Definition,
    FrozenControl,
    FrozenDocument,
    FrozenInspectionLine,
    FrozenInspectionPlan,
    FrozenLine,
    FrozenPart,
    FrozenProcedure,
    FrozenSource,
    FrozenStack,
    FrozenStackLink,
    FrozenTestStep,
    FrozenVariant,
    FrozenVariantChange,
    MaterialUse,
    ParameterFacts,
    PlanOperation,
    StepFacts,
    read_baseline,
)
from firstoff.services import plan
from tests.conftest import NOW
from tests.services.test_plan import CLEARANCE, CROCK

_made = io.BytesIO()
Image.new("RGB", (4, 4), "white").save(_made, "PNG")
PNG = _made.getvalue()
DIGEST = hashlib.sha256(PNG).hexdigest()
PICTURE = FrozenDocument(
    number="DRW-1",
    title="Körper \u201eA\u201c",
    kind="drawing",
    version="B",
    file_name="body.png",
    media_type="image/png",
    size=len(PNG),
    sha256=DIGEST,
)
CONTENTS = Contents(
    lines=(
        FrozenLine(
            part="RING 01",
            name="Seal ring",
            value="Ø 60",
            quantity=Decimal(2),
            find_number="10",
            designators=("X1", "X2"),
            classification="critical",
            attrition=Decimal("1.5"),
        ),
        FrozenLine(
            part="LID-1",
            name="Lid",
            quantity=Decimal(1),
            find_number="20",
            revision="A",
            made=True,
        ),
        FrozenLine(
            part="GLUE", name="Glue", quantity=Decimal("0.02"), unit="kg", find_number="30"
        ),
    ),
    variants=(
        FrozenVariant(
            code="EU",
            name="Europe",
            changes=(FrozenVariantChange(line=1, designator="X2", fitted=False),),
        ),
    ),
    documents=(PICTURE,),
    procedures=(
        FrozenProcedure(
            code="TP-1",
            name="Leak test",
            label="1",
            pass_criteria="No bubble in a minute.",
            steps=(
                FrozenTestStep(
                    name="Leak rate",
                    upper=Decimal("0.5"),
                    decimals=1,
                    unit="ml/min",
                    characteristic="1",
                ),
            ),
        ),
    ),
    inspection_plans=(
        FrozenInspectionPlan(
            kind="final",
            label="1",
            sampling={"kind": "aql", "aql": "1.0", "level": "II"},
            lines=(FrozenInspectionLine(characteristic="1", gauge="G-11"),),
        ),
    ),
    controls=(
        FrozenControl(
            operation=40,
            characteristic="1",
            phases=("production",),
            technique="Feeler gauge",
            sample_size="5",
            frequency="every hour",
            reaction_plan="Stop and call.",
            reaction_owner="Line lead",
        ),
        FrozenControl(operation=40, parameter="Press force", technique="Display"),
    ),
    stack_ups=(
        FrozenStack(
            code="ST-1",
            name="Seat",
            unit="mm",
            lower=Decimal("0.1"),
            decimals=1,
            links=(
                FrozenStackLink(characteristic="1"),
                FrozenStackLink(characteristic="2", part="LID-1", revision="A"),
            ),
        ),
    ),
)
LID = AssemblyDefinition(
    part="LID-1",
    name="Lid",
    revision="A",
    release_revision=True,
    plan="1",
    release_plan=True,
    characteristics=(replace(CLEARANCE, number="2", name="Lid height"),),
    operations=(PlanOperation(10, "Press the lid", instruction="Press."),),
    contents=Contents(lines=(FrozenLine(part="CLAY", name="Clay", quantity=Decimal("0.4")),)),
)
SEAT = PlanOperation(
    40,
    "Seat the lid",
    Decimal("2.5"),
    jig="J-02",
    characteristics=("1",),
    predecessors=(),
    equipment=("G-11",),
    parameters=(ParameterFacts("Press force", "N", lower=Decimal(200), upper=Decimal(250)),),
    materials=(MaterialUse(line=1), MaterialUse(line=2)),
    steps=(StepFacts("Slide the lid down.", caution="Do not press.", characteristic="1"),),
)
WHOLE = replace(
    CROCK,
    operations=(SEAT, PlanOperation(50, "Glue the foot", materials=(MaterialUse(line=3),))),
    contents=CONTENTS,
    assemblies=(LID,),
    parts=(
        FrozenPart(
            number="RING 01",
            name="Seal ring",
            value="Ø 60",
            sources=(FrozenSource(manufacturer="Trelleborg", mpn="ORV-60", rank=1),),
        ),
    ),
    files={DIGEST: PNG},
)


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def load(world: Any, definition: Definition = WHOLE) -> plan.Loaded:
    return plan.load_definition(site_id=world.site.pk, definition=definition, by=world.eli, at=NOW)


def elsewhere(world: Any, definition: Definition) -> plan.Loaded:
    return plan.load_definition(
        site_id=world.other_site.pk, definition=definition, by=world.cy, at=NOW
    )


def test_the_file_holds_all_of_it_and_gives_the_same_id_elsewhere(world: Any) -> None:
    here = load(world)
    frozen = plan.freeze_baseline(program_id=here.program_id, by=world.eli, at=NOW)

    text = write_definition(reads.as_definition(world.eli, here.program_id))
    there = elsewhere(world, read_definition(text.encode()))
    again = plan.freeze_baseline(program_id=there.program_id, by=world.cy, at=NOW)

    assert (again.digest, again.pk != frozen.pk) == (frozen.digest, True)
    facts = read_baseline(again.content)
    assert facts.contents == CONTENTS
    assert [a.part for a in facts.assemblies] == ["LID-1"]
    assert facts.operations[0].steps == SEAT.steps
    source = ManufacturerPart.objects.get(part__site=world.other_site, mpn="ORV-60")
    assert (source.manufacturer, source.approvals.count()) == ("Trelleborg", 0)
    assert verify().holds


def test_the_exported_file_is_what_its_schema_says(world: Any) -> None:
    loaded = load(world)
    found = json.loads(write_definition(reads.as_definition(world.eli, loaded.program_id)))
    jsonschema.Draft202012Validator.check_schema(schema())
    jsonschema.validate(found, schema())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**found, "colour": "green"}, schema())


def test_loading_it_again_changes_nothing(world: Any) -> None:
    first = load(world)
    again = load(world)
    assert first.changed
    assert again.changed == ()
    assert DocumentVersion.objects.count() == 1


def test_a_draft_is_brought_to_what_the_file_says(world: Any) -> None:
    draft = replace(WHOLE, release_revision=False, release_plan=False)
    loaded = load(world, draft)
    ring = changed(CONTENTS.lines[0], quantity=Decimal(3), designators=())
    fewer = replace(
        draft,
        contents=replace(
            CONTENTS,
            lines=(ring, *CONTENTS.lines[1:]),
            variants=(),
            controls=CONTENTS.controls[:1],
        ),
    )
    told = load(world, fewer).changed
    assert told == (
        "Lines, variants of revision C written.",
        "Control plan of plan 1 written.",
    )
    view = reads.definition(world.eli, loaded.program_id)
    assert json.loads(view.content)["lines"][0]["quantity"] == "3"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            {"contents": replace(CONTENTS, lines=CONTENTS.lines[:2])},
            "Revision C is released and says something else of its lines.",
        ),
        (
            {"contents": replace(CONTENTS, documents=())},
            "Revision C is released and says something else of its documents.",
        ),
        (
            {"contents": replace(CONTENTS, controls=())},
            "Plan 1 of revision C is released and says something else of its control plan.",
        ),
        (
            {
                "contents": replace(
                    CONTENTS, procedures=(changed(CONTENTS.procedures[0], name="Other"),)
                )
            },
            "Test procedure TP-1 1 is released and says something else.",
        ),
        (
            {"assemblies": (replace(LID, contents=Contents()),)},
            "Revision A of LID-1 is released and says something else of its lines.",
        ),
    ],
)
def test_what_stands_released_is_only_compared(
    world: Any, change: dict[str, Any], sentence: str
) -> None:
    load(world)
    with pytest.raises(Refused) as refused:
        load(world, replace(WHOLE, **change))
    assert (refused.value.code, refused.value.message) == ("R-10", sentence)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            {"files": {DIGEST: b"something else"}},
            "The file .* is not the one that the document names",
        ),
        (
            {
                "contents": replace(
                    CONTENTS, controls=(changed(CONTENTS.controls[0], operation=99),)
                )
            },
            "Control 1 is of operation 99 1, which is not there",
        ),
        (
            {
                "contents": replace(
                    CONTENTS,
                    stack_ups=(
                        changed(
                            CONTENTS.stack_ups[0], links=(FrozenStackLink(characteristic="9"),)
                        ),
                    ),
                )
            },
            "Chain ST-1 goes over characteristic 9, which is not there",
        ),
    ],
)
def test_a_file_that_does_not_hold_together_leaves_nothing_behind(
    world: Any, change: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        load(world, replace(WHOLE, **change))
    assert (Part.objects.count(), PartRevision.objects.count()) == (0, 0)


def test_a_document_without_its_bytes_is_known_by_its_hash(world: Any) -> None:
    here = load(world)
    bare = reads.as_definition(world.eli, here.program_id, files=False)
    assert bare.files == {}
    there = elsewhere(world, read_definition(write_definition(bare).encode()))
    held = plan.freeze_baseline(program_id=there.program_id, by=world.cy, at=NOW)
    mine = plan.freeze_baseline(program_id=here.program_id, by=world.eli, at=NOW)
    assert held.digest == mine.digest


def test_a_part_made_here_that_is_a_draft_stops_the_freeze(world: Any) -> None:
    loaded = load(world, replace(WHOLE, release_revision=False, release_plan=False))
    with pytest.raises(Refused) as refused:
        plan.freeze_baseline(program_id=loaded.program_id, by=world.eli, at=NOW)
    assert refused.value.details["stops"] == [
        "The part revision is a draft; release it first.",
        "The process plan is a draft; release it first.",
    ]


def test_who_may_not_define_loads_nothing(world: Any) -> None:
    with pytest.raises(NotAllowed):
        plan.load_definition(site_id=world.site.pk, definition=WHOLE, by=world.ben, at=NOW)
