"""One row of a table of characteristics: its cells as values, and how they go together."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from firstoff.formats.characteristics.draft import CharacteristicDraft
from firstoff.formats.characteristics.requirements import Requirement, requirement
from firstoff.formats.characteristics.words import (
    class_of,
    fitting,
    in_thousands,
    number_of,
    plain,
    symbol_of,
    unit_of,
    with_signs,
)
from firstoff.rules.product.callouts import words_of
from firstoff.terms import CharacteristicClass, CharacteristicKind, GeometricSymbol, LimitForm

_NOTHING = ("", "-", "—", "–", "n/a", "na", "none", "n.a.", "tbd")
_NUMBER = "a number"
_ATTRIBUTE = frozenset(
    ("attribute", "attributes", "attributive", "a", "attr", "passfail", "pass/fail", "gonogo",
     "go/nogo", "visual", "attributiv", "yesno", "yes/no", "qualitative")
)  # fmt: skip
_VARIABLE = frozenset(
    ("variable", "variables", "v", "var", "measured", "variabel", "quantitative", "continuous")
)
_LONGEST_NAME = 200
_ABC = {"A": CharacteristicClass.CRITICAL, "B": CharacteristicClass.MAJOR,
        "C": CharacteristicClass.MINOR}  # fmt: skip


class Unreadable(Exception):
    """A cell that cannot mean anything here; the text is what was expected."""

    def __init__(self, field: str, expected: str) -> None:
        super().__init__(expected)
        self.field = field


@dataclass(slots=True)
class _Limits:
    """Nominal and limits on their way."""

    nominal: Decimal | None = None
    lower: Decimal | None = None
    upper: Decimal | None = None


@dataclass(slots=True)
class Reader:
    """One row. ``unit``: of the table's headers. ``comma``: whether 1,250 is a decimal, None where
    nothing says it. ``letters``: classes are A, B, C. ``odd``: code and sentence of warnings."""

    cells: Mapping[str, str]
    unit: str = ""
    comma: bool | None = None
    letters: bool = False
    odd: list[tuple[str, str]] = field(default_factory=list)

    def draft(self, row: int) -> CharacteristicDraft:
        """The characteristic of the row. Raises Unreadable."""
        number = self._said("number")
        if not number:
            raise Unreadable("number", "the balloon number")
        asked = self._asked()
        symbol = self._symbol(asked)
        limits = self._limits(asked, symbol)
        tolerance = self._tolerance(asked, symbol)
        kind = self._kind(asked, limits, tolerance)
        self._check(limits, symbol)
        if kind is CharacteristicKind.ATTRIBUTE:
            asked = self._without_figures(asked, limits)
            limits, symbol, tolerance = _Limits(), None, None
        form = self._form(asked, limits, symbol, kind)
        has_frame = symbol is not None and tolerance is not None
        if symbol is not None and tolerance is None:
            self._warn("callout", f"{words_of(symbol)} without a tolerance; kept as a name.")
        return CharacteristicDraft(
            row=row,
            number=number,
            name=self._name(asked, symbol),
            kind=kind,
            type=symbol.value if symbol else asked.feature or self._type(kind),
            nominal=fitting(limits.nominal),
            lower=fitting(limits.lower),
            upper=fitting(limits.upper),
            unit="" if kind is CharacteristicKind.ATTRIBUTE else self._unit(asked),
            classification=self._class(),
            form=form,
            symbol=symbol if has_frame else None,
            tolerance=fitting(tolerance) if has_frame else None,
            diametral=has_frame and (asked.diametral or self._is_cylinder()),
            material_condition=self._condition(asked) if has_frame else "",
            datums=self._datums(asked) if has_frame else (),
            zone=self._said("zone"),
            method=self._said("method"),
            gauge=self._said("gauge"),
            requirement=asked.text,
            places=self._places(asked),
            notes="; ".join(filter(None, (self._said("notes"), self._fit(asked), asked.unread))),
            source_id=self._said("source_id"),
        )

    # ------------------------------------------------------------ cells

    def _said(self, name: str) -> str:
        text = self.cells.get(name, "")
        return "" if text.casefold() in _NOTHING and name != "number" else text

    def _number(self, name: str) -> Decimal | None:
        """The number in a cell, None where it is empty. Raises Unreadable."""
        text = self._said(name)
        if not text:
            return None
        match = re.fullmatch(r"(.*?\d)\s*(mm|in|\"|″|µm|°|deg|%|[A-Za-zΩµ·]{1,6})?", text)
        if match is None or (found := number_of(self._plain(match[1], name))) is None:
            raise Unreadable(name, _NUMBER)
        return found

    def _plain(self, text: str, name: str) -> str:
        """A number with its thousands put together. Raises Unreadable where 1,250 may be both."""
        if re.fullmatch(r"\s*[+-]?[1-9]\d{0,2}(,\d{3})+\s*", text) and self.comma is not True:
            if self.comma is None and text.count(",") == 1:
                raise Unreadable(name, "1250 or 1.250: the comma may be either")
            return text.replace(",", "")
        return in_thousands(text)

    def _warn(self, code: str, sentence: str) -> None:
        self.odd.append((code, sentence))

    # ------------------------------------------------------------ what is asked for

    def _asked(self) -> Requirement:
        """The requirement's text, or the nominal's where that is one: ``[25]``, ``12 ±0.1``."""
        text = self._said("requirement")
        if not text and (nominal := self._said("nominal")) and number_of(nominal) is None:
            found = requirement(nominal)
            if not found.understood:
                raise Unreadable("nominal", _NUMBER)
            return found
        frame = self._said("callout")
        found = requirement(text) if text else Requirement("", understood=not text)
        if frame and found.symbol is None:
            return self._with_frame(found, frame)
        if text and not found.understood and re.search(r"\d", text) and not self._has_numbers():
            self._warn(
                "requirement",
                f"{text[:60]!r} is no dimension that is known; it is judged as a text.",
            )
        return found

    def _with_frame(self, found: Requirement, frame: str) -> Requirement:
        held = requirement(frame)
        if held.symbol is None:
            raise Unreadable("callout", "a symbol, a tolerance and datums: ⌖ ⌀0.1 Ⓜ A B C")
        return Requirement(
            text=" ".join(filter(None, (found.text, frame))), nominal=found.nominal,
            lower=found.lower, upper=found.upper, unit=found.unit or held.unit,
            feature=found.feature, form=found.form, symbol=held.symbol, tolerance=held.tolerance,
            diametral=held.diametral, material_condition=held.material_condition,
            datums=held.datums, places=found.places, fit=found.fit, unread=held.unread,
        )  # fmt: skip

    def _has_numbers(self) -> bool:
        return any(self._said(name) for name in ("nominal", "upper", "lower", "tolerance"))

    def _symbol(self, asked: Requirement) -> GeometricSymbol | None:
        text = self._said("symbol")
        return asked.symbol or (symbol_of(text) if text else None)

    def _limits(self, asked: Requirement, symbol: GeometricSymbol | None) -> _Limits:
        """Cells first, then the text; deviations about the nominal become limits."""
        nominal = asked.nominal
        if self._said("nominal") and number_of(self._said("nominal")) is not None:
            nominal = self._number("nominal")
        found = _Limits(nominal, self._number("lower"), self._number("upper"))
        if found.lower is None and found.upper is None and symbol is None:
            self._about(found)
        elif nominal is not None and symbol is None:
            self._deviations(found)
        if found.lower is None and found.upper is None:
            found.lower, found.upper = asked.lower, asked.upper
            if nominal is not None and asked.nominal is not None and nominal != asked.nominal:
                self._warn("contradiction", f"the nominal is {nominal}, {asked.text!r} says else.")
        elif asked.understood and (asked.lower, asked.upper) != (None, None):
            self._compare(found, asked)
        return found

    def _about(self, found: _Limits) -> None:
        """Deviations in cells of their own, or one tolerance."""
        plus, minus = self._deviation("plus", 1), self._deviation("minus", -1)
        text = self._said("tolerance")
        if found.nominal is None:
            if plus is not None or minus is not None:
                raise Unreadable("nominal", "the nominal that the tolerances are about")
            return
        if not plus and not minus and not text:
            return  # 0 and 0 beside a basic dimension say nothing
        if plus is not None or minus is not None:
            found.upper = found.nominal + (plus or 0)
            found.lower = found.nominal + (minus or 0)
        elif text:
            said = with_signs(self._plain(text, "tolerance"))
            width = number_of(said.lstrip("± "))
            held = requirement(f"{found.nominal} {said}")
            if width is not None and said[0] not in "+-":
                found.lower, found.upper = found.nominal - width, found.nominal + width
            elif held.understood and held.lower is not None:
                found.lower, found.upper = held.lower, held.upper
            elif not held.fit:
                raise Unreadable("tolerance", "a tolerance: ±0.05, 0.05 or +0.1/-0.2")
            else:
                self._warn("fit", f"the limits of the fit {held.fit} are not computed; give them.")

    def _deviation(self, name: str, sign: int) -> Decimal | None:
        """A deviation; without a sign it lies on the side of its column."""
        value = self._number(name)
        signed = self._said(name).lstrip()[:1] in ("+", "-", "−", "–")
        return value if value is None or signed else value * sign

    def _deviations(self, found: _Limits) -> None:
        """Upper and lower may be deviations: where the nominal lies far from both."""
        low, high, nominal = found.lower, found.upper, found.nominal
        if low is None or high is None or nominal is None or low <= nominal <= high:
            return
        if max(abs(low), abs(high)) * 2 < abs(nominal) and low <= high:
            self._warn("deviations", f"{low} and {high} are read as deviations from {nominal}.")
            found.lower, found.upper = nominal + low, nominal + high

    def _compare(self, found: _Limits, asked: Requirement) -> None:
        if (found.lower, found.upper) != (asked.lower, asked.upper):
            self._warn(
                "contradiction",
                f"{asked.text!r} and the limits {_shown(found.lower)} to {_shown(found.upper)} "
                "do not agree; the limits were taken.",
            )

    def _tolerance(self, asked: Requirement, symbol: GeometricSymbol | None) -> Decimal | None:
        """The width of a callout's zone: of the text, of its cell, or the upper limit alone."""
        if symbol is None:
            return None
        text = with_signs(self._said("tolerance")).lstrip("±Øø⌀∅ ")
        if text:
            match = re.match(r"[\d.,]+", text)
            if match is None or (found := number_of(match[0])) is None:
                raise Unreadable("tolerance", "the width of the zone")
            return found
        if asked.tolerance is not None:
            return asked.tolerance
        low, high = self._number("lower"), self._number("upper")
        if high is not None and not low:
            return high
        return asked.upper if asked.lower is None else None

    def _is_cylinder(self) -> bool:
        return with_signs(self._said("tolerance")).lstrip("±")[:1] in ("Ø", "ø", "⌀", "∅")

    def _condition(self, asked: Requirement) -> str:
        text = self._said("condition").strip("()").upper()
        return {"M": "M", "MMC": "M", "Ⓜ": "M", "L": "L", "LMC": "L", "Ⓛ": "L"}.get(
            text, asked.material_condition
        )

    def _datums(self, asked: Requirement) -> tuple[str, ...]:
        text = self._said("datums")
        if not text:
            return asked.datums
        found = requirement(f"⌖ 1 {text}")
        if found.symbol is None or found.unread or not found.datums:
            raise Unreadable("datums", "letters in their order: A B(M) C")
        return found.datums

    # ------------------------------------------------------------ words

    def _kind(
        self, asked: Requirement, limits: _Limits, tolerance: Decimal | None
    ) -> CharacteristicKind:
        word = plain(self._said("kind"))
        figures = (limits.nominal, limits.lower, limits.upper, tolerance)
        if word in _VARIABLE:
            return CharacteristicKind.VARIABLE
        if word in _ATTRIBUTE or all(figure is None for figure in figures):
            return CharacteristicKind.ATTRIBUTE
        return CharacteristicKind.VARIABLE

    def _without_figures(self, asked: Requirement, limits: _Limits) -> Requirement:
        """What an attribute asks for as a text: it conforms or not, and is not measured."""
        if limits.lower is None and limits.upper is None and asked.symbol is None:
            return asked
        text = asked.text or f"{_shown(limits.lower)} to {_shown(limits.upper)}"
        self._warn("attribute", f"an attribute has no limits; {text!r} was kept as a text.")
        return Requirement(text, feature=asked.feature, places=asked.places)

    def _form(
        self,
        asked: Requirement,
        limits: _Limits,
        symbol: GeometricSymbol | None,
        kind: CharacteristicKind,
    ) -> LimitForm | None:
        if kind is CharacteristicKind.ATTRIBUTE:
            return None
        word = plain(self._said("form"))
        for form in LimitForm:
            if word and (form.value.startswith(word) or word.startswith(form.value[:3])):
                return form
        bounded = limits.lower is not None or limits.upper is not None
        if asked.form in (LimitForm.BASIC, LimitForm.REFERENCE) and not bounded:
            return asked.form
        if symbol is not None:
            return LimitForm.BASIC if limits.nominal is not None else None
        if not bounded:
            return None
        one_sided = limits.lower is None or limits.upper is None
        if one_sided or limits.nominal in (limits.lower, limits.upper):
            return LimitForm.UNILATERAL
        return LimitForm.BILATERAL

    def _class(self) -> CharacteristicClass | None:
        text = self._said("class")
        found = _ABC.get(text.upper()) if self.letters else None
        found = found or class_of(text)
        if found is None and (symbol := self._said("symbol")) and symbol_of(symbol) is None:
            found = class_of(symbol)
        if text and found is None:
            self._warn("class", f"the class {text[:40]!r} is not known; none was taken.")
        return found

    def _name(self, asked: Requirement, symbol: GeometricSymbol | None) -> str:
        words = words_of(symbol) if symbol else asked.feature
        return (self._said("name") or asked.text or words or "dimension")[:_LONGEST_NAME]

    def _type(self, kind: CharacteristicKind) -> str:
        return "attribute" if kind is CharacteristicKind.ATTRIBUTE else "size"

    def _fit(self, asked: Requirement) -> str:
        if asked.fit and asked.lower is None and not self._has_numbers():
            self._warn("fit", f"the limits of the fit {asked.fit} are not computed; give them.")
        return f"fit {asked.fit}" if asked.fit else ""

    def _places(self, asked: Requirement) -> int:
        text = self._said("places")
        match = re.fullmatch(r"(\d{1,4})\s*[xX×]?", text)
        return int(match[1]) if match and int(match[1]) else asked.places

    def _unit(self, asked: Requirement) -> str:
        return unit_of(self._said("unit")) or asked.unit or self.unit

    def _check(self, limits: _Limits, symbol: GeometricSymbol | None) -> None:
        low, high, nominal = limits.lower, limits.upper, limits.nominal
        if low is not None and high is not None and low >= high:
            asked = ("lower", "minus", "tolerance", "requirement")
            name = next((each for each in asked if self._said(each)), "number")
            raise Unreadable(name, f"a lower limit below the upper ({low} to {high})")
        if nominal is None or symbol is not None:
            return
        if (low is not None and nominal < low) or (high is not None and nominal > high):
            self._warn(
                "nominal", f"the nominal {nominal} is not within {_shown(low)} to {_shown(high)}."
            )


def _shown(number: Decimal | None) -> str:
    return "none" if number is None else f"{number:f}"
