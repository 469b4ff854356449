"""UnitsTested and UnitsInspected of IPC-CFX as test records: one for each unit.

Results, values and units stay as given. Limits are put into the unit of the value, exactly, so
that the two can be held against each other; where they do not agree, that is a warning."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from firstoff.formats.testdata.assembling import canonical, judged, measurement, outcome_of, record
from firstoff.formats.testdata.cfx_message import (
    Carriers,
    Message,
    number_at,
    object_in,
    objects_at,
    operator_of,
    outcome_of_word,
    text_of,
    time_at,
)
from firstoff.formats.testdata.drafts import (
    LimitsDraft,
    MeasurementDraft,
    OutcomeDetail,
    PhaseDraft,
    TestDraft,
    UnitOfMeasure,
)
from firstoff.formats.testdata.openhtf_values import Json
from firstoff.formats.testdata.si_units import converted
from firstoff.formats.testdata.validators import is_within
from firstoff.terms import TestOutcome

Warn = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class _Names:
    """What tests and inspections call the same things."""

    units: str
    parts: str
    name: str
    began: str
    ended: str
    symptoms: str
    person: str
    method: str


_TESTS = _Names(
    "TestedUnits", "Tests", "TestName", "TestStartTime", "TestEndTime",
    "SymptomsFound", "Tester", "TestMethod",
)  # fmt: skip
_INSPECTIONS = _Names(
    "InspectedUnits", "Inspections", "InspectionName", "InspectionStartTime",
    "InspectionEndTime", "Symptoms", "Inspector", "InspectionMethod",
)  # fmt: skip


def tests_of(message: Message, carriers: Carriers, zone: ZoneInfo, warn: Warn) -> list[TestDraft]:
    """The test records of a message. Raises FieldRefused."""
    names = _TESTS if message.name == "UnitsTested" else _INSPECTIONS
    units = list(objects_at(message.body.get(names.units), f"{message.path}.{names.units}"))
    panel = message.body.get("InspectedPanel")
    if isinstance(panel, dict) and panel.get("UnitIdentifier"):
        units.append((panel, f"{message.path}.InspectedPanel"))
    return [_Unit(message, names, held, path, zone, warn).draft(carriers) for held, path in units]


@dataclass(slots=True)
class _Unit:
    """One unit of a message, its parts read one after another."""

    message: Message
    names: _Names
    held: Json
    path: str
    zone: ZoneInfo
    warn: Warn
    serial: str = ""
    phases: list[PhaseDraft] = field(default_factory=list)
    measured: list[MeasurementDraft] = field(default_factory=list)
    details: list[OutcomeDetail] = field(default_factory=list)

    def draft(self, carriers: Carriers) -> TestDraft:
        names, body = self.names, self.message.body
        self.serial = carriers.serial(self.held, self.path)
        for place, (part, path) in enumerate(
            objects_at(self.held.get(names.parts), f"{self.path}.{names.parts}")
        ):
            self._part(place, part, path)
        given = outcome_of_word(self.held.get("OverallResult"), f"{self.path}.OverallResult")
        outcome = given or _worst(self.phases) or outcome_of(self.measured)
        self._contradictions(outcome)
        began = [phase.started_at for phase in self.phases if phase.started_at]
        ended = [phase.ended_at for phase in self.phases if phase.ended_at]
        return record(
            self.message.row,
            self.serial,
            outcome,
            self.measured,
            started_at=min(began, default=self.message.at),
            ended_at=max(ended, default=self.message.at),
            station=self.message.source,
            operator=operator_of(object_in(body, names.person)),
            test_name=text_of(body.get("RecipeName")) or self.message.name,
            test_version=text_of(body.get("RecipeRevision")),
            details=self.details,
            phases=self.phases,
            metadata=self._metadata(),
        )

    def _metadata(self) -> dict[str, Any]:
        body = self.message.body
        found = {
            "message": self.message.full_name,
            "unique_id": self.message.unique_id,
            "transaction": self.message.transaction(),
            "method": text_of(body.get(self.names.method)),
            "sampling": body.get("SamplingInformation"),
            "defects": [each.get("DefectsFound") for each, _ in self._parts()],
            "symptoms": [each.get(self.names.symptoms) for each, _ in self._parts()],
            "conditions": [each.get("TestConditions") for each, _ in self._parts()],
        }
        return {name: value for name, value in found.items() if _said(value)}

    def _parts(self) -> Iterator[tuple[Json, str]]:
        return objects_at(self.held.get(self.names.parts), self.path)

    # ------------------------------------------------------------ one test

    def _part(self, place: int, part: Json, path: str) -> None:
        name = text_of(part.get(self.names.name)) or text_of(part.get("UniqueIdentifier"))
        outcome = outcome_of_word(part.get("Result"), f"{path}.Result")
        began, ended = (
            time_at(part.get(key), f"{path}.{key}", self.zone)
            for key in (self.names.began, self.names.ended)
        )
        said = "; ".join(
            filter(None, (text_of(part.get(k)) for k in ("Error", "Comments", "Verification")))
        )
        self.phases.append(PhaseDraft(place, name, "", outcome, None, began, ended, said))
        before = len(self.measured)
        seen: set[str] = set()
        for each, where in self._values(part, path):
            key = text_of(each.get("UniqueIdentifier"))
            if key not in seen or not key:
                self._measurement(each, where)
            seen.add(key)
        failed = [m.name for m in self.measured[before:] if m.outcome is TestOutcome.FAIL]
        if outcome is TestOutcome.PASS and failed:
            self.warn(f"{self.serial}, {name}: Passed, and {', '.join(failed[:5])} Failed.")
        self._details(part, path)

    def _values(self, part: Json, path: str) -> Iterator[tuple[Json, str]]:
        """Its measurements, and those that only a symptom or defect of it names."""
        yield from objects_at(part.get("Measurements"), f"{path}.Measurements")
        for key in (self.names.symptoms, "DefectsFound"):
            for each, where in objects_at(part.get(key), f"{path}.{key}"):
                name = "RelatedMeasurements"
                yield from objects_at(each.get(name), f"{where}.{name}")

    def _details(self, part: Json, path: str) -> None:
        for key, code in (("DefectsFound", "DefectCode"), (self.names.symptoms, "SymptomCode")):
            for each, _ in objects_at(part.get(key), f"{path}.{key}"):
                said = f"{text_of(each.get('Description'))} {_components(each)}".strip()
                self.details.append(OutcomeDetail(text_of(each.get(code)), said))
        if error := text_of(part.get("Error")):
            self.details.append(OutcomeDetail("error", error))

    # ------------------------------------------------------------ one measurement

    def _measurement(self, held: Json, path: str) -> None:
        phase = self.phases[-1]
        name = text_of(held.get("MeasurementName")) or text_of(held.get("CRDs"))
        name = name or text_of(held.get("UniqueIdentifier")) or "measurement"
        given = outcome_of_word(held.get("Result"), f"{path}.Result")
        if isinstance(held.get("MeasuredValue"), dict):
            draft = self._numeric(name, held["MeasuredValue"], f"{path}.MeasuredValue", given)
        elif isinstance(held.get("Value"), bool):
            draft = self._boolean(name, held, given)
        elif isinstance(held.get("Value"), str):
            draft = self._text(name, held, given)
        else:
            rest = {key: value for key, value in held.items() if key not in _COMMON}
            draft = measurement(name, given or TestOutcome.UNSET, text=canonical(rest))
        self.measured.append(
            replace(
                draft, phase=phase.name, phase_index=phase.index, note=text_of(held.get("CRDs"))
            )
        )

    def _numeric(
        self, name: str, held: Json, path: str, given: TestOutcome | None
    ) -> MeasurementDraft:
        found = _Numeric(held, path, given)
        for sentence in found.odd:
            self.warn(f"{self.serial}, {name}: {sentence}")
        return measurement(
            name, found.outcome, value=found.value, unit=found.unit, limits=found.limits
        )

    def _boolean(self, name: str, held: Json, given: TestOutcome | None) -> MeasurementDraft:
        value, expected = held.get("Value") is True, held.get("ExpectedValue")
        limits = LimitsDraft(expected=expected if isinstance(expected, bool) else None)
        within = limits.expected in (None, value)
        outcome = given or (TestOutcome.PASS if within else TestOutcome.FAIL)
        if outcome is TestOutcome.PASS and not within:
            self.warn(f"{self.serial}, {name}: Passed, and {value} is not {expected}.")
        return measurement(name, outcome, flag=value, limits=limits)

    def _text(self, name: str, held: Json, given: TestOutcome | None) -> MeasurementDraft:
        value, expected = text_of(held.get("Value")), text_of(held.get("ExpectedValue"))
        rules = [f"is {expected}"] if expected else []
        if given is TestOutcome.PASS and expected and value != expected:
            self.warn(f"{self.serial}, {name}: Passed, and {value!r} is not {expected!r}.")
        return measurement(name, given or TestOutcome.UNSET, text=value, rules=rules)

    def _contradictions(self, outcome: TestOutcome) -> None:
        failed = [
            p.name for p in self.phases if p.outcome in (TestOutcome.FAIL, TestOutcome.ERROR)
        ]
        if outcome is TestOutcome.PASS and failed:
            verb = "is" if len(failed) == 1 else "are"
            self.warn(
                f"{self.serial}: the unit is Passed, and {', '.join(failed[:5])} {verb} Failed."
            )
        whole = self.phases and all(phase.outcome is TestOutcome.PASS for phase in self.phases)
        if outcome is TestOutcome.FAIL and whole:
            self.warn(f"{self.serial}: the unit is Failed, and every {self.names.name} Passed.")


_COMMON = frozenset(
    ("$type", "UniqueIdentifier", "MeasurementName", "TimeRecorded", "Sequence", "Result", "CRDs")
)


class _Numeric:
    """A number with its unit, and its limits in that unit."""

    def __init__(self, held: Json, path: str, given: TestOutcome | None) -> None:
        self.odd: list[str] = []
        self.value = number_at(held.get("Value"), f"{path}.Value")
        suffix = text_of(held.get("ValueUnits"))
        self.unit = UnitOfMeasure(suffix=suffix)
        self.loose: list[str] = []  # limits without a unit of their own
        ends = [self._end(held, path, name) for name in ("Minimum", "Maximum")]
        self.limits = LimitsDraft(lower=ends[0], upper=ends[1])
        if self.loose:
            expected = text_of(held.get("ExpectedValueUnits"))
            self.odd.append(
                f"{self.value} {suffix} is given against {' to '.join(self.loose)} without a "
                f"unit; read in {expected}, the unit of the expected value."
            )
        self.outcome = given or judged(self.value, self.limits)
        self._check(given)

    def _end(self, held: Json, path: str, name: str) -> Decimal | None:
        """A limit in the unit of the value; its own unit is that of the expected value where the
        message names none."""
        key, suffix = f"{name}AcceptableValue", self.unit.suffix
        end = number_at(held.get(key), f"{path}.{key}")
        if end is None:
            return None
        own = text_of(held.get(f"{key}Units"))
        expected = text_of(held.get("ExpectedValueUnits"))
        if not own and expected not in ("", suffix):
            own = expected
            self.loose.append(f"{end}")
        turned = converted(end, own or suffix, suffix)
        if turned is None:
            self.odd.append(f"the limit {end} {own} cannot be put into {suffix!r}; left out.")
            return None
        return Decimal(f"{turned:f}")

    def _check(self, given: TestOutcome | None) -> None:
        if self.value is None or given is None or self.limits == LimitsDraft():
            return
        within = is_within(self.value, self.limits)
        said = f"{self.value} {self.unit.suffix}".strip()
        ends = [f"{e:f}" for e in (self.limits.lower, self.limits.upper) if e is not None]
        if given is TestOutcome.PASS and not within:
            self.odd.append(f"Passed, and {said} is outside its limits ({' to '.join(ends)}).")
        if given is TestOutcome.FAIL and within:
            self.odd.append(f"Failed, and {said} is within its limits ({' to '.join(ends)}).")


def _worst(phases: list[PhaseDraft]) -> TestOutcome | None:
    """The outcome of a unit that gives none, from its tests."""
    found = {phase.outcome for phase in phases}
    order = (TestOutcome.FAIL, TestOutcome.ERROR, TestOutcome.ABORTED, TestOutcome.PASS)
    return next((outcome for outcome in order if outcome in found), None)


def _components(held: Json) -> str:
    """Reference designators of what a defect or symptom is about, in brackets."""
    found = held.get("ComponentsOfInterest") or [held.get("ComponentOfInterest")]
    names = [text_of(each.get("ReferenceDesignator")) for each in found if isinstance(each, dict)]
    names = [name for name in names if name]
    return f"({', '.join(names)})" if names else ""


def _said(value: Any) -> bool:
    """Whether anything is in it: lists of nothing say nothing."""
    if isinstance(value, list):
        return any(map(_said, value))
    return value not in (None, "", {})
