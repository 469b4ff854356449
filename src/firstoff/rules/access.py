"""Who may do what. One table; every verb asks it, no door decides."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from firstoff.errors import NotAllowed, NotFound
from firstoff.terms import BuilderClass, Role

_ANY = frozenset(Role)
_DEFINES = frozenset({Role.ENGINEER, Role.QUALITY_MANAGER})
_RECORDS = frozenset({Role.OPERATOR, Role.INSPECTOR, Role.ENGINEER, Role.QUALITY_MANAGER})
_RECEIVES = frozenset({Role.BUYER, Role.INSPECTOR, Role.ENGINEER, Role.QUALITY_MANAGER})
_SOURCES = frozenset({Role.BUYER, Role.ENGINEER, Role.QUALITY_MANAGER})
_INSPECTS = frozenset({Role.INSPECTOR, Role.QUALITY_MANAGER})
_DECIDES = frozenset({Role.QUALITY_MANAGER})
_MANAGES = frozenset({Role.ADMINISTRATOR})

PERMISSIONS: Mapping[str, frozenset[Role]] = MappingProxyType(
    {
        "see": _ANY,
        "program.edit": _DEFINES,
        "definition.edit": _DEFINES,
        "document.edit": _DEFINES | {Role.BUYER, Role.INSPECTOR},
        "baseline.freeze": _DEFINES,
        "equipment.edit": _DEFINES | _MANAGES,
        "run.create": _DEFINES,
        "run.setup": _RECORDS,
        "unit.record": _RECORDS,
        "unit.ship": _RECORDS | {Role.BUYER},
        "lot.receive": _RECEIVES,
        "lot.decide": _INSPECTS,
        "lot.move": _RECORDS | _RECEIVES,
        "source.edit": _SOURCES,
        "source.approve": _DEFINES,
        "calibration.record": _INSPECTS | {Role.ENGINEER},
        "adjustment.record": _RECORDS,
        "first_article.record": frozenset({Role.INSPECTOR, Role.QUALITY_MANAGER}),
        "cause.record": frozenset({Role.INSPECTOR, Role.ENGINEER, Role.QUALITY_MANAGER}),
        "action.edit": _DEFINES,
        "training.record": _DEFINES | _MANAGES,
        "change.edit": _DEFINES | {Role.BUYER},
        "query.log": frozenset(Role) - {Role.VIEWER, Role.ADMINISTRATOR},
        "gate.state": _DEFINES,
        "containment.open": frozenset({Role.INSPECTOR, Role.ENGINEER, Role.QUALITY_MANAGER}),
        # What is signed for: one role, so that nobody signs off by the way.
        "finding.accept": _DECIDES,
        "change.approve": _DECIDES,
        "bar.lock": _DECIDES,
        "judgement.correct": _DECIDES,
        "route.release": _DECIDES,
        "run.decide": _DECIDES,
        "run.close": _DECIDES,
        "gate.waive": _DECIDES,
        "gate.decide": _DECIDES,
        "containment.concede": _DECIDES,
        "containment.close": _DECIDES,
        "readings.rebuild": _MANAGES | _DECIDES,
        "people.edit": _MANAGES,
        "token.edit": _MANAGES,
    }
)

# What a permission lets one do, as a refusal says it.
DEEDS: Mapping[str, str] = MappingProxyType(
    {
        "see": "see anything",
        "program.edit": "make or change programs",
        "definition.edit": "change definitions",
        "document.edit": "add or change documents",
        "baseline.freeze": "freeze baselines",
        "equipment.edit": "change equipment",
        "run.create": "make runs",
        "run.setup": "record the setup of a run",
        "unit.record": "record units",
        "unit.ship": "record shipments",
        "lot.receive": "receive lots",
        "lot.decide": "accept or reject lots",
        "lot.move": "split, merge or count lots",
        "source.edit": "record suppliers, offers, orders and declarations",
        "source.approve": "approve sources or withdraw them",
        "calibration.record": "record calibrations",
        "adjustment.record": "record adjustments",
        "first_article.record": "record first articles",
        "cause.record": "name causes",
        "action.edit": "make or change corrective actions",
        "training.record": "record trainings",
        "gate.state": "state a criterion of a gate",
        "containment.open": "open containments and work them off",
        "change.approve": "approve or reject change orders",
        "change.edit": "ask for changes and assess them",
        "finding.accept": "accept findings as they are",
        "query.log": "log queries",
        "bar.lock": "lock a bar",
        "judgement.correct": "correct a first result",
        "route.release": "release a refusal of the line",
        "run.decide": "sign off or hold a run",
        "run.close": "close a run or accept gaps in its batch record",
        "gate.waive": "waive a criterion",
        "gate.decide": "decide a gate",
        "containment.concede": "let units pass by concession",
        "containment.close": "close containments",
        "readings.rebuild": "make readings again",
        "people.edit": "change people and sites",
        "token.edit": "make or revoke tokens",
    }
)

# Which permissions an API token of a scope opens; the person's roles still have to carry them.
SCOPES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "read": frozenset({"see"}),
        "record": frozenset(
            {"see", "run.setup", "unit.record", "adjustment.record", "first_article.record"}
            | {"cause.record", "containment.open", "unit.ship", "calibration.record", "query.log"}
            | {"lot.receive", "lot.decide", "lot.move", "source.edit"}
        ),
        "define": frozenset(
            {
                "see",
                "program.edit",
                "definition.edit",
                "document.edit",
                "baseline.freeze",
                "equipment.edit",
            }
            | {"run.create", "action.edit", "training.record", "change.edit", "query.log"}
        ),
        # These also ask for the person's password, each time: a token alone signs nothing.
        "sign": frozenset(
            {"see", "bar.lock", "judgement.correct", "route.release", "run.decide", "run.close"}
            | {"gate.state", "gate.waive", "gate.decide", "finding.accept"}
            | {"change.approve"}
            | {"containment.concede", "containment.close", "source.approve"}
        ),
        "manage": frozenset({"see", "people.edit", "token.edit", "readings.rebuild"}),
    }
)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks. ``roles`` by site id; ``scopes`` is None unless a token stands between."""

    person_id: int
    username: str
    name: str
    roles: Mapping[int, frozenset[Role]] = field(default_factory=dict)
    scopes: frozenset[str] | None = None
    station: str = ""  # set when a station's token recorded it

    @property
    def site_ids(self) -> tuple[int, ...]:
        return tuple(sorted(site for site, roles in self.roles.items() if roles))

    def roles_at(self, site_id: int) -> frozenset[Role]:
        return self.roles.get(site_id, frozenset())


