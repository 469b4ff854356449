"""As built against as designed: what is missing, what is extra, what nobody approved.

A definition says which operations are done, which characteristics are measured and, where it has a
bill of materials, which parts go in. Without one, material is compared with the units beside it in
its batch.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from firstoff.rules.trace.material import (
    Held,
    Material,
    material_differences,
    unapproved_source,
)

COMMON = 0.5  # in more than half of the units beside it: belongs to the product
RARE = 0.1  # in less than a tenth of them: does not
FEWEST = 4  # units beside it that make a comparison


class DifferenceKind(StrEnum):
    MISSING = "missing"
    EXTRA = "extra"
    UNAPPROVED = "unapproved"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference. ``about`` is what it is about: an operation, a characteristic, a lot."""

    kind: DifferenceKind
    about: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Designed:
    """What the definition names. ``material`` is empty where it names no parts."""

    operations: Mapping[int, str]
    characteristics: Mapping[str, str]
    instruction: str
    material: Material = field(default_factory=Material)


@dataclass(frozen=True, slots=True)
class LotThen:
    """A lot that went in. ``status``: as it was then."""

    code: str
    part: str
    status: str
    maker: str = ""  # manufacturer and MPN
    new_to_its_kind: bool = False


@dataclass(frozen=True, slots=True)
class Made:
    """What the records hold. ``finished``: nothing more is to come."""

    operations: frozenset[int]
    measured: frozenset[str]
    instruction: str
    instructions: Mapping[int, str]  # digest by operation, where one was named
    lots: tuple[LotThen, ...]
    parts: Mapping[str, int]  # part number to how many lots or units of it are in
    finished: bool
    held: Mapping[str, Held] = field(default_factory=dict)  # by part, at any depth


@dataclass(frozen=True, slots=True)
class Beside:
    """The units beside it in its batch: how many, and how many of them hold each part."""

    units: int
    holding: Mapping[str, int]


def differences(designed: Designed, made: Made, beside: Beside) -> tuple[Difference, ...]:
    """Every difference, in the order: operations, measurements, instructions, material."""
    return (
        *_operations(designed, made),
        *_characteristics(designed, made),
        *_instructions(designed, made),
        *_parts(designed, made, beside),
        *_lots(made.lots, designed.material),
    )


def _operations(designed: Designed, made: Made) -> Iterator[Difference]:
    # Nobody records operations one by one in some runs: then none is missing.
    if made.operations:
        for seq, name in designed.operations.items():
            if seq not in made.operations:
                yet = "" if made.finished else " yet"
                yield _missing(f"{seq} {name}", f"Operation {seq} {name} has no record{yet}.")
    for seq in sorted(made.operations - designed.operations.keys()):
        yield Difference(
            DifferenceKind.EXTRA, str(seq), f"Operation {seq} is not in the process plan."
        )


def _characteristics(designed: Designed, made: Made) -> Iterator[Difference]:
    if not made.measured:
        return
    for number, name in designed.characteristics.items():
        if number not in made.measured:
            yet = "" if made.finished else " yet"
            yield _missing(f"{number} {name}", f"{name} ({number}) is not measured{yet}.")


def _instructions(designed: Designed, made: Made) -> Iterator[Difference]:
    if made.instruction and made.instruction != designed.instruction:
        yield _unapproved(
            "instructions",
            f"Built by instructions {made.instruction[:8]}; {designed.instruction[:8]} are "
            "released for its baseline.",
        )
    for seq, digest in made.instructions.items():
        if digest not in (designed.instruction, made.instruction):
            said = f"Operation {seq} followed instructions {digest[:8]}, which nobody released"
            yield _unapproved(f"operation {seq}", f"{said} for its baseline.")


def _parts(designed: Designed, made: Made, beside: Beside) -> Iterator[Difference]:
    if designed.material.known:
        found = material_differences(designed.material, made.held, finished=made.finished)
        for one in found:
            yield Difference(DifferenceKind(one.kind), one.about, one.sentence)
        return
    if beside.units < FEWEST:
        return
    for part, units in sorted(beside.holding.items()):
        said = f"{units} of the {beside.units} units beside it in its batch"
        if part not in made.parts and units > COMMON * beside.units:
            yet = "" if made.finished else " yet"
            yield _missing(part, f"{part} is not recorded{yet}; {said} hold it.")
    for part in sorted(made.parts):
        units = beside.holding.get(part, 0)
        if units < RARE * beside.units:
            said = f"{units} of the {beside.units} units beside it in its batch"
            yield Difference(
                DifferenceKind.EXTRA, part, f"{part} is in this unit; {said} hold it."
            )


def _lots(lots: Iterable[LotThen], material: Material) -> Iterator[Difference]:
    for lot in lots:
        if lot.status != "accepted":
            yield _unapproved(
                lot.code, f"Lot {lot.code} of {lot.part} went in while it was {_word(lot.status)}."
            )
    seen = set()
    for lot in lots:
        said = unapproved_source(material, lot.part, lot.maker)
        if said and lot.maker not in seen:
            seen.add(lot.maker)
            yield _unapproved(lot.maker, said)
        if lot.new_to_its_kind and lot.maker not in seen:
            seen.add(lot.maker)
            yield _unapproved(
                lot.maker, f"{lot.maker} ({lot.part}) was in no earlier unit of its kind."
            )


def _word(status: str) -> str:
    return {"quarantine": "in quarantine", "depleted": "declared used up"}.get(status, status)


def _missing(about: str, sentence: str) -> Difference:
    return Difference(DifferenceKind.MISSING, about, sentence)


def _unapproved(about: str, sentence: str) -> Difference:
    return Difference(DifferenceKind.UNAPPROVED, about, sentence)
