"""What the certificate of a signed-off process prints."""

from typing import Any

from firstoff.queries.evidence.paper_head import document, signatures
from firstoff.queries.evidence.verdict import Assessed
from firstoff.queries.execution.runs import RunView
from firstoff.rules.evidence import words


def certificate_data(found: Assessed, view: RunView) -> dict[str, Any]:
    """The data of ``documents.render("certificate", ...)``, without the digest, for a run that
    is signed off."""
    verdict, evidence, bar = found.verdict, found.evidence, found.evidence.run.bar
    figures = verdict.figures
    assert bar is not None
    assert figures is not None
    locked = "" if bar.locked_at is None else f", locked {bar.locked_at:%Y-%m-%d %H:%M} UTC"
    serials = [state.unit.serial for state in verdict.sample]
    rejects = f"at most {words.counted(bar.max_rejects, 'reject')} in {bar.sample:,} units"
    return {
        "doc": document(found, view, "SC", "Process sign-off"),
        "certificate": {
            "product": {
                "name": evidence.baseline.part_name,
                "part": evidence.baseline.part,
                "revision": evidence.baseline.revision,
                "site": f"{view.site_name}, {view.line}",
            },
            "committed": bar.commits,
            "scope": words.listed(
                [_within(o.name) for o in evidence.baseline.operations], most=40
            ),
            "bar": f"{rejects}{locked}, before the first unit",
            "result": (
                f"{words.counted(figures.rejects, 'reject')} in {figures.judged:,} counting units"
            ),
            "rate": figures.rate,
            "low": figures.lower,
            "high": figures.upper,
            "confidence": 0.95,
            "report": f"{view.batch_id}-PR revision A",
            "remarks": _remarks(found),
            "ends": "with the next change to tooling, material, site or baseline",
            "facts": [
                {"name": "Pilot batch", "value": view.batch_id},
                {"name": "Serial numbers", "value": f"{serials[0]} to {serials[-1]}"},
                {"name": "Baseline", "value": view.baseline[:16]},
            ],
        },
        "signatures": signatures(view),
    }


def _remarks(found: Assessed) -> list[str]:
    article, tries = found.evidence.run.first_article, found.verdict.tries
    remarks = []
    if article is not None:
        checked = words.of(article.conforming, article.checked)
        remarks.append(f"First article {article.serial}: {checked} characteristics conform.")
    if tries is not None and tries.total > 1:
        changes = words.counted(len(tries.changes), "process change")
        remarks.append(f"Batches tried: {tries.total}; {changes} before this one.")
    return remarks


def _within(name: str) -> str:
    """A name inside a sentence: *Seat the lid* begins small, *PCB test* does not."""
    return name[:1].lower() + name[1:] if name[1:2].islower() else name
