"""The setup record a run begins with (R-37a): which lines it has, and which are still gaps."""

from collections.abc import Mapping
from dataclasses import dataclass

from firstoff.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class SetupItem:
    key: str
    label: str
    hint: str


SETUP_ITEMS: tuple[SetupItem, ...] = (
    SetupItem(
        "programme",
        "Machine and programme versions",
        "Machine, programme name and version, as loaded",
    ),
    SetupItem("offsets", "Tooling offsets", "Tool, offset, who set it; or: not used"),
    SetupItem(
        "profile",
        "Feeds and speeds or profile",
        "As set, and the value of the process sheet beside it",
    ),
    SetupItem(
        "mould", "Stencil or mould identity", "Number of the stencil, mould or die; or: none"
    ),
    SetupItem(
        "calibration", "Test equipment calibration", "Each gauge or tester and its due date"
    ),
    SetupItem("briefing", "Operators briefed on the inspection plan", "Who was briefed, by whom"),
)

_BY_KEY: Mapping[str, SetupItem] = {item.key: item for item in SETUP_ITEMS}


def setup_item(key: str) -> SetupItem:
    """The line with this key. Raises InvalidInput listing the keys."""
    try:
        return _BY_KEY[key]
    except KeyError:
        known = ", ".join(_BY_KEY)
        raise InvalidInput(
            f"The setup record has no line {key}.", way_out=f"It has: {known}.", field="item"
        ) from None


def setup_gaps(lines: Mapping[str, str]) -> tuple[SetupItem, ...]:
    """The lines not filled in. lines: the latest value by key."""
    return tuple(item for item in SETUP_ITEMS if not lines.get(item.key, "").strip())
