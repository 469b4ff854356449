"""Files taken in: what a preview says, all or nothing, the same file once, bad files whole."""

import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from firstoff.db.models import (
    Attachment,
    Judgement,
    LedgerEntry,
    RecordImport,
    TestRecord,
    Unit,
)
from firstoff.errors import FirstoffError, InvalidInput, Refused
from firstoff.formats import store
from firstoff.formats.testdata.packing import read_procedure, unpack
from firstoff.formats.testdata.unit_log import template_csv
from firstoff.queries.execution.facts import run_facts
from firstoff.queries.ledger import verify
from firstoff.rules.execution import Reading
from firstoff.services import execution
from tests.conftest import NOW
from tests.making import opened_pilot, start

LATER = NOW + timedelta(days=1)
HEAD = "serial,started_at,judged_at,operator,fit,finish,function,build_minutes,defect_code\n"


def row(number: int, fit: str = "pass", defect: str = "", operator: str = "ben") -> str:
    # Times without an offset are the site's: Stoke is an hour ahead of UTC in May.
    hour, minute = divmod(number * 10, 60)
    day = f"2026-05-08 {10 + hour:02}:{minute:02}"
    end = f"2026-05-08 {10 + hour:02}:{minute + 6:02}"
    return f"CC1-P1-{number:03},{day},{end},{operator},{fit},pass,pass,5:30,{defect}\n"


def log(*rows: str) -> bytes:
    return (HEAD + "".join(rows)).encode()


def take(world: Any, pilot: Any, raw: Any, verb: Any = execution.import_file, **given: Any) -> Any:
    values = {"by": world.ben, "at": LATER, "name": "log.csv", **given}
    return verb(run_id=pilot.run_id, raw=raw, **values)


def preview(world: Any, pilot: Any, raw: Any, **given: Any) -> Any:
    return take(world, pilot, raw, execution.preview_import, **given)


def refusal(*args: Any, **given: Any) -> str:
    with pytest.raises(FirstoffError) as refused:
        take(*args, **given)
    return refused.value.message


def test_a_preview_writes_nothing_and_says_what_taking_would_do(world: Any) -> None:
    pilot = opened_pilot(world)
    entries = LedgerEntry.objects.count()
    raw = log(row(2), row(3, "fail", "D-101"), row(4, "fail"), row(5, operator="zoe"))
    seen = preview(world, pilot, raw)
    assert [(r.row, r.serial, r.state, r.says) for r in seen.rows] == [
        (2, "CC1-P1-002", "take", "passes, 5.5\u00a0min"),
        (3, "CC1-P1-003", "take", "fails fit, D-101, 5.5\u00a0min"),
        (4, "CC1-P1-004", "refused", "fails fit, 5.5\u00a0min"),
        (5, "CC1-P1-005", "refused", "passes, 5.5\u00a0min"),
    ]
    assert [r.sentence for r in seen.refused] == [
        "CC1-P1-004 fails fit without a defect code.",
        "The operator 'zoe' is unclear: nobody has that name at Stoke-on-Trent.",
    ]
    assert (seen.can_be_taken, LedgerEntry.objects.count(), Unit.objects.count()) == (
        False,
        entries,
        1,
    )


def test_a_file_is_taken_whole_and_every_row_leads_back_to_it(world: Any) -> None:
    pilot = opened_pilot(world)
    done = take(world, pilot, log(row(2), row(3, "fail", "D-101")))
    held = RecordImport.objects.get()
    unit = Unit.objects.get(serial="CC1-P1-003")
    states = Reading(run_facts([pilot.run_id])[0]).sample
    assert (done.taken, held.taken, unit.entry_id, [s.first for s in states]) == (
        2,
        2,
        held.entry_id,
        ["pending", "good", "reject"],
    )
    assert verify().broken is None


def test_the_same_file_twice_is_taken_once(world: Any) -> None:
    pilot = opened_pilot(world)
    first = take(world, pilot, log(row(2)))
    entries = LedgerEntry.objects.count()
    again = take(world, pilot, log(row(2)), name="copy of log.csv")
    assert (again.again, again.id, again.by, LedgerEntry.objects.count()) == (
        True,
        first.id,
        "Ben Tams",
        entries,
    )
    assert preview(world, pilot, log(row(2))).before.taken == 1


def test_a_log_that_grew_adds_only_what_is_new(world: Any) -> None:
    pilot = opened_pilot(world)
    take(world, pilot, log(row(2)))
    done = take(world, pilot, log(row(2), row(3)))
    assert (done.taken, done.already, Unit.objects.count()) == (1, 1, 3)


def test_one_row_that_a_rule_refuses_stops_the_file(world: Any) -> None:
    pilot = opened_pilot(world)
    assert refusal(world, pilot, log(row(2), row(3, "fail"))) == (
        "1 of 2 records cannot be taken, and nothing was recorded. The first is row 3, "
        "CC1-P1-003: CC1-P1-003 fails fit without a defect code."
    )
    assert (Unit.objects.count(), RecordImport.objects.count()) == (1, 0)


