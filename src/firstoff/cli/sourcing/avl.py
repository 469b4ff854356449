"""`firstoff avl`: manufacturer parts, and what is decided of them."""

from typing import Annotated, Any

import typer

from firstoff.cli import shell
from firstoff.cli.options import AsOption, DateOption, JsonOption, SiteOption, UidOption
from firstoff.cli.sourcing.shared import (
    MakerOption,
    MpnOption,
    PartOption,
    day,
    every,
    reading,
    show_list,
    writing,
)
from firstoff.errors import InvalidInput
from firstoff.terms import ApprovalDecision, Lifecycle, RunKind

app = typer.Typer(no_args_is_help=True, help="The approved vendor list: sources of parts.")
PartArgument = Annotated[str, typer.Argument(metavar="PART", help="Its number.")]
MpnArgument = Annotated[str, typer.Argument(metavar="MPN")]


@app.callback()
def noun() -> None:
    """The approved vendor list: sources of parts."""


@app.command("list")
def avl_list(
    search: str = "",
    part: PartOption = "",
    retired: Annotated[bool, typer.Option("--retired", help="Those as well.")] = False,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Manufacturer parts by part and rank, and for which runs they are approved."""
    shell.django()
    from firstoff.queries.sourcing.sources import sources

    actor, place, _ = reading(by, site)
    items = every(
        lambda offset: sources(
            actor,
            place.id,
            search=search,
            part=part,
            retired=retired,
            offset=offset,
            limit=500,
        )
    )
    show_list(
        items,
        as_json=as_json,
        row=lambda s: (
            s.part,
            s.name,
            s.lifecycle.value,
            s.standing,
            ", ".join(k.value for k in s.approved),
            f"{s.offers} offers",
        ),
    )


@app.command("add")
def avl_add(
    part: PartArgument,
    mpn: MpnArgument,
    manufacturer: MakerOption = "",
    lifecycle: Lifecycle = Lifecycle.UNKNOWN,
    rank: Annotated[int, typer.Option(help="1 is preferred; 0: nobody says.")] = 0,
    last_buy: DateOption = None,
    description: str = "",
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Another source of a part; adding it approves nothing."""
    shell.django()
    from firstoff.services.sourcing.manufacturer_parts import SourceGiven, add_manufacturer_part

    given, _ = writing(by, site)
    said = SourceGiven(lifecycle, description, rank, day(last_buy))
    row = add_manufacturer_part(part=part, mpn=mpn, manufacturer=manufacturer, given=said, **given)
    _done(part, f"{row}", "added", as_json=as_json)


@app.command("change")
def avl_change(
    part: PartArgument,
    mpn: MpnArgument,
    manufacturer: MakerOption = "",
    lifecycle: Annotated[Lifecycle | None, typer.Option()] = None,
    rank: Annotated[int | None, typer.Option()] = None,
    last_buy: DateOption = None,
    description: Annotated[str | None, typer.Option()] = None,
    retire: Annotated[bool, typer.Option("--retire", help="Bought no more.")] = False,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Change what is known of a source; what is not named stays."""
    shell.django()
    from firstoff.queries.sourcing.sources import source
    from firstoff.services.sourcing.manufacturer_parts import (
        SourceGiven,
        retire_manufacturer_part,
        update_manufacturer_part,
    )

    given, place = writing(by, site)
    known = source(given["by"], place.id, part, manufacturer, mpn)
    said = SourceGiven(
        lifecycle or known.lifecycle,
        known.description if description is None else description,
        known.rank if rank is None else rank,
        day(last_buy) or known.last_buy,
    )
    name: dict[str, Any] = {"part": part, "manufacturer": known.manufacturer, "mpn": mpn}
    row = update_manufacturer_part(given=said, **name, **given)
    if retire:
        retire_manufacturer_part(**name, **given)
    _done(part, f"{row}", "retired" if retire else "changed", as_json=as_json)


@app.command("decide")
def avl_decide(
    part: PartArgument,
    decision: Annotated[ApprovalDecision, typer.Argument()],
    mpn: MpnOption = "",
    manufacturer: MakerOption = "",
    alternate: Annotated[str, typer.Option(help="Another part that stands for it.")] = "",
    run_kind: Annotated[RunKind | None, typer.Option(help="Every kind unless said.")] = None,
    form: Annotated[bool, typer.Option("--form")] = False,
    fit: Annotated[bool, typer.Option("--fit")] = False,
    function: Annotated[bool, typer.Option("--function")] = False,
    evidence: Annotated[str, typer.Option(help="Or the reason of a withdrawal.")] = "",
    document: Annotated[str, typer.Option(help="Number of the document.")] = "",
    version: Annotated[str, typer.Option(help="Its version; the newest unless said.")] = "",
    sign: Annotated[
        bool, typer.Option("--sign", help="With your password; a critical part needs it.")
    ] = False,
    password_stdin: Annotated[bool, typer.Option("--password-stdin")] = False,
    uid: UidOption = None,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Propose, approve or withdraw a source, or an alternate part, for a kind of run."""
    shell.django()
    from firstoff.rules.sourcing.approvals import ApprovalGiven
    from firstoff.services.sourcing.approving import decide_alternate, decide_source

    if bool(mpn) == bool(alternate):
        raise InvalidInput(
            "A decision is on one thing.", way_out="Add --mpn, or --alternate with a part."
        )
    given, _ = writing(by, site)
    secret = shell.password(password_stdin) if sign or password_stdin else ""
    said = ApprovalGiven(decision, run_kind or "", form, fit, function, evidence, document)
    more: dict[str, Any] = {
        "given": said,
        "version": version,
        "password": secret,
        "uid": uid,
        **given,
    }
    if alternate:
        decide_alternate(part=part, alternate=alternate, **more)
    else:
        decide_source(part=part, manufacturer=manufacturer, mpn=mpn, **more)
    lacks = f"lacks {', '.join(said.missing)}" if said.missing else ""
    _done(part, alternate or mpn, decision.value, as_json=as_json, more=lacks)


def _done(part: str, name: str, what: str, *, as_json: bool, more: str = "") -> None:
    if as_json:
        shell.show({"part": part, "source": name, "done": what, "note": more})
    else:
        shell.line(part, name, what, more)
