"""How things stood when a unit was made: equipment by its calibrations, people by training."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from firstoff.terms import CalibrationResult, EquipmentKind, Verdict


@dataclass(frozen=True, slots=True)
class CalibrationFacts:
    at: datetime
    as_found: CalibrationResult
    as_left: CalibrationResult
    due: date | None
    certificate: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """``verdict`` None: nothing is asked of it."""

    verdict: Verdict | None
    sentence: str


def calibration_then(
    kind: EquipmentKind | str,
    calibrations: Sequence[CalibrationFacts],
    first: datetime,
    last: datetime,
) -> Standing:
    """Whether equipment could be relied on from its first use to its last one.

    calibrations: in the order of time. What was found failing later casts doubt on what was
    measured before (ISO 10012:2003 8.3.3).
    """
    earlier = [c for c in calibrations if c.at <= first]
    later = [c for c in calibrations if c.at > first]
    if not earlier:
        if EquipmentKind(kind) is not EquipmentKind.GAUGE and not later:
            return Standing(None, "")
        return Standing(Verdict.NO_EVIDENCE, "No calibration is on record from before.")
    held = earlier[-1]
    said = f"Calibrated {held.at:%Y-%m-%d}"
    if held.as_left is CalibrationResult.FAIL:
        return Standing(Verdict.NOT_MET, f"{said} and left failing.")
    if later and later[0].as_found is CalibrationResult.FAIL:
        return Standing(Verdict.NOT_MET, f"{said}; found failing {later[0].at:%Y-%m-%d}, after.")
    if held.due is not None and held.due < last.date():
        return Standing(Verdict.NOT_MET, f"{said}, due {held.due}: out of calibration.")
    if held.as_left is CalibrationResult.UNKNOWN:
        return Standing(Verdict.NO_EVIDENCE, f"{said}; how it was left is not on record.")
    due = f", due {held.due}" if held.due else ""
    return Standing(Verdict.MET, f"{said}{due}.")


@dataclass(frozen=True, slots=True)
class TrainingFacts:
    skill: str
    valid_from: date
    valid_until: date | None

    def on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


def training_then(
    needed: Iterable[tuple[str, date]], trainings: Sequence[TrainingFacts]
) -> Standing:
    """Whether somebody was trained for what they did. needed: each skill and the day."""
    wanted = sorted({(skill, day) for skill, day in needed if skill})
    if not wanted:
        return Standing(None, "")
    missing = sorted(
        {s for s, day in wanted if not any(t.skill == s and t.on(day) for t in trainings)}
    )
    skills = ", ".join(sorted({skill for skill, _ in wanted}))
    if missing:
        return Standing(Verdict.NOT_MET, f"Not trained then: {', '.join(missing)}.")
    return Standing(Verdict.MET, f"Trained then: {skills}.")
