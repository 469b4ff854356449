"""The steps of a WATS test report: phases, measurements, attachments, and what is odd about them.

A step's path is that of the sequences above it. Steps beside each other with one name are told
apart by a number (Iref, Iref #2); the turns of a loop keep one name, as a repeated phase does.
"""

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from firstoff.formats.testdata.drafts import (
    AttachmentDraft,
    LimitsDraft,
    MeasurementDraft,
    OutcomeDetail,
    PhaseDraft,
    UnitOfMeasure,
    ValueKind,
)
from firstoff.formats.testdata.openhtf_values import (
    FieldRefused,
    Json,
    clean,
    list_at,
    object_at,
    shown,
    text_of,
)
from firstoff.formats.testdata.wats_values import (
    SAYS,
    Compared,
    Number,
    compared,
    figure,
    moment_of,
    number_of,
    outcome_of,
    same_text,
    seconds_of,
    spelled,
)
from firstoff.terms import TestOutcome

PASS, FAIL = TestOutcome.PASS, TestOutcome.FAIL
_PLAIN_LIMITS = LimitsDraft()
_YES = LimitsDraft(expected=True)
_DEEPEST, _LONGEST = 100, 1_000  # paths are kept for each step: they must not multiply


def lines(value: Any) -> str:
    """A text with its line ends as XML leaves them."""
    return text_of(value).replace("\r\n", "\n").replace("\r", "\n")


