"""Who may do what."""

from dataclasses import replace

import pytest

from firstoff.errors import NotAllowed, NotFound
from firstoff.rules.access import (
    DEEDS,
    PERMISSIONS,
    SCOPES,
    Actor,
    builder_class,
    may,
    may_anywhere,
    require,
    sees,
)
from firstoff.terms import BuilderClass, Role

STOKE, LEEDS = 1, 2


def actor(*roles: Role) -> Actor:
    return Actor(7, "ada", "Ada Okafor", {STOKE: frozenset(roles), LEEDS: frozenset()})


@pytest.mark.parametrize("permission", PERMISSIONS)
@pytest.mark.parametrize("role", Role)
def test_a_role_may_what_the_table_says_and_only_there(permission: str, role: Role) -> None:
    who = actor(role)
    expected = role in PERMISSIONS[permission]
    assert (may(who, permission, STOKE), may(who, permission, LEEDS)) == (expected, False)
    assert may_anywhere(who, permission) == expected


def test_what_is_signed_is_signed_by_the_quality_manager_alone() -> None:
    signed = ("bar.lock", "judgement.correct", "route.release", "run.decide", "gate.waive")
    assert {PERMISSIONS[p] for p in (*signed, "gate.decide")} == {
        frozenset({Role.QUALITY_MANAGER})
    }


def test_everybody_with_a_role_may_see() -> None:
    assert PERMISSIONS["see"] == frozenset(Role)


def test_every_permission_has_its_words_and_a_scope() -> None:
    opened = frozenset().union(*SCOPES.values())
    assert (set(DEEDS), opened) == (set(PERMISSIONS), frozenset(PERMISSIONS))


@pytest.mark.parametrize(("scope", "opened"), SCOPES.items())
def test_a_scope_narrows_and_never_widens(scope: str, opened: frozenset[str]) -> None:
    everything = replace(actor(*Role), scopes=frozenset({scope}))
    nothing = replace(actor(), scopes=frozenset(SCOPES))
    assert {p for p in PERMISSIONS if may(everything, p, STOKE)} == opened
    assert not any(may(nothing, p, STOKE) for p in PERMISSIONS)


def test_a_site_without_a_role_does_not_exist() -> None:
    assert not sees(actor(Role.QUALITY_MANAGER), LEEDS)
    for site in (LEEDS, 99):
        with pytest.raises(NotFound):
            require(actor(Role.QUALITY_MANAGER), "see", site)


def test_a_refusal_says_what_and_who() -> None:
    with pytest.raises(NotAllowed) as refused:
        require(actor(Role.VIEWER), "bar.lock", STOKE)
    assert str(refused.value) == (
        "Ada Okafor may not lock a bar here. It takes one of these roles: quality manager."
    )


def test_a_token_is_told_which_scope_it_lacks() -> None:
    reading = replace(actor(Role.QUALITY_MANAGER), scopes=frozenset({"read"}))
    with pytest.raises(NotAllowed) as refused:
        require(reading, "bar.lock", STOKE)
    assert str(refused.value) == (
        "This token may not lock a bar: its scopes are read. It needs the scope sign."
    )


@pytest.mark.parametrize(
    ("roles", "built_by"),
    [
        ({Role.OPERATOR}, BuilderClass.LINE),
        ({Role.OPERATOR, Role.INSPECTOR}, BuilderClass.LINE),
        ({Role.OPERATOR, Role.ENGINEER}, BuilderClass.ENGINEER),
        ({Role.OPERATOR, Role.QUALITY_MANAGER}, BuilderClass.ENGINEER),
        ({Role.ENGINEER}, BuilderClass.ENGINEER),
        ({Role.INSPECTOR}, BuilderClass.OTHER),
        (set(), BuilderClass.OTHER),
    ],
)
def test_who_also_designs_is_no_line_operator(roles: set[Role], built_by: BuilderClass) -> None:
    assert builder_class(frozenset(roles)) == built_by
