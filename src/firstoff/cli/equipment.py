"""Equipment on the command line: as it is listed, and its calibrations and life."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

import typer

from firstoff.cli import shell
from firstoff.cli.options import AsOption, DateOption, JsonOption, SiteOption
from firstoff.cli.program import equipment as app
from firstoff.terms import CalibrationResult

CodeArgument = Annotated[str, typer.Argument(help="Its code: G-14.")]


@app.command("show")
def equipment_show(
    code: CodeArgument, site: SiteOption = None, by: AsOption = None, as_json: JsonOption = False
) -> None:
    """One piece: its life, its calibrations, what is in doubt."""
    shell.django()
    from firstoff.queries.gauging import calibrations

    actor = shell.reader(by)
    place = shell.site_of(actor, site)
    found = calibrations(actor, place.id, code, today=_today(place))
    if as_json:
        shell.show(found)
        return
    one = found.equipment
    due = f"due {one.calibration_due}" if one.calibration_due else ""
    life = f"{one.uses} of {one.max_uses} uses" if one.max_uses is not None else ""
    shell.line(one.code, one.name, one.kind.value, one.state.value.replace("_", " "), due, life)
    for c in found.items:
        when = c.at.astimezone(ZoneInfo(place.time_zone))
        next_due = f"due {c.due}" if c.due else ""
        shell.line(f"{when:%Y-%m-%d %H:%M}", f"found {c.as_found}", f"left {c.as_left}", next_due)
    if found.doubt is not None:
        since = found.doubt.since
        begin = "from the beginning"
        if since is not None:
            begin = f"since {since.astimezone(ZoneInfo(place.time_zone)):%Y-%m-%d %H:%M}"
        shell.line(f"What it measured {begin} is in doubt: firstoff where-used --gauge {code}")


@app.command("due")
def equipment_due(
    days: Annotated[int, typer.Option(help="Within so many days.")] = 30,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """What has to be calibrated, the most urgent first."""
    shell.django()
    from firstoff.queries.plan import equipment

    actor = shell.reader(by)
    place = shell.site_of(actor, site)
    today = _today(place)
    found = equipment(actor, place.id, today=today, due_by=today + timedelta(days=days), limit=500)
    if as_json:
        shell.show({"items": found.items, "next": None, "total": found.total})
        return
    for one in found.items:
        shell.line(
            one.code, one.name, f"due {one.calibration_due}", one.state.value.replace("_", " ")
        )


@app.command("change")
def equipment_change(
    code: CodeArgument,
    name: str = "",
    line: Annotated[str | None, typer.Option()] = None,
    calibration_due: DateOption = None,
    max_uses: Annotated[int | None, typer.Option(help="Its life; 0: none is counted.")] = None,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Change what is said of it; what is not named stays."""
    shell.django()
    from firstoff.queries.plan import equipment_named
    from firstoff.rules.plan import EquipmentFacts
    from firstoff.services import plan

    actor = shell.writer(by)
    place = shell.site_of(actor, site)
    known = equipment_named(actor, place.id, code, today=_today(place))
    wanted = EquipmentFacts(
        known.code,
        name or known.name,
        known.kind,
        known.equipment_class,
        known.line if line is None else line,
        calibration_due.date() if calibration_due else known.calibration_due,
        known.max_uses,
    )
    if max_uses is not None:
        wanted = replace(wanted, max_uses=max_uses or None)
    plan.update_equipment(site_id=place.id, code=code, equipment=wanted, by=actor, at=shell.now())
    if as_json:
        shell.show(equipment_named(actor, place.id, code, today=_today(place)))
        return
    shell.out.print(f"The change to {code} is recorded.", markup=False)


@app.command("calibrate")
def equipment_calibrate(
    code: CodeArgument,
    found: Annotated[CalibrationResult, typer.Option(help="As it was found.")],
    left: Annotated[CalibrationResult | None, typer.Option(help="As it was left.")] = None,
    due: DateOption = None,
    certificate: Annotated[str, typer.Option(help="Number or file name.")] = "",
    when: Annotated[
        datetime | None, typer.Option("--at", formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d"])
    ] = None,
    uid: Annotated[UUID | None, typer.Option("--uid")] = None,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Record a calibration; found failing, what it measured since the last one is in doubt."""
    shell.django()
    import uuid6

    from firstoff.rules.genealogy import Calibrated
    from firstoff.services import genealogy

    actor = shell.writer(by)
    place = shell.site_of(actor, site)
    record = Calibrated(
        id=uid or UUID(str(uuid6.uuid7())),
        at=when.replace(tzinfo=ZoneInfo(place.time_zone)) if when else None,
        equipment=code,
        result=found,
        as_left=left,
        due=due.date() if due else None,
        certificate=certificate,
    )
    answer = genealogy.post_records(
        site_id=place.id, records=[record], by=actor, at=shell.now()
    ).answers[0]
    if as_json:
        shell.show({"state": answer.state, "id": answer.id})
        return
    shell.out.print(f"The calibration of {code} is recorded.", markup=False)
    if found is CalibrationResult.FAIL:
        shell.out.print(f"What it measured: firstoff where-used --gauge {code}", markup=False)


def _today(place: Any) -> Any:
    return shell.now().astimezone(ZoneInfo(place.time_zone)).date()
