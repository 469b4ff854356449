"""Containments (R-62): which there are, how far each is, whose units they are about."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Max, QuerySet

from firstoff.db.models import (
    ContainedUnit,
    Containment,
    Customer,
    CustomerNotice,
)
from firstoff.errors import NotFound
from firstoff.queries.trace.followed import followed
from firstoff.rules.access import Actor, require, sees
from firstoff.rules.execution import moment
from firstoff.rules.trace import Question, read_question
from firstoff.rules.trace.containment import (
    CUSTOMER,
    CustomerProgress,
    Forecast,
    Group,
    MemberState,
    Numbers,
    forecast,
    headline,
    label,
    numbers,
    why,
)
from firstoff.terms import ContainmentOutcome, Place


@dataclass(frozen=True)
class ContainmentView:
    """A containment as it was opened and, where it is, closed."""

    id: int
    uid: UUID
    site_id: int
    site: str
    site_name: str
    time_zone: str
    number: int
    title: str
    reason: str
    question_text: str
    opened_at: datetime
    opened_by: str
    closed_at: datetime | None
    closed_by: str
    closing_note: str
    meaning: str  # of the closing signature
    signer_role: str
    digest: str  # of what was signed
    closed_numbers: str  # canonical JSON

    @property
    def label(self) -> str:
        return label(self.number)

    @property
    def closed(self) -> bool:
        return self.closed_at is not None

    @cached_property
    def question(self) -> Question:
        return read_question(self.question_text)

    @property
    def sentence(self) -> str:
        """The question in the time of the site."""
        zone = ZoneInfo(self.time_zone)
        return self.question.sentence(lambda at: moment(at, zone))

    @cached_property
    def at_closing(self) -> dict[str, Any]:
        """The numbers as they were signed; empty while it is open."""
        found: dict[str, Any] = json.loads(self.closed_numbers) if self.closed_numbers else {}
        return found


@dataclass(frozen=True, slots=True)
class PlaceProgress:
    """Units that were at one place when they joined. ``open`` are ``working``, ``away`` (at a
    customer now) or to be looked at."""

    place: Place
    units: int
    worked_off: int
    good: int
    faulty: int
    open: int
    working: int
    away: int


@dataclass(frozen=True, slots=True)
class Progress:
    numbers: Numbers
    places: tuple[PlaceProgress, ...]
    customers: tuple[CustomerProgress, ...]
    forecast: Forecast | None
    headline: str
    why: str


@dataclass(frozen=True, slots=True)
class Row:
    """A containment in a list."""

    view: ContainmentView
    numbers: Numbers


_COLUMNS = (
    "pk", "uid", "site_id", "site__code", "site__name", "site__time_zone", "number", "title",
    "reason", "question", "opened_at", "by__name", "closure__closed_at", "closure__by__name",
    "closure__note", "closure__signature__meaning", "closure__signature__role",
    "closure__signature__content_digest", "closure__numbers",
)  # fmt: skip


def _views(rows: QuerySet[Containment]) -> tuple[ContainmentView, ...]:
    found = []
    for row in rows.values_list(*_COLUMNS):
        values: list[Any] = [*row[:13], *(text or "" for text in row[13:])]
        found.append(ContainmentView(*values))
    return tuple(found)


def containments(
    actor: Actor,
    *,
    site_id: int | None = None,
    is_open: bool | None = None,
    offset: int = 0,
    limit: int = 50,
) -> tuple[tuple[Row, ...], int]:
    """Containments of the sites that the actor sees, open ones first, the newest first. Three
    queries."""
    sites = actor.site_ids if site_id is None else (site_id,)
    for one in sites:
        require(actor, "see", one)
    rows = Containment.objects.filter(site__in=sites)
    if is_open is not None:
        rows = rows.filter(closure__isnull=is_open)
    ordered = rows.order_by(F("closure__pk").asc(nulls_first=True), "-opened_at", "-pk")
    shown = _views(ordered[offset : offset + limit])
    found = groups([view.id for view in shown])
    return tuple(Row(view, numbers(found.get(view.id, ()))) for view in shown), rows.count()


def containment(actor: Actor, site: str, number: int) -> ContainmentView:
    """Raises NotFound."""
    found = _views(Containment.objects.filter(site__code=site, number=number))
    if not found or not sees(actor, found[0].site_id):
        raise NotFound(f"There is no containment {label(number)} at {site}, or not for you.")
    return found[0]


def containment_of(actor: Actor, key: int) -> ContainmentView:
    """By its key. Raises NotFound."""
    found = _views(Containment.objects.filter(pk=key))
    if not found or not sees(actor, found[0].site_id):
        raise NotFound("There is no such containment, or not for you.")
    return found[0]


def progress(view: ContainmentView) -> Progress:
    """How far it is. Five queries."""
    found = groups([view.id]).get(view.id, ())
    counted = numbers(found)
    out = sum(
        g.units for g in found if g.whereabouts is CUSTOMER and g.state is not MemberState.DONE
    )
    return Progress(
        numbers=counted,
        places=_by_place(found),
        customers=_by_customer(view, found),
        forecast=forecast(counted, out),
        headline=headline(counted, closed=view.closed),
        why=why(counted, out, closed=view.closed),
    )  # fmt: skip


def _away(found: Sequence[Group], joined: Place) -> int:
    """Of units that joined at a place, those at a customer of which nothing was found yet."""
    return sum(
        g.units
        for g in found
        if g.joined is joined and g.whereabouts is CUSTOMER and g.state is MemberState.OPEN
    )


def _by_place(found: Sequence[Group]) -> tuple[PlaceProgress, ...]:
    rows = []
    for place in Place:
        here = numbers(g for g in found if g.joined is place)
        if here.at_risk:
            good = dict(here.outcomes).get(ContainmentOutcome.CLEARED, 0)
            good -= sum(
                g.units
                for g in found
                if g.joined is place and g.faulty and g.outcome is ContainmentOutcome.CLEARED
            )
            rows.append(
                PlaceProgress(
                    place, here.at_risk, here.worked_off, good, here.faulty, here.open,
                    here.working, _away(found, place),
                )
            )  # fmt: skip
    return tuple(rows)


def _by_customer(view: ContainmentView, found: Sequence[Group]) -> tuple[CustomerProgress, ...]:
    keys = {g.customer for g in found if g.customer is not None}
    if not keys:
        return ()
    told = _told(view.id)
    since = _joined_since(view.id, told) if told else {}
    customers = Customer.objects.filter(pk__in=keys).order_by("name", "pk")
    rows = []
    for key, name, contact in customers.values_list("pk", "name", "contact"):
        theirs = [g for g in found if g.customer == key]
        at, reference = told.get(key, (None, ""))
        rows.append(
            CustomerProgress(
                id=key,
                name=name,
                contact=contact,
                units=sum(g.units for g in theirs),
                open=sum(g.units for g in theirs if g.state is not MemberState.DONE),
                back=sum(g.units for g in theirs if g.whereabouts is not CUSTOMER),
                told_at=at,
                reference=reference,
                joined_since=since.get(key, 0) if at else 0,
            )
        )
    return tuple(sorted(rows, key=lambda c: (not c.to_be_told, -c.open, c.name)))


def _told(containment_id: int) -> dict[int, tuple[datetime, str]]:
    """The last notice to each customer."""
    rows = CustomerNotice.objects.filter(containment=containment_id).order_by("sent_at", "pk")
    columns = rows.values_list("customer_id", "sent_at", "reference")
    return {key: (at, reference) for key, at, reference in columns}


def _joined_since(containment_id: int, told: Mapping[int, Any]) -> dict[int, int]:
    """Units that joined after the entry of the last notice to their customer."""
    entries = dict(
        CustomerNotice.objects.filter(containment=containment_id)
        .order_by()
        .values_list("customer_id")
        .annotate(last=Max("entry_id"))
    )
    late = (
        ContainedUnit.objects.filter(containment=containment_id, late=True, customer__in=told)
        .order_by()
        .values_list("customer_id", "entry_id")
        .annotate(units=Count("pk"))
    )
    found: dict[int, int] = {}
    for key, entry, units in late:
        if key is not None and entry > entries.get(key, 0):
            found[key] = found.get(key, 0) + units
    return found


# ------------------------------------------------------------ counting


def groups(wanted: Iterable[int]) -> dict[int, tuple[Group, ...]]:
    """The units of containments by where they are and what was found. None for none; two queries
    where nothing was recorded since they were counted, at most seven else."""
    found = list(wanted)
    return followed.groups(found) if found else {}


# ------------------------------------------------------------ elsewhere


@dataclass(frozen=True, slots=True)
class Open:
    """An open containment of a site, as the board tells it."""

    site: str
    number: int
    title: str
    at_risk: int
    open: int

    @property
    def label(self) -> str:
        return label(self.number)


def open_at(actor: Actor, *, limit: int = 20) -> tuple[tuple[Open, ...], int]:
    """Open containments of all sites the actor sees, with how many units are open, and the total.
    Two queries; one where there is none."""
    rows = Containment.objects.filter(site__in=actor.site_ids, closure__isnull=True)
    shown = _views(rows.order_by("-opened_at", "-pk")[: limit + 1])
    if not shown:
        return (), 0
    found = groups([view.id for view in shown[:limit]])
    counted = {key: numbers(held) for key, held in found.items()}
    return tuple(
        Open(v.site, v.number, v.title, counted[v.id].at_risk, counted[v.id].open)
        for v in shown[:limit]
    ), rows.count() if len(shown) > limit else len(shown)
