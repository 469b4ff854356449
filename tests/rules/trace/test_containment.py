"""Containment: what may be found where, what settles a unit, what still holds it, what adds up."""

import pytest

from firstoff.errors import InvalidInput, Refused
from firstoff.rules.execution import Hold, held_refusals
from firstoff.rules.trace.containment import (
    CUSTOMER,
    HOUSE,
    OUTCOMES,
    SCRAPPED,
    Forecast,
    Group,
    Member,
    MemberState,
    Numbers,
    Whereabouts,
    allowed,
    check_finding,
    check_note,
    check_opening,
    closing_meaning,
    closing_refusal,
    concession_meaning,
    forecast,
    headline,
    holds,
    label,
    numbers,
    read_label,
    read_outcome,
    state,
    whereabouts,
    why,
)
from firstoff.terms import ContainmentOutcome as Outcome
from firstoff.terms import Place

OPEN, WORK, DONE = MemberState


def test_every_outcome_has_its_rule_and_can_be_found_somewhere() -> None:
    assert set(OUTCOMES) == set(Outcome)
    assert [o for o, rule in OUTCOMES.items() if not rule.at] == []


def test_every_unit_can_be_settled_wherever_it_is() -> None:
    for where in Whereabouts:
        after = [state(r.outcome, _after(r.outcome, where)) for r in allowed(where)]
        assert DONE in after


def _after(outcome: Outcome, where: Whereabouts) -> Whereabouts:
    """Scrapping a unit in house is what makes it scrapped."""
    return SCRAPPED if outcome is Outcome.SCRAP and where is HOUSE else where


@pytest.mark.parametrize(
    ("outcome", "where", "stands", "held"),
    [
        (None, HOUSE, OPEN, True),
        (None, CUSTOMER, OPEN, True),
        (None, SCRAPPED, OPEN, True),
        (Outcome.CLEARED, HOUSE, DONE, False),
        (Outcome.CLEARED, CUSTOMER, DONE, False),
        (Outcome.USE_AS_IS, HOUSE, DONE, False),
        (Outcome.REWORK, HOUSE, WORK, True),
        (Outcome.REPAIR, HOUSE, WORK, True),
        (Outcome.SCRAP, SCRAPPED, DONE, False),
        (Outcome.SCRAP, CUSTOMER, DONE, True),
        (Outcome.SCRAP, HOUSE, OPEN, True),  # said at the customer, and it came back
        (Outcome.RETURN, HOUSE, DONE, False),
        (Outcome.REPLACED, CUSTOMER, DONE, True),
        (Outcome.REPLACED, HOUSE, OPEN, True),
        (Outcome.UNREACHABLE, CUSTOMER, DONE, True),
        (Outcome.UNREACHABLE, HOUSE, OPEN, True),
    ],
)
def test_a_unit_stands_by_its_last_finding_and_where_it_is(
    outcome: Outcome | None, where: Whereabouts, stands: MemberState, held: bool
) -> None:
    assert (state(outcome, where), holds(outcome, where)) == (stands, held)


def test_whereabouts_are_those_of_the_outermost_unit() -> None:
    found = {place: whereabouts(place) for place in Place}
    assert [p for p, w in found.items() if w is not HOUSE] == [Place.SHIPPED, Place.SCRAPPED]


def member(place: Place = Place.STOCK, outer: Place | None = None, **given: str) -> Member:
    return Member("FO-12", place, outer or place, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("unit", "outcome", "sentence"),
    [
        (
            member(Place.SHIPPED, where="Acme"),
            Outcome.REWORK,
            "FO-12 is at Acme; “Rework” cannot be said of it there. There it is one of: Good, "
            "Scrap, Use as is, Replaced, Not reachable. When it comes back, record its return "
            "first.",
        ),
        (
            member(),
            Outcome.UNREACHABLE,
            "FO-12 is in house; “Not reachable” cannot be said of it there. There it is one of: "
            "Good, Rework, Repair, Scrap, Return to supplier, Use as is.",
        ),
        (
            member(Place.SCRAPPED),
            Outcome.CLEARED,
            "FO-12 is scrapped; “Good” cannot be said of it there. There it is one of: Scrap.",
        ),
        (
            member(Place.INSTALLED, Place.STOCK, inside="D-7"),
            Outcome.SCRAP,
            "FO-12 is inside D-7; it cannot be scrapped by itself. Record its removal first, or "
            "work off D-7.",
        ),
        (
            member(Place.PACKED),
            Outcome.SCRAP,
            "FO-12 is packed; it cannot be scrapped in its package. Unpack it first.",
        ),
    ],
)
def test_what_cannot_be_said_of_a_unit_is_refused(
    unit: Member, outcome: Outcome, sentence: str
) -> None:
    with pytest.raises(Refused) as error:
        check_finding(unit, outcome)
    assert (error.value.code, str(error.value)) == ("R-62", sentence)


def test_what_is_inside_is_scrapped_with_the_unit() -> None:
    check_finding(member(Place.INSTALLED, Place.STOCK, inside="D-7"), Outcome.SCRAP, carried=True)


def test_a_closed_containment_takes_findings_of_what_it_still_holds() -> None:
    back = Member("FO-12", Place.RETURNED, Place.RETURNED, Outcome.UNREACHABLE)
    check_finding(back, Outcome.CLEARED, closed="C-0003")
    done = Member("FO-13", Place.STOCK, Place.STOCK, Outcome.CLEARED)
    with pytest.raises(Refused, match="C-0003 is closed, and FO-13 was worked off"):
        check_finding(done, Outcome.REWORK, closed="C-0003")