def test_a_column_can_be_mapped_by_hand(world: Any) -> None:
    pilot = opened_pilot(world)
    raw = log(row(2)).replace(b"serial,", b"Teil,", 1)
    with pytest.raises(InvalidInput, match="serial"):
        preview(world, pilot, raw)
    seen = preview(world, pilot, raw, mapping={"Teil": "serial"})
    assert ([c.field for c in seen.columns][:2], seen.can_be_taken) == (
        ["serial", "started_at"],
        True,
    )


def test_a_log_without_times_is_dated_by_what_it_says(world: Any) -> None:
    pilot = opened_pilot(world)
    raw = b"serial,judged_at,fit,build_minutes\nCC1-P1-002,2026-05-08 12:00,ok,10\n"
    take(world, pilot, raw)
    assert Unit.objects.get(position=2).started_at == NOW.replace(hour=10, minute=50)


def test_rows_that_name_no_machine_get_the_one_that_is_said(world: Any) -> None:
    from tests.making import make_pilot, pass_first_article

    pilot = make_pilot(world, equipment=["L2-40", "J-02"])
    start(world, pilot, 1, equipment="L2-40")
    pass_first_article(world, pilot)
    start_row = log(row(2))
    silent = preview(world, pilot, start_row).rows[0].reasons
    said = preview(world, pilot, start_row, equipment="L2-40").rows[0].reasons
    assert (silent[0].startswith("no equipment is recorded"), said) == (True, ())


def test_the_template_is_taken_as_it_is_filled_in(world: Any) -> None:
    pilot = opened_pilot(world)
    with pytest.raises(InvalidInput, match=r"log\.csv holds no"):
        take(world, pilot, template_csv())


# ---------------------------------------------------------------- bad files


def test_cp1252_with_semicolons_is_read_and_says_so(world: Any) -> None:
    pilot = opened_pilot(world)
    text = "Seriennummer;Passung;defect_note\nCC1-P1-002;ok;Größe geprüft\n"
    seen = preview(world, pilot, text.encode("cp1252"))
    assert (seen.encoding, seen.delimiter, seen.count("take")) == ("cp1252", ";", 1)
    assert any("Windows-1252" in w for w in seen.warnings)


