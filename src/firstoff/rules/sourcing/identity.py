"""Is production made of what was proven? Manufacturer parts side by side by kind of run (R-23)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from firstoff.rules.sourcing import words
from firstoff.rules.sourcing.values import ZERO, Source
from firstoff.terms import RunKind

# Runs whose material has to be that of production, and the gates that ask for it.
COMPARED = (RunKind.SAMPLE, RunKind.PRE_PRODUCTION, RunKind.PILOT)
GATES = (6, 7)
_RUNS = {
    RunKind.PROTOTYPE: "the prototypes",
    RunKind.SAMPLE: "the sample batch",
    RunKind.PRE_PRODUCTION: "pre-production",
    RunKind.PILOT: "the pilot run",
    RunKind.PRODUCTION: "production",
}


@dataclass(frozen=True, slots=True)
class Used:
    """A manufacturer part of a part, in a kind of run. ``planned``: not yet consumed, only meant
    to be. ``manufacturer_part``: its key; empty where the lot does not say."""

    part: str
    kind: RunKind
    manufacturer_part: str
    planned: bool = False
    quantity: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Substitution:
    """Production and an earlier run differ. ``earlier``, ``production``: names of what they take.

    lacks: what is not shown of the new ones, empty where all are qualified. ``gates``: that it
    blocks until then.
    """

    part: str
    kind: RunKind
    earlier: tuple[str, ...]
    production: tuple[str, ...]
    lacks: str
    gates: tuple[int, ...]
    sentence: str
    way_out: str = ""

    @property
    def qualified(self) -> bool:
        return not self.lacks


@dataclass(frozen=True, slots=True)
class PartIdentity:
    """One part across the kinds of run. ``used``, ``planned``: names by kind; what was consumed
    and what is meant to be. ``gaps``: what cannot be compared, in sentences."""

    part: str
    used: Mapping[RunKind, tuple[str, ...]]
    planned: Mapping[RunKind, tuple[str, ...]]
    substitutions: tuple[Substitution, ...]
    gaps: tuple[str, ...]

    @property
    def proven(self) -> bool:
        """Whether a run that is compared took any of it."""
        return any(self.used.get(kind) for kind in COMPARED)


@dataclass(frozen=True, slots=True)
class MaterialIdentity:
    """All parts. ``blocking``: substitutions that are not qualified; ``gaps``: no evidence, which
    is not the same as no substitution."""

    rows: tuple[PartIdentity, ...]
    substitutions: tuple[Substitution, ...]
    blocking: tuple[Substitution, ...]
    gaps: tuple[str, ...]
    sentence: str


def material_identity(
    uses: Iterable[Used], sources: Mapping[str, Sequence[Source]]
) -> MaterialIdentity:
    """What each kind of run takes of each part against what production takes.

    sources: by part number, with their approvals. Production is what is planned for it; where
    nothing is, what it consumed. A manufacturer part that production takes and a run did not is a
    substitution; it blocks gates 6 and 7 until form, fit and function are shown with evidence.
    """
    by_part: dict[str, list[Used]] = {}
    for use in uses:
        by_part.setdefault(use.part, []).append(use)
    rows = tuple(
        _row(part, of, {s.part.key: s for s in sources.get(part, ())})
        for part, of in sorted(by_part.items())
    )
    found = tuple(s for row in rows for s in row.substitutions)
    blocking = tuple(s for s in found if s.gates)
    gaps = tuple(gap for row in rows for gap in row.gaps)
    return MaterialIdentity(rows, found, blocking, gaps, _sentence(rows, found, blocking, gaps))


def _row(part: str, uses: Sequence[Used], sources: Mapping[str, Source]) -> PartIdentity:
    used = _keys(u for u in uses if not u.planned)
    planned = _keys(u for u in uses if u.planned)
    meant = planned.get(RunKind.PRODUCTION) or used.get(RunKind.PRODUCTION, [])
    found, gaps = [], []
    for kind in (*COMPARED, RunKind.PRODUCTION):
        seen = used.get(kind) or (planned.get(kind, []) if kind in COMPARED else [])
        if not seen:
            continue
        if "" in seen:
            gaps.append(
                f"{words.first(_RUNS[kind])} took {part} from lots whose manufacturer part nobody "
                "recorded."
            )
        known = [key for key in seen if key]
        if known and set(known) != set(meant) and meant:
            found.append(_substitution(part, kind, known, meant, sources))
    if not meant and any(used.get(kind) for kind in COMPARED):
        gaps.append(f"Nobody said which manufacturer part of {part} production takes.")

    def named(keys: Mapping[RunKind, Sequence[str]]) -> dict[RunKind, tuple[str, ...]]:
        return {kind: _names(of, sources) for kind, of in keys.items()}

    return PartIdentity(part, named(used), named(planned), tuple(found), tuple(gaps))


def _keys(uses: Iterable[Used]) -> dict[RunKind, list[str]]:
    found: dict[RunKind, dict[str, None]] = {}
    for use in uses:
        found.setdefault(use.kind, {})[use.manufacturer_part] = None
    return {kind: list(keys) for kind, keys in found.items()}


def _names(keys: Iterable[str], sources: Mapping[str, Source]) -> tuple[str, ...]:
    return tuple(
        sources[key].part.name if key in sources else (key or "not recorded") for key in keys
    )


def _substitution(
    part: str,
    kind: RunKind,
    seen: Sequence[str],
    meant: Sequence[str],
    sources: Mapping[str, Source],
) -> Substitution:
    """Of a run against production; of production itself against its plan."""
    itself = kind is RunKind.PRODUCTION
    new = [key for key in (seen if itself else meant) if key not in (meant if itself else seen)]
    lacks = []
    for key in new:
        approval = sources[key].approval(RunKind.PRODUCTION) if key in sources else None
        name = _names([key], sources)[0]
        if approval is None:
            lacks.append(f"{name} is not approved for production")
        elif approval.missing:
            lacks.append(f"{name} lacks {words.listed(approval.missing)}")
    earlier, production = _names(seen, sources), _names(meant, sources)
    names = words.listed(_names(new, sources))
    said = f"{part}: {_RUNS[kind]} took {words.listed(earlier)}; "
    said += "it was to take" if itself else "production takes"
    said += f" {words.listed(production)}. "
    good = (
        f"{names} {'is' if len(new) == 1 else 'are'} qualified" if new else "Nothing in it is new"
    )
    said += f"{words.first(words.listed(lacks, most=3) or good)}."
    return Substitution(
        part=part,
        kind=kind,
        earlier=earlier,
        production=production,
        lacks="; ".join(lacks),
        gates=GATES if lacks and not itself else (),
        sentence=said,
        way_out=f"Qualify {names}, or plan what the run took." if lacks else "",
    )


def _sentence(
    rows: Sequence[PartIdentity],
    found: Sequence[Substitution],
    blocking: Sequence[Substitution],
    gaps: Sequence[str],
) -> str:
    if not rows:
        return "No run has taken material yet, and none is planned."
    proven = sum(row.proven for row in rows)
    said = []
    if not found and not gaps:
        # That nothing differs says nothing of what no run took.
        if not proven:
            meant = words.counted(len(rows), "part")
            none = "No sample, pre-production or pilot run has taken material yet"
            return f"{none}; production is to take {meant}."
        parts = words.counted(proven, "part")
        said.append(f"{parts} compared: production takes what the runs before it took.")
    if found:
        names = words.listed(sorted({s.part for s in found}))
        said.append(f"{words.counted(len(found), 'substitution')}: {names}.")
    if blocking:
        verb = "blocks" if len(blocking) == 1 else "block"
        said.append(f"{len(blocking):,} {verb} gates 6 and 7 until qualified.")
    if gaps:
        verb = "place has" if len(gaps) == 1 else "places have"
        said.append(f"{len(gaps):,} {verb} nothing to compare.")
    if 0 < proven < len(rows):
        verb = "was" if len(rows) - proven == 1 else "were"
        said.append(f"{len(rows) - proven:,} more {verb} taken by none of these runs on record.")
    return " ".join(said)
