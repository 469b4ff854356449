"""QIF results (2.0 to 3.0): each set of measurement results is one test record of its component.

Status, value and limits stay as the file gave them; what contradicts itself is a warning. Limits
come from the plan in the same document, or from the one given beside it (``companion``).
"""

import re
from dataclasses import replace
from datetime import datetime
from xml.etree.ElementTree import Element
from zoneinfo import ZoneInfo

from firstoff.formats.sources import RawSource, content_of, opened
from firstoff.formats.testdata.assembling import (
    Reading,
    decimal_of,
    measurement,
    outcome_of,
    record,
)
from firstoff.formats.testdata.drafts import (
    Importer,
    ImportResult,
    LimitsDraft,
    MeasurementDraft,
    ReadOptions,
    RowProblem,
    UnitOfMeasure,
)
from firstoff.formats.testdata.fields import Unreadable, moment
from firstoff.formats.testdata.qif_plan import (
    Counterparts,
    QifCharacteristic,
    QifPlan,
    document,
    inside,
    joined,
    plan_of,
    read_plan,
)
from firstoff.formats.testdata.qif_studies import study_warnings
from firstoff.formats.testdata.qif_units import Units
from firstoff.formats.testdata.serials import SERIAL_LENGTH, hidden_character
from firstoff.formats.testdata.validators import is_within
from firstoff.formats.testdata.xmltext import child, local, root_of, text_in
from firstoff.terms import TestOutcome

_MEASURED = re.compile(r"(\w+)Characteristic(?:Measurement|Actual)")
_OUTCOMES = {
    "PASS": TestOutcome.PASS, "FAIL": TestOutcome.FAIL, "REWORK": TestOutcome.FAIL,
    "SYSERROR": TestOutcome.ERROR, "NOT_MEASURED": TestOutcome.SKIPPED,
}  # fmt: skip
_NOT_JUDGED = frozenset(
    ("INDETERMINATE", "NOT_ANALYZED", "BASIC_OR_TED", "UNDEFINED", "UNKNOWN", "NOT_CALCULATED")
)
_COUNTED = frozenset(
    ("CharacteristicMeasurements", "MeasurementResultsSet", "ActualComponentSets",
     "ActualComponentSet", "CharacteristicItems", "CharacteristicNominals",
     "CharacteristicDefinitions")
)  # fmt: skip


def read(raw: RawSource, *, name: str, options: ReadOptions) -> ImportResult:
    """Read the results of a QIF document; ``options.companion`` is its plan where that is a file
    of its own. Raises InvalidInput when the file is none, breaks off or declares entities."""
    with opened(raw, name=name, limits=options.limits) as source:
        reading = Reading(IMPORTER.name, source.name, source.sha256(), None)
        root = document(source, options.limits)
    plan = None
    if options.companion is not None:
        plan = read_plan(options.companion, limits=options.limits)
        reading.warnings.extend(f"{plan.name}, {said}" for said in plan.warnings)
    own = plan_of(root, reading.name)
    reading.warnings.extend(own.warnings)
    reading.holds = {"characteristics": len(own.characteristics), "datums": len(own.datums)}
    results = _Results(root, own, plan, reading, options.time_zone)
    results.take()
    for sentence in (*_miscounted(root), *study_warnings(root, reading.name)):
        reading.warn(sentence)
    if not reading.tests and not reading.refused:
        reading.nothing = _holds(own, root)
    return reading.result()


def _holds(plan: QifPlan, root: Element) -> str:
    """What a document without results holds, and where that goes."""
    count, datums = len(plan.characteristics), len(plan.datums)
    parts = [f"{count} characteristic{'' if count == 1 else 's'}"]
    parts += [f"{datums} datum{'' if datums == 1 else 's'}"] if datums else []
    names = [local(each) for group in inside(root, "Statistics") for each in group]
    parts += [f"{len(names)} statistical parts ({', '.join(names[:3])})"] if names else []
    return (
        f"{plan.name} holds {', '.join(parts)} and no results of a unit. "
        "A plan belongs to the definition of the product; give it beside its results."
    )


# ---------------------------------------------------------------- results


class _Refused(Exception):
    """Results that cannot be taken."""

    def __init__(self, where: str, found: str, expected: str) -> None:
        super().__init__(where)
        self.where, self.found, self.expected = where, found, expected

    def problem(self, row: int) -> RowProblem:
        sentence = f"Results {row}, {self.where}: found {self.found}; expected {self.expected}."
        return RowProblem(row, self.where, self.found, self.expected, sentence, self.where)


