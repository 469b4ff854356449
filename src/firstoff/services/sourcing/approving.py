"""The approved vendor list: sources and alternates proposed, approved, withdrawn (R-20, R-21)."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from uuid import UUID, uuid5

from firstoff.db.models import (
    Alternate,
    Approval,
    BomLine,
    Characteristic,
    DocumentVersion,
    ManufacturerPart,
    Part,
)
from firstoff.errors import InvalidInput, NotFound
from firstoff.rules.access import Actor, require
from firstoff.rules.product import check_prose
from firstoff.rules.sourcing.approvals import (
    ApprovalGiven,
    ApprovalStanding,
    approval_meaning,
    check_approval,
)
from firstoff.services import access
from firstoff.services.ledger import Entry
from firstoff.services.repeating import AlreadyStored, answer_stored
from firstoff.services.sourcing.ground import part_of, source_of, verb, version_of, with_uid
from firstoff.terms import ApprovalDecision, CharacteristicClass

MANY = 100  # sources in one decision


def decide_source(
    *,
    site_id: int,
    part: str,
    manufacturer: str,
    mpn: str,
    given: ApprovalGiven,
    by: Actor,
    at: datetime,
    version: str = "",
    password: str = "",
    seen: str | None = None,
    uid: UUID | None = None,
) -> Approval:
    """Propose, approve or withdraw a manufacturer part for a kind of run.

    given.document: the number of a document that is the evidence, ``version`` its label (the
    newest unless said). Approving for a critical part takes the password, which makes a signature.
    seen: the uid of the decision the person saw standing; raises StaleState where another stands.
    """
    deciding = _Deciding(site_id, given, version, password, seen, uid, by, at)
    with_name = f"part {part}, {manufacturer} {mpn}"
    try:
        with verb(deciding.verb, with_name, by=by, at=at) as entry:
            row = source_of(part_of(site_id, part), manufacturer, mpn)
            return deciding.decide(entry, row)
    except AlreadyStored as known:
        return known.of(Approval)


def decide_sources(
    *,
    site_id: int,
    sources: Sequence[int],
    given: ApprovalGiven,
    by: Actor,
    at: datetime,
    version: str = "",
    uid: UUID | None = None,
) -> int:
    """Propose or approve many manufacturer parts for the same evidence, all or none of them; how
    many. For critical parts each approval is signed on its own (``decide_source``).

    sources: keys of manufacturer parts of the site, at most ``MANY``. uid: of the whole; posted
    again it records nothing.
    """
    keys = sorted(set(sources))
    if not keys or len(keys) > MANY:
        raise InvalidInput(
            f"{len(keys):,} sources are named; expected 1 to {MANY}.", field="sources"
        )
    if given.decision is ApprovalDecision.WITHDRAWN:
        raise InvalidInput(
            "A source is withdrawn for a reason of its own; expected proposed or approved.",
            field="decision",
        )
    first = _Deciding(site_id, given, version, "", None, None, by, at)
    try:
        with verb(first.verb, f"{len(keys)} sources", by=by, at=at) as entry:
            rows = ManufacturerPart.objects.filter(pk__in=keys, part__site=site_id)
            found = list(rows.select_related("part").order_by("pk"))
            if len(found) != len(keys):
                raise NotFound("A source that is named is not there.", field="sources")
            names = []
            for row in found:
                of_one = uuid5(uid, str(row.pk)) if uid else None
                one = _Deciding(site_id, given, version, "", None, of_one, by, at)
                one.decide(entry, row)
                names.append(f"{row.part.number}: {row}")
            for told in ("name", "part"):
                del entry.details[told]
            entry.details["sources"] = names
    except AlreadyStored:
        return len(keys)  # of one transaction: where one is stored all are
    return len(keys)


def decide_alternate(
    *,
    site_id: int,
    part: str,
    alternate: str,
    given: ApprovalGiven,
    by: Actor,
    at: datetime,
    line: int | None = None,
    version: str = "",
    password: str = "",
    seen: str | None = None,
    uid: UUID | None = None,
) -> Approval:
    """The same of another part that may stand for one: everywhere, or on one line (its key)."""
    deciding = _Deciding(site_id, given, version, password, seen, uid, by, at)
    try:
        with verb(deciding.verb, f"part {part}, alternate {alternate}", by=by, at=at) as entry:
            rows = Alternate.objects.select_related("part", "alternate", "line")
            row = rows.filter(
                part=part_of(site_id, part), alternate__number=alternate, line=line
            ).first()
            if row is None:
                where = "on that line" if line else "wherever it is used"
                raise NotFound(
                    f"{alternate[:120]} is no alternate of {part[:120]} {where}.",
                    way_out="Propose it on the bill of materials first.",
                    field="alternate",
                )
            return deciding.decide(entry, row)
    except AlreadyStored as known:
        return known.of(Approval)


class _Deciding:
    """One decision, whatever it is on."""

    def __init__(
        self,
        site_id: int,
        given: ApprovalGiven,
        version: str,
        password: str,
        seen: str | None,
        uid: UUID | None,
        by: Actor,
        at: datetime,
    ) -> None:
        proposes = given.decision is ApprovalDecision.PROPOSED
        require(by, "source.edit" if proposes else "source.approve", site_id)
        evidence = check_prose(given.evidence, "evidence", field="evidence")
        if len(given.document) > 120:
            raise InvalidInput("The number of the document is too long.", field="document")
        self.given = replace(given, evidence=evidence)
        self.site_id, self.version, self.seen, self.uid = site_id, version, seen, uid
        self.by, self.at = by, at
        # Before the transaction: a wrong password is counted although the verb is refused.
        self.confirmed = access.confirm(by, password, at) if password else None

    @property
    def verb(self) -> str:
        words = {ApprovalDecision.PROPOSED: "propose", ApprovalDecision.APPROVED: "approve"}
        return f"{words.get(self.given.decision, 'withdraw')}_source"

    def decide(self, entry: Entry, row: ManufacturerPart | Alternate) -> Approval:
        alternate = row if isinstance(row, Alternate) else None
        thing = {"manufacturer_part": None if alternate else row, "alternate": alternate}
        keys = {f"{name}_id": row.pk if row else None for name, row in thing.items()}
        answer_stored(
            Approval, self.uid, **keys, decision=self.given.decision, run_kind=self.given.run_kind
        )
        name, part = f"{row}", row.part
        paper = version_of(self.by, self.site_id, self.given.document, self.version)
        check_approval(
            self.given,
            name=name,
            before=standing(keys, self.given.run_kind),
            seen=self.seen,
            critical=is_critical(part, alternate.line if alternate else None),
            signed=self.confirmed is not None,
        )
        signature = None
        content = {**asdict(self.given), "name": name, "part": part.number}
        if self.confirmed is not None and self.given.decision is ApprovalDecision.APPROVED:
            signature = access.sign(
                entry,
                self.confirmed,
                meaning=approval_meaning(name, self.given),
                subject=f"part {part.number}, {name}",
                permission="source.approve",
                site_id=self.site_id,
                content=content,
            )
        entry.details.update(content)
        return entry.add(self._row(paper, **thing, signature=signature))

    def _row(self, paper: DocumentVersion | None, **more: object) -> Approval:
        given = self.given
        row = Approval(
            run_kind=given.run_kind,
            decision=given.decision.value,
            form=given.form,
            fit=given.fit,
            function=given.function,
            evidence=given.evidence,
            version=paper,
            decided_at=self.at,
            **more,
        )
        return with_uid(row, self.uid)


def standing(keys: dict[str, int | None], run_kind: str) -> ApprovalStanding | None:
    """What stands for a source and a kind of run."""
    row = Approval.objects.filter(**keys, run_kind=run_kind).order_by("-pk").first()
    if row is None:
        return None
    given = ApprovalGiven(ApprovalDecision(row.decision), row.run_kind)
    return ApprovalStanding(str(row.uid), given)


def is_critical(part: Part, line: BomLine | None = None) -> bool:
    """Whether a characteristic of the part, or a line it stands on, is classed critical."""
    critical = CharacteristicClass.CRITICAL
    if line is not None and line.classification == critical:
        return True
    if Characteristic.objects.filter(revision__part=part, classification=critical).exists():
        return True
    return BomLine.objects.filter(part=part, classification=critical).exists()
