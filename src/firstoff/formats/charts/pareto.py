"""What to fix first: rejects by defect, with share and running share written beside."""

from dataclasses import dataclass

from . import marks, words
from .kind import Kind, Look, Spec, Table

ROW = 40
SHOWN = 12  # further kinds are summed in one row: nobody reads the thirteenth


@dataclass(frozen=True, slots=True)
class Defect:
    """count: units rejected for it; cause: a few words, ``process cause, fit``."""

    name: str
    count: int
    cause: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Pareto:
    """total: rejected units, what a share is a share of. A unit with two defects counts in both,
    so that shares may add to more than one."""

    defects: tuple[Defect, ...]
    total: int
    what: str = "units rejected"


def _ranked(d: Pareto) -> list[Defect]:
    return sorted(d.defects, key=lambda x: (-x.count, x.name))


def title(d: Pareto) -> str:
    return "Rejects by defect, most frequent first"


def finding(d: Pareto) -> str:
    if not d.defects:
        return "No rejects."
    said = [f"{x.name}: {x.count} of {words.count(d.total)}" for x in _ranked(d)[:3]]
    more = len(d.defects) - len(said)
    return "; ".join(said) + (f"; and {more} more." if more > 0 else ".")


def _shares(d: Pareto) -> list[tuple[Defect, float, float]]:
    running, rows = 0, []
    for x in _ranked(d):
        running += x.count
        rows.append((x, x.count / max(d.total, 1), running / max(d.total, 1)))
    return rows


def table(d: Pareto) -> Table:
    return Table(
        ("Defect", "Cause", d.what.capitalize(), "Share, %", "Running share, %"),
        tuple(
            (x.name, x.cause, x.count, round(100 * share, 2), round(100 * running, 2))
            for x, share, running in _shares(d)
        ),
    )


def _rows(d: Pareto) -> list[dict[str, object]]:
    shares = _shares(d)
    if len(shares) > SHOWN:
        rest = [x for x, _, _ in shares[SHOWN - 1 :]]
        summed = Defect(f"{len(rest)} further kinds", sum(x.count for x in rest))
        last = shares[-1][2]
        shares = [*shares[: SHOWN - 1], (summed, summed.count / max(d.total, 1), last)]
    return [
        {
            "row": i,
            "name": x.name,
            "cause": x.cause,
            "count": x.count,
            "share": words.percent(share),
            "running": words.percent(running),
            **({"href": x.href} if x.href else {}),
        }
        for i, (x, share, running) in enumerate(shares)
    ]


def draw(d: Pareto, look: Look) -> Spec:
    rows = _rows(d)
    height = look(ROW * max(1, len(rows)) + 4)
    if not rows:
        said = [{"text": "No rejects."}]
        nothing = marks.text("label", said, x=marks.at(0), y=marks.at(look(14)))
        return {"height": height, "layer": [nothing]}
    y = marks.on(marks.number([0, len(rows)], reverse=True), "row")
    # The columns of figures at the right keep their place at every width.
    length = [0, {"expr": f"width - {look(190)}"}]
    most = max(x.count for x in d.defects)
    x = marks.on(marks.number([0, max(most, 1)], range=length), "count")
    tips = (
        ("name", "Defect"), ("cause", "Cause"), ("count", d.what.capitalize()),
        ("share", "Share"), ("running", "Running share"),
    )  # fmt: skip
    bar = {"orient": "horizontal", "height": look(13), "yOffset": look(28), "align": "left"}
    layers = [
        *_heads(d, look),
        marks.layer("rule", "hair", rows, x=marks.at(0), x2=marks.at("width"), y=y),
        _named(rows, y, look),
        marks.layer("bar", "observed-bar", rows, tips=tips, mark_options=bar, x=x, y=y),
        _figure("count", "direct-label", rows, y, look, x=x, options={"dx": look(6)}),
    ]
    right: Spec = {"align": "right"}
    share = {"expr": f"width - {look(100)}"}
    layers.append(_figure("share", "name", rows, y, look, x=marks.at(share), options=right))
    layers.append(_figure("running", "name", rows, y, look, x=marks.at("width"), options=right))
    return {"height": height, "layer": layers}


def _named(rows: list[dict[str, object]], y: Spec, look: Look) -> Spec:
    """Name and cause on one line above the bar; what does not fit ends in an ellipsis."""
    said = [row | {"text": f"{row['name']}" + (f" · {row['cause']}" if row["cause"] else "")}
            for row in rows]  # fmt: skip
    options = {"dy": look(12), "limit": {"expr": "width"}, "ellipsis": "…"}
    return marks.text("name", said, options=options, x=marks.at(0), y=y)


def _figure(
    field: str, style: str, rows: list[dict[str, object]], y: Spec, look: Look, *, x: Spec,
    options: Spec,
) -> Spec:  # fmt: skip
    said = [row | {"text": str(row[field])} for row in rows]
    return marks.text(style, said, options={"dy": look(28), **options}, x=x, y=y)


def _heads(d: Pareto, look: Look) -> list[Spec]:
    heads = ((d.what, 0, "left"), ("share", {"expr": f"width - {look(100)}"}, "right"),
             ("running share", "width", "right"))  # fmt: skip
    return [
        marks.text("axis-label", [{"text": text}], options={"align": align},
                   x={"value": place}, y=marks.at(look(-9)))
        for text, place, align in heads
    ]  # fmt: skip


def example() -> Pareto:
    return Pareto(
        defects=(
            Defect("Lid does not seat", 3, "process cause, fit", "/runs/1?defect=D-FIT-01"),
            Defect("Glaze pinholing on visible top face", 2, "process cause, finish"),
        ),
        total=5,
    )


KIND = Kind(
    name="pareto",
    data=Pareto,
    title=title,
    finding=finding,
    draw=draw,
    table=table,
    example=example,
)
