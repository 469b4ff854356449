"""What every kind of document has to do."""

import hashlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pypdf
import pytest

from firstoff.errors import InvalidInput
from firstoff.formats import documents

pytestmark = pytest.mark.slow  # draws, sets pages or repeats much: not for `make fast`

Sample = Callable[[str], dict[str, Any]]
HERE = Path(__file__).parent
SAMPLES = (
    ("pilot_report", "pilot_hold"),
    ("pilot_report", "pilot_sign_off"),
    ("certificate", "certificate"),
    ("batch_record", "batch_record"),
    ("containment_report", "containment_report"),
    ("customer_letter", "customer_letter"),
    ("packing_list", "packing_list"),
    ("ballooned_drawing", "ballooned_drawing"),
    ("work_instruction", "work_instruction"),
    ("test_procedure", "test_procedure"),
    ("control_plan", "control_plan"),
    ("inspection_plan", "inspection_plan"),
    ("pfmea", "pfmea"),
    ("dfm_report", "dfm_report"),
    ("query_log", "query_log"),
)
every_sample = pytest.mark.parametrize(("kind", "name"), SAMPLES)


def pages(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


@cache
def issued(kind: str, name: str) -> tuple[str, ...]:
    """The pages of a sample as it is; set once for all tests that only read it."""
    data = json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))
    return tuple(pages(documents.render(kind, data)))


def text(pdf: bytes) -> str:
    return " ".join("\n".join(pages(pdf)).split())


def test_every_kind_has_a_sample_and_its_part_of_the_reference() -> None:
    page = HERE.parents[2] / "docs" / "reference" / "documents.md"
    said = page.read_text(encoding="utf-8")
    assert {kind for kind, _ in SAMPLES} == {kind.name for kind in documents.KINDS}
    assert [kind.name for kind in documents.KINDS if f"`{kind.name}`" not in said] == []


@every_sample
def test_a_document_says_what_it_said_before(kind: str, name: str) -> None:
    said = "\f".join(issued(kind, name))
    golden = HERE / "golden" / f"{name}.txt"
    if os.environ.get("FIRSTOFF_GOLDEN") == "write":
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(said, encoding="utf-8")
    assert said.split() == golden.read_text(encoding="utf-8").split()


@every_sample
def test_a_document_is_pdf_a_with_a_title(kind: str, name: str, sample: Sample) -> None:
    data = sample(name)
    pdf = documents.render(kind, data)
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    assert reader.metadata is not None
    assert str(reader.metadata.title).endswith(f"{data['doc']['number']} rev A")
    assert b"<pdfaid:part>2</pdfaid:part>" in pdf
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in pdf


def test_the_same_data_give_the_same_bytes_in_another_process(sample: Sample) -> None:
    here = hashlib.sha256(documents.render("certificate", sample("certificate"))).hexdigest()
    script = (
        "import hashlib, json, sys; from firstoff.formats import documents as d;"
        "print(hashlib.sha256(d.render('certificate', json.load(sys.stdin))).hexdigest())"
    )
    data = (HERE / "certificate.json").read_bytes()
    run = subprocess.run(
        [sys.executable, "-c", script], input=data, capture_output=True, check=True
    )
    assert run.stdout.decode().strip() == here


def test_the_decision_stands_on_page_one() -> None:
    for name, word, signer in (
        ("pilot_hold", "HOLD", "A. Approver"),
        ("pilot_sign_off", "SIGN OFF", "C. Reader"),
    ):
        first = issued("pilot_report", name)[0]
        assert word in first
        assert signer in first
        assert "This is the bar for batch" in first


def test_the_arms_of_the_number_stand_beside_it() -> None:
    first = issued("pilot_report", "pilot_sign_off")[0]
    assert "1 of 20" in first
    assert "0.13\u00a0% to 24.9\u00a0%" in first


def test_any_reason_makes_every_page_a_draft(sample: Sample) -> None:
    data = sample("pilot_hold")
    data["doc"]["draft"] = ["Two signatures are open."]
    drafted = pages(documents.render("pilot_report", data))
    assert ["DRAFT" in page for page in drafted] == [True] * len(drafted)
    assert "Two signatures are open." in drafted[0]
    final = issued("pilot_report", "pilot_hold")
    assert ["DRAFT" in page for page in final] == [False] * len(final)


def test_a_draft_certificate_signs_nothing_off(sample: Sample) -> None:
    data = sample("certificate")
    data["doc"]["draft"] = ["The run is on hold."]
    data["signatures"] = []
    said = text(documents.render("certificate", data))
    assert "DRAFT, signs nothing off. The run is on hold." in said
    assert "not signed" in said


def emptied(data: dict[str, Any]) -> dict[str, Any]:
    pilot = data["pilot"]
    for name in ("criteria", "defects", "to_fix", "held_actions", "predictions", "setup",
                 "releases", "adjustments", "batches"):  # fmt: skip
        pilot[name] = []
    pilot["money"] = None
    pilot["oc"] = {"curve": [], "marked": []}
    pilot["bar"] |= {"locked_at": None, "locked_key": None, "commit": None}
    pilot["run"] |= {"began": None, "ended": None}
    pilot["result"] |= {"rejects": 0, "counting": 0, "low": 0, "high": 1, "p_over_bar": None,
                        "first_pass": None, "final": None}  # fmt: skip
    pilot["build"] = {
        "bar_minutes": None,
        "mean": None,
        "standards": [],
        "series": [],
        "steps": [],
    }
    pilot["tries"] = {"since_change": 0, "total": 0, "sentence": "No batch yet.", "table": []}
    data["doc"] |= {"batch": None, "baseline": None, "ledger": None, "methods": []}
    return data | {"units": {"counted": [], "not_counted": []}, "signatures": []}


