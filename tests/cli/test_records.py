"""`firstoff records import`: what files hold, told without a database, or taken into a run."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from firstoff.cli.shell import run
from firstoff.db.models import FloorRecord, TestRecord, Unit
from tests.cli.test_run import Terminal, batch, terminal  # noqa: F401
from tests.formats.testdata import qif_files
from tests.formats.testdata.cfx_messages import message, package
from tests.formats.testdata.stdf_files import Writer
from tests.formats.testdata.wats_reports import numeric, repair, report, step, xml

LOT = Writer().file(Writer().part("U-1", 0.25), Writer().part("U-2", 0.6, failed=True))


@pytest.fixture
def said(capsys: Any) -> Any:
    """Runs `firstoff records import ...`: exit code, output, complaints."""

    def call(*words: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run(["records", "import", *map(str, words)])
        found = capsys.readouterr()
        return code, found.out, found.err

    return call


def test_a_dry_run_says_what_a_file_holds(said: Any, tmp_path: Path) -> None:
    file = tmp_path / "lot.stdf"
    file.write_bytes(LOT)
    assert said(file, "--dry-run") == (
        0,
        "lot.stdf: stdf, 2 units, 2 tests (1 pass, 1 fail), 2 measurements (1 pass, 1 fail), "
        "1 lot.\n",
        "",
    )


def test_a_dry_run_as_json_has_counts_warnings_and_refusals(said: Any, tmp_path: Path) -> None:
    file = tmp_path / "r.json"
    file.write_text(json.dumps([report(step("Iref", 5, status="F")), report(sn="")]))
    code, out, _ = said(file, "--dry-run", "--json")
    found = json.loads(out)
    assert (code, found["file"], found["kind"], len(found["sha256"])) == (
        2,
        "r.json",
        "wats_json",
        64,
    )
    assert (found["counts"]["tests"], found["counts"]["steps"]) == (1, 2)
    assert found["warnings"] == ["Report 1, U-1: the report says Passed, step 5 'Iref' failed."]
    assert found["refused"] == [
        {
            "row": 2,
            "column": "sn",
            "found": "nothing",
            "expected": "the serial number of the unit",
            "sentence": "Report 2, sn: found nothing; expected the serial number of the unit.",
        }
    ]


def test_a_file_that_breaks_off_is_told_with_the_byte(said: Any, tmp_path: Path) -> None:
    file = tmp_path / "lot.stdf"
    file.write_bytes(LOT[:-1])
    code, out, err = said(file, "--dry-run")
    assert (code, out) == (2, "lot.stdf: stdf, nothing to take.\n")
    assert err == (
        f"lot.stdf, byte {len(LOT) - 9:,}: the file ends in the middle of the MRR record. "
        "Copy the file again.\n"
    )


def test_a_file_under_a_wrong_name_is_told_as_what_it_is(said: Any, tmp_path: Path) -> None:
    file = tmp_path / "lot.stdf"
    file.write_bytes(b"%PDF-1.7")
    code, _, err = said(file, "--dry-run")
    assert (code, err.startswith("lot.stdf is a PDF; expected ")) == (2, True)


def test_a_kind_that_is_not_there_is_refused(said: Any, tmp_path: Path) -> None:
    code, _, err = said(tmp_path / "x", "--kind", "floppy", "--dry-run")
    assert (code, err.startswith("There is no importer 'floppy'")) == (2, True)


def test_a_file_that_is_not_there_is_refused(said: Any, tmp_path: Path) -> None:
    assert said(tmp_path / "x.json", "--dry-run")[::2] == (
        2,
        "x.json cannot be read: No such file or directory.\n",
    )


def test_a_folder_gives_its_files_in_turn(said: Any, tmp_path: Path) -> None:
    for name, content in (
        ("b/lot.stdf", LOT),
        ("a.xml", xml(report())),
        ("notes.md", b"#"),
        (".hidden.json", b"{"),
    ):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(content)
    code, out, err = said(tmp_path, "--dry-run", "--json")
    found = json.loads(out)
    assert (code, found["total"]) == (0, 2)
    assert [(one["file"], one["kind"]) for one in found["items"]] == [
        ("a.xml", "wats_xml"),
        ("b/lot.stdf", "stdf"),
    ]
    assert err == f"{tmp_path}: 1 files of other kinds left out.\n"


def test_a_folder_without_records_is_refused(said: Any, tmp_path: Path) -> None:
    code, _, err = said(tmp_path, "--dry-run")
    assert (code, err.startswith(f"{tmp_path} holds no file of records.")) == (2, True)


def test_a_dry_run_starts_without_django(tmp_path: Path) -> None:
    (tmp_path / "lot.stdf").write_bytes(LOT)
    asked = (
        "import sys; from firstoff.cli.shell import run; "
        f"code = run(['records', 'import', {str(tmp_path / 'lot.stdf')!r}, '--dry-run']); "
        "print(code, 'django' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "0 False"


def test_taking_needs_a_run(said: Any, tmp_path: Path) -> None:
    (tmp_path / "lot.stdf").write_bytes(LOT)
    assert said(tmp_path / "lot.stdf")[::2] == (
        2,
        "Which run, or which part?\nAdd --run BATCH, --part PART, or --dry-run to look only.\n",
    )


@pytest.mark.django_db
def test_test_records_are_taken_into_a_run_once(
    batch: Terminal,  # noqa: F811
    said: Any,
    tmp_path: Path,
) -> None:
    serial = Unit.objects.get().serial
    held = report(step("Iref", numericMeas=[numeric(5.0, low=4, high=6)]), sn=serial)
    (tmp_path / "r.json").write_text(json.dumps(held))
    (tmp_path / "r.xml").write_bytes(xml(held))
    words = (tmp_path, "--run", "CC1-P1", "--as", "ben")
    code, _, err = said(*words)
    assert (code, err) == (0, "r.json: 1 records taken.\nr.xml: 0 records taken.\n")
    assert said(*words)[2].startswith("r.json: 1 records taken. It had been taken before;")
    assert [(r.unit.serial, r.outcome, r.source) for r in TestRecord.objects.all()] == [
        (serial, "pass", "wats_json")
    ]


@pytest.mark.django_db
def test_a_test_and_its_repair_are_taken_as_records_once(
    batch: Terminal,  # noqa: F811
    said: Any,
    tmp_path: Path,
) -> None:
    serial = Unit.objects.get().serial
    both = [report(sn=serial), repair(sn=serial)]
    (tmp_path / "r.json").write_text(json.dumps(both))
    words = (tmp_path / "r.json", "--run", "CC1-P1", "--as", "ben")
    code, _, err = said(*words)
    found = FloorRecord.objects.values_list("kind", flat=True)
    assert (code, err, TestRecord.objects.count(), list(found)) == (0, err, 1, ["repair"])
    assert "r.json: 2 records taken, 0 were there already." in err
    assert "r.json: 0 records taken, 2 were there already." in said(*words)[2]


@pytest.mark.django_db
def test_parts_from_elsewhere_are_begun_with_their_first_record(
    batch: Terminal,  # noqa: F811
    said: Any,
    tmp_path: Path,
) -> None:
    (tmp_path / "lot.stdf").write_bytes(LOT)
    words = (tmp_path / "lot.stdf", "--part", "DIE", "--site", "STOKE", "--as", "ben")
    assert said(*words)[0] == 4
    code, _, _ = said(*words, "--start-missing")
    units = Unit.objects.filter(part__number="DIE")
    assert (code, units.count(), TestRecord.objects.filter(unit__in=units).count()) == (0, 2, 2)


def test_a_plan_and_messages_say_what_they_hold_beside_records(said: Any, tmp_path: Path) -> None:
    (tmp_path / "p.qif").write_bytes(qif_files.document([qif_files.BORE, qif_files.FLAT]))
    (tmp_path / "m.json").write_text(
        json.dumps(message("MaterialsRetired", Materials=[package("A"), package("B")]))
    )
    code, out, _ = said(tmp_path, "--dry-run")
    assert (code, out) == (
        0,
        "m.json: cfx, 2 lots, 2 lot_status records, 1 message.\n"
        "p.qif: qif, 2 characteristics, 2 datums.\n",
    )


def test_limits_of_results_come_from_the_plan_named_with_them(said: Any, tmp_path: Path) -> None:
    bare = qif_files.characteristic(1, balloon="112", uuid="u-12")
    held = [qif_files.results(qif_files.measured(1, "10.5"))]
    (tmp_path / "r.qif").write_bytes(qif_files.document([bare], held))
    (tmp_path / "p.qif").write_bytes(qif_files.document([qif_files.BORE]))
    _, _, err = said(tmp_path / "r.qif", "--dry-run", "--with", tmp_path / "p.qif")
    assert err == "SN-1, 112: PASS, and 10.5 is outside its limits.\n"