BAD = {
    "missing column": (b"name,fit\nx,ok\n", "serial"),
    "empty": (b"", "log.csv is empty."),
    "a PDF": (b"%PDF-1.7 ...", "log.csv is a PDF"),
    "truncated JSON": (b'{"dut_id": "CC1-P1-002", "outcome": "PA', "JSON"),
    "open quote": (b'serial,fit\n"CC1-P1-002,ok\n', "a quote is opened and not closed"),
    "duplicate serial": (log(row(2), row(2)), "row 2 has already"),
    "not a time": (log(row(2)).replace(b"2026-05-08 10:20", b"yesterday"), "yesterday"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_file_gets_one_clear_sentence_and_leaves_nothing(world: Any, what: str) -> None:
    raw, sentence = BAD[what]
    pilot = opened_pilot(world)
    message = refusal(world, pilot, raw)
    assert sentence in message, message
    assert (Unit.objects.count(), RecordImport.objects.count()) == (1, 0)


def workbook(*rows: tuple[Any, ...], merge: str = "") -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for cells in rows:
        sheet.append(cells)
    if merge:
        sheet.merge_cells(merge)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_a_formula_without_a_value_is_refused(world: Any) -> None:
    pilot = opened_pilot(world)
    raw = workbook(("serial", "fit", "build_minutes"), ("CC1-P1-002", "ok", "=1+4"))
    message = refusal(world, pilot, raw, name="log.xlsx")
    assert "formula" in message, message


def test_merged_cells_are_refused(world: Any) -> None:
    pilot = opened_pilot(world)
    raw = workbook(("serial", "fit"), ("CC1-P1-002", "ok"), (None, "ok"), merge="A2:A3")
    message = refusal(world, pilot, raw, name="log.xlsx")
    assert "merged" in message, message
    assert Unit.objects.count() == 1


def test_a_workbook_that_is_a_bomb_is_refused_unopened(world: Any) -> None:
    pilot = opened_pilot(world)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 300_000_000)
    message = refusal(world, pilot, file.getvalue(), name="log.xlsx")
    assert "that is no workbook a person filled in" in message, message


def test_a_file_of_300_megabytes_is_refused_by_its_size(world: Any, tmp_path: Path) -> None:
    pilot = opened_pilot(world)
    large = tmp_path / "log.csv"
    with large.open("wb") as file:
        file.truncate(300_000_000)
    assert refusal(world, pilot, large) == (
        "log.csv has 300\u00a0MB; at most 52.4\u00a0MB can be imported in one file."
    )


# ---------------------------------------------------------------- test records


def openhtf(**given: Any) -> dict[str, Any]:
    """A record as OpenHTF writes it, with one measured value."""
    millis = int((NOW + timedelta(hours=1)).timestamp() * 1000)
    measurement = {
        "name": "gap",
        "outcome": "PASS",
        "measured_value": 0.61,
        "validators": ["0.3 <= x <= 0.9"],
        "units": {"name": "millimetre", "code": "MMT", "suffix": "mm"},
    }
    phase = {
        "name": "seat",
        "outcome": "PASS",
        "start_time_millis": millis,
        "end_time_millis": millis + 900,
        "measurements": {"gap": measurement},
        "attachments": {
            "photo.txt": {"mimetype": "text/plain", "sha1": "", "data": "aGVsbG8="},
        },
    }
    return {
        "dut_id": "CC1-P1-001",
        "station_id": "L2-40",
        "outcome": "PASS",
        "outcome_details": [],
        "start_time_millis": millis,
        "end_time_millis": millis + 1000,
        "metadata": {"test_name": "lid", "test_version": "3"},
        "phases": [phase],
        **given,
    }


def as_file(*records: dict[str, Any]) -> bytes:
    return json.dumps(records[0] if len(records) == 1 else list(records)).encode()


def test_a_test_record_is_stored_as_it_came(world: Any, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    pilot = opened_pilot(world)
    done = take(world, pilot, as_file(openhtf()), name="lid.json")
    record = TestRecord.objects.select_related("procedure", "unit").get()
    lines = read_procedure(record.procedure.definition).lines
    (read,) = unpack(lines, record.values, record.outcomes, record.extras)
    assert (done.taken, record.unit.serial, record.outcome, record.station) == (
        1,
        "CC1-P1-001",
        "pass",
        "L2-40",
    )
    assert (read.line.name, read.value, float(read.line.upper or 0), read.line.unit) == (
        "gap",
        0.61,
        0.9,
        "mm",
    )
    attachment = Attachment.objects.get()
    assert store.get(tmp_path, attachment.sha256, size=attachment.size) == b"hello"


def test_a_record_taken_twice_in_another_file_is_stored_once(
    world: Any, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    pilot = opened_pilot(world)
    take(world, pilot, as_file(openhtf()), name="a.json")
    other = json.dumps(openhtf(), indent=1).encode()
    done = take(world, pilot, other, name="b.json")
    assert (done.taken, done.already, TestRecord.objects.count()) == (0, 1, 1)


def test_a_record_of_a_unit_nobody_started_is_refused_or_starts_it(
    world: Any, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    pilot = opened_pilot(world)
    raw = as_file(openhtf(dut_id="CC1-P1-002"))
    assert "CC1-P1-002 is not started in CC1-P1." in refusal(world, pilot, raw, name="a.json")
    take(world, pilot, raw, name="a.json", start_missing=True)
    assert Unit.objects.get(serial="CC1-P1-002").position == 2


def test_a_test_before_the_unit_was_started_is_taken_with_a_warning(
    world: Any, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    pilot = opened_pilot(world)
    early = openhtf(start_time_millis=int((NOW - timedelta(days=9)).timestamp() * 1000))
    seen = preview(world, pilot, as_file(early), name="a.json")
    assert any("before the unit was started" in w for w in seen.warnings)
    assert TestRecord.objects.count() == 0


def test_every_shared_openhtf_record_is_taken_with_its_outcomes(
    world: Any, shared: Path, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    files = sorted((shared / "cases/testdata/openhtf").rglob("*.json"))
    serials = sorted({json.loads(f.read_text("utf-8"))["dut_id"] for f in files})
    pilot = opened_openly(world, serials)
    for file in files:
        take(world, pilot, file, name=file.name)
    found = dict(TestRecord.objects.values_list("unit__serial", "outcome"))
    said = {json.loads(f.read_text("utf-8"))["dut_id"]: f for f in files}
    expected = {
        serial: json.loads(f.read_text("utf-8"))["outcome"].lower() for serial, f in said.items()
    }
    assert found == expected
    assert verify().broken is None


def opened_openly(world: Any, serials: list[str]) -> Any:
    """A run whose serials are given by somebody else, with these units started."""
    from tests.making import make_pilot, pass_first_article

    pilot = make_pilot(world, serial_pattern="")
    for number, serial in enumerate(serials, start=1):
        start(world, pilot, number, serial=serial)
        if number == 1:
            pass_first_article(world, pilot, serial)
    return pilot


def test_results_of_a_record_never_judge_the_unit_by_themselves(
    world: Any, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    pilot = opened_pilot(world)
    take(world, pilot, as_file(openhtf(outcome="FAIL")), name="a.json")
    assert Judgement.objects.count() == 0
    with pytest.raises(Refused, match="has no first result"):
        execution.judge_unit(
            run_id=pilot.run_id,
            serial="CC1-P1-001",
            attempt="retest",
            fit="pass",
            by=world.ben,
            at=LATER,
        )
