"""The looks at a line, one function each: green, amber or red, with the figure and the way out."""

from collections.abc import Sequence

from firstoff.rules.sourcing import words
from firstoff.rules.sourcing.compliance import OPEN
from firstoff.rules.sourcing.standing import (
    Check,
    CheckKind,
    Colour,
    LineLook,
    SourceStanding,
    pieces,
    wanted,
)
from firstoff.rules.sourcing.stockout import Reorder
from firstoff.rules.sourcing.values import KINDS_OF_RUN
from firstoff.terms import Lifecycle

_NAMES = {
    Lifecycle.ACTIVE: "active",
    Lifecycle.NRND: "not recommended for new designs",
    Lifecycle.LAST_TIME_BUY: "in its last-time buy",
    Lifecycle.OBSOLETE: "obsolete",
    Lifecycle.UNKNOWN: "of unknown lifecycle",
}


def coverage(x: LineLook) -> Check:
    """Whether any source may go in and can be had (R-20)."""
    if x.facts.need.need <= 0:
        return Check(CheckKind.COVERAGE, Colour.GREEN, f"{x.part}: none is needed.")
    if x.usable:
        names = words.listed([s.name for s in x.usable], most=3)
        sources = words.counted(len(x.usable), "approved source")
        return Check(
            CheckKind.COVERAGE, Colour.GREEN, f"{x.part} has {sources}: {names}.", sources
        )
    kind = KINDS_OF_RUN[x.build.kind]
    if not x.standings:
        why, out = "", f"Name a manufacturer part of {x.part}, approve it and ask for an offer."
    else:
        why = f" {words.listed([f'{s.name} {s.reason}' for s in x.standings], most=3)}."
        lacking = [s for s in x.standings if s.lacks]
        out = (
            f"Approve a source of {x.part} for {kind}."
            if len(lacking) == len(x.standings)
            else f"Ask for an offer for {x.part}."
        )
    sentence = f"{x.part} has no source for {kind}.{why}"
    return Check(CheckKind.COVERAGE, Colour.RED, sentence, "0 sources", "1 source", out)


def lead_time(x: LineLook) -> Check:
    """Whether what is missing is here by the day needed."""
    kind, need = CheckKind.LEAD_TIME, x.facts.need
    if x.nothing_to_buy:
        there = pieces(x, need.on_hand + need.on_order)
        return Check(kind, Colour.GREEN, f"{x.part}: {there} here or on order, enough.", there)
    missing, by = pieces(x, need.net), x.build.needed_by
    arrives = x.arrives
    if arrives is None:
        sentence = f"{x.part}: {missing} missing, and nobody said how long they take."
        out = "Ask for a lead time."
        return Check(kind, Colour.AMBER, sentence, "no lead time", "", out, known=False)
    takes = words.days((arrives - x.build.today).days)
    away = f"{missing} missing, {takes} away" if arrives > x.build.today else f"{missing} to order"
    if by is None:
        sentence = f"{x.part}: {away}; no day is set to need them by."
        colour = Colour.AMBER if x.long_lead else Colour.GREEN
        return Check(kind, colour, sentence, takes, "", "Set the day the material is needed.")
    left = words.days(max(0, (by - x.build.today).days))
    until = f"{left} left until {by}" if by >= x.build.today else f"{by} has passed"
    margin = (by - arrives).days
    if margin < 0:
        return Check(
            kind,
            Colour.RED,
            f"{x.part}: {away}; {until}, {words.days(-margin)} too late.",
            takes,
            left,
            f"Qualify an alternate that is stocked, find {missing} in stock, or move the build "
            f"to {arrives}.",
        )
    if margin < x.limits.margin_days:
        sentence = f"{x.part}: {away}; {words.days(margin)} to spare."
        out = f"Order within {words.days(margin)}."
        return Check(kind, Colour.AMBER, sentence, takes, left, out)
    sentence = f"{x.part}: {away}; {left} left."
    return Check(kind, Colour.GREEN, sentence, takes, left)


