"""R stands beside the measured times where it is installed, and leaves its column empty else."""

import stat
from pathlib import Path

import pytest

from benchmarks import stats as benchmark


def _rscript(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    program = folder / "Rscript"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_without_r_the_column_stays_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    assert benchmark._peer("f <- function() 1") is None


def test_the_time_that_r_prints_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _rscript(tmp_path, monkeypatch, "echo loaded; echo 0.125")
    assert benchmark._peer("f <- function() 1") == 0.125


def test_a_missing_package_leaves_the_column_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _rscript(tmp_path, monkeypatch, "echo no package >&2; exit 1")
    assert benchmark._peer("f <- function() 1") is None


def test_a_job_without_a_peer_asks_nobody() -> None:
    assert benchmark._peer(None) is None


def test_every_bound_is_held_against_what_it_bounds() -> None:
    jobs = list(benchmark.jobs(10_000))
    bounded = [job for job in jobs if job.most_ratio is not None]
    assert [job.name.split(",")[0] for job in bounded] == [
        "capability",
        "I-MR chart with all Nelson rules",
    ]
    assert all(job.raw is not None for job in bounded)
    assert [job.most_seconds for job in jobs if job.most_seconds is not None] == [
        0.050,
        0.005,
        20e-6,
        0.020,
        0.4,
    ]
