"""Who is in the demo, and what to look at."""

from dataclasses import dataclass

from firstoff.db.models import Containment, ContainmentFinding, Person, Run
from firstoff.terms import Role

PASSWORD = "counter crock CC-1"
SITE, LEEDS = "STOKE", "LEEDS"
SUSPECT_TITLE = "Seals that drip"  # the containment of the dosing pumps

PEOPLE = (
    ("ada", "Ada Okafor", Role.QUALITY_MANAGER, "locks bars, signs off or holds"),
    ("ben", "Ben Tams", Role.OPERATOR, "builds on line 2"),
    ("olu", "Olu Mensah", Role.OPERATOR, "builds on line 2"),
    ("ivy", "Ivy Chen", Role.INSPECTOR, "inspects the first article, finds causes"),
    ("eli", "Eli Novak", Role.ENGINEER, "defines the product, proposes actions"),
    ("bo", "Bo Lindqvist", Role.BUYER, "sees what may be bought"),
    ("vic", "Vic Moreau", Role.VIEWER, "sees, changes nothing"),
)
ADMINISTRATOR = ("adam", "Adam Reed", "adds people, roles and tokens")
OTHER = ("cy", "Cy Baptiste", Role.QUALITY_MANAGER, "works at Leeds: sees nothing of Stoke")


@dataclass(frozen=True, slots=True)
class DemoPerson:
    name: str
    username: str
    password: str
    role: str


@dataclass(frozen=True, slots=True)
class LookAt:
    """A thing to see, and the path of its page."""

    sentence: str
    path: str


@dataclass(frozen=True, slots=True)
class DemoGuide:
    people: tuple[DemoPerson, ...]
    look_at: tuple[LookAt, ...]
    loaded: bool  # False: it was there already


def guide(*, loaded: bool) -> DemoGuide:
    named = {p.username: p.name for p in Person.objects.all()}
    roles = [(u, f"{r.value.replace('_', ' ')}: {what}") for u, _, r, what in PEOPLE]
    roles.append((ADMINISTRATOR[0], f"administrator: {ADMINISTRATOR[2]}"))
    roles.append((OTHER[0], f"quality manager: {OTHER[3]}"))
    people = tuple(
        DemoPerson(named.get(username, username), username, PASSWORD, role)
        for username, role in roles
    )
    return DemoGuide(people, _look_at(), loaded)


def _look_at() -> tuple[LookAt, ...]:
    runs = {r.batch_id for r in Run.objects.filter(program__code="CC-1")}
    if not {"CC1-P1", "CC1-P2"} <= runs:
        return (LookAt("The board: every program, where it stands and what blocks it.", "/"),)
    return (
        LookAt("The board: every program, where it stands and what blocks it.", "/"),
        LookAt("Batch 1: 5 of 20 rejected, held, and why.", f"/runs/{SITE}/CC1-P1/"),
        LookAt("Batch 2: 1 of 20; sign it off as ada.", f"/runs/{SITE}/CC1-P2/"),
        LookAt("The bar, and what it lets through.", f"/runs/{SITE}/CC1-P2/bar/"),
        LookAt("The line, as ben: scan a serial, pass or fail it.", f"/runs/{SITE}/CC1-P2/line/"),
        LookAt("The road: nine gates, computed.", f"/p/{SITE}/CC-1/"),
        *_field_failure(),
    )


def _field_failure() -> tuple[LookAt, ...]:
    """A pump that came back, and what contains it; nothing in a demonstration made before."""
    contained = Containment.objects.filter(site__code=SITE, title=SUSPECT_TITLE).first()
    found = ContainmentFinding.objects.filter(member__containment=contained).order_by("pk")
    names = found.values_list("member__unit__part__number", "member__unit__serial").first()
    if contained is None or names is None:
        return ()
    part, serial = names
    return (
        LookAt(
            "A pump that came back: who built it, from which lots, how it tested.",
            f"/units/{SITE}/{part}/{serial}/",
        ),
        LookAt(
            "The seals behind it: every pump at risk, held, told, worked off.",
            f"/containments/{SITE}/{contained.number}/",
        ),
    )
