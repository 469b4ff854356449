"""Characteristics of QIF plans: callouts, classes, zones, and the shared plans by their counts."""

from decimal import Decimal

import pytest

from firstoff.errors import InvalidInput
from firstoff.formats.characteristics import read_characteristics
from firstoff.formats.characteristics.draft import CharacteristicDraft
from firstoff.formats.characteristics.summaries import summary
from firstoff.terms import CharacteristicClass, CharacteristicKind, GeometricSymbol, LimitForm
from tests.formats.testdata.qif_files import (
    BORE,
    FLAT,
    FRAMES,
    PRIMARY,
    characteristic,
    document,
    older,
    tolerance,
)

FRAME = "<DatumReferenceFrameId>73</DatumReferenceFrameId>"
CYLINDER = "<ZoneShape><DiametricalZone/></ZoneShape>"


def only(*given, head=PRIMARY + FRAMES, **more) -> CharacteristicDraft:
    raw = document([characteristic(1, *given, **more)], head=head)
    return read_characteristics(raw, name="p.qif").characteristics[0]


@pytest.mark.parametrize("age", [bytes, older])
def test_a_plan_gives_its_characteristics(age):
    file = read_characteristics(age(document([BORE, FLAT], id_max="2")), name="p.qif")
    assert (file.kind, file.part, file.revision, file.datums) == ("qif", "HSG-7", "B", ("A", "B"))
    found = file.counts
    assert (found.characteristics, found.types, found.datums) == (
        2,
        {"Diameter": 1, "Flatness": 1},
        2,
    )
    assert (found.definitions, found.nominals, found.items) == (2, 2, 2)
    bore, flat = file.characteristics
    assert (bore.number, bore.name, bore.nominal, bore.lower, bore.upper, bore.unit) == (
        "12",
        "Bore",
        Decimal("10.00"),
        Decimal("9.98"),
        Decimal("10.02"),
        "mm",
    )
    assert (bore.form, bore.source_id, bore.symbol) == (LimitForm.BILATERAL, "u-12", None)
    assert (flat.symbol, flat.tolerance, flat.upper, flat.form) == (
        GeometricSymbol.FLATNESS,
        Decimal("0.05"),
        Decimal("0.05"),
        None,
    )


def test_a_callout_has_its_zone_condition_and_datums():
    inner = (
        f"<ToleranceValue>0.5</ToleranceValue>{FRAME}"
        f"<MaterialCondition>MAXIMUM</MaterialCondition>{CYLINDER}"
    )
    draft = only("Position", inner=inner)
    assert (draft.symbol, draft.tolerance, draft.diametral, draft.material_condition) == (
        GeometricSymbol.POSITION,
        Decimal("0.5"),
        True,
        "M",
    )
    assert (draft.datums, draft.notes) == (("A", "B(M)"), "")


@pytest.mark.parametrize(
    ("kind", "symbol"),
    [
        ("Straightness", "straightness"),
        ("Circularity", "circularity"),
        ("Cylindricity", "cylindricity"),
        ("LineProfile", "profile_line"),
        ("SurfaceProfile", "profile_surface"),
        ("SurfaceProfileNonUniform", "profile_surface"),
        ("PointProfile", "profile_surface"),
        ("Perpendicularity", "perpendicularity"),
        ("Parallelism", "parallelism"),
        ("Angularity", "angularity"),
        ("Concentricity", "concentricity"),
        ("Coaxiality", "concentricity"),
        ("Symmetry", "symmetry"),
        ("CircularRunout", "circular_runout"),
        ("TotalRunout", "total_runout"),
    ],
)
def test_each_kind_of_callout_has_its_symbol(kind, symbol):
    draft = only(kind, inner="<ToleranceValue>0.5</ToleranceValue>")
    assert (draft.symbol, draft.tolerance) == (GeometricSymbol(symbol), Decimal("0.5"))


def test_a_point_profile_lies_to_either_side():
    draft = only("PointProfile", inner="<ToleranceValue>2</ToleranceValue>")
    assert (draft.lower, draft.upper, draft.tolerance) == (Decimal(-1), Decimal(1), Decimal(2))


