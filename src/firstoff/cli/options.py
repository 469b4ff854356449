"""Options and arguments that many commands take, said once."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import typer

SiteOption = Annotated[str | None, typer.Option("--site", help="Code of the site.")]
AsOption = Annotated[str | None, typer.Option("--as", help="User name of who does this.")]
ReaderOption = Annotated[str | None, typer.Option("--as", help="User name of who asks.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
StdinOption = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input.")
]
UidOption = Annotated[
    UUID | None, typer.Option("--uid", help="A UUIDv7 made by you: repeating is then safe.")
]
DateOption = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD")]
Code = Annotated[str, typer.Argument(help="Code of the program.")]
RevisionOption = Annotated[str, typer.Option(help="Label; the newest, unless said.")]
PlanOption = Annotated[str, typer.Option(help="Label; the newest, unless said.")]
