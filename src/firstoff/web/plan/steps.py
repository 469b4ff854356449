"""Steps of a work instruction as they are typed: rows, pictures, and moving them up and down."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from django import forms
from django.http import QueryDict

from firstoff.errors import InvalidInput
from firstoff.rules.plan import PlanOperation, StepFacts, StepNeed
from firstoff.rules.product import CharacteristicFacts
from firstoff.web.auth import Request
from firstoff.web.grids import Grid, Row

LARGEST_PICTURE = 20_000_000  # bytes
_NEEDS = [(need.value, need.value) for need in StepNeed]


class StepRow(Row):
    told = ("text", "caution", "tool", "torque")

    text = forms.CharField(
        label="What to do", max_length=4000, widget=forms.Textarea(attrs={"rows": 2})
    )
    caution = forms.CharField(max_length=4000, required=False)
    tool = forms.CharField(max_length=200, required=False)
    torque = forms.CharField(max_length=60, required=False)
    characteristic = forms.ChoiceField(label="Check", required=False)
    parameter = forms.ChoiceField(label="Setting", required=False)
    asks = forms.MultipleChoiceField(
        label="Must carry",
        required=False,
        choices=_NEEDS,
        widget=forms.CheckboxSelectMultiple,
    )
    keep = forms.MultipleChoiceField(
        label="Pictures", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(
        self,
        *args: Any,
        checks: list[tuple[str, str]],
        settings: list[tuple[str, str]],
        pictures: Mapping[str, Any],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.known = pictures
        self.choose("characteristic", checks)
        self.choose("parameter", settings)
        kept = [(sha, str(p)) for sha, p in pictures.items()]
        self.choose("keep", kept)

    @property
    def place(self) -> str:
        """The part of its name that says which row it is: ``s-3``."""
        return str(self.prefix)

    @property
    def spare(self) -> bool:
        """An empty row at the end, for a new step."""
        return not self.is_bound and not self.initial

    @property
    def shown(self) -> list[Any]:
        """The pictures that this step has."""
        held: Sequence[str] = (self.initial or {}).get("keep", ())
        if isinstance(self.data, QueryDict) and self.is_bound:
            held = self.data.getlist(self.add_prefix("keep"))
        return [self.known[sha] for sha in held if sha in self.known]

    def clean(self) -> dict[str, Any]:
        return {**self.cleaned_data, "place": self.place}


def choices(
    operation: PlanOperation, characteristics: Iterable[CharacteristicFacts]
) -> dict[str, Any]:
    """What a step can refer to."""
    checks = [("", "none"), *((c.number, c.label) for c in characteristics)]
    settings = [("", "none"), *((p.name, str(p)) for p in operation.parameters)]
    pictures = {p.sha256: p for s in operation.steps for p in s.pictures}
    return {"checks": checks, "settings": settings, "pictures": pictures}


def step_values(found: StepFacts) -> dict[str, Any]:
    """What the fields of its row show."""
    names = ("text", "caution", "tool", "torque", "characteristic", "parameter")
    return {
        **{name: getattr(found, name) for name in names},
        "asks": [need.value for need in found.asks],
        "keep": [p.sha256 for p in found.pictures],
    }


def grid_of(
    request: Request, operation: PlanOperation, characteristics: Iterable[CharacteristicFacts]
) -> Grid:
    return Grid.of(request, partial(StepRow, **choices(operation, characteristics)), "s", spare=1)


def read(request: Request, sent: list[dict[str, Any]], operation: PlanOperation) -> dict[str, Any]:
    """The steps in the order wanted, and the new pictures of each. Raises InvalidInput."""
    ordered = _moved(request, sent)
    pictures: dict[int, list[tuple[str, bytes]]] = {}
    named = {row["place"] for row in ordered}
    for field in request.FILES:
        place = field.removesuffix("-picture")
        if place not in named and not request.POST.get(f"{place}-remove"):
            number = int(place.removeprefix("s-")) + 1
            raise InvalidInput(f"Step {number} has a picture and no text.", field="steps")
    for at, row in enumerate(ordered):
        files = request.FILES.getlist(f"{row['place']}-picture")
        if files:
            pictures[at] = [(file.name or "picture", _bytes(file)) for file in files]
    known = {p.sha256: p for s in operation.steps for p in s.pictures}
    return {"steps": [_step(row, known) for row in ordered], "pictures": pictures}


def _step(row: dict[str, Any], known: Mapping[str, Any]) -> StepFacts:
    names = ("text", "caution", "tool", "torque", "characteristic", "parameter")
    return StepFacts(
        **{name: row[name] for name in names},
        asks=tuple(StepNeed(word) for word in row["asks"]),
        pictures=tuple(known[sha] for sha in row["keep"] if sha in known),
    )


def _bytes(file: Any) -> bytes:
    if file.size > LARGEST_PICTURE:
        raise InvalidInput(
            f"{file.name} has {file.size:,} bytes; expected at most {LARGEST_PICTURE:,}.",
            field="steps",
        )
    return bytes(file.read())


def _wanted(request: Request) -> tuple[str, int]:
    """Which row is to be moved, and by how much: ``move=s-3:up``."""
    place, _, way = request.POST.get("move", "").partition(":")
    return place, {"up": -1, "down": 1}.get(way, 0)


def _moved(request: Request, sent: list[dict[str, Any]]) -> list[dict[str, Any]]:
    place, by = _wanted(request)
    ordered = list(sent)
    at = next((n for n, row in enumerate(ordered) if row["place"] == place), None)
    if at is not None and by and 0 <= at + by < len(ordered):
        ordered[at], ordered[at + by] = ordered[at + by], ordered[at]
    return ordered


def moved_to(request: Request, grid: Grid) -> int:
    """The number of the step that was moved, from 1; 0: none was."""
    place, by = _wanted(request)
    kept = [row.prefix for row in grid.rows if row.is_bound and not row.removed]
    if not by or place not in kept:
        return 0
    return min(max(kept.index(place) + by, 0), len(kept) - 1) + 1
