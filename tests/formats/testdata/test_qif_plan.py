"""The plan in a QIF document: limits however they are given, units, datums, balloons."""

import os
from decimal import Decimal
from pathlib import Path

import pytest

from firstoff.formats.testdata.drafts import LimitsDraft
from firstoff.formats.testdata.qif_plan import QifCharacteristic, read_plan
from tests.formats.testdata.qif_files import (
    BORE,
    FLAT,
    PRIMARY,
    characteristic,
    document,
    older,
    tolerance,
)

SHARED = Path(
    os.environ.get("FIRSTOFF_SHARED", Path(__file__).resolve().parents[3] / ".." / "shared")
)
CASES = SHARED / "cases" / "qif"


def only(*given, **more) -> QifCharacteristic:
    return read_plan(document([characteristic(1, *given, **more)])).characteristics[0]


def limits(low, high) -> LimitsDraft:
    ends = [None if end is None else Decimal(end) for end in (low, high)]
    return LimitsDraft(lower=ends[0], upper=ends[1])


def test_a_plan_says_its_part_and_characteristics():
    plan = read_plan(document([BORE, FLAT]), name="p.qif")
    assert (plan.part, plan.revision, plan.qpid, plan.version, plan.datums) == (
        "HSG-7",
        "B",
        "doc-1",
        "3.0.0",
        ("A", "B"),
    )
    assert [(c.label, c.name, c.kind, c.unit, c.uuid) for c in plan.characteristics] == [
        ("12", "Bore", "Diameter", "mm", "u-12"),
        ("Flat", "Flat", "Flatness", "mm", ""),
    ]


def test_the_names_of_2_0_say_the_same():
    new, old = (read_plan(raw) for raw in (document([BORE, FLAT]), older(document([BORE, FLAT]))))
    assert (old.characteristics, old.qpid) == (new.characteristics, new.qpid)


@pytest.mark.parametrize(
    ("low", "high", "limit", "target", "found"),
    [
        ("9.9", "10.1", "true", "10", ("9.9", "10.1")),
        ("-0.1", "0.1", "false", "10", ("9.9", "10.1")),
        ("-0.041", "-0.020", "false", "20", ("19.959", "19.980")),  # a fit: f7
        ("0.1", "0.3", "false", "0", ("0.1", "0.3")),
        ("1.8", "2.2", "false", "2.0", ("1.8", "2.2")),
    ],
)
def test_limits_and_tolerances_both_become_limits(low, high, limit, target, found):
    inner = tolerance(low, high, limit=limit)
    nominal = f"<TargetValue>{target}</TargetValue>"
    held = only(inner=inner, target=nominal)
    assert (held.limits, held.nominal) == (limits(*found), Decimal(target))


def test_limits_that_claim_to_be_a_tolerance_are_told():
    inner, target = tolerance("3.8", "4.2", limit="false"), "<TargetValue>2</TargetValue>"
    plan = read_plan(document([characteristic(1, inner=inner, target=target, balloon="7")]))
    assert plan.warnings == (
        "7: the tolerance 3.8 to 4.2 about 2 is read as limits, although DefinedAsLimit says "
        "it is none.",
        "7: the nominal 2 is not within 3.8 to 4.2.",
    )


def test_crossed_limits_are_told():
    plan = read_plan(document([characteristic(1, inner=tolerance("2", "1"), balloon="7")]))
    assert plan.warnings == ("7: the lower limit 2 is above the upper limit 1.",)


def test_a_zone_is_an_upper_limit_and_of_a_point_one_to_either_side():
    zone = "<ToleranceValue>0.5</ToleranceValue>"
    assert only("Flatness", inner=zone).limits == limits(None, "0.5")
    assert only("PointProfile", inner=zone).limits == limits("-0.25", "0.25")
    outer = zone + "<OuterDisposition>0.4</OuterDisposition>"
    assert only("PointProfile", inner=outer).limits == limits("-0.1", "0.4")


