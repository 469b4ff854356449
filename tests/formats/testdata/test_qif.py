"""QIF results become test records; what contradicts itself is told, and stays as given."""

import os
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstoff.errors import InvalidInput
from firstoff.formats.testdata.drafts import LimitsDraft
from firstoff.terms import TestOutcome
from tests.formats.testdata.qif_files import (
    BORE,
    FLAT,
    UNIT,
    characteristic,
    component,
    document,
    measured,
    older,
    one,
    results,
    take,
    tolerance,
    value,
)

SHARED = Path(
    os.environ.get("FIRSTOFF_SHARED", Path(__file__).resolve().parents[3] / ".." / "shared")
)
CASES = SHARED / "cases" / "qif"
BOTH = (measured(1), measured(2, "0.02", kind="Flatness"))


def warnings(*measurements, characteristics=(BORE, FLAT), components=(UNIT,), **given):
    return take(document(characteristics, [results(*measurements, **given)], components)).warnings


def refusal(raw: bytes) -> str:
    with pytest.raises(InvalidInput) as caught:
        take(raw)
    return str(caught.value)


# ---------------------------------------------------------------- a record


def test_measurement_results_are_a_record_of_their_component():
    time = "<TimeStamp>2026-03-04T08:30:00.1234567+01:00</TimeStamp>"
    draft = one(measured(1, more=time), measured(2, "0.02", kind="Flatness"))
    assert (draft.serial, draft.outcome, draft.part_number, draft.revision) == (
        "SN-1",
        TestOutcome.PASS,
        "HSG-7",
        "B",
    )
    assert draft.started_at == datetime(2026, 3, 4, 7, 30, 0, 123456, tzinfo=UTC)
    bore, flat = draft.measurements
    assert (bore.name, bore.note, bore.value, bore.unit.suffix, bore.limits) == (
        "12",
        "Bore",
        Decimal("10.01"),
        "mm",
        LimitsDraft(lower=Decimal("9.98"), upper=Decimal("10.02")),
    )
    assert (flat.name, flat.limits.upper, flat.outcome) == ("Flat", Decimal("0.05"), "pass")


def test_the_names_of_2_0_give_the_same_record():
    raw = document([BORE, FLAT], [results(*BOTH)])
    new, old = take(raw).tests[0], take(older(raw)).tests[0]
    assert (old.serial, old.outcome, old.measurements) == (
        new.serial,
        new.outcome,
        new.measurements,
    )


def test_values_of_one_item_are_told_apart():
    assert [m.name for m in one(measured(1), measured(1), measured(1)).measurements] == [
        "12",
        "12 (2)",
        "12 (3)",
    ]


@pytest.mark.parametrize(
    ("status", "outcome", "note"),
    [
        ("PASS", TestOutcome.PASS, "Bore"),
        ("FAIL", TestOutcome.FAIL, "Bore"),
        ("REWORK", TestOutcome.FAIL, "Bore; status REWORK"),
        ("SYSERROR", TestOutcome.ERROR, "Bore; status SYSERROR"),
        ("NOT_MEASURED", TestOutcome.SKIPPED, "Bore; status NOT_MEASURED"),
        ("INDETERMINATE", TestOutcome.UNSET, "Bore; status INDETERMINATE"),
        ("in between", TestOutcome.UNSET, "Bore; status in between"),
    ],
)
def test_each_status_is_an_outcome_and_a_word(status, outcome, note):
    found = value(measured(1, status=status))
    assert (found.outcome, found.note) == (outcome, note)


def test_a_result_without_measurements_is_a_record_too():
    draft = one(status="FAIL")
    assert (draft.serial, draft.outcome, draft.measurements) == ("SN-1", TestOutcome.FAIL, ())


def test_a_serial_keeps_its_signs():
    raw = document([], [results()], [component("SN#1234-56789")])
    assert take(raw).tests[0].serial == "SN#1234-56789"


def test_a_unit_without_serial_is_named_as_the_file_names_it():
    raw = document([BORE], [results(measured(1))], [component("")])
    result = take(raw)
    assert (result.tests[0].serial, result.warnings) == (
        "doc-1 60",
        ("There is no serial number: the unit is named 'doc-1 60'.",),
    )
    more = "<ThisResultsInstanceQPId> res-9 </ThisResultsInstanceQPId>"
    raw = document([BORE], [results(measured(1), component="", more=more)], [])
    assert take(raw).tests[0].serial == "res-9"