def test_nothing_recorded_yet_is_a_report_too(sample: Sample) -> None:
    said = text(documents.render("pilot_report", emptied(sample("pilot_hold"))))
    sentences = ("The bar is not locked.", "No rejects.", "No steps timed.", "not signed",
                 "No setup record.", "No unit counts yet.")  # fmt: skip
    assert [sentence for sentence in sentences if sentence not in said] == []


def test_a_gap_in_the_setup_shows() -> None:
    assert "not filled" in " ".join(issued("pilot_report", "pilot_hold"))


SERIAL = "LOT-2026/" + "9" * 80


@cache
def odd() -> str:
    """A report with what is rare, set once: a waiver, texts of unreasonable length, a decimal."""
    data = json.loads((HERE / "pilot_hold.json").read_text(encoding="utf-8"))
    waiver = {"by": "A. Approver", "reason": "Known and harmless.", "expires": "2026-05-01"}
    data["pilot"]["criteria"][3] |= {"verdict": "waived", "waiver": waiver}
    cause = "Rework was refused because the glaze had been fired twice. " * 120
    data["pilot"]["defects"][0]["cause"] = cause + "The end."
    data["units"]["counted"][0] |= {"serial": SERIAL, "minutes": Decimal("12.30")}
    return text(documents.render("pilot_report", data))


def test_a_waiver_shows_its_person_reason_and_expiry() -> None:
    assert "Waived by A. Approver: Known and harmless. Until 2026-05-01." in odd()


def test_text_of_unreasonable_length_is_never_cut() -> None:
    assert "The end." in odd()
    assert SERIAL in "".join(odd().replace("\u200b", "").split())


def test_decimals_keep_their_zeros() -> None:
    assert "12.30" in odd()


def many(data: dict[str, Any], number: int) -> dict[str, Any]:
    unit = data["units"]["counted"][0]
    counted = [unit | {"serial": f"FO-{k:05d}", "minutes": 6 + k % 7 / 10} for k in range(number)]
    for k in range(0, number, 500):
        counted[k] |= {"result": "reject", "fit": "fail", "defects": ["D-FIT-01"]}
    data["units"]["counted"] = counted
    other = data["units"]["not_counted"][0]
    data["units"]["not_counted"] = [other | {"serial": f"X-{k:04d}"} for k in range(number // 20)]
    times = [[u["serial"], u["minutes"]] for u in counted]
    data["pilot"]["build"]["series"] = [
        {"label": "Batch 1", "minutes": times, "mean": 6.3, "current": True}
    ]
    data["pilot"]["result"] |= {"rejects": number // 500, "counting": number}
    return data


def test_ten_thousand_units_are_summed_and_every_serial_is_told(sample: Sample) -> None:
    pdf = documents.render("pilot_report", many(sample("pilot_hold"), 10_000))
    said = text(pdf)
    assert "10,000 units count." in said
    assert "Not good: 20" in said
    assert "Further units, good: 9,980" in said
    assert "FO-00001 to FO-00499, FO-00501 to FO-00999" in said
    assert "Not counted: 500" in said
    assert len(pypdf.PdfReader(io.BytesIO(pdf)).pages) < 8


def test_no_text_is_read_as_markup(sample: Sample) -> None:
    data = sample("certificate")
    name = "#panic() *a* _b_ $x$ `c` @d <e> // f \\ g"
    data["certificate"]["product"]["name"] = name
    assert name in text(documents.render("certificate", data))


def test_a_picture_can_be_given(sample: Sample) -> None:
    own = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>own</text></svg>'
    data = sample("certificate")
    drawn = documents.render("certificate", data)
    assert documents.render("certificate", data, pictures={"rosette": own}) != drawn


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("doc", "as_of"), "yesterday", "doc.as_of is “yesterday”; expected a time like"),
        (("doc", "as_of"), "2026-03-10T16:02:00", "without a time zone"),
        (("doc", "draft"), "yes", "certificate.doc.draft is 'yes'; expected a list."),
        (("certificate", "rate"), "5 %", "certificate.certificate.rate is '5 %'; expected a numb"),
        (("certificate", "rate"), float("nan"), "rate is nan; expected a number"),
        (("certificate", "committed"), True, "committed is True; expected a whole number"),
    ],
)
def test_data_of_another_shape_are_refused_by_field(
    path: tuple[str, str], value: object, said: str, sample: Sample
) -> None:
    data = sample("certificate")
    data[path[0]][path[1]] = value
    with pytest.raises(InvalidInput) as refused:
        documents.render("certificate", data)
    assert said in str(refused.value)


def test_a_missing_field_is_named(sample: Sample) -> None:
    data = sample("pilot_hold")
    del data["pilot"]["criteria"][2]["verdict"]
    with pytest.raises(InvalidInput) as refused:
        documents.render("pilot_report", data)
    assert str(refused.value) == "pilot_report.pilot.criteria[2].verdict is missing."


def test_an_unknown_word_names_the_known_ones(sample: Sample) -> None:
    data = sample("pilot_hold")
    data["pilot"]["verdict"] = "maybe"
    with pytest.raises(InvalidInput, match="is 'maybe'; expected “sign_off” or “hold”"):
        documents.render("pilot_report", data)


def test_an_unknown_kind_is_refused_by_name() -> None:
    with pytest.raises(InvalidInput, match="no document kind “memo”; the kinds are pilot_report"):
        documents.render("memo", {})