class _Results:
    """All measurement results of one document."""

    def __init__(
        self, root: Element, own: QifPlan, plan: QifPlan | None, reading: Reading, zone: ZoneInfo
    ) -> None:
        self.root, self.own, self.plan = root, own, plan
        self.reading, self.zone = reading, zone
        self.units = Units(root)
        self.characteristics = {each.id: each for each in own.characteristics}
        if plan is not None:
            self._join(Counterparts(plan))
        held = [each for name in ("Results", "MeasurementsResults", "MeasurementResults")
                for each in inside(root, name)]  # fmt: skip
        self.results = [each for part in held for each in part.iter()
                        if local(each) == "MeasurementResults"]  # fmt: skip
        self.components = {
            each.get("id", ""): each
            for part in held
            for each in part.iter()
            if local(each) == "ActualComponent"
        }
        self.devices = {
            each.get("id", ""): text_in(child(each, "SerialNumber"))
            or text_in(child(each, "Name"))
            for each in inside(root, "MeasurementResources", "MeasurementDevices")
        }
        traced = (child(root, name) for name in ("Results", "MeasurementsResults"))
        holders = [each for each in traced if each is not None]
        self.traced = child(holders[0], "InspectionTraceability") if holders else None

    def _join(self, counterparts: Counterparts) -> None:
        for key, own in self.characteristics.items():
            planned = counterparts.of(own)
            if planned is None:
                self.reading.warn(f"{own.label} is not in the plan.")
            self.characteristics[key], odd = joined(own, planned)
            if odd:
                self.reading.warn(odd)

    def take(self) -> None:
        for row, results in enumerate(self.results, start=1):
            try:
                self._take(row, results)
            except _Refused as refusal:
                self.reading.refused.append(refusal.problem(row))

    def _take(self, row: int, results: Element) -> None:
        """One record for each component that the measurements name; mostly that is one."""
        own = [text_in(each) for each in inside(results, "ActualComponentIds")
               if local(each) in ("Id", "ActualComponentId")]  # fmt: skip
        by_component: dict[str, list[Element]] = {key: [] for key in own[:1]}
        found = [each for each in results.iter() if _MEASURED.fullmatch(local(each))]
        for each in found:
            key = text_in(child(each, "ActualComponentId")) or (own[0] if own else "")
            by_component.setdefault(key, []).append(each)
        if len(own) > 1 and len(by_component) == 1 and found:
            self.reading.warn(
                f"Results {row} name {len(own)} components and do not say which measurement is of "
                "which; they are taken for the first."
            )
        for key, measured in by_component.items() or {"": []}.items():
            self._record(row, results, key, measured)

    def _record(self, row: int, results: Element, key: str, found: list[Element]) -> None:
        component = self.components.get(key)
        measured, times, said = [], [], {}
        for each in found:
            draft, notes = self._measured(each)
            measured.append(draft)
            said.update({draft.name: notes} if notes else {})
            times += self._times(each, "TimeStamp")
        began, ended = self._when(results, times)
        outcome, note = _status(child(results, "InspectionStatus"))
        serial, odd = self._serial(results, key, component)
        outcome = outcome or outcome_of(measured)
        self._contradictions(serial, outcome, measured, found, component)
        self.reading.warnings.extend(odd)
        self.reading.tests.append(
            record(
                len(self.reading.tests) + 1,
                serial,
                outcome,
                measured,
                started_at=began,
                ended_at=ended,
                station=self._station(found),
                operator=self._operator(results),
                test_name=self.own.part,
                procedure_id="" if self.plan is None else self.plan.qpid,
                part_number=self.own.part,
                revision=self.own.revision,
                record_id=text_in(child(results, "ThisResultsInstanceQPId")).lower(),
                metadata={
                    key: value
                    for key, value in (
                        ("document", self.own.qpid), ("version", self.own.version),
                        ("status", note), ("values", said), ("attributes", _attributes(results)),
                    )
                    if value
                },
            )
        )  # fmt: skip

    # ------------------------------------------------------------ a measurement

    def _measured(self, element: Element) -> tuple[MeasurementDraft, dict[str, object]]:
        wanted = text_in(child(element, "CharacteristicItemId"))
        match = _MEASURED.fullmatch(local(element))
        kind = match[1] if match else ""
        held = self.characteristics.get(wanted)
        if held is None:
            self.reading.warn(
                f"A {kind} is of characteristic item {wanted or 'none'}, which the file does not "
                "hold: it has no limits. Give the plan with it."
            )
            held = QifCharacteristic(
                wanted, "", "", "", kind, None, LimitsDraft(), "", (), "", (), ""
            )
        outcome, note = _status(child(element, "Status"))
        value = child(element, "Value")
        figure = decimal_of(text_in(value))
        text = "" if figure is not None and kind != "UserDefinedAttribute" else text_in(value)
        if text and kind not in ("UserDefinedAttribute", "UserDefinedUnit"):
            where = f"{held.label}, Value"
            raise _Refused(where, repr(text[:60]), "a number")
        unit, limits, rules = self._in_unit(value, held)
        draft = measurement(
            held.label,
            outcome or TestOutcome.UNSET,
            value=None if text else figure,
            text=text,
            unit=UnitOfMeasure(suffix=unit),
            limits=limits,
            rules=rules,
            note=_note(held, element, note),
        )
        return draft, self._said(element, held)

    def _in_unit(
        self, value: Element | None, held: QifCharacteristic
    ) -> tuple[str, LimitsDraft, tuple[str, ...]]:
        """The unit of a value, and its limits in that unit where they can be put into it."""
        quantity = self.units.quantity_of(held.kind)
        named = {} if value is None else value.attrib
        given = any(key.endswith(("Unit", "unitName")) for key in named)
        unit = self.units.of(value, quantity) if given or not held.unit else held.unit
        if unit in (held.unit, "") or not held.unit:
            return unit, held.limits, held.rules
        ends = [held.limits.lower, held.limits.upper]
        turned = [
            None if end is None else self.units.converted(end, held.unit, unit, quantity)
            for end in ends
        ]
        if [end is None for end in ends] == [end is None for end in turned]:
            return unit, replace(held.limits, lower=turned[0], upper=turned[1]), held.rules
        said = " to ".join("none" if end is None else f"{end:f}" for end in ends)
        return unit, LimitsDraft(), (*held.rules, f"limits {said} {held.unit}")

    def _said(self, element: Element, held: QifCharacteristic) -> dict[str, object]:
        gauges = [self.devices.get(text_in(each), text_in(each))
                  for each in inside(element, "MeasurementDeviceIds")]  # fmt: skip
        found = {
            "nominal": "" if held.nominal is None else f"{held.nominal:f}",
            "datums": list(held.datums),
            "criticality": held.criticality,
            "gauges": [each for each in gauges if each],
            "process": text_in(child(element, "ManufacturingProcessId")),
            "nonconformance": text_in(child(element, "NonConformanceDesignator")),
        }
        return {name: value for name, value in found.items() if value}

    # ------------------------------------------------------------ unit, time, people

    def _serial(
        self, results: Element, key: str, component: Element | None
    ) -> tuple[str, list[str]]:
        serial = "" if component is None else text_in(child(component, "SerialNumber"))
        if serial:
            if hidden := hidden_character(serial):
                raise _Refused("SerialNumber", hidden, "visible characters")
            if len(serial) > SERIAL_LENGTH:
                found = f"{len(serial)} characters"
                raise _Refused("SerialNumber", found, f"at most {SERIAL_LENGTH} characters")
            return serial, []
        named = text_in(child(results, "ThisResultsInstanceQPId"))
        if not named:
            whole = self.own.qpid or self.own.part or self.reading.name
            named = f"{whole} {key or results.get('id', '')}".strip()
        return named[:SERIAL_LENGTH], [f"There is no serial number: the unit is named {named!r}."]

    def _when(
        self, results: Element, times: list[datetime]
    ) -> tuple[datetime | None, datetime | None]:
        """Of the measurements; else of the inspection; else when the report was made."""
        if times:
            return min(times), max(times)
        for held in (child(results, "InspectionTraceability"), self.traced):
            if held is None:
                continue
            began = self._times(held, "InspectionStart")
            ended = self._times(held, "InspectionEnd")
            if began or ended:
                return (began or ended)[0], ended[0] if ended else None
            if made := self._times(held, "ReportPreparationDate"):
                return made[0], None
        version = child(self.root, "Version")
        made = [] if version is None else self._times(version, "TimeCreated")
        return (made[0], None) if made else (None, None)

    def _times(self, element: Element, name: str) -> list[datetime]:
        text = text_in(child(element, name))
        if not text:
            return []
        try:
            return [moment(text, self.zone)]
        except Unreadable:
            self.reading.warn(f"{name}: {text[:60]!r} is no time; left out.")
            return []

    def _station(self, found: list[Element]) -> str:
        """The one measuring device, where there is one."""
        named = {text_in(e) for each in found for e in inside(each, "MeasurementDeviceIds")}
        devices = [self.devices[key] for key in named if self.devices.get(key)]
        devices = devices or list(self.devices.values())
        return devices[0] if len(devices) == 1 else ""

    def _operator(self, results: Element) -> str:
        for held in (child(results, "InspectionTraceability"), self.traced):
            if held is not None and (person := child(held, "InspectionOperator")) is not None:
                return text_in(child(person, "Name"))
        return _attributes(results).get("Operator", "")

    # ------------------------------------------------------------ contradictions

    def _contradictions(
        self,
        serial: str,
        outcome: TestOutcome,
        measured: list[MeasurementDraft],
        found: list[Element],
        component: Element | None,
    ) -> None:
        """Results, component, status and limits that do not agree. All stay as given."""
        warn = self.reading.warn
        failed = [each.name for each in measured if each.outcome is TestOutcome.FAIL]
        if outcome is TestOutcome.PASS and failed:
            warn(f"{serial}: the results are PASS, and {_names(failed)} FAIL.")
        if outcome is TestOutcome.FAIL and measured and not failed:
            warn(f"{serial}: the results are FAIL, and no measurement is.")
        whole, _ = _status(None if component is None else child(component, "Status"))
        if {whole, outcome} == {TestOutcome.PASS, TestOutcome.FAIL}:
            said = "PASS, and its results FAIL" if whole is TestOutcome.PASS else (
                "FAIL, and its results PASS"
            )  # fmt: skip
            warn(f"{serial}: the component is {said}{f' ({_names(failed)})' if failed else ''}.")
        self._against_limits(serial, measured, found)

    def _against_limits(
        self, serial: str, measured: list[MeasurementDraft], found: list[Element]
    ) -> None:
        """A status is of all that was measured of an item: one value outside is reason enough."""
        items = [text_in(child(element, "CharacteristicItemId")) for element in found]
        judged = [
            (item, each, is_within(each.value, each.limits))
            for item, each in zip(items, measured, strict=True)
            if each.value is not None and not each.unread and each.limits != LimitsDraft()
        ]
        outside = {item for item, _, within in judged if not within}
        for item, each, within in judged:
            where = f"{serial}, {each.name}"
            if each.outcome is TestOutcome.PASS and not within:
                self.reading.warn(f"{where}: PASS, and {each.value} is outside its limits.")
            if each.outcome is TestOutcome.FAIL and within and item not in outside:
                self.reading.warn(f"{where}: FAIL, and {each.value} is within its limits.")