def single_source(x: LineLook) -> Check:
    """Whether a second source stands behind the first; for critical and long-lead lines one that
    is qualified and stocked (R-21, gate 3)."""
    kind, main = CheckKind.SINGLE_SOURCE, x.main
    sources = words.counted(len(x.usable), "source")
    if main is None:
        sentence = f"{x.part} has no source that may be used, and no alternate."
        return Check(kind, Colour.RED, sentence, sources, "2 sources", "Qualify a source.")
    if x.facts.line.critical or x.long_lead:
        return _stocked_alternate(x, sources)
    others = x.alternates
    if len(x.usable) > 1:
        return Check(kind, Colour.GREEN, f"{x.part} has {sources}.", sources, "2 sources")
    sentence = f"{x.part} has one source: {main.name}. {_states(others)}".strip()
    out = "Qualify a second source." if not others else _stocking(x, others)
    return Check(kind, Colour.AMBER, sentence, sources, "2 sources", out)


def _stocked_alternate(x: LineLook, sources: str) -> Check:
    kind, asked = CheckKind.SINGLE_SOURCE, "a stocked alternate"
    why = "critical" if x.facts.line.critical else "long-lead"
    if x.stocked_alternate:
        name = x.stocked_alternate.name
        sentence = f"{x.part} is {why}; {name} is qualified and stocked."
        return Check(kind, Colour.GREEN, sentence, sources, asked)
    sentence = f"{x.part} is {why} and has no alternate that is qualified and stocked. " + (
        _states(x.alternates) or "None is named."
    )
    return Check(kind, Colour.RED, sentence, sources, asked, _stocking(x, x.alternates))


def _states(others: Sequence[SourceStanding]) -> str:
    """What each alternate is and is not: both are needed."""
    said = []
    for s in others:
        stock = "stocked" if s.stocked else "not stocked"
        if s.lacks:
            said.append(f"{s.name} is {stock} and {s.lacks}.")
        else:
            said.append(f"{s.name} is qualified and {stock}.")
    return " ".join(said[:2])


def _stocking(x: LineLook, others: Sequence[SourceStanding]) -> str:
    amount = pieces(x, wanted(x.facts.need))
    for s in sorted(others, key=lambda s: (bool(s.lacks), not s.stocked)):
        if not s.lacks:
            return f"Stock {amount} of {s.name}."
        if s.stocked:
            return f"Qualify {s.name}: form, fit and function with evidence."
    if others:
        return f"Qualify {others[0].name} and stock {amount} of it."
    return f"Name an alternate, qualify it and stock {amount}."


def moq(x: LineLook) -> Check:
    """What is bought against what is needed, in money."""
    kind, limits, b = CheckKind.MOQ, x.limits, x.bought
    if b is None:
        return Check(kind, Colour.AMBER, x.no_rate, way_out="Give the rate.", known=False)
    currency = x.build.currency
    if x.nothing_to_buy or not b.purchases:
        text = "nothing to buy" if x.nothing_to_buy else "no price is known"
        colour = Colour.GREEN if x.nothing_to_buy else Colour.AMBER
        out = "" if x.nothing_to_buy else "Ask for an offer."
        known = x.nothing_to_buy
        return Check(kind, colour, f"{x.part}: {text}.", way_out=out, known=known)
    paid, needed = words.money(b.cost, currency), words.money(b.cost - b.forced, currency)
    short = b.cost - b.forced
    colour = Colour.GREEN
    if b.cost > limits.moq_ignored and b.cost >= limits.moq_amber * short:
        colour = Colour.RED if b.cost >= limits.moq_red * short else Colour.AMBER
    if not b.forced:
        return Check(kind, colour, f"{x.part}: {paid} for what is needed.", paid, needed)
    left = pieces(x, b.leftover)
    sentence = f"{x.part}: MOQ or multiple makes {paid} of the {needed} needed; {left} left over."
    out = (
        ""
        if colour is Colour.GREEN
        else f"Find an offer with a smaller MOQ, a qualified alternate, or a use for {left}."
    )
    return Check(kind, colour, sentence, paid, needed, out)


