"""WATS reports in JSON (WSJF): one report, a list of them, or one after another."""

import re
from typing import Any

from firstoff.errors import InvalidInput
from firstoff.formats.sources import RawSource, content_of, opened
from firstoff.formats.testdata.drafts import Importer, ImportResult, ReadOptions, capped
from firstoff.formats.testdata.jsontext import DuplicateKeys, json_text, json_values, peeked
from firstoff.formats.testdata.openhtf_values import shown
from firstoff.formats.testdata.wats import Reports

_KEYS = ("sn", "pn", "root", "uut", "uur", "processCode", "machineName")
_OWN = re.compile(r'"(stepType|processCode|miscInfos|causedUUTFailure|refUUT)"\s*:')
_UNIT = re.compile(r'"sn"\s*:')
_OTHER = re.compile(r'"(dut_id|start_time_millis|MessageName)"\s*:')


def read(raw: RawSource, *, name: str, options: ReadOptions) -> ImportResult:
    """Read a file of WATS reports. Raises InvalidInput when the file as a whole is none."""
    with opened(raw, name=name, limits=options.limits) as source:
        label, sha256 = source.name, source.sha256()
        text, encoding = json_text(source, options.limits)
    twice = DuplicateKeys()
    found = list(json_values(text, label, encoding, twice))
    _check_any(found, label)
    reports = Reports(options.time_zone)
    reports.take_all(found)
    if twice.names:
        names = ", ".join(map(repr, list(twice.names)[:5]))
        reports.warnings.append(f"{names}: given twice in one object; the last one was taken.")
    return ImportResult(
        kind=IMPORTER.name,
        name=label,
        sha256=sha256,
        encoding=encoding,
        delimiter=None,
        sheet=None,
        header_row=None,
        columns=(),
        drafts=tuple(reports.drafts),
        refused=tuple(reports.refused),
        warnings=capped(reports.warnings),
    )


def _check_any(found: list[Any], label: str) -> None:
    if any(isinstance(each, dict) and any(key in each for key in _KEYS) for each in found):
        return
    said = "nothing"
    if found:
        held = found[0]
        said = shown(held)
        if isinstance(held, dict):
            said = "an object with " + (", ".join(map(repr, list(held)[:6])) or "no name")
    raise InvalidInput(
        f"{label}: found {said[:200]}; expected a WATS report, an object with 'sn', 'pn', "
        "'result' and 'root' or 'uur'.",
        code="not-wats",
        file=label,
        found=said[:200],
        expected="a WATS report",
    )


def sniff(head: bytes, name: str) -> bool:
    """JSON with the names that only WATS has; they stand before the first steps."""
    if content_of(head) != "json":
        return False
    text = peeked(head)
    return bool(_OWN.search(text) or _UNIT.search(text)) and not _OTHER.search(text)


IMPORTER = Importer(
    name="wats_json",
    label="WATS reports (WSJF, JSON)",
    endings=(".json", ".wsjf"),
    sniff=sniff,
    read=read,
)