def test_measurements_of_two_components_are_two_records():
    more = "<ActualComponentId>61</ActualComponentId>"
    raw = document(
        [BORE, FLAT],
        [results(measured(1), measured(2, "0", kind="Flatness", more=more))],
        [component(), component("SN-2", number="61")],
    )
    assert [(d.serial, [m.name for m in d.measurements]) for d in take(raw).tests] == [
        ("SN-1", ["12"]),
        ("SN-2", ["Flat"]),
    ]


def test_a_value_in_another_unit_keeps_it_and_its_limits_follow():
    unit = 'Value linearUnit="um"'
    raw = document([BORE], [results(measured(1, "10010"))]).replace(b"<Value", f"<{unit}".encode())
    found = take(raw).tests[0].measurements[0]
    assert (found.value, found.unit.suffix, found.limits.upper) == (
        Decimal(10010),
        "um",
        Decimal(10020),
    )
    raw = document([BORE], [results(measured(1, "0.394"))]).replace(
        b"<Value", b'<Value linearUnit="inch"'
    )
    found = take(raw).tests[0].measurements[0]
    assert (found.limits, found.unread) == (LimitsDraft(), ("limits 9.98 to 10.02 mm",))


def test_the_time_is_of_the_inspection_where_no_measurement_says_it():
    more = (
        "<InspectionTraceability><InspectionStart>2026-03-04T08:00:00Z</InspectionStart>"
        "<InspectionEnd>2026-03-04T09:00:00Z</InspectionEnd><InspectionOperator><Name>Ann</Name>"
        "</InspectionOperator></InspectionTraceability>"
    )
    draft = one(measured(1), more=more)
    assert (draft.started_at.hour, draft.ended_at.hour, draft.operator) == (8, 9, "Ann")
    assert one(measured(1)).started_at is None


# ---------------------------------------------------------------- with a plan


def test_limits_come_from_the_plan_beside_it_by_uuid():
    bare = characteristic(5, balloon="112", uuid="u-12", name="D")
    raw = document([bare], [results(measured(5))], head="")
    result = take(raw, companion=document([FLAT, BORE]))
    found = result.tests[0].measurements[0]
    assert (found.name, found.limits.upper, found.unit.suffix, result.warnings) == (
        "112",
        Decimal("10.02"),
        "mm",
        (),
    )
    assert result.tests[0].procedure_id == "doc-1"


def test_results_and_plan_that_disagree_are_told():
    own = characteristic(1, inner=tolerance("9", "11"), balloon="12")
    raw = document([own, characteristic(2, balloon="99")], [results(measured(1))])
    assert take(raw, companion=document([BORE])).warnings == (
        "12: limits 9 to 11 in the results, 9.98 to 10.02 in the plan.",
        "99 is not in the plan.",
    )


def test_a_measurement_of_no_known_item_has_no_limits():
    assert warnings(measured(7)) == (
        "A Diameter is of characteristic item 307, which the file does not hold: "
        "it has no limits. Give the plan with it.",
    )


# ---------------------------------------------------------------- contradictions


@pytest.mark.parametrize(
    ("measurements", "status", "whole", "said"),
    [
        ([measured(1, "10.5", "FAIL")], "PASS", "PASS",
         "SN-1: the results are PASS, and 12 is FAIL."),
        ([measured(1)], "FAIL", "FAIL", "SN-1: the results are FAIL, and no measurement is."),
        ([measured(1, "10.5", "FAIL")], "FAIL", "PASS",
         "SN-1: the component is PASS, and its results FAIL (12 is)."),
        ([measured(1)], "PASS", "FAIL", "SN-1: the component is FAIL, and its results PASS."),
        ([measured(1, "10.5")], "PASS", "PASS", "SN-1, 12: PASS, and 10.5 is outside its limits."),
        ([measured(1, "10", "FAIL")], "FAIL", "FAIL",
         "SN-1, 12: FAIL, and 10 is within its limits."),
    ],
)  # fmt: skip
def test_what_does_not_agree_is_told(measurements, status, whole, said):
    found = warnings(*measurements, status=status, components=[component(status=whole)])
    assert found == (said,)


def test_a_status_is_of_all_that_was_measured_of_the_item():
    pair = (measured(1, "10.5", "FAIL"), measured(1, "10", "FAIL"))
    assert warnings(*pair, status="FAIL", components=[component(status="FAIL")]) == ()