def _names(names: list[str]) -> str:
    more = len(names) - 5
    joined_up = ", ".join(names[:5])
    return f"{joined_up} and {more} more are" if more > 0 else (
        f"{joined_up} {'is' if len(names) == 1 else 'are'}"
    )  # fmt: skip


def _note(held: QifCharacteristic, element: Element, status: str) -> str:
    name = held.name if held.label != held.name else ""
    return "; ".join(said for said in (name, held.note, _range(element), status) if said)


def _range(element: Element) -> str:
    """The largest and smallest value, where the file gives them beside the value."""
    found = [(word, text_in(child(element, name)))
             for word, name in (("largest", "MaxValue"), ("smallest", "MinValue"))]  # fmt: skip
    return ", ".join(f"{word} {text}" for word, text in found if text)


def _status(element: Element | None) -> tuple[TestOutcome | None, str]:
    """A status as an outcome, and as its word where that says more. None: not given."""
    words = [text_in(each) for each in element] if element is not None else []
    word = next((each for each in words if each), "")
    if not word:
        return None, ""
    if word in _OUTCOMES:
        return _OUTCOMES[word], "" if word in ("PASS", "FAIL") else f"status {word}"
    return TestOutcome.UNSET, f"status {word}"


def _attributes(results: Element) -> dict[str, str]:
    """Named attributes of the results, and of their traceability."""
    held = child(results, "InspectionTraceability")
    found = {}
    for holder in (results, held):
        for each in inside(holder, "Attributes") if holder is not None else ():
            if each.get("name") and each.get("value"):
                found[each.get("name", "")] = each.get("value", "")
    return found


def _miscounted(root: Element) -> list[str]:
    """Where the numbers that the document gives of itself are wrong."""
    ids = [int(each.get("id", "")) for each in root.iter() if (each.get("id") or "").isdecimal()]
    most = root.get("idMax", "")
    found = []
    if most.isdecimal() and ids and max(ids) > int(most):
        found.append(f"idMax is {most}, and id {max(ids)} is used.")
    for each in root.iter():
        given = each.get("n") or each.get("N") or ""
        held = [inner for inner in each if local(inner) != "Attributes"]
        if local(each) in _COUNTED and given.isdecimal() and int(given) != len(held):
            found.append(f"{local(each)} says n={given} and holds {len(held)}.")
    return found


# ---------------------------------------------------------------- the kind


def sniff(head: bytes, name: str) -> bool:
    """XML that begins with a QIF document, or is named as one."""
    root = root_of(head)
    if root is not None and root.name == "QIFDocument":
        return True
    return name.lower().endswith(".qif") and content_of(head) in ("xml", "text")


IMPORTER = Importer(
    name="qif",
    label="QIF results (XML)",
    endings=(".qif",),
    sniff=sniff,
    read=read,
)
