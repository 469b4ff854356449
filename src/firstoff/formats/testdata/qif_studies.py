"""Statistics in a QIF document, held against the measurements beside them.

They are not imported: Firstoff computes its own. What they say and what was measured may differ,
and figures may be placeholders; both are warnings."""

from collections.abc import Iterator
from decimal import Decimal
from xml.etree.ElementTree import Element

from firstoff.formats.testdata.assembling import decimal_of
from firstoff.formats.testdata.qif_plan import inside
from firstoff.formats.testdata.xmltext import child, local, text_in

_POINTS = frozenset(("ActualIds", "MeasurementIds", "CharacteristicMeasurementIds"))


_KINDS = {  # words in the names of files, and in those of studies
    "bias": "Bias", "linearity": "Linearity", "stability": "Stability", "grr": "RandR",
    "capability": "Capability", "first_article": "FirstArticle",
}  # fmt: skip


def study_warnings(root: Element, name: str) -> list[str]:
    """Each contradiction in one sentence. ``name``: of the file."""
    checks = _Studies(root)
    studies = list(inside(root, "Statistics", "StatisticalStudiesResults"))
    found = [sentence for study in studies for sentence in checks.of(study)]
    named = [kind for word, kind in _KINDS.items() if word in name.lower()]
    held = [local(study) for study in studies]
    known = [each for each in held if any(kind in each for kind in _KINDS.values())]
    if len(named) == 1 and known and not any(named[0] in each for each in held):
        found.append(f"The name says {named[0]}, and the file holds {', '.join(known[:3])}.")
    return found


class _Studies:
    def __init__(self, root: Element) -> None:
        self.measured: dict[str, tuple[Decimal | None, str]] = {}
        self.results: list[str] = []
        self.components: list[tuple[str, str]] = []
        for each in root.iter():
            name = local(each)
            if name.endswith(("CharacteristicMeasurement", "CharacteristicActual")):
                value = decimal_of(text_in(child(each, "Value")))
                self.measured[each.get("id", "")] = (value, _word(each, "Status"))
            elif name == "MeasurementResults" and child(each, "InspectionStatus") is not None:
                self.results.append(_word(each, "InspectionStatus"))
            elif name == "ActualComponent":
                serial = text_in(child(each, "SerialNumber")) or f"component {each.get('id')}"
                self.components.append((serial, _word(each, "Status")))

    def of(self, study: Element) -> Iterator[str]:
        label = f"{local(study)} {study.get('id', '')}".strip()
        status = _word(study, "Status")
        words = [word for _, word in self.components]
        passed = [serial for serial, word in self.components if word == "PASS"]
        if status == "FAIL" and passed and "FAIL" not in words:
            yield f"{label} is FAIL, and {_few('component', passed)} PASS."
        if status == "PASS" and "FAIL" in self.results:
            yield f"{label} is PASS, and {self.results.count('FAIL')} of its results FAIL."
        ratio = decimal_of(text_in(child(study, "InSpecRatio")))
        share = self.results.count("PASS"), len(self.results)
        if ratio is not None and self.results and not _says(ratio, *share):
            yield f"{label} says InSpecRatio {ratio}, and {share[0]} of {share[1]} results PASS."
        for stats in inside(study, "CharacteristicsStats"):
            yield from self._stats(label, stats)

    def _stats(self, label: str, stats: Element) -> Iterator[str]:
        wanted = [
            text_in(each)
            for holder in stats.iter()
            if local(holder) in _POINTS
            for each in holder.iter()
            if local(each) == "Id"
        ]
        missing = [key for key in wanted if key not in self.measured]
        if missing:
            yield f"{label}: {_few('measurement', missing)} not in the file."
        figures = {
            local(each): found
            for each in stats.iter()
            if (found := decimal_of(text_in(each))) is not None
        }
        yield from _variation(label, figures)
        if wanted and not missing:
            yield from self._figures(label, figures, wanted)

    def _figures(self, label: str, said: dict[str, Decimal], wanted: list[str]) -> Iterator[str]:
        """Counts and extremes that can be checked without a choice of method."""
        failed = sum(self.measured[key][1] == "FAIL" for key in wanted)
        values = [value for key in wanted if (value := self.measured[key][0]) is not None]
        whole = len(values) == len(wanted)
        facts: list[tuple[str, Decimal]] = [("TotalNumber", Decimal(len(wanted)))]
        facts.append(("NumberOutOfTolerance", Decimal(failed)))
        if whole:
            facts += [("Maximum", max(values)), ("Minimum", min(values))]
        for name, fact in facts:
            if name in said and said[name] != fact:
                yield f"{label} says {name} {said[name]}, and the measurements {fact}."
        percent = said.get("FailurePercentage")
        if percent is not None and not _says(percent / 100, failed, len(wanted)):
            yield (
                f"{label} says FailurePercentage {percent}, and {failed} of {len(wanted)} "
                "measurements FAIL."
            )
        average = said.get("Average")
        mean = sum(values, Decimal(0)) / max(len(values), 1)
        if whole and average is not None and not _near(average, mean):
            yield f"{label} says Average {average}, and the measurements {mean:.6f}."


def _variation(label: str, said: dict[str, Decimal]) -> Iterator[str]:
    """A part of the total variation is never larger than the total: such figures are made up."""
    gauge, total = said.get("GageRandR"), said.get("TotalVariation")
    if gauge is not None and total is not None and gauge > total:
        yield (
            f"{label}: GageRandR {gauge} is larger than TotalVariation {total}; "
            "the figures cannot be of one study."
        )
    pair = said.get("AppraiserVariation"), said.get("EquipmentVariation")
    if gauge is not None and pair[0] is not None and pair[1] is not None:
        both = (pair[0] ** 2 + pair[1] ** 2).sqrt()
        if not _near(gauge, both):
            yield (
                f"{label}: GageRandR is {gauge}, and AppraiserVariation {pair[0]} with "
                f"EquipmentVariation {pair[1]} gives {both:.4f}."
            )


def _says(ratio: Decimal, count: int, whole: int) -> bool:
    """Whether a rounded ratio is that count of that whole."""
    return whole > 0 and _near(ratio, Decimal(count) / whole)


def _near(stated: Decimal, exact: Decimal) -> bool:
    """Equal as far as the stated digits go; at least two are asked for."""
    exponent = stated.as_tuple().exponent
    places = min(exponent, -2) if isinstance(exponent, int) else -2
    return abs(stated - exact) <= Decimal(1).scaleb(places)


def _word(element: Element, name: str) -> str:
    held = child(element, name)
    return "" if held is None else next((t for each in held if (t := text_in(each))), "")


def _few(noun: str, names: list[str]) -> str:
    """ "component A is", "measurements 1, 2, 3 and 4 more are"."""
    more = len(names) - 3
    tail = f" and {more} more" if more > 0 else ""
    plural, verb = ("", "is") if len(names) == 1 else ("s", "are")
    return f"{noun}{plural} {', '.join(names[:3])}{tail} {verb}"
