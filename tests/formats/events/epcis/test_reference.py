"""The reference page says what the events say."""

import re
from dataclasses import replace
from pathlib import Path

from firstoff.formats.events.epcis import event_of
from firstoff.formats.events.epcis import happenings as h
from firstoff.formats.events.epcis.values import StepEvent
from tests.formats.events.epcis.what_happened import EVERY, NAMING, VOID

PAGE = Path(__file__).resolve().parents[4] / "docs/reference/epcis.md"


def row_of(event: StepEvent, kind: str) -> tuple[str, str, str, str]:
    what = f"{event.type} {getattr(event, 'action', '')}".strip()  # type: ignore[attr-defined]
    return kind, what, event.biz_step or "none", event.disposition or "none"


def rows_of_the_page() -> set[tuple[str, str, str, str]]:
    found = re.findall(
        r"^\| ([^|]+) \| (\w+Event(?: \w+)?) \| ([^|]+) \| ([^|]+) \|$", PAGE.read_text(), re.M
    )
    return {
        (kind.replace("`", ""), what, step, disposition)
        for kind, what, steps, dispositions in found
        for step in steps.split(", ")
        for disposition in dispositions.split(", ")
    }


def test_the_mapping_table_is_the_one_that_is_followed() -> None:
    said = set()
    for one in EVERY:
        variants: list[h.Happening] = [one]
        match one:
            case h.LotJudged():
                states = ("accepted", "rejected", "quarantine", "depleted")
                variants = [replace(one, status=status) for status in states]
            case h.Judged():
                variants = [replace(one, finish=word) for word in ("pass", "fail")]
            case h.Tested():
                variants = [replace(one, outcome=word) for word in ("pass", "fail")]
            case h.Calibrated():
                variants = [replace(one, result=word) for word in ("pass", "fail")]
            case h.Held():
                variants = [replace(one, recalled=recalled) for recalled in (True, False)]
            case h.Removed():
                variants = [one, replace(one, replaced_by=None)]
        for variant in variants:
            status = f" {variant.status}" if isinstance(variant, h.LotJudged) else ""
            said.add(row_of(event_of(variant, NAMING), variant.kind + status))
    assert said == rows_of_the_page()


def test_only_a_void_has_no_row_of_its_own() -> None:
    kinds = {kind.split()[0] for kind, *_ in rows_of_the_page()}
    assert {kind.kind for kind in h.KINDS} - kinds == {VOID.kind}