def group(
    place: Place,
    outcome: Outcome | None,
    units: int,
    *,
    faulty: bool = False,
    inside: bool = False,
) -> Group:
    return Group(place, inside, place, None, outcome, faulty, False, units)


GROUPS = (
    group(Place.STOCK, Outcome.CLEARED, 27),
    group(Place.STOCK, Outcome.REWORK, 4, faulty=True),
    group(Place.SCRAPPED, Outcome.SCRAP, 5, faulty=True),
    group(Place.SHIPPED, None, 39),
    group(Place.SHIPPED, Outcome.UNREACHABLE, 5),
    group(Place.IN_PROCESS, None, 4, inside=True),
)


def test_the_numbers_add_up() -> None:
    found = numbers(GROUPS)
    assert found.in_house + found.at_customers + found.scrapped == found.at_risk == 84
    assert found.worked_off + found.open == 84
    assert (found.in_house, found.held, found.at_customers, found.scrapped) == (35, 8, 44, 5)
    assert (found.worked_off, found.open, found.working, found.unreachable) == (37, 47, 4, 5)
    assert (found.looked_at, found.faulty, found.inside) == (36, 9, 4)
    assert sum(found.plain()["outcomes"].values()) == 41


def test_the_rate_seen_is_told_with_its_interval() -> None:
    found = forecast(Numbers(at_risk=84, looked_at=45, faulty=9), 39)
    assert found is not None
    # R 4.3: binom.test(9, 45)$conf.int gives 0.0958 and 0.3460
    assert (found.rate, round(found.lower, 4), round(found.upper, 4)) == (0.2, 0.0958, 0.3460)
    assert (found.out, found.expected) == (39, 8)
    assert forecast(Numbers(at_risk=84), 39) is None
    assert isinstance(found, Forecast)


def test_it_is_closed_when_no_unit_is_open() -> None:
    refused = closing_refusal(numbers(GROUPS), name="C-0003")
    assert refused is not None
    assert (refused.code, refused.message) == (
        "R-62",
        "C-0003 cannot be closed: 47 units are still open, 4 of them in rework.",
    )
    assert closing_refusal(numbers(GROUPS[:1]), name="C-0003") is None
    assert closing_refusal(Numbers(), name="C-0003") is None


def test_the_answer_is_one_sentence() -> None:
    found = numbers(GROUPS)
    assert headline(found, closed=False) == "Not yet. 37 of 84 worked off."
    assert why(found, 39, closed=False) == (
        "8 of 35 units in house are held. 39 of 44 at customers are still open. 4 are being "
        "reworked. 5 units could not be reached and are named."
    )
    assert headline(numbers(GROUPS[:1]), closed=False) == "Yes. All 27 worked off."
    assert headline(Numbers(), closed=False) == "No unit is at risk so far."


def test_what_is_signed_names_the_numbers() -> None:
    found = numbers((*GROUPS[:1], GROUPS[2]))
    assert closing_meaning("C-0003", "Glaze crazing", found) == (
        "I close C-0003, Glaze crazing. 32 units at risk, all accounted for: 27 found good, 5 "
        "scrapped."
    )
    assert concession_meaning("C-0003", ["A-1"], "cosmetic") == (
        "A-1 may be used as it is, by concession in C-0003: cosmetic"
    )
    assert concession_meaning("C-0003", ["A-1", "A-2"], "cosmetic") == (
        "A-1, A-2 may be used as they are, by concession in C-0003: cosmetic"
    )


def test_a_containment_is_known_by_its_number() -> None:
    assert (label(3), label(12345)) == ("C-0003", "C-12345")
    assert [read_label(t) for t in ("C-0003", "c-3", " 3 ")] == [3, 3, 3]
    for odd in ("", "C-", "0", "C-x", "-1", "9" * 30, "٣"):
        with pytest.raises(InvalidInput):
            read_label(odd)


def test_bad_input_is_one_sentence() -> None:
    with pytest.raises(InvalidInput, match="'mended' is no outcome"):
        read_outcome("mended")
    with pytest.raises(InvalidInput, match="Nothing says why"):
        check_opening("Glaze", "  ")
    with pytest.raises(InvalidInput, match="A concession says what is wrong"):
        check_note(" ", Outcome.USE_AS_IS)
    assert check_note(" ok ", Outcome.CLEARED) == "ok"


def test_a_refusal_names_the_containment_and_who_releases_the_unit() -> None:
    held = (Hold("C-0003", "Glaze crazing"), Hold("C-0007", "Kiln 2", working=True))
    (found,) = held_refusals("FO-12", held, "packed")
    assert (found.code, found.message, found.way_out) == (
        "R-62",
        "FO-12 is held by containment C-0003 (Glaze crazing), containment C-0007 (Kiln 2); it "
        "cannot be packed.",
        "An inspector, an engineer or a quality manager can release it: record what was found on "
        "the page of C-0003.",
    )
    assert held_refusals("FO-12", held[1:], "recorded at operation 20", work=True) == ()
    (found,) = held_refusals("FO-12", held[1:], "packed")
    assert found.way_out.startswith("When its rework is done")
    assert held_refusals("FO-12", (), "packed") == ()
