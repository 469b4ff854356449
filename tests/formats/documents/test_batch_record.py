"""The batch record on paper: many units and lots folded, a budget of pages."""

from collections.abc import Callable
from typing import Any

import pytest

from firstoff.formats import documents
from tests.formats.documents.test_document_kinds import pages, text

pytestmark = pytest.mark.slow

Sample = Callable[[str], dict[str, Any]]


def of_units(sample: Sample, units: int, *, every: int = 3, lots: int = 40) -> dict[str, Any]:
    """A record of so many units; each third lacks its label, which is the most to fold."""
    data = sample("batch_record")
    record = data["record"]
    serials = [f"CC1-P1-{n:05}" for n in range(1, units + 1)]
    record["serials"] = serials
    record["units"] = record["started"] = units
    for section in record["sections"]:
        for gap in section["gaps"]:
            if gap["rule"] == "R-64":
                gap["units"] = serials[::every]
                gap["count"] = len(gap["units"])
    one = record["lots"][0]
    record["lots"] = [
        {**one, "lot": f"GLZ-{n:05}", "part": f"GLZ-{n % 12}", "accepted": n % 50 != 0}
        for n in range(lots)
    ]
    return data


@pytest.mark.parametrize(
    ("units", "lots", "most"), [(500, 40, 5), (5_000, 40, 5), (5_000, 2_000, 9)]
)
def test_a_large_batch_keeps_to_its_pages(
    sample: Sample, units: int, lots: int, most: int
) -> None:
    pdf = documents.render("batch_record", of_units(sample, units, lots=lots))
    assert len(pages(pdf)) <= most


def test_serial_numbers_that_do_not_count_up_are_all_named(sample: Sample) -> None:
    data = of_units(sample, 10)
    data["record"]["serials"] = [f"X{n * 7919 % 100_003:06}" for n in range(5_000)]
    pdf = documents.render("batch_record", data)
    said = text(pdf)
    assert (len(pages(pdf)) <= 14, "X007919" in said) == (True, True)


def test_many_ranges_of_a_gap_are_cut_and_counted(sample: Sample) -> None:
    said = text(documents.render("batch_record", of_units(sample, 500)))
    assert "and 127 more ranges" in said


def test_a_record_without_anything_is_a_document_too(sample: Sample) -> None:
    data = sample("batch_record")
    record = data["record"]
    for name in ("lots", "equipment", "tests", "people", "parameters", "setup", "adjustments",
                 "stages", "serials"):  # fmt: skip
        record[name] = []
    record["sections"] = [{**s, "gaps": []} for s in record["sections"]]
    data["signatures"] = []
    said = text(documents.render("batch_record", data))
    assert "No lot is recorded" in said
    assert "No record names equipment." in said


def test_names_are_never_read_as_markup(sample: Sample) -> None:
    data = sample("batch_record")
    evil = "#[*bold*] \\ $x$ <script> // @ref"
    data["record"]["lots"][0]["lot"] = evil
    data["record"]["people"][0]["name"] = evil
    said = text(documents.render("batch_record", data))
    assert said.count("<script>") == 2


def test_a_closed_record_is_signed_and_no_draft(sample: Sample) -> None:
    data = sample("batch_record")
    data["doc"]["draft"], data["doc"]["status"] = [], "ISSUED"
    data["run"] |= {"closed_at": "2026-05-11T09:00:00Z", "closed_by": "Ada Okafor"}
    data["signatures"] = [
        {
            "name": "Ada Okafor",
            "role": "Quality manager",
            "meaning": "I have reviewed the batch record of CC1-P1, 9 units, and close the run.",
            "at": "2026-05-11T09:00:00Z",
            "key": "a" * 24,
        }
    ]
    said = text(documents.render("batch_record", data))
    assert ("DRAFT" in said, "and close the run." in said) == (False, True)