@dataclass(slots=True)
class Steps:
    """The steps of one report, read in their order."""

    zone: ZoneInfo
    phases: list[PhaseDraft] = field(default_factory=list)
    measurements: list[MeasurementDraft] = field(default_factory=list)
    attachments: list[AttachmentDraft] = field(default_factory=list)
    details: list[OutcomeDetail] = field(default_factory=list)
    texts: list[list[str]] = field(default_factory=list)  # of steps that measured nothing
    more: list[str] = field(default_factory=list)  # names of additional results
    failed: list[str] = field(default_factory=list)  # the innermost steps that failed
    odd: list[str] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)  # of each step, by its number

    def take(self, step: Json, path: str = "") -> None:
        """One step and those in it."""
        self._take(step, path, text_of(step.get("name")) or "step", 1)

    def _take(self, step: Json, path: str, name: str, depth: int) -> bool:
        """Whether it, or a step in it, failed."""
        if depth > _DEEPEST:
            raise FieldRefused("steps", "steps inside steps", f"at most {_DEEPEST} levels")
        if len(name) > _LONGEST:
            found = f"a name of {len(name):,} characters"
            raise FieldRefused(f"step {figure(step.get('id'))}", found, f"at most {_LONGEST:,}")
        number, index = figure(step.get("id")), len(self.phases)
        place = f"step {number} {name!r}" if number else f"step {name!r}"
        outcome = outcome_of(step.get("status"), f"{place}, status")
        began = self._moment(step.get("start"), f"{place}, start")
        spent = seconds_of(step.get("totTime"), f"{place}, totTime")
        self.names[number] = name
        self.phases.append(
            PhaseDraft(
                index=index,
                name=name,
                subtest=path,
                outcome=None if outcome is TestOutcome.UNSET else outcome,
                marginal=None,
                started_at=began,
                ended_at=began + spent if began and spent is not None else None,
                result=_result(step, outcome),
            )
        )
        self._beside(step, place)
        measured = self._measure(step, place, outcome)
        inside = self._inside(step, f"{path}/{name}" if path else name, place, depth + 1)
        if outcome is FAIL and not inside:
            self.failed.append(place)
        if outcome is PASS and not inside and FAIL in measured:
            self.odd.append(f"{place} is Passed, and a measurement in it is Failed.")
        return outcome is FAIL or inside

    def _inside(self, step: Json, path: str, place: str, depth: int) -> bool:
        count: dict[str, int] = {}
        failed = False
        for given in list_at(step.get("steps"), f"{place}, steps"):
            inner = object_at(given, f"{place}, steps")
            name = text_of(inner.get("name")) or "step"
            turn = object_at(inner.get("loop"), f"{place}, loop")
            if not figure(turn.get("idx")):  # the turns of a loop follow its sum
                count[name] = count.get(name, 0) + 1
            named = name if count.get(name, 1) <= 1 else f"{name} #{count[name]}"
            failed = self._take(inner, path, named, depth) or failed
        return failed

    def _moment(self, value: Any, place: str) -> datetime | None:
        """A time of a step. Nothing is decided by it, so an odd one is left out."""
        try:
            return moment_of(value, place, self.zone)
        except FieldRefused as refusal:
            self.odd.append(f"{refusal.path}: {refusal.found} is no time; left out.")
            return None

    # ------------------------------------------------------------ what stands beside the values

    def _beside(self, step: Json, place: str) -> None:
        phase = self.phases[-1]
        code, message = figure(step.get("errorCode")), lines(step.get("errorMessage"))
        if message or code not in ("", "0"):
            self.details.append(OutcomeDetail(code, f"{phase.name}: {message}".rstrip(": ")))
        attached = step.get("attachment")
        if attached:
            self.attach(object_at(attached, f"{place}, attachment"), f"{place}, attachment", phase)
        chart = step.get("chart")
        if chart:
            self._chart(object_at(chart, f"{place}, chart"), f"{place}, chart", phase)
        for given in list_at(step.get("additionalResults"), f"{place}, additionalResults"):
            found = text_of(object_at(given, f"{place}, additionalResults").get("name"))
            self.more.append(found)
            self.odd.append(f"{place}: additional results {found!r} are named, not read.")

    def attach(self, held: Json, place: str, phase: PhaseDraft | None = None) -> None:
        """A file of a step, or of the report."""
        content = _decoded(held.get("data"), place)
        self.attachments.append(
            _attachment(
                phase,
                clean(text_of(held.get("name"))) or "attachment",
                text_of(held.get("contentType")),
                content,
            )
        )

    def _chart(self, chart: Json, place: str, phase: PhaseDraft) -> None:
        keys = ("chartType", "label", "xLabel", "xUnit", "yLabel", "yUnit")
        drawn: dict[str, Any] = {key: text_of(chart.get(key)) for key in keys}
        drawn["series"] = []
        for given in list_at(chart.get("series"), f"{place}, series"):
            held = object_at(given, f"{place}, series")
            x, y = (_points(held.get(key)) for key in ("xdata", "ydata"))
            if x and len(x) != len(y):
                self.odd.append(f"{place}: {len(x)} values of x and {len(y)} of y.")
            drawn["series"].append({"name": text_of(held.get("name")), "x": x, "y": y})
        content = json.dumps(drawn, ensure_ascii=False, sort_keys=True).encode()
        name = f"{phase.name} chart.json"
        self.attachments.append(_attachment(phase, name, "application/json", content))

    # ------------------------------------------------------------ measurements

    def _measure(self, step: Json, place: str, outcome: TestOutcome) -> list[TestOutcome]:
        first = len(self.measurements)
        seen: dict[str, int] = {}
        for key, read in (
            ("numericMeas", self._number),
            ("booleanMeas", self._truth),
            ("stringMeas", self._text),
        ):
            for given in list_at(step.get(key), f"{place}, {key}"):
                held = object_at(given, f"{place}, {key}")
                name = text_of(held.get("name")) or self.phases[-1].name
                seen[name] = seen.get(name, 0) + 1
                named = name if seen[name] == 1 else f"{name} #{seen[name]}"
                where = place if name == self.phases[-1].name else f"{place}, {named!r}"
                # A measurement that says nothing was judged as its step was.
                status = held.get("status")
                judged = outcome if status is None else outcome_of(status, f"{where}, status")
                self.measurements.append(read(held, named, where, judged))
        self._note(step, first)
        return [each.outcome for each in self.measurements[first:]]

    def _note(self, step: Json, first: int) -> None:
        """The step's text goes with its first value."""
        text = lines(step.get("reportText"))
        if text and len(self.measurements) == first:
            self.texts.append([self.phases[-1].name, text])
        elif text:
            self.measurements[first] = replace(self.measurements[first], note=text)

    def _draft(self, name: str, outcome: TestOutcome, **given: Any) -> MeasurementDraft:
        phase = self.phases[-1]
        held: dict[str, Any] = {
            "kind": ValueKind.NONE,
            "value": None,
            "flag": None,
            "text": "",
            "special": "",
            "unit": UnitOfMeasure(),
            "limits": _PLAIN_LIMITS,
            "validators": (),
            "unread": (),
        }
        return MeasurementDraft(
            name=name,
            phase=phase.name,
            phase_index=phase.index,
            subtest=phase.subtest,
            outcome=outcome,
            marginal=None,
            series=(),
            dimensions=(),
            note="",
            **(held | given),
        )

    def _number(self, held: Json, name: str, place: str, outcome: TestOutcome) -> MeasurementDraft:
        found = number_of(held.get("value"), f"{place}, value")
        low = number_of(held.get("lowLimit"), f"{place}, lowLimit")
        high = number_of(held.get("highLimit"), f"{place}, highLimit")
        operator = text_of(held.get("compOp"))
        judged = compared(operator, low, high, found or Number(None))
        self._doubt(place, outcome, judged, "" if found is None else f"{figure(held['value'])}")
        return self._draft(
            name,
            outcome,
            kind=ValueKind.NONE if found is None else ValueKind.NUMBER,
            value=None if found is None else found.value,
            special="" if found is None else found.special,
            unit=UnitOfMeasure(suffix=text_of(held.get("unit"))),
            limits=judged.limits,
            validators=(judged.text,) if judged.text else (),
            unread=(judged.text,) if judged.text else (),
        )

    def _doubt(self, place: str, outcome: TestOutcome, judged: Compared, value: str) -> None:
        """Where value, limits and outcome do not agree. The outcome is kept as given."""
        low, high = judged.limits.lower, judged.limits.upper
        if low is not None and high is not None and low > high:
            self.odd.append(f"{place}: the lower limit {low} is above the upper limit {high}.")
        elif value and outcome is PASS and judged.holds is False:
            self.odd.append(f"{place} is Passed, and {value} is outside its limits.")
        elif value and outcome is FAIL and judged.holds is True:
            self.odd.append(f"{place} is Failed, and {value} is within its limits.")

    def _truth(self, held: Json, name: str, place: str, outcome: TestOutcome) -> MeasurementDraft:
        if outcome not in (PASS, FAIL):
            return self._draft(name, outcome, limits=_YES)
        return self._draft(
            name, outcome, kind=ValueKind.BOOLEAN, flag=outcome is PASS, limits=_YES
        )

    def _text(self, held: Json, name: str, place: str, outcome: TestOutcome) -> MeasurementDraft:
        value, limit = lines(held.get("value")), lines(held.get("limit"))
        operator = text_of(held.get("compOp"))
        said, same = spelled(operator, limit), same_text(operator, limit, value)
        self._doubt(place, outcome, Compared(holds=same), repr(value))
        return self._draft(
            name,
            outcome,
            kind=ValueKind.TEXT if held.get("value") is not None else ValueKind.NONE,
            text=value,
            validators=(said,) if said else (),
            unread=(said,) if said else (),
        )


