"""Parts of an STDF file: their serials, their records, and where the file contradicts itself."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from firstoff.formats.testdata.drafts import (
    MeasurementDraft,
    OutcomeDetail,
    RowProblem,
    TestDraft,
)
from firstoff.formats.testdata.serials import SERIAL_LENGTH, hidden_character
from firstoff.terms import TestOutcome

PASS, FAIL = TestOutcome.PASS, TestOutcome.FAIL
ALL_SITES = 255  # of a head or site in a count: all of them
NO_PLACE = -32768
NO_BIN = 0xFFFF
# Of the MIR, what a test record has fields for; the rest is its metadata.
_FIELDS = frozenset((
    "lot", "part_number", "node", "job", "job_revision", "operator", "test_code",
    "design_revision",
))  # fmt: skip


@dataclass(slots=True)
class Wafer:
    name: str
    began: int
    parts: int = 0


@dataclass(slots=True)
class Part:
    """A part that is being tested, and then was."""

    head: int
    site: int
    wafer: Wafer | None
    measurements: list[MeasurementDraft] = field(default_factory=list)
    texts: int = 0
    row: int = 0
    flags: int = 0
    tests: int = 0
    hard: int = NO_BIN
    soft: int = NO_BIN
    x: int = NO_PLACE
    y: int = NO_PLACE
    milliseconds: int = 0
    name: str = ""
    text: str = ""
    fix: bytes = b""

    @property
    def place(self) -> tuple[str, int, int] | None:
        if NO_PLACE in (self.x, self.y):
            return None
        return (self.wafer.name if self.wafer else "", self.x, self.y)

    @property
    def outcome(self) -> TestOutcome:
        """By PART_FLG: ended abnormally, no verdict, failed or passed."""
        if self.flags & 0x04:
            return TestOutcome.ABORTED
        if self.flags & 0x10:
            return TestOutcome.UNSET
        return FAIL if self.flags & 0x08 else PASS

    @property
    def retest(self) -> str:
        return "part id" if self.flags & 0x01 else "place" if self.flags & 0x02 else ""


@dataclass(slots=True)
class Bin:
    count: int
    judged: str
    name: str


def unusable(part: Part, serial: str) -> RowProblem | None:
    """Why a part cannot be taken by this serial; None where it can."""
    expected = "a PART_ID, or the place on a wafer"
    found = "nothing" if not serial else hidden_character(serial)
    if len(serial) > SERIAL_LENGTH:
        found, expected = f"{len(serial):,} characters", f"at most {SERIAL_LENGTH}"
    if not found:
        return None
    sentence = f"Part {part.row}, PART_ID: found {found}; expected {expected}."
    raw = f"head {part.head}, site {part.site}, hard bin {part.hard}, soft bin {part.soft}"
    return RowProblem(part.row, "PART_ID", found, expected, sentence, raw)


# ---------------------------------------------------------------- serials


Bins = Mapping[tuple[str, int, int, int], Bin]  # kind, head, site, number


class Serials:
    """Which serial a part has. PART_ID tells parts apart unless it comes at two places."""

    def __init__(self, parts: list[Part], lot: str) -> None:
        self.lot = lot
        self.warnings: list[str] = []
        self.at: dict[tuple[str, int, int], str] = {}  # the serial of the first part there
        places: dict[str, set[tuple[str, int, int]]] = {}
        again = 0
        for part in parts:
            if part.name and not part.flags & 0x01:
                again += part.name in places and not part.retest and part.place is None
                places.setdefault(part.name, set()).update({part.place} if part.place else ())
        moved = sum(len(found) > 1 for found in places.values())
        self.unique = not moved
        if moved:
            self.warnings.append(
                f"{moved:,} PART_IDs come at several places on the wafer; parts are named by "
                "wafer and place."
            )
        elif len(places) > 1 and set(places) == {str(n + 1) for n in range(len(places))}:
            self.warnings.append(
                f"PART_ID counts from 1 to {len(places):,}: such a serial is unique only within "
                f"lot {lot or 'and file'}."
            )
        if again:
            self.warnings.append(
                f"{again:,} parts have the PART_ID of an earlier one and are not marked as "
                "retests; taken as further tests of it."
            )

    def of(self, part: Part) -> str:
        """The serial of a part; "" where it has none."""
        place = part.place
        if place and part.flags & 0x02 and place in self.at:
            return self.at[place]
        serial = part.name
        if place and (not serial or not self.unique):
            wafer, x, y = place
            lot = "" if self.lot and wafer.startswith(self.lot) else self.lot
            serial = "/".join(each for each in (lot, wafer, f"X{x}Y{y}") if each)
        if place:
            self.at.setdefault(place, serial)
        return serial


# ---------------------------------------------------------------- records


class Writing:
    """Makes the record of a part, with what holds for all of them."""

    def __init__(
        self,
        mir: dict[str, str],
        began: int,
        bins: Bins,
        equipment: dict[tuple[int, int], dict[str, str]],
        zone: ZoneInfo,
    ) -> None:
        self.mir, self.began, self.bins, self.equipment = mir, began, bins, equipment
        self.zone = zone
        self.common = {name: value for name, value in mir.items() if name not in _FIELDS}
        self.node = mir.get("node") or mir.get("tester_serial") or mir.get("tester", "")

    def draft(self, part: Part, serial: str) -> TestDraft:
        """The test record of one part."""
        mir, began = self.mir, part.wafer.began if part.wafer else 0
        metadata = json.dumps(
            self._metadata(part), sort_keys=True, separators=(",", ":"), ensure_ascii=False
        )
        measured = tuple(part.measurements)
        return TestDraft(
            row=part.row,
            serial=serial,
            station=self.node,
            started_at=_moment(began or self.began, self.zone),
            ended_at=None,
            outcome=part.outcome,
            outcome_details=self._details(part),
            marginal=None,
            test_name=mir.get("job", ""),
            test_version=mir.get("job_revision", ""),
            procedure_id=mir.get("test_code", ""),
            part_number=mir.get("part_number", ""),
            revision=mir.get("design_revision", ""),
            lot=mir.get("lot", ""),
            phases=(),
            subtests=(),
            measurements=measured,
            attachments=(),
            metadata=metadata,
            log_records=part.texts,
            diagnoses=0,
            digest=_digest(part, serial, mir, began or self.began, metadata),
            operator=mir.get("operator", ""),
        )

    def _metadata(self, part: Part) -> dict[str, Any]:
        held: dict[str, Any] = {
            **self.common,
            "head": part.head,
            "site": part.site,
            "wafer": part.wafer.name if part.wafer else "",
            "part_id": part.name,
            "part_text": part.text,
            "part_fix": part.fix.hex(),
            "retest": part.retest,
            "equipment": self.equipment.get((part.head, part.site)),
            "milliseconds": part.milliseconds or None,
        }
        if place := part.place:
            held |= {"x": place[1], "y": place[2]}
        for kind, number in (("hard", part.hard), ("soft", part.soft)):
            if number != NO_BIN:
                held[f"{kind}_bin"] = number
                found = self._bin(kind, part, number)
                held[f"{kind}_bin_name"] = found.name if found else ""
        return {name: value for name, value in held.items() if value not in ("", None, {})}

    def _bin(self, kind: str, part: Part, number: int) -> Bin | None:
        own = self.bins.get((kind, part.head, part.site, number))
        return own or self.bins.get((kind, ALL_SITES, ALL_SITES, number))

    def _details(self, part: Part) -> tuple[OutcomeDetail, ...]:
        """The bin that a part which did not pass fell into."""
        if part.outcome is PASS or part.hard == NO_BIN:
            return ()
        found = self._bin("hard", part, part.hard)
        return (OutcomeDetail(f"bin {part.hard}", found.name if found else ""),)


def _moment(seconds: int, zone: ZoneInfo) -> datetime | None:
    """Seconds since 1970 by the clock on the wall of the tester, as the specification has it."""
    if not seconds:
        return None
    local = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    return local.replace(tzinfo=zone).astimezone(UTC)


def _digest(part: Part, serial: str, mir: dict[str, str], began: int, metadata: str) -> str:
    """Of what was read: the same in either byte order, packed or not."""
    digest = hashlib.sha256(
        f"{part.row}\n{serial}\n{part.flags}\n{began}\n{metadata}\n{sorted(mir.items())}".encode()
    )
    for each in part.measurements:
        digest.update(
            f"{each.subtest}\t{each.phase}\t{each.name}\t{each.outcome}\t{each.value}\t"
            f"{each.flag}\t{each.special}\t{each.series}\t{each.limits.lower}\t"
            f"{each.limits.upper}\t{each.unit.suffix}\t{each.note}\n".encode()
        )
    return digest.hexdigest()


# ---------------------------------------------------------------- what contradicts itself


Doubts = Mapping[tuple[str, str, TestOutcome], int]
Said = Mapping[tuple[int, int], tuple[int | None, int | None]]


def contradictions(
    parts: list[Part], drafts: Iterable[TestDraft], doubts: Doubts, said: Said, bins: Bins
) -> list[str]:
    """Sentences about what does not agree.

    doubts: results outside their limits that passed or within that failed, by test. said: parts
    and good parts by PCR, for each head and site. bins: what HBR says of them."""
    found = []
    for (number, name, outcome), count in doubts.items():
        how = "passed outside" if outcome is PASS else "failed within"
        results = "result" if count == 1 else "results"
        found.append(f"Test {number} {name!r}: {count:,} {results} {how} the limits.")
    empty = 0
    for draft in drafts:
        failed = [each for each in draft.measurements if each.outcome is FAIL]
        if draft.outcome is PASS and failed:
            first = failed[0]
            found.append(
                f"Part {draft.row}, {draft.serial}: the record says passed, test {first.phase} "
                f"{first.name!r} failed."
            )
        empty += draft.outcome is FAIL and bool(draft.measurements) and not failed
    if empty:
        found.append(f"{empty:,} parts failed, and no test of theirs did.")
    return found + _counts(parts, said) + _bins(parts, bins)


def _counts(parts: list[Part], counts: Said) -> list[str]:
    """Where a PCR counts other parts than the file holds; retests may be in or out."""
    found = []
    for (head, site), (said, good) in counts.items():
        mine = [p for p in parts if head == ALL_SITES or (p.head, p.site) == (head, site)]
        where = "PCR of all parts" if head == ALL_SITES else f"PCR of head {head}, site {site}"
        first = [p for p in mine if not p.retest]
        if said is not None and said not in (len(mine), len(first)):
            found.append(f"{where}: {said:,} parts, and the file holds {len(mine):,}.")
        passed = sum(p.outcome is PASS for p in mine)
        final = {p.place or p.name or str(p.row): p for p in mine}.values()
        if good is not None and good not in (passed, sum(p.outcome is PASS for p in final)):
            found.append(f"{where}: {good:,} good parts, and the file holds {passed:,}.")
    return found


def _bin_counts(parts: list[Part], bins: Bins) -> list[str]:
    """Where an HBR counts other parts in a bin than the file holds; of retests the last counts."""
    every = Counter((p.head, p.site, p.hard) for p in parts)
    final = {p.place or p.name or str(p.row): p for p in parts}.values()
    last = Counter((p.head, p.site, p.hard) for p in final)
    found = []
    for (kind, head, site, number), held in bins.items():
        if kind != "hard" or not held.count:
            continue
        seen = [
            sum(n for (h, s, b), n in counted.items()
                if b == number and (head == ALL_SITES or (h, s) == (head, site)))
            for counted in (every, last)
        ]  # fmt: skip
        if held.count not in seen:
            where = "" if head == ALL_SITES else f" of head {head}, site {site}"
            found.append(
                f"HBR{where}: {held.count:,} parts in bin {number}, and the file holds "
                f"{seen[0]:,}."
            )
    return found


def _bins(parts: list[Part], bins: Bins) -> list[str]:
    """Parts that failed in a bin of good ones, or passed in one of bad ones."""
    odd: Counter[tuple[int, str, TestOutcome]] = Counter()
    for part in parts:
        own = bins.get(("hard", part.head, part.site, part.hard))
        held = own or bins.get(("hard", ALL_SITES, ALL_SITES, part.hard))
        wrong = {PASS: "F", FAIL: "P"}.get(part.outcome)
        if held is not None and wrong and held.judged.upper() == wrong:
            odd[(part.hard, held.judged.upper(), part.outcome)] += 1
    words = {"P": "good", "F": "bad"}
    return _bin_counts(parts, bins) + [
        f"Hard bin {number} is for {words[judged]} parts, and {count:,} in it "
        f"{'passed' if outcome is PASS else 'failed'}."
        for (number, judged, outcome), count in odd.items()
    ]
