"""How revisions are labelled: numbers before the first release, letters after, unless said."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from firstoff.errors import InvalidInput
from firstoff.rules.product.names import check_code, check_line, check_name, next_label

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_FEWEST = 2  # letters that a scheme needs


class LabelKind(StrEnum):
    NUMERIC = "numeric"  # 1, 2, 3
    LETTERS = "letters"  # A, B ... Y, AA (ASME Y14.35)


@dataclass(frozen=True, slots=True)
class Scheme:
    """``skipped``: letters that are not used, as they are taken for digits or for each other."""

    key: str
    name: str
    before_release: LabelKind = LabelKind.NUMERIC
    after_release: LabelKind = LabelKind.LETTERS
    prefix_before: str = ""  # P1, P2 before the first release
    skipped: str = "IOQSXZ"

    @property
    def letters(self) -> str:
        return "".join(c for c in _ALPHABET if c not in self.skipped)


DEFAULT_SCHEME = Scheme("", "Numbers, then letters")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A revision that is there. ``released``: it was, whatever it is now."""

    label: str
    released: bool


def check_scheme(found: Scheme) -> Scheme:
    """Raises InvalidInput naming the field."""
    skipped = found.skipped.strip().upper()
    if bad := [c for c in skipped if c not in _ALPHABET]:
        raise InvalidInput(
            f"{bad[0]!r} is no letter that can be left out; expected A to Z.", field="skipped"
        )
    one = Scheme(
        check_code(found.key.strip(), "key", field="key"),
        check_name(found.name, "name", longest=120, field="name"),
        LabelKind(found.before_release),
        LabelKind(found.after_release),
        check_line(found.prefix_before, "prefix", longest=8, field="prefix_before"),
        "".join(sorted(set(skipped))),
    )
    if len(one.letters) < _FEWEST:
        raise InvalidInput("All letters but one are left out.", field="skipped")
    return one


def label_after(scheme: Scheme, there: Sequence[Labelled]) -> str:
    """The label of the next revision. there: the part's, oldest first.

    A label that no scheme makes (C1, 2024-05) is counted on as it is: what is there keeps working.
    """
    taken = {one.label.casefold() for one in there}
    released = any(one.released for one in there)
    kind = scheme.after_release if released else scheme.before_release
    prefix = "" if released else scheme.prefix_before
    label = _following(scheme, kind, prefix, there)
    while label.casefold() in taken:
        label = _step(scheme, label)
    return label


def _following(scheme: Scheme, kind: LabelKind, prefix: str, there: Sequence[Labelled]) -> str:
    if not there:
        return _first(scheme, kind, prefix)
    newest = there[-1]
    if _fits(kind, prefix, newest.label):
        return _step(scheme, newest.label)
    before = _fits(scheme.before_release, scheme.prefix_before, newest.label)
    if any(one.released for one in there) and before:
        return _first(scheme, kind, prefix)
    return _step(scheme, newest.label)


def _first(scheme: Scheme, kind: LabelKind, prefix: str) -> str:
    return prefix + ("1" if kind is LabelKind.NUMERIC else scheme.letters[0])


def _fits(kind: LabelKind, prefix: str, label: str) -> bool:
    if not label.startswith(prefix):
        return False
    shape = r"\d+" if kind is LabelKind.NUMERIC else r"[A-Z]{1,3}"
    return re.fullmatch(shape, label[len(prefix) :]) is not None


def _step(scheme: Scheme, label: str) -> str:
    """The label after this one, without the letters that are left out."""
    if re.fullmatch(r"[A-Z]{1,3}", label):
        return _next_letters(scheme.letters, label)
    return next_label(label)


def _next_letters(letters: str, label: str) -> str:
    head, last = label[:-1], label[-1]
    later = [c for c in letters if c > last]
    if later:
        return head + later[0]
    return (_next_letters(letters, head) if head else letters[0]) + letters[0]