def test_a_dimension_that_is_not_toleranced_says_why():
    draft = only(
        inner="<NonTolerance>BASIC</NonTolerance>", target="<TargetValue>25</TargetValue>"
    )
    assert (draft.form, draft.nominal, draft.upper) == (LimitForm.BASIC, Decimal(25), None)


@pytest.mark.parametrize(
    ("level", "found"),
    [
        ("CRITICAL", CharacteristicClass.CRITICAL),
        ("MAJOR", CharacteristicClass.MAJOR),
        ("KEY", CharacteristicClass.MAJOR),
        ("MINOR", CharacteristicClass.MINOR),
        ("UNDEFINED", None),
    ],
)
def test_the_class_is_that_of_the_plan_or_none(level, found):
    mark = f"<Criticality><LevelEnum>{level}</LevelEnum></Criticality>"
    parts = characteristic(1, inner=tolerance("1", "2"), balloon="7", uuid="u")
    item = parts[2].replace("</CharacteristicDesignator>", f"{mark}</CharacteristicDesignator>")
    file = read_characteristics(document([(parts[0], parts[1], item)]), name="p.qif")
    assert (file.characteristics[0].classification, file.warnings) == (found, ())


def test_where_it_is_on_the_drawing():
    place = (
        "<LocationOnDrawing><SheetNumber>2</SheetNumber><DrawingZone>C3</DrawingZone>"
        "</LocationOnDrawing>"
    )
    parts = characteristic(1, balloon="7", uuid="u")
    item = parts[2].replace(
        "</DiameterCharacteristicItem>", f"{place}</DiameterCharacteristicItem>"
    )
    file = read_characteristics(document([(parts[0], parts[1], item)]), name="p.qif")
    assert file.characteristics[0].zone == "sheet 2 C3"


def test_an_attribute_is_an_attribute_and_says_what_passes():
    inner = "<PassValues><StringValue>ok</StringValue></PassValues>"
    draft = only("UserDefinedAttribute", target=inner, name="Scratched")
    assert (draft.kind, draft.notes) == (CharacteristicKind.ATTRIBUTE, "passes: ok")


def test_numbers_longer_than_a_limit_are_rounded_and_told():
    file = read_characteristics(
        document([characteristic(1, target="<TargetValue>74.999999999997002</TargetValue>",
                                 balloon="7", uuid="u")]),
        name="p.qif",
    )  # fmt: skip
    assert (file.characteristics[0].nominal, [r.sentence for r in file.warnings]) == (
        Decimal(75),
        ["1 number has more decimals than a limit: 74.999999999997002 is taken as 75."],
    )


def test_a_tolerance_of_nothing_is_none_and_is_told():
    raw = document([characteristic(1, inner=tolerance("0", "0", limit="false"), balloon="7",
                                   uuid="u", target="<TargetValue>5</TargetValue>")])  # fmt: skip
    file = read_characteristics(raw, name="p.qif")
    draft = file.characteristics[0]
    assert (draft.nominal, draft.lower, draft.upper, draft.form) == (Decimal(5), None, None, None)
    assert [remark.sentence for remark in file.warnings] == [
        "7: a tolerance of 0 is none; no limits taken."
    ]


def test_one_without_a_balloon_is_named_and_told():
    raw = document([characteristic(1, name="Bore"), characteristic(2, name="B" * 40)])
    file = read_characteristics(raw, name="p.qif")
    assert [each.number for each in file.characteristics] == ["Bore", "2"]
    assert [remark.sentence for remark in file.warnings] == [
        "2 characteristics have no balloon number; Bore, 2 are taken."
    ]


def test_a_number_twice_is_told():
    raw = document([characteristic(n, balloon="7", uuid=f"u{n}") for n in (1, 2)])
    file = read_characteristics(raw, name="p.qif")
    assert [remark.sentence for remark in file.warnings] == [
        "Number 7 is that of characteristic 1 as well."
    ]


