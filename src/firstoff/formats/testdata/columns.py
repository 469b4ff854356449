"""The columns of a unit log: their headers and synonyms, what they mean, an example of each.

The reader, both templates and the reference page take them from here."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from firstoff.errors import InvalidInput
from firstoff.formats.tables import normal_header


@dataclass(frozen=True, slots=True)
class LogColumn:
    """One column. ``field`` is also its header in the templates."""

    field: str
    meaning: str
    expected: str
    example: str
    synonyms: tuple[str, ...] = ()


_PASS_FAIL = "pass or fail; also ok/nok, good/reject, yes/no, 1/0. Empty: not judged."
_WHEN = "2026-03-04 07:30, with an offset (+01:00) where the clock is not the site's"

LOG_COLUMNS: tuple[LogColumn, ...] = (
    LogColumn(
        "serial", "Serial number of the unit. The only column that must be there.",
        "any text; leading zeros, spaces inside and quotes are kept", "CTR-0001",
        ("serial number", "serial no", "serialnumber", "sn", "s/n", "unit", "unit serial",
         "unit id", "dut", "dut id", "seriennummer", "serien-nr"),
    ),
    LogColumn(
        "started_at", "When work on the unit began.", _WHEN, "2026-03-04 07:30",
        ("start", "started", "begin", "begun", "start time", "started on", "start date",
         "time started", "beginn", "startzeit"),
    ),
    LogColumn(
        "judged_at", "When the unit was judged.", _WHEN, "2026-03-04 07:52",
        ("judged", "end", "ended", "ended at", "end time", "finished", "finished at",
         "completed", "completed at", "date judged", "time judged", "ende", "endzeit"),
    ),
    LogColumn(
        "operator", "Who built the unit: user name or badge.", "as in the list of people",
        "m.hall", ("built by", "builder", "assembled by", "assembler", "bediener", "werker"),
    ),
    LogColumn(
        "equipment", "What the unit was built on.", "code as in the list of equipment",
        "JIG-01", ("machine", "station", "jig", "workstation", "anlage", "maschine"),
    ),
    LogColumn("fit", "Does it fit.", _PASS_FAIL, "fail", ("fit ok", "fit result", "passung")),
    LogColumn(
        "finish", "Is the surface as it should be.", _PASS_FAIL, "pass",
        ("finish ok", "finish result", "surface", "appearance", "cosmetic", "oberfläche"),
    ),
    LogColumn(
        "function", "Does it work.", _PASS_FAIL, "pass",
        ("functional", "function ok", "function result", "functional test", "funktion"),
    ),
    LogColumn(
        "build_minutes", "Minutes of work on the unit.",
        "11.5, or 11:30 (mm:ss), or 0:11:30 (h:mm:ss)", "11:30",
        ("build time", "build time min", "build time minutes", "minutes", "assembly minutes",
         "assembly time", "assembly min", "min", "bauzeit", "montagezeit"),
    ),
    LogColumn(
        "defect_code", "Code of each defect found.", "codes parted by ;", "LID-SEAT",
        ("defect", "defects", "defect codes", "fault", "fault code", "reject code",
         "fehlercode"),
    ),
    LogColumn(
        "defect_note", "What was seen.", "text", "lid does not seat",
        ("defect description", "defect text", "fault description", "fehlerbeschreibung"),
    ),
    LogColumn(
        "cause_class", "Where the cause lies.",
        "process, design, material, test, handling or unknown", "process",
        ("cause category", "cause type", "root cause class", "ursachenklasse"),
    ),
    LogColumn(
        "cause", "The cause in words.", "text", "mating faces foul after firing",
        ("root cause", "reason", "ursache"),
    ),
    LogColumn(
        "attempt", "Which result of this unit the row is. A later one never replaces the first.",
        "first (also when empty), retest or rework", "first",
        ("try", "pass number", "result kind", "versuch"),
    ),
    LogColumn(
        "previous_serial", "The serial the unit had before, when it got a new one.", "text", "",
        ("old serial", "former serial", "previous sn", "reworked from"),
    ),
    LogColumn("note", "Anything else.", "text", "", ("notes", "remark", "remarks", "comment",
              "comments", "bemerkung")),
)  # fmt: skip

_IN_BRACKETS = r"(?:\s*[\(\[][^()\[\]]{0,40}[\)\]])?"  # a unit: (min), [mm]
STEP = re.compile(
    rf"(?:step|op|operation)[\s_\-.#:]*(\d{{1,6}})(?:\s*min(?:ute)?s?)?{_IN_BRACKETS}",
    re.IGNORECASE | re.ASCII,
)
# A balloon number holds a digit, so that "charge" and "measured by" are no characteristics.
MEASURE = re.compile(
    r"(?:measure(?:ment)?|characteristic|char|balloon|merkmal)(?:[\s_\-.#:]+|(?=\d))"
    rf"((?=[^\d]*\d)[\w.\-]{{1,40}}){_IN_BRACKETS}",
    re.IGNORECASE | re.ASCII,
)
# Columns of the templates that stand for many of their kind.
OPEN_COLUMNS: tuple[LogColumn, ...] = (
    LogColumn(
        "step 10", "Minutes of operation 10; one such column for each operation.",
        "as build_minutes", "4:10",
    ),
    LogColumn(
        "measure 1", "Value of the characteristic with balloon number 1; one column for each.",
        "a number in the unit of the characteristic, or a word", "0.05",
    ),
)  # fmt: skip

_FIELDS = {column.field for column in LOG_COLUMNS}
_BY_HEADER = {
    normal_header(header): column.field
    for column in LOG_COLUMNS
    for header in (column.field, *column.synonyms)
}


def field_of(header: str) -> str | None:
    """The field a header means: ``serial``, ``step 10``, ``measure 4``; None when unknown."""
    text = header.strip()
    if known := _BY_HEADER.get(normal_header(text)):
        return known
    if step := STEP.fullmatch(text):
        return f"step {int(step[1])}"
    if measure := MEASURE.fullmatch(text):
        return f"measure {measure[1]}"
    return None


def recogniser(mapping: Mapping[str, str]) -> Callable[[str], str | None]:
    """``field_of`` with the user's corrections first. Raises InvalidInput for an unknown field."""
    corrected: dict[str, str | None] = {}
    for header, field in mapping.items():
        known = field_of(field) if field.strip() else None
        if field.strip() and known is None:
            raise InvalidInput(
                f"Mapping of column {header!r}: no field {field!r}; expected one of "
                f"{', '.join(sorted(_FIELDS))}, step <number> or measure <number>.",
                code="unknown-field",
                column=header,
                found=field,
                expected=sorted(_FIELDS),
            )
        corrected[normal_header(header)] = known
    taken = set(corrected.values())

    def recognise(header: str) -> str | None:
        plain = normal_header(header)
        if plain in corrected:
            return corrected[plain]
        field = field_of(header)
        # A mapped column wins over another one whose header happens to mean the same.
        return None if field in taken else field

    return recognise