def test_datums_have_their_order_and_modifier_and_a_bonus_is_said():
    inner = (
        "<ToleranceValue>0.5</ToleranceValue><DatumReferenceFrameId>73</DatumReferenceFrameId>"
        "<MaterialCondition>MAXIMUM</MaterialCondition>"
    )
    held = only("Position", inner=inner)
    assert (held.datums, held.rules) == (
        ("A", "B (MAXIMUM)"),
        ("the tolerance grows by the bonus at maximum material condition",),
    )


def test_a_tolerance_given_once_is_found():
    inner = "<Tolerance><DefinitionId>55</DefinitionId></Tolerance>"
    shared = (
        '<LinearToleranceDefinition id="55"><MaxValue>2</MaxValue><MinValue>1</MinValue>'
        "</LinearToleranceDefinition>"
    )
    plan = read_plan(document([characteristic(1, inner=inner)], tail=shared))
    assert plan.characteristics[0].limits == limits("1", "2")


def test_values_of_an_attribute_that_pass_are_a_rule():
    target = "<PassValues><StringValue>0</StringValue></PassValues>"
    held = only("UserDefinedAttribute", target=target)
    assert (held.rules, held.unit, held.limits) == (("passes: 0",), "", LimitsDraft())


def test_an_angle_has_the_unit_of_angles_and_an_attribute_wins():
    target = "<TargetValue>30</TargetValue>"
    assert only("AngleBetween", target=target).unit == "degree"
    target = '<TargetValue linearUnit="inch">1</TargetValue>'
    assert only(target=target).unit == "inch"


def test_a_limit_in_another_unit_is_put_into_that_of_the_nominal_exactly():
    target = '<TargetValue linearUnit="mm">25.4</TargetValue>'
    inner = tolerance("0.999", "1.001", unit="inch")
    assert only(inner=inner, target=target).limits == limits("25.3746", "25.4254")
    target = '<TargetValue linearUnit="inch">1</TargetValue>'
    inner = tolerance("25.3", "25.5", unit="mm")
    plan = read_plan(document([characteristic(1, inner=inner, target=target, balloon="7")]))
    assert plan.characteristics[0].limits == LimitsDraft()
    assert plan.warnings[0] == ("7: the limit 25.5 mm cannot be put into inch exactly; left out.")


def test_one_other_unit_stands_in_for_an_empty_primary_one():
    other = (
        "<FileUnits><PrimaryUnits/><OtherUnits><LinearUnit><UnitName>millimeter</UnitName>"
        "</LinearUnit></OtherUnits></FileUnits>"
    )
    for head, unit in ((other, "millimeter"), (other.replace("</O", "<LinearUnit><UnitName>inch"
                       "</UnitName></LinearUnit></O"), ""), (PRIMARY, "mm")):  # fmt: skip
        assert read_plan(document([BORE], head=head)).characteristics[0].unit == unit


def test_without_items_the_nominals_are_the_plan():
    raw = document([BORE]).replace(b"CharacteristicItem", b"NoItem")
    assert [(c.id, c.limits) for c in read_plan(raw).characteristics] == [
        ("201", limits("9.98", "10.02"))
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "count", "kinds", "datums"),
    [
        ("qif30_widget_plan", 26, 8, 5),
        ("qif30_sheetmetal_plan", 21, 2, 3),
        ("qif30_nist_ctc_01", 14, 6, 3),
        ("qif30_plan_with_work_instructions", 2, 1, 0),
        ("fair_test/FAIR_Test_Plan", 5, 3, 3),
    ],
)
def test_each_shared_plan_is_counted(name, count, kinds, datums):
    path = CASES / f"{name}.qif"
    if not path.exists():
        pytest.skip(f"{path} is absent")
    plan = read_plan(path)
    assert (len(plan.characteristics), len({c.kind for c in plan.characteristics})) == (
        count,
        kinds,
    )
    assert len(plan.datums) == datums


def test_the_units_of_pmi_are_those_of_characteristics():
    pmi = PRIMARY.replace(
        "<AngularUnit><UnitName>degree", "<PMILinearUnit><UnitName>inch</UnitName></PMILinearUnit>"
        "<AngularUnit><UnitName>degree"
    )  # fmt: skip
    held = read_plan(document([BORE], head=pmi)).characteristics[0]
    assert held.unit == "inch"