def test_wrong_counts_of_the_document_are_told():
    raw = document([BORE], [results(measured(1))], id_max="300")
    raw = raw.replace(b'CharacteristicMeasurements n="1"', b'CharacteristicMeasurements n="4"')
    assert take(raw).warnings == (
        "idMax is 300, and id 401 is used.",
        "CharacteristicMeasurements says n=4 and holds 1.",
    )


# ---------------------------------------------------------------- studies


def study(kind: str, inner: str, status="INFORMATIONAL") -> str:
    return (
        f'<Statistics><StatisticalStudiesResults><{kind} id="1"><Status><StatsEvalStatusEnum>'
        f"{status}</StatsEvalStatusEnum></Status>{inner}</{kind}></StatisticalStudiesResults>"
        "</Statistics>"
    )


def stats(ids: str, figures: str) -> str:
    return (
        "<CharacteristicsStats><DiameterCharacteristicStats>"
        f"<ActualIds><Ids>{ids}</Ids></ActualIds><ValueStats>{figures}</ValueStats>"
        "</DiameterCharacteristicStats></CharacteristicsStats>"
    )


def test_a_study_that_fails_beside_a_component_that_passes_is_told():
    tail = study("FirstArticleStudyResults", "<InSpecRatio>0.25</InSpecRatio>", "FAIL")
    assert take(document([BORE], [results(measured(1))], tail=tail)).warnings == (
        "FirstArticleStudyResults 1 is FAIL, and component SN-1 is PASS.",
        "FirstArticleStudyResults 1 says InSpecRatio 0.25, and 1 of 1 results PASS.",
    )


def test_figures_of_a_study_are_held_against_the_measurements():
    figures = (
        "<TotalNumber>3</TotalNumber><NumberOutOfTolerance>1</NumberOutOfTolerance>"
        "<Maximum>10.02</Maximum><Minimum>10.01</Minimum><Average>10.5</Average>"
    )
    tail = study("CapabilityStudyResults", stats("<Id>401</Id>", figures))
    assert take(document([BORE], [results(measured(1))], tail=tail)).warnings == (
        "CapabilityStudyResults 1 says TotalNumber 3, and the measurements 1.",
        "CapabilityStudyResults 1 says NumberOutOfTolerance 1, and the measurements 0.",
        "CapabilityStudyResults 1 says Maximum 10.02, and the measurements 10.01.",
        "CapabilityStudyResults 1 says Average 10.5, and the measurements 10.010000.",
    )
    tail = study("CapabilityStudyResults", stats("<Id>9</Id>", ""))
    assert take(document([BORE], [results(measured(1))], tail=tail)).warnings == (
        "CapabilityStudyResults 1: measurement 9 is not in the file.",
    )


def test_a_gauge_study_that_cannot_be_is_told_and_gives_no_record():
    figures = (
        "<AppraiserVariation>0.02</AppraiserVariation><EquipmentVariation>0.01"
        "</EquipmentVariation><GageRandR>0.07</GageRandR><TotalVariation>0.03</TotalVariation>"
    )
    tail = study("GageRandRStudyResults", stats("", figures))
    result = take(document([BORE], tail=tail))
    assert result.warnings == (
        "GageRandRStudyResults 1: GageRandR 0.07 is larger than TotalVariation 0.03; "
        "the figures cannot be of one study.",
        "GageRandRStudyResults 1: GageRandR is 0.07, and AppraiserVariation 0.02 with "
        "EquipmentVariation 0.01 gives 0.0224.",
    )
    assert result.drafts == ()


def test_a_study_that_the_name_of_the_file_does_not_say_is_told():
    raw = document([BORE], tail=study("LinearityStudyResults", ""))
    assert take(raw, "gage_bias_sample.qif").warnings == (
        "The name says Bias, and the file holds LinearityStudyResults.",
    )


# ---------------------------------------------------------------- files


def test_a_plan_is_no_record_and_says_where_it_goes():
    result = take(document([BORE, FLAT]))
    assert result.nothing == (
        "r.qif holds 2 characteristics, 2 datums and no results of a unit. "
        "A plan belongs to the definition of the product; give it beside its results."
    )
    assert result.holds == {"characteristics": 2, "datums": 2}
    with pytest.raises(InvalidInput) as caught:
        result.demand_all()
    assert str(caught.value) == result.nothing


def test_a_value_that_is_no_number_refuses_its_results():
    result = take(document([BORE], [results(measured(1, "wide"))]))
    assert (result.drafts, [problem.sentence for problem in result.refused]) == (
        (),
        ["Results 1, 12, Value: found 'wide'; expected a number."],
    )