def stock_out(x: LineLook) -> Check | None:
    """Whether it runs out, and whether ordering still helps (R-24)."""
    outlook = x.facts.outlook
    if outlook is None:
        return None
    colours = {
        Reorder.TOO_LATE: Colour.RED,
        Reorder.SOON: Colour.AMBER,
        Reorder.NO_LEAD_TIME: Colour.AMBER,
    }
    figure = f"out on {outlook.stock_out}" if outlook.stock_out else "lasts"
    by = f"reorder by {outlook.reorder_by}" if outlook.reorder_by else ""
    colour = colours.get(outlook.reorder, Colour.GREEN)
    out = outlook.way_out if colour is not Colour.GREEN else ""
    return Check(CheckKind.STOCK_OUT, colour, outlook.sentence, figure, by, out)


def lifecycle(x: LineLook) -> Check:
    """Whether the manufacturer goes on making it."""
    kind = CheckKind.LIFECYCLE
    main = x.main or next(iter(x.standings), None)
    if main is None:
        sentence = f"{x.part} has no manufacturer part: nobody knows its lifecycle."
        return Check(kind, Colour.AMBER, sentence, "unknown", "active", "Name one.")
    fact = main.source.part
    state = _NAMES[fact.lifecycle]
    if fact.lifecycle is Lifecycle.ACTIVE:
        return Check(kind, Colour.GREEN, f"{fact.name} is active.", state, "active")
    other = next(
        (s for s in x.counting if s.source.part.lifecycle is Lifecycle.ACTIVE and s is not main),
        None,
    )
    if other is not None:
        sentence = f"{fact.name} is {state}; {other.name} is active and can be had."
        out = f"Make {other.name} the first source."
        return Check(kind, Colour.AMBER, sentence, state, "active", out)
    gone = fact.lifecycle is Lifecycle.OBSOLETE
    until = ""
    if fact.lifecycle is Lifecycle.LAST_TIME_BUY:
        until = f", until {fact.last_buy}" if fact.last_buy else ", without a known last day"
        gone = fact.last_buy is None or fact.last_buy < x.build.today
    if fact.lifecycle is Lifecycle.UNKNOWN:
        out = f"Ask {fact.manufacturer or 'the manufacturer'} whether it stays active."
    elif gone:
        out = "Qualify an alternate that is active."
    else:
        out = "Qualify an alternate that is active, or buy for the whole life."
    colour = Colour.RED if gone and not x.nothing_to_buy else Colour.AMBER
    return Check(kind, colour, f"{fact.name} is {state}{until}.", state, "active", out)


def compliance(x: LineLook) -> Check | None:
    """Whether every scheme that is asked for is declared, and stays so until the build (R-26)."""
    standings = x.facts.compliance
    if not standings:
        return None
    kind, total = CheckKind.COMPLIANCE, len(standings)
    open_ = [s for s in standings if s.state in OPEN]
    figure, asked = f"{total - len(open_)} of {total}", words.counted(total, "scheme")
    if open_:
        sentence = " ".join(s.sentence for s in open_)
        return Check(kind, Colour.RED, sentence, figure, asked, open_[0].way_out)
    by = x.build.needed_by
    ending = [s for s in standings if by and s.expires is not None and s.expires < by]
    if ending:
        first = ending[0]
        sentence = f"{first.scheme.name} of {x.part} runs out on {first.expires}, before {by}."
        out = f"Ask for a new {first.scheme.name} declaration."
        return Check(kind, Colour.AMBER, sentence, figure, asked, out)
    names = words.listed([s.scheme.name for s in standings])
    return Check(kind, Colour.GREEN, f"{x.part}: {names} declared.", figure, asked)