@pytest.mark.parametrize("raw", [document(), document([BORE])[:-40]])
def test_a_plan_without_characteristics_or_cut_off_is_refused(raw):
    with pytest.raises(InvalidInput):
        read_characteristics(raw, name="p.qif")


def test_the_summary_has_everything():
    found = summary(read_characteristics(document([BORE]), name="p.qif"))
    one = found["characteristics"][0]
    assert (found["kind"], found["counts"]["items"], one["number"], one["class"]) == (
        "qif",
        1,
        "12",
        None,
    )
    assert one["limits"] == {"lower": Decimal("9.98"), "upper": Decimal("10.02")}


# ---------------------------------------------------------------- the shared plans

# name, characteristics, types (None: not counted there), datums, items
COUNTED = [
    ("fair_test/FAIR_Test_Plan.qif", 5, None, 3, 5),
    ("fair_test/FAIR_Test_Results.qif", 5, None, 0, 5),
    ("qif30_nist_ctc_01.qif", 14, None, 3, 0),
    ("qif30_sheetmetal_plan.qif", 21, {"PointProfile": 17, "Position": 4}, 3, 21),
    ("qif30_sheetmetal_results_SN5802801.qif", 21, None, 3, 21),
    ("qif30_widget_plan.qif", 26, 8, 5, 26),
    ("qif30_widget_results.qif", 26, 8, 5, 26),
    ("qif30_plan_with_work_instructions.qif", 2, {"Diameter": 2}, 0, 2),
    ("qif20_mitutoyo_statistics_attribute_sample.qif", 1, None, 0, 1),
    ("qif20_mitutoyo_statistics_first_article_inspection_sample.qif", 2, {"Diameter": 2}, 0, 2),
    (
        "qif20_mitutoyo_statistics_capability_study_with_subgroups_sample.qif",
        1,
        None,
        0,
        1,
    ),
    (
        "qif20_mitutoyo_statistics_production_control_and_corrective_action_plan_sample.qif",
        1,
        None,
        0,
        1,
    ),
]


def plan(shared, name):
    path = shared / "cases" / "qif" / name
    if not path.is_file():
        pytest.skip(f"{name} is not here")
    return read_characteristics(path)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "count", "types", "datums", "items"), COUNTED)
def test_each_shared_plan_is_counted(shared, name, count, types, datums, items):
    found = plan(shared, name).counts
    assert (found.characteristics, found.definitions, found.datums, found.items) == (
        count,
        count,
        datums,
        items,
    )
    if isinstance(types, int):
        assert len(found.types) == types
    elif types is not None:
        assert found.types == types


def test_the_plan_and_the_results_of_one_article_agree(shared):
    planned = plan(shared, "fair_test/FAIR_Test_Plan.qif").characteristics
    found = plan(shared, "fair_test/FAIR_Test_Results.qif").characteristics
    assert [each.number for each in found] == ["112", "113", "114", "115", "116"]
    assert [(c.source_id, c.lower, c.upper, c.unit, c.tolerance) for c in found] == [
        (c.source_id, c.lower, c.upper, c.unit, c.tolerance) for c in planned
    ]


def test_units_only_among_the_primary_ones(shared):
    units = {each.unit for each in plan(shared, "fair_test/FAIR_Test_Plan.qif").characteristics}
    assert units == {"mm"}


def test_an_angle_has_the_unit_of_the_plans_pmi(shared):
    angles = [
        c for c in plan(shared, "qif30_nist_ctc_01.qif").characteristics if c.type == "Angle"
    ]
    assert [(each.nominal, each.unit) for each in angles] == [(Decimal(60), "deg")]


def test_pass_and_fail_alone_are_no_characteristics(shared):
    with pytest.raises(InvalidInput, match="QIF without a characteristic"):
        plan(shared, "qif30_serialized_pass_fail.qif")


def test_a_step_file_is_none(shared):
    with pytest.raises(InvalidInput, match="is a STEP file"):
        plan(shared, "fair_test/FAIR_Test.stp")
