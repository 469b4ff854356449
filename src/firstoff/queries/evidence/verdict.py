"""The verdict on a run, computed once for each state of the program's records."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

from firstoff.db.models import RunDecision
from firstoff.queries import ledger
from firstoff.queries.evidence import measured, tested
from firstoff.queries.evidence.pilot import RunAddress, evidence_now, run_at, run_evidence
from firstoff.queries.execution import kept
from firstoff.rules.access import Actor
from firstoff.rules.criteria import run_verdict
from firstoff.rules.evidence import PilotEvidence, RunAssessment

_KEPT = 64


@dataclass(frozen=True, slots=True)
class Assessed:
    """A run, its evidence and its verdict. ``version``: the program's newest ledger entry."""

    run: RunAddress
    evidence: PilotEvidence
    verdict: RunAssessment
    version: int


# Records are append-only: what was computed for an entry of the ledger stays true of it.
_cache: OrderedDict[tuple[str, int], tuple[PilotEvidence, RunAssessment]] = OrderedDict()
_lock = Lock()


def assessed(actor: Actor, run_id: int) -> Assessed:
    """The verdict on a run as it reads now. Raises NotFound."""
    return assess_address(run_at(actor, run_id))


def assess_address(run: RunAddress) -> Assessed:
    """The verdict on a run that the actor sees; one query where nothing has changed."""
    return assess_all([run])[0]


def assess_all(runs: Sequence[RunAddress]) -> tuple[Assessed, ...]:
    """The verdicts on several runs, in as many queries as on one."""
    versions = ledger.versions({run.program_id for run in runs})
    keys = {run.uid: (run.uid, versions.get(run.program_id, 0)) for run in runs}
    with _lock:
        held = {uid: _cache[key] for uid, key in keys.items() if key in _cache}
    missing = [run for run in runs if run.uid not in held]
    if missing:
        upto = max(versions.values(), default=0)
        for run, evidence in zip(missing, evidence_now(missing, upto=upto), strict=True):
            held[run.uid] = (evidence, run_verdict(evidence))
    with _lock:
        for uid, key in keys.items():
            _cache[key] = held[uid]
            _cache.move_to_end(key)
        while len(_cache) > max(_KEPT, len(runs)):
            _cache.popitem(last=False)
    return tuple(Assessed(run, *held[run.uid], keys[run.uid][1]) for run in runs)


def forget() -> None:
    """Read everything anew the next time."""
    with _lock:
        _cache.clear()
    kept.forget()
    measured.forget()
    tested.forget()


def as_decided(run: RunAddress) -> Assessed:
    """The verdict as it read when the run was decided; as it reads now where it is not."""
    entry = RunDecision.objects.filter(run=run.id).values_list("entry_id", flat=True).first()
    if entry is None:
        return assess_address(run)
    key = (run.uid, entry)  # true of the ledger up to there, whatever comes later
    with _lock:
        held = _cache.get(key)
    if held is None:
        evidence = run_evidence(run, upto=entry)
        held = (evidence, run_verdict(evidence))
        with _lock:
            _cache[key] = held
    return Assessed(run, *held, entry)