def test_a_serial_nobody_can_see_refuses_its_results():
    result = take(document([BORE], [results(measured(1))], [component("a\u200bb")]))
    assert [problem.sentence for problem in result.refused] == [
        "Results 1, SerialNumber: found the invisible character U+200B; "
        "expected visible characters."
    ]


def test_entities_are_refused():
    bomb = b'<?xml version="1.0"?><!DOCTYPE q [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;">]>'
    raw = document([BORE], [results(measured(1, "&b;"))])
    raw = bomb + raw[raw.index(b"<QIFDocument") :]
    assert refusal(raw) == "r.qif declares XML entities, which no record does."


def test_other_xml_is_refused():
    assert refusal(b'<?xml version="1.0"?><Reports/>') == (
        "r.qif: there is no <QIFDocument>; expected a QIF document."
    )


RAW = document([BORE, FLAT], [results(*BOTH)])


def test_a_file_cut_off_anywhere_is_refused_with_its_place():
    for end in range(1, len(RAW.rstrip())):
        assert refusal(RAW[:end]).startswith(("r.qif, line ", "r.qif is ", "r.qif: there is no"))


@given(st.integers(0, len(RAW)), st.binary(max_size=6))
@settings(max_examples=150, deadline=None, database=None)
def test_a_damaged_file_is_read_or_one_sentence(place, patch):
    try:
        outcome = take(RAW[:place] + patch + RAW[place + len(patch) :]).name
    except InvalidInput as error:
        outcome = error.message
    assert outcome.startswith("r.qif")


# ---------------------------------------------------------------- the shared files


def shared(name: str, companion: str = ""):
    path, beside = CASES / f"{name}.qif", CASES / f"{companion}.qif"
    if not path.exists():
        pytest.skip(f"{path} is absent")
    result = take(path.read_bytes(), path.name, beside.read_bytes() if companion else None)
    assert result.refused == ()
    return result


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "tests", "passed", "failed"),
    [
        ("qif20_mitutoyo_statistics_attribute_sample", 3, 2, 1),
        ("qif20_mitutoyo_statistics_capability_study_with_subgroups_sample", 30, 29, 1),
        ("qif20_mitutoyo_statistics_first_article_inspection_sample", 2, 1, 1),
        (
            "qif20_mitutoyo_statistics_production_control_and_corrective_action_plan_sample",
            0,
            0,
            0,
        ),
        ("qif20_mitutoyo_statistics_userdefined_grr_sample", 0, 0, 0),
        ("qif30_nist_ctc_01", 0, 0, 0),
        ("qif30_serialized_pass_fail", 1, 0, 0),
        ("qif30_sheetmetal_plan", 0, 0, 0),
        ("qif30_sheetmetal_results_SN5802801", 1, 38, 0),
        ("qif30_sheetmetal_results_SN5802806", 1, 28, 10),
        ("qif30_widget_results", 1, 37, 5),
        ("fair_test/FAIR_Test_Results", 1, 5, 0),
    ],
)
def test_each_shared_file_is_counted(name, tests, passed, failed):
    drafts = shared(name).tests
    outcomes = [m.outcome for draft in drafts for m in draft.measurements]
    assert (len(drafts), outcomes.count(TestOutcome.PASS), outcomes.count(TestOutcome.FAIL)) == (
        tests,
        passed,
        failed,
    )


def test_the_shared_results_join_their_plan():
    draft = shared("fair_test/FAIR_Test_Results", "fair_test/FAIR_Test_Plan").tests[0]
    assert [(m.name, m.limits.lower, m.limits.upper) for m in draft.measurements] == [
        ("112", Decimal("39.999"), Decimal("40.001")),
        ("113", None, Decimal("0.001")),
        ("114", None, Decimal("0.001")),
        ("115", Decimal("99.995"), Decimal("100.005")),
        ("116", Decimal("24.999"), Decimal("25.001")),
    ]


def test_the_shared_first_article_contradicts_its_study():
    result = shared("qif20_mitutoyo_statistics_first_article_inspection_sample")
    assert {draft.serial for draft in result.tests} == {"1ABC-DEFG"}
    assert result.warnings[-2:] == (
        "1ABC-DEFG: the component is PASS, and its results FAIL (Diameter #2 is).",
        "FirstArticleStudyResults 1 is FAIL, and component 1ABC-DEFG is PASS.",
    )
