"""A history is the same however it was built: at once, night by night, killed and taken up."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from firstoff.errors import Refused, Unavailable
from firstoff.history import building, engine, files, questions
from firstoff.history.building import build
from firstoff.history.files import Folder
from firstoff.history.manifest import Manifest
from firstoff.history.questions import Ask
from firstoff.history.schema import LINES, MEASUREMENTS, RECORDS, TABLES, VERSION
from tests.history.making import NOW, Test, answered, holds, number, pages, several, told

MADE = several(300)


def add(folder: Folder, made: Sequence[Test], **given: Any) -> building.Built:
    return build(folder, pages(made), holds, **{"at": NOW, "step": 100, **given})


def held(folder: Folder) -> Manifest:
    found = folder.manifest()
    assert found is not None
    return found


def everything(folder: Folder) -> list[tuple[Any, ...]]:
    with engine.opened(folder, held(folder)) as history:
        return answered(history.answer(questions.values(history.tables(Ask()), Ask())))


def stored(folder: Folder) -> set[str]:
    return {
        path.relative_to(folder.root).as_posix()
        for table in TABLES
        for path in (folder.root / table).rglob("*")
        if path.is_file()
    }


def test_a_history_holds_every_measurement_of_every_record(folder: Folder) -> None:
    done = add(folder, MADE)
    assert everything(folder) == told(MADE)
    assert (done.why_anew, done.records, done.measurements) == (
        "There was none.",
        len(MADE),
        len(told(MADE)),
    )
    assert (held(folder).entry, held(folder).hash) == (60, "hash of 60")


def test_night_by_night_is_the_same_as_at_once(folder: Folder) -> None:
    for night in range(20, 301, 20):
        add(folder, MADE[:night])
    assert everything(folder) == told(MADE)


def test_building_again_adds_nothing_and_writes_no_file(folder: Folder) -> None:
    add(folder, MADE)
    before = held(folder).files
    done = add(folder, MADE)
    assert (done.records, done.measurements, done.why_anew, held(folder).files) == (
        0,
        0,
        "",
        before,
    )


def test_nightly_files_are_joined_so_that_few_stay(folder: Folder) -> None:
    made = [Test(key, [number(key)], 3, entry=key) for key in range(1, 33)]
    for night in range(1, 33):
        add(folder, made[:night], at=NOW + timedelta(days=night), step=1000)
    found = held(folder)
    assert everything(folder) == told(made)
    assert len(found.of(LINES)) == 1
    assert max(len(found.of(MEASUREMENTS)), len(found.of(RECORDS))) <= 6
    assert stored(folder) - {f.path for f in found.files} == {left.path for left in found.left}
    assert len(found.left) <= 7


def test_files_are_kept_apart_by_site_part_and_month(folder: Folder) -> None:
    add(folder, MADE)
    places = {(t.part, f"{t.began:%Y-%m}") for t in MADE}
    found = held(folder).of(MEASUREMENTS)
    assert len({f.place for f in found}) == len(places)
    assert found[0].path.startswith(f"measurements/{found[0].site}/{found[0].part}/2026-0")


def test_a_late_record_of_a_month_long_past_is_in_its_month(folder: Folder) -> None:
    add(folder, MADE)
    late = Test(301, [number("0.77")], 3, began=NOW - timedelta(days=400), entry=61)
    add(folder, [*MADE, late])
    assert everything(folder) == told([*MADE, late])
    with engine.opened(folder, held(folder)) as history:
        ask = Ask(until=NOW - timedelta(days=399))
        (row,) = history.answer(questions.values(history.tables(ask), ask)).to_pylist()
        assert (row["value"], len(engine.meant(held(folder).of(MEASUREMENTS), ask))) == (0.77, 1)


def test_rows_lie_in_a_file_by_line_second_and_record(folder: Folder) -> None:
    add(folder, MADE)
    for night in range(310, 341, 10):
        add(folder, [*MADE, *several(night - 300, first=301)])
    for file in held(folder).of(MEASUREMENTS):
        rows = folder.read(file).select(["line", "second", "record"]).to_pylist()
        assert rows == sorted(rows, key=lambda row: tuple(row.values()))


class Killed(BaseException):
    """As a process ends that is killed: nothing tidies up."""


def killed_at(monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    """The process ends before its n-th rename or fsync."""
    done = 0

    def dying(call: Callable[..., Any]) -> Callable[..., Any]:
        def do(*given: Any) -> Any:
            nonlocal done
            done += 1
            if done == step:
                raise Killed
            return call(*given)

        return do

    monkeypatch.setattr(files.os, "replace", dying(os.replace))
    monkeypatch.setattr(files.os, "fsync", dying(os.fsync))


@pytest.mark.parametrize("step", [1, 2, 3, 5, 8, 13, 21, 34])
@pytest.mark.parametrize("before", [0, 150])
def test_a_build_that_ends_anywhere_is_taken_up_again(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, step: int, before: int
) -> None:
    if before:
        add(folder, MADE[:before])
    with monkeypatch.context() as patch:
        killed_at(patch, step)
        with pytest.raises(Killed):
            add(folder, MADE)
    if before:  # what is there is whole entries, and nothing but what was recorded
        covered = held(folder).entry
        assert everything(folder) == told([t for t in MADE if t.entry <= covered])
    add(folder, MADE)
    assert everything(folder) == told(MADE)
    found = held(folder)
    assert stored(folder) == {f.path for f in found.files} | {x.path for x in found.left}


@pytest.mark.slow
def test_a_process_killed_at_random_moments_loses_nothing(folder: Folder) -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from tests.history.making import *\n"
        "from firstoff.history.building import build; from firstoff.history.files import Folder\n"
        "print('begun', flush=True)\n"
        "build(Folder(Path(sys.argv[1])), pages(several(3000)), holds, at=NOW, step=40)\n"
    )
    chance = random.Random(7)
    root = Path(__file__).resolve().parents[2]
    for _ in range(6):
        process = subprocess.Popen(
            [sys.executable, "-c", program, str(folder.root)], stdout=subprocess.PIPE, cwd=root
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(chance.uniform(0.05, 0.6))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        found = folder.manifest()
        assert found is None or folder.lacking(found) == ""
    made = several(3000)
    add(folder, made, step=20_000)
    assert everything(folder) == told(made)


def test_what_a_killed_build_left_is_swept(folder: Folder) -> None:
    add(folder, MADE)
    for name in ("measurements/STOKE/CC-1/.new-abc", "records/stray.parquet"):
        (folder.root / name).write_bytes(b"half")
    (folder.root / ".new-manifest").write_bytes(b"half")
    assert add(folder, MADE, at=NOW + timedelta(hours=1)).removed >= 3
    assert stored(folder) == {f.path for f in held(folder).files}


def test_a_joined_file_stays_while_a_question_may_read_it(folder: Folder) -> None:
    add(folder, MADE[:20])
    old = {f.path for f in held(folder).files}
    add(folder, MADE)
    gone = old - {f.path for f in held(folder).files}
    assert gone
    assert gone <= stored(folder)
    add(folder, MADE, at=NOW + timedelta(hours=1))
    assert stored(folder) & gone == set()


def test_from_nothing_is_the_same_and_answers_meanwhile(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(folder, MADE[:200])
    with monkeypatch.context() as patch:
        killed_at(patch, 30)
        with pytest.raises(Killed):
            add(folder, MADE, anew=True)
    assert everything(folder) == told(MADE[:200])
    old = {f.path for f in held(folder).files}
    done = add(folder, MADE, anew=True)
    assert done.why_anew == "It was asked for."
    assert old <= stored(folder)  # a question that began before may read them
    assert everything(folder) == told(MADE)
    assert not (folder.root / "building.json").exists()
    add(folder, MADE, at=NOW + timedelta(hours=1))
    assert stored(folder) == {f.path for f in held(folder).files}


def test_after_a_backup_was_brought_back_all_is_built_anew(folder: Folder) -> None:
    add(folder, MADE)
    other = several(100, seed=2)
    done = build(
        folder,
        pages(other),
        lambda entry, hashed: entry <= 20 and holds(entry, hashed),
        at=NOW,
    )
    assert done.why_anew == "Entry 60 of the ledger is another one: a backup was brought back."
    assert everything(folder) == told(other)


def test_a_file_that_is_gone_or_cut_off_has_all_built_anew(folder: Folder) -> None:
    add(folder, MADE)
    lost = held(folder).files[-1]
    (folder.root / lost.path).unlink()
    assert add(folder, MADE).why_anew == f"The file {lost.path} is missing."
    cut = held(folder).files[-1]
    (folder.root / cut.path).write_bytes((folder.root / cut.path).read_bytes()[:100])
    why = add(folder, MADE).why_anew
    assert why == f"The file {cut.path} has 100 bytes instead of {cut.size}."
    assert everything(folder) == told(MADE)


def test_a_file_whose_content_changed_is_found_when_it_is_read(folder: Folder) -> None:
    add(folder, MADE)
    file = held(folder).files[3]
    content = bytearray((folder.root / file.path).read_bytes())
    content[len(content) // 2] ^= 1
    (folder.root / file.path).write_bytes(content)
    assert [path for path, same in folder.compared(held(folder)) if not same] == [file.path]


def test_a_manifest_that_is_none_says_the_way_out(folder: Folder) -> None:
    add(folder, MADE[:10])
    (folder.root / "manifest.json").write_text("{]")
    with pytest.raises(Unavailable, match="is no manifest of a measurement history") as refused:
        folder.manifest()
    assert refused.value.way_out == "Build it from nothing: firstoff history build --anew."
    assert add(folder, MADE, anew=True).records == len(MADE)


def test_a_history_of_another_version_is_built_anew(folder: Folder) -> None:
    add(folder, MADE[:10])
    folder.commit(replace(held(folder), version=99))
    assert add(folder, MADE).why_anew == f"It has version 99, and this is version {VERSION}."
    assert everything(folder) == told(MADE)


def test_one_build_at_a_time(folder: Folder) -> None:
    with folder.held(), pytest.raises(Refused) as refused:
        add(folder, MADE)
    assert refused.value.code == "history-busy"


def test_a_full_disk_is_one_sentence_and_loses_nothing(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(folder, MADE[:100])

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(files.os, "fsync", full)
        with pytest.raises(Unavailable, match="cannot be written: No space left on device"):
            add(folder, MADE)
    assert everything(folder) == told(MADE[:100])
    add(folder, MADE)
    assert everything(folder) == told(MADE)


def test_a_damaged_record_is_named_and_changes_nothing(folder: Folder) -> None:
    add(folder, MADE[:50])

    def damaged(after: int) -> Any:
        for page in pages(MADE)(after):
            assert page.packed is not None
            short = [page.packed.values[0][:-8], *page.packed.values[1:]]
            yield replace(page, packed=replace(page.packed, values=short))

    with pytest.raises(Unavailable, match=r"its procedure '.*' has \d lines") as refused:
        build(folder, damaged, holds, at=NOW)
    assert refused.value.code == "damaged-record"
    assert everything(folder) == told(MADE[:50])


def test_a_ledger_that_went_on_without_tests_moves_what_is_covered(folder: Folder) -> None:
    add(folder, MADE)
    page = next(pages(MADE)(0))
    later = replace(page, entry=75, hash="hash of 75", packed=None)
    done = build(folder, lambda after: [later], holds, at=NOW)
    assert (held(folder).entry, done.records, everything(folder)) == (75, 0, told(MADE))


def test_an_empty_ledger_makes_an_empty_history(folder: Folder) -> None:
    done = build(folder, lambda after: [], holds, at=NOW)
    assert (done.measurements, everything(folder)) == (0, [])
