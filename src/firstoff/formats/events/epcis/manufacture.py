"""What happened on the floor, as EPCIS events, and events as what happened.

One happening is one event. What EPCIS has a field for goes there; the rest goes into the name
space ``firstoff:``, and only what cannot be heard from the fields: hearing what was said gives the
same happening. Events of others, without our name space, are heard by their type, action and step;
one event about ten units is ten happenings.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from firstoff.errors import InvalidInput
from firstoff.formats.events.epcis import extension
from firstoff.formats.events.epcis.documents import canonical, event_value
from firstoff.formats.events.epcis.extension import NAMESPACE, PREFIX, Misfit
from firstoff.formats.events.epcis.happenings import Happening, Voided
from firstoff.formats.events.epcis.naming import Naming
from firstoff.formats.events.epcis.parts import Given
from firstoff.formats.events.epcis.rules import RULES, Rule, passed_over, rules_for
from firstoff.formats.events.epcis.times import moment_of, offset_of, time_of
from firstoff.formats.events.epcis.values import (
    CaptureBody,
    CaptureDocument,
    ErrorDeclaration,
    Event,
    StepEvent,
)

CONTEXT = (
    "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
    MappingProxyType({PREFIX: NAMESPACE}),
)
_KIND = f"{PREFIX}:kind"
_ALWAYS = {"id", "at"}  # said by the event's own id and time


@dataclass(frozen=True, slots=True)
class Unheard:
    """An event that says nothing we record, and why, as a sentence."""

    event: Event
    why: str


def document(naming: Naming, at: datetime, events: Iterable[Event] = ()) -> CaptureDocument:
    """A capture document of ours. Leave ``events`` out to stream them (documents.stream)."""
    return CaptureDocument(
        context=CONTEXT,
        schema_version="2.0",
        creation_date=time_of(at),
        sender=naming.base,
        epcis_body=CaptureBody(event_list=tuple(events)),
    )


# ---------------------------------------------------------------- saying


def event_of(happening: Happening, naming: Naming, voided: Voided | None = None) -> StepEvent:
    """The event of a happening; with ``voided``, the same event with the declaration that it is in
    error, which is how EPCIS corrects (nothing is deleted).

    Raises InvalidInput for a happening about nothing, and for a void alone."""
    if isinstance(happening, Voided):
        raise InvalidInput(
            f"The void {happening.id} is no event by itself.",
            way_out="It is said with the event of the record that it takes back.",
            field="supersedes",
        )
    rule = RULES[type(happening)]
    _demand_something(happening, rule)
    said: Given = dict(rule.fixed)
    for part in rule.parts:
        _merge(said, part.say(happening, naming))
    event: StepEvent = rule.event(
        event_id=happening.id.urn,
        event_time=time_of(happening.at),
        event_time_zone_offset=offset_of(happening.at),
        **said,
    )
    rest = _unsaid(happening, _heard(event, rule, naming))
    declared = _declaration(voided) if voided else None
    return replace(event, extensions=rest, error_declaration=declared)


def _demand_something(happening: Happening, rule: Rule) -> None:
    for group in rule.holds:
        if not any(getattr(happening, name) for name in group):
            raise InvalidInput(
                f"The {happening.kind} of {happening.at.isoformat()} has no "
                f"{' and no '.join(group)}; expected one at least.",
                field=group[0],
            )


def _merge(said: Given, more: Given) -> None:
    for name, value in more.items():
        both = isinstance(value, tuple) and name in said
        said[name] = said[name] + value if both else value


def _unsaid(happening: Happening, heard: Given) -> Mapping[str, Any]:
    """What hearing the event would not give back."""
    defaults = extension.described(type(happening)).defaults
    rest = {_KIND: happening.kind}
    for f in fields(happening):
        value = getattr(happening, f.name)
        if f.name not in _ALWAYS and heard.get(f.name, defaults.get(f.name)) != value:
            rest[f"{PREFIX}:{f.name}"] = extension.plain(value)
    return MappingProxyType(rest)


def _declaration(voided: Voided) -> ErrorDeclaration:
    rest = {
        f"{PREFIX}:{f.name}": extension.plain(getattr(voided, f.name))
        for f in fields(voided)
        if f.name in ("id", "operator", "note", "site", "reason") and getattr(voided, f.name)
    }
    others = tuple(record.urn for record in voided.corrected_by)
    return ErrorDeclaration(
        declaration_time=time_of(voided.at),
        reason="incorrect_data" if others else "did_not_occur",
        corrective_event_ids=others or None,
        extensions=MappingProxyType(rest),
    )


# ---------------------------------------------------------------- hearing


def happenings_of(event: Event, naming: Naming) -> tuple[Happening, ...] | Unheard:
    """What an event says happened: one of our own happenings, or as many as another's event says.

    An event with an error declaration is the voiding of its record."""
    if not isinstance(event, StepEvent):
        return Unheard(event, "An event of a type of its own says nothing that is recorded here.")
    if event.error_declaration is not None:
        return _heard_voiding(event)
    own = event.extensions.get(_KIND)
    rules = [rule for rule in RULES.values() if rule.happening.kind == own] or rules_for(event)
    if not rules:
        step = event.biz_step or "no step"
        return Unheard(event, f"{_type(event)} with {step} is none of the events recorded here.")
    over = passed_over(event, rules)
    if over:
        return Unheard(event, f"{_type(event)}: what its {' and '.join(over)} says has no record.")
    try:
        found = [
            _happening(single, rule, naming, record)
            for rule in rules
            for single, record in _singles(event, rule, own is not None)
        ]
    except Misfit as misfit:
        return Unheard(event, f"{_type(event)}: {misfit}.")
    return tuple(found)


def _type(event: StepEvent) -> str:
    said = (getattr(event, name, "") for name in ("type", "action"))
    return " ".join(word for word in said if word)


def _singles(event: StepEvent, rule: Rule, own: bool) -> list[tuple[StepEvent, UUID]]:
    """The event once for each thing that it is about, with an id for each."""
    things = [] if own else rule.singles(event)
    if len(things) < 2:
        return [(event, record_id(event))]
    return [(single, record_id(event, number)) for number, single in enumerate(things)]


def _heard(event: StepEvent, rule: Rule, naming: Naming) -> Given:
    heard: Given = {}
    for part in rule.parts:
        heard.update(part.hear(event, naming))
    return heard


def _happening(event: StepEvent, rule: Rule, naming: Naming, record: UUID) -> Happening:
    made = rule.happening
    known = extension.described(made)
    types = known.types
    given = {n: v for n, v in _heard(event, rule, naming).items() if n in types}
    for name, value in event.extensions.items():
        short = name.removeprefix(f"{PREFIX}:")
        if name != short and short in types and short not in _ALWAYS:
            given[short] = _rebuilt(name, types[short], value)
    given |= {"id": record, "at": moment_of(event)}
    missing = [name for name in known.required if name not in given]
    if missing:
        raise Misfit(f"{' and '.join(missing)} missing")
    return made(**given)


def _rebuilt(name: str, kind: Any, value: Any) -> Any:
    try:
        return extension.rebuilt(kind, value)
    except Misfit as misfit:
        raise Misfit(f"{name} {misfit}") from misfit


def _heard_voiding(event: StepEvent) -> tuple[Happening, ...] | Unheard:
    declared = event.error_declaration
    if declared is None:  # asked before
        raise TypeError
    types = extension.described(Voided).types
    plain_event = replace(event, error_declaration=None)
    given: Given = {
        "id": record_id(event, what="void"),
        "at": declared.declaration_time.at,
        "supersedes": record_id(plain_event),
        "corrected_by": tuple(
            id_of_uri(uri, declared.declaration_time.at)
            for uri in declared.corrective_event_ids or ()
        ),
    }
    try:
        for name, value in declared.extensions.items():
            short = name.removeprefix(f"{PREFIX}:")
            if name != short and short in types:
                given[short] = _rebuilt(name, types[short], value)
    except Misfit as misfit:
        return Unheard(event, f"errorDeclaration: {misfit}.")
    return (Voided(**given),)


# ---------------------------------------------------------------- identity


def record_id(event: Event, number: int = 0, what: str = "") -> UUID:
    """The UUID of the record that an event is: its own where it has one (of ``urn:uuid:``), else
    one made of its id or content, so that the same event is the same record each time it comes."""
    key = event.event_id
    if key is None:
        bare = replace(event, record_time=None)  # a repository's, not the event's own
        key = hashlib.sha256(canonical(event_value(bare))).hexdigest()
    if number or what:
        key += f"#{what}{number}"
    return id_of_uri(key, event.event_time.at)


def part_id(record: UUID, at: datetime, what: str, number: int) -> UUID:
    """The id of what a record says beside itself: the second consumption of an operation is
    ``part_id(operation, at, "consumes", 1)``, each time it is said."""
    return id_of_uri(f"{record.urn}#{what}{number}", at)


def id_of_uri(uri: str, at: datetime) -> UUID:
    """The UUID of a ``urn:uuid:``, else a UUIDv7 of the time whose rest is a hash of the text."""
    if uri.startswith("urn:uuid:"):
        try:
            return UUID(uri)
        except ValueError:
            pass
    digest = int.from_bytes(hashlib.sha256(uri.encode()).digest()[:10])
    milliseconds = max(0, int(at.timestamp() * 1000)) & (2**48 - 1)
    bits = milliseconds << 80 | 7 << 76 | (digest >> 66 & 0xFFF) << 64
    return UUID(int=bits | 2 << 62 | digest & (2**62 - 1))