# ---------------------------------------------------------------- parts of a step


def _result(step: Json, outcome: TestOutcome) -> str:
    """What a step says besides its outcome: Done, its loop, a button, an exit code."""
    found = [] if outcome is not TestOutcome.UNSET else [SAYS[outcome]]
    loop = step.get("loop")
    if isinstance(loop, dict):
        turn, count = figure(loop.get("idx")), figure(loop.get("num"))
        if turn:
            found.append(f"turn {turn}")
        elif count:
            passed, failed = figure(loop.get("passed")), figure(loop.get("failed"))
            found.append(f"loop of {count}, passed {passed or '?'}, failed {failed or '?'}")
    popup = step.get("messagePopup")
    if isinstance(popup, dict):
        found.append(f"button {figure(popup.get('button'))} {text_of(popup.get('response'))}")
    called = step.get("callExe")
    if isinstance(called, dict) and (code := figure(called.get("exitCode"))):
        found.append(f"exit code {code}")
    return "; ".join(part.strip() for part in found)


def _attachment(
    phase: PhaseDraft | None, name: str, mimetype: str, content: bytes | None
) -> AttachmentDraft:
    return AttachmentDraft(
        phase=phase.name if phase else "",
        phase_index=phase.index if phase else 0,
        name=name,
        mimetype=mimetype,
        sha1="",
        sha1_matches=None,
        content=content,
        sha256=None if content is None else hashlib.sha256(content).hexdigest(),
    )


def _decoded(data: Any, place: str) -> bytes | None:
    if data is None or data == "":
        return None
    if not isinstance(data, str):
        raise FieldRefused(place, shown(data), "the content in base64")
    try:
        return base64.b64decode("".join(data.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise FieldRefused(place, "text that is not base64", "the content in base64") from error


def _points(data: Any) -> list[str]:
    """The values of a series, parted by semicolons in either format."""
    if isinstance(data, list):
        return [figure(each) for each in data]
    text = text_of(data)
    return [figure(part) for part in text.split(";")] if text else []
