"""ISO 9001:2015 8.5.2, identification and traceability, said of one batch with its figures."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sentence:
    """One requirement of the clause: what the records show of it, or that they do not."""

    asks: str
    says: str
    shown: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """How many units show what. ``material``: lots are recorded and missing nowhere."""

    units: int
    labelled: int
    results: int
    operations: int
    lots: int
    material: bool


def statement(of: Shown) -> tuple[Sentence, ...]:
    """Each requirement with the figures behind it; never more than they carry."""
    n = of.units
    return (
        Sentence(
            "Outputs are identified by suitable means",
            f"Each of {n:,} units has a serial number of its own; {of.labelled:,} carry a label "
            "that was scanned back.",
            n > 0 and of.labelled == n,
        ),
        Sentence(
            "Status with respect to monitoring and measurement is identified",
            f"{of.results:,} of {n:,} units have a complete result; {of.operations:,} have a "
            "record of every operation of the plan.",
            n > 0 and of.results == n and of.operations == n,
        ),
        Sentence(
            "Unique identification is controlled, and what traces it is retained",
            f"A serial number names one unit for ever; {_lots(of.lots)} recorded"
            f"{'' if of.material else ', and material is missing for some units'}. Records "
            "cannot be changed or deleted, and are chained by hash.",
            n > 0 and of.material,
        ),
    )


def _lots(count: int) -> str:
    return "1 lot of material is" if count == 1 else f"{count:,} lots of material are"
