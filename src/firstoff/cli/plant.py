"""`firstoff plant`: a realistic plant of any size, for demonstrations and load tests."""

import os
from typing import Annotated

import typer

from firstoff.cli.ops import AsJson, Home, load_demo, progress_bar, start
from firstoff.cli.shell import now, out, show

Pumps = Annotated[
    int, typer.Option("--units", min=1, help="Pumps; each holds a board and a motor.")
]


def plant(
    units: Pumps = 200,
    seed: Annotated[int, typer.Option(min=0, help="Another seed, another plant.")] = 1,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Add a plant to a demonstration: lots, reels, rework, shipments, field returns.

    It goes through the verbs that stations use, into the data folder of a demonstration; one with
    people of its own refuses it.
    """
    if not home and "FIRSTOFF_HOME" not in os.environ:
        home = "firstoff-demo"
    start(home, make=True)
    from firstoff.services import demo

    load_demo(quiet=as_json)
    with progress_bar(as_json) as progress:
        found = demo.load_plant(
            demo.PlantSize(units, seed),
            at=now(),
            say=lambda done, of: progress("Pumps", done, of),
        )
    if as_json:
        show(found)
        return
    out.print(f"{found.records:,} records of {units:,} pumps in {', '.join(found.batches[:4])}.")
    out.print(f"Pumps with seals of lot {found.suspect} came back. Ask:")
    out.print(f"  firstoff where-used --site STOKE --lot {found.suspect}", markup=False)