def sees(actor: Actor, site_id: int) -> bool:
    return bool(actor.roles_at(site_id))


def may(actor: Actor, permission: str, site_id: int) -> bool:
    """Whether a role of the actor at the site carries the permission, and the token's scope."""
    if not actor.roles_at(site_id) & PERMISSIONS[permission]:
        return False
    return actor.scopes is None or any(permission in SCOPES[s] for s in actor.scopes)


def require(actor: Actor, permission: str, site_id: int) -> None:
    """Refuse unless allowed. A site the actor has no role at does not exist for them."""
    if not sees(actor, site_id):
        raise NotFound("There is no such thing, or not for you.")
    if may(actor, permission, site_id):
        return
    if actor.scopes is not None and actor.roles_at(site_id) & PERMISSIONS[permission]:
        raise NotAllowed(
            f"This token may not {DEEDS[permission]}: its scopes are "
            f"{', '.join(sorted(actor.scopes))}.",
            way_out=f"It needs the scope {_scope_for(permission)}.",
            permission=permission,
        )
    roles = sorted(r.value.replace("_", " ") for r in PERMISSIONS[permission])
    raise NotAllowed(
        f"{actor.name or actor.username} may not {DEEDS[permission]} here.",
        way_out=f"It takes one of these roles: {', '.join(roles)}.",
        permission=permission,
    )


def may_anywhere(actor: Actor, permission: str) -> bool:
    """For menus: is there a site where the actor may?"""
    return any(may(actor, permission, site) for site in actor.roles)


def _scope_for(permission: str) -> str:
    return " or ".join(s for s, allowed in SCOPES.items() if permission in allowed)


def builder_class(roles: frozenset[Role]) -> BuilderClass:
    """Who a unit counts as built by (R-33): an operator who also designs is no line operator."""
    if roles & {Role.ENGINEER, Role.QUALITY_MANAGER}:
        return BuilderClass.ENGINEER
    return BuilderClass.LINE if Role.OPERATOR in roles else BuilderClass.OTHER
