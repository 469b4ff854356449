"""Each kind of importer is found by content, has endings, a label, and one result."""

import io
import json
from contextlib import suppress
from pathlib import Path

import pytest

from firstoff.errors import InvalidInput
from firstoff.formats.sources import Limits
from firstoff.formats.testdata import IMPORTERS, detect, importer_named, read
from firstoff.formats.testdata.columns import LOG_COLUMNS, OPEN_COLUMNS
from firstoff.formats.testdata.drafts import ReadOptions
from firstoff.formats.testdata.summaries import looked_at, summary_of
from firstoff.formats.testdata.unit_log import template_xlsx
from tests.formats.testdata.b2mml_files import document as plant
from tests.formats.testdata.b2mml_files import lot
from tests.formats.testdata.cfx_messages import message
from tests.formats.testdata.qif_files import BORE, component, document, measured, results
from tests.formats.testdata.stdf_files import Writer
from tests.formats.testdata.wats_reports import report, xml

RECORD = json.dumps(
    {
        "dut_id": "U-1",
        "station_id": "s",
        "start_time_millis": 1_777_881_600_000,
        "end_time_millis": 1_777_881_600_000,
        "outcome": "PASS",
        "phases": [],
    }
).encode()
# One example of each kind, under names that say nothing.
EXAMPLES = {
    "cfx": json.dumps(message("UnitsTested", TestedUnits=[{"UnitIdentifier": "U-1"}])).encode(),
    "wats_json": json.dumps(report()).encode(),
    "b2mml": plant(lot("U-1")),
    "openhtf": RECORD,
    "wats_xml": xml(report()),
    "qif": document([BORE], [results(measured(1))], [component("U-1")]),
    "stdf": Writer().file(Writer().part("U-1", 0.25)),
    "dfq": b"K1001 P\nK2001/1 x\nK0001/1 1\nK0014/1 U-1\n",
    "unit_log": b"serial,fit\nU-1,ok\n",
}


def test_every_kind_has_an_example():
    assert sorted(EXAMPLES) == sorted(importer.name for importer in IMPORTERS)


@pytest.mark.parametrize("importer", IMPORTERS, ids=lambda importer: importer.name)
def test_a_kind_is_detected_and_read_by_its_content(importer):
    raw = EXAMPLES[importer.name]
    assert detect(raw, name="upload") is importer_named(importer.name) is importer
    result = read(raw, name="upload")
    about = [getattr(draft, "serial", "") or draft.lot for draft in result.drafts]
    assert (result.kind, about) == (importer.name, ["U-1"])
    assert (result.refused, len(result.sha256), result.name) == ((), 64, "upload")
    assert all(ending.startswith(".") for ending in importer.endings)


def test_a_workbook_is_a_unit_log():
    assert detect(template_xlsx(), name="x").name == "unit_log"


def test_a_broken_json_is_told_as_json_and_not_as_a_table():
    with pytest.raises(InvalidInput) as caught:
        read(b'"a', name="r.json")
    assert caught.value.code == "broken-json"


@pytest.mark.parametrize(
    ("raw", "word"), [(b"%PDF-1.7", "a PDF"), (b"<html>", "a web page (HTML)")]
)
def test_what_no_importer_takes_is_named(raw, word):
    with pytest.raises(InvalidInput) as caught:
        read(raw, name="report.csv")
    labels = " or ".join(importer.label for importer in IMPORTERS)
    assert str(caught.value) == f"report.csv is {word}; expected {labels}."


def test_an_unknown_importer_is_refused():
    with pytest.raises(InvalidInput) as caught:
        read(RECORD, kind="floppy")
    names = " or ".join(importer.name for importer in IMPORTERS)
    assert str(caught.value) == f"There is no importer 'floppy'; expected {names}."


class Stream(io.RawIOBase):
    """An upload that can be read once."""

    def __init__(self, data: bytes) -> None:
        self.rest = io.BytesIO(data)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        return self.rest.readinto(buffer)


def test_a_stream_that_can_be_read_once_is_detected_and_read():
    assert read(Stream(RECORD), name="upload").tests[0].serial == "U-1"


def test_a_file_that_was_given_stays_open():
    file = io.BytesIO(RECORD)
    assert (read(file, name="upload").kind, file.closed) == ("openhtf", False)


@pytest.mark.parametrize("importer", IMPORTERS, ids=lambda importer: importer.name)
def test_the_figures_of_each_kind_are_plain_json(importer):
    raw = EXAMPLES[importer.name]
    found = looked_at(raw, name="upload").plain()
    assert found == summary_of(read(raw, name="upload")).plain()
    assert json.loads(json.dumps(found)) == found
    counts = found["counts"]
    assert (found["kind"], counts["units"] or counts["lots"]) == (importer.name, 1)
    assert counts["measurements"].keys() >= {"pass", "fail", "total"}


@pytest.mark.parametrize("importer", IMPORTERS, ids=lambda importer: importer.name)
def test_a_file_of_another_kind_is_refused_or_read_and_never_breaks(importer):
    for name, raw in EXAMPLES.items():
        if name != importer.name:
            with suppress(InvalidInput):
                read(raw, name="upload", kind=importer.name)


@pytest.mark.parametrize("importer", IMPORTERS, ids=lambda importer: importer.name)
def test_a_file_cut_off_anywhere_is_refused_or_read_and_never_breaks(importer):
    raw = EXAMPLES[importer.name]
    for end in range(1, len(raw)):
        with suppress(InvalidInput):
            read(raw[:end], name="upload", kind=importer.name)


@pytest.mark.parametrize("importer", IMPORTERS, ids=lambda importer: importer.name)
def test_a_file_over_the_limit_is_refused_by_its_size(importer):
    raw = EXAMPLES[importer.name]
    options = ReadOptions(limits=Limits(file_bytes=len(raw) - 1))
    with pytest.raises(InvalidInput) as caught:
        read(raw, name="upload", kind=importer.name, options=options)
    assert caught.value.code == "too-large"


def test_a_file_that_cannot_be_taken_has_its_reason_as_a_refusal():
    found = looked_at(RECORD[:30], name="r.json").plain()
    assert (found["kind"], found["counts"]["tests"], len(found["sha256"])) == ("openhtf", 0, 64)
    assert [row["sentence"] for row in found["refused"]] == [
        "r.json, line 1, column 31 (byte 30): the JSON ends in the middle of a value. "
        "Copy the file again."
    ]


REFERENCE = Path(__file__).resolve().parents[3] / "docs" / "reference"
PAGES = {"wats_json": "wats", "wats_xml": "wats"}  # one report, two formats


@pytest.mark.parametrize("importer", IMPORTERS, ids=lambda importer: importer.name)
def test_every_kind_has_a_page(importer):
    page = PAGES.get(importer.name, importer.name.replace("_", "-"))
    assert (REFERENCE / f"{page}.md").is_file()


@pytest.mark.parametrize("column", [*LOG_COLUMNS, *OPEN_COLUMNS], ids=lambda each: each.field)
def test_the_page_of_the_unit_log_has_every_column_as_it_is_read(column):
    page = (REFERENCE / "unit-log.md").read_text(encoding="utf-8")
    line = f"| `{column.field}` | {column.meaning} | {column.expected} | "
    names = ", ".join(column.synonyms) or "none"
    assert next(row for row in page.splitlines() if row.startswith(line)).endswith(f"| {names} |")
