"""`firstoff compliance`: what is declared, and what a program has to declare."""

from datetime import datetime
from typing import Annotated

import typer

from firstoff.cli import shell
from firstoff.cli.options import AsOption, DateOption, JsonOption, SiteOption, UidOption
from firstoff.cli.sourcing.shared import (
    MakerOption,
    MpnOption,
    ProgramArgument,
    day,
    reading,
    writing,
)
from firstoff.terms import ComplianceStatus

app = typer.Typer(no_args_is_help=True, help="RoHS, REACH, CE: declared, missing, over.")


@app.callback()
def noun() -> None:
    """RoHS, REACH, CE: declared, missing, over."""


@app.command("show")
def compliance_show(
    program: ProgramArgument,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Each scheme for the product, and each part that is open."""
    shell.django()
    from firstoff.queries.sourcing.buying import program_compliance

    actor, place, today = reading(by, site, program)
    found = program_compliance(actor, place.code, program, today=today)
    if as_json:
        shell.show({"schemes": found.rolled_up, "lines": found.lines})
        return
    if not found.rolled_up:
        shell.line(f"{program} has to declare nothing yet: firstoff compliance require.")
    for roll in found.rolled_up:
        shell.line(roll.scheme.name, roll.state.value, roll.sentence)
        for part, standing in roll.open:
            shell.line("", part.part, standing.sentence, standing.way_out)


@app.command("declare")
def compliance_declare(
    part: Annotated[str, typer.Argument(metavar="PART")],
    scheme: Annotated[str, typer.Argument(metavar="SCHEME", help="RoHS, REACH, CE ...")],
    status: Annotated[ComplianceStatus, typer.Argument()],
    declared_on: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD")],
    expires: DateOption = None,
    mpn: MpnOption = "",
    manufacturer: MakerOption = "",
    reference: Annotated[str, typer.Option(help="Certificate or declaration number.")] = "",
    document: Annotated[str, typer.Option(help="Number of the document.")] = "",
    version: Annotated[str, typer.Option(help="Its version; the newest unless said.")] = "",
    uid: UidOption = None,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """What is declared of a manufacturer part; without --mpn, of the part itself."""
    shell.django()
    from firstoff.services.sourcing.declaring import DeclarationGiven, declare

    given, _ = writing(by, site)
    said = DeclarationGiven(
        scheme, status, declared_on.date(), day(expires), reference, document, version
    )
    row = declare(part=part, manufacturer=manufacturer, mpn=mpn, given=said, uid=uid, **given)
    if as_json:
        shell.show({"uid": row.uid, "part": part, "scheme": row.scheme, "status": row.status})
    else:
        shell.line(part, mpn, row.scheme, row.status)


@app.command("require")
def compliance_require(
    program: ProgramArgument,
    scheme: Annotated[
        list[str] | None, typer.Argument(metavar="SCHEME", help="All of them; none: no scheme.")
    ] = None,
    product: Annotated[
        list[str] | None,
        typer.Option("--product", help="One that the product declares as a whole: CE, FCC."),
    ] = None,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """All that a program has to declare; what is not named is required no more."""
    shell.django()
    from firstoff.services.sourcing.declaring import require_schemes

    wanted = [(name, False) for name in scheme or []] + [(name, True) for name in product or []]
    require_schemes(schemes=wanted, **shell.changing(program, site, by))
    if as_json:
        shell.show({"program": program, "schemes": [name for name, _ in wanted]})
    else:
        shell.line(program, ", ".join(name for name, _ in wanted) or "nothing is required")
