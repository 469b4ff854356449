"""People, training, tokens and sites on the command line."""

from datetime import datetime, timedelta
from typing import Annotated, Any

import typer

from firstoff.cli import shell
from firstoff.cli.options import AsOption, JsonOption, SiteOption, StdinOption
from firstoff.errors import InvalidInput
from firstoff.terms import Role

people = typer.Typer(no_args_is_help=True, help="People and their roles.")
training = typer.Typer(no_args_is_help=True, help="What people have learnt.")
token = typer.Typer(no_args_is_help=True, help="Keys for the API.")
site = typer.Typer(no_args_is_help=True, help="Plants and teams.")

ROLES = typer.Option("--role", help="May be given several times.")


@people.command("list")
def people_list(
    site: SiteOption = None, search: str = "", as_json: JsonOption = False, by: AsOption = None
) -> None:
    """Everybody who ever had a role at the site."""
    shell.django()
    from firstoff.queries import access

    actor = shell.reader(by)
    found: list[Any] = []
    place = shell.site_of(actor, site)
    while True:
        some, total = access.people(actor, place.id, search=search, offset=len(found), limit=500)
        found.extend(some)
        if not some or len(found) >= total:
            break
    if as_json:
        shell.show({"items": found, "next": None, "total": total})
        return
    for p in found:
        roles = ", ".join(r.value for r in p.roles) or "no role here any more"
        shell.line(p.username, p.name, roles, "" if p.active else "retired")


@people.command("add")
def people_add(
    username: str,
    role: Annotated[list[Role], ROLES],
    name: Annotated[str, typer.Option(help="As people say it.")],
    email: str = "",
    site: SiteOption = None,
    by: AsOption = None,
    password_stdin: StdinOption = False,
    as_json: JsonOption = False,
) -> None:
    """Somebody new, with a first password and roles."""
    shell.django()
    from firstoff.queries import access
    from firstoff.services import access as verbs

    actor = shell.writer(by)
    place = shell.site_of(actor, site)
    password = shell.password(password_stdin, f"First password of {username}")
    made = verbs.create_person(
        site_id=place.id,
        username=username,
        name=name,
        email=email,
        password=password,
        roles=role,
        by=actor,
        at=shell.now(),
    )
    shell.said(
        as_json, access.person(actor, place.id, made.username), f"{made.username} is added."
    )


@people.command("roles")
def people_roles(
    username: str,
    role: Annotated[list[Role] | None, ROLES] = None,
    none: Annotated[bool, typer.Option("--none", help="Take every role back.")] = False,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Set the roles at a site: exactly these."""
    shell.django()
    from firstoff.queries import access
    from firstoff.services import access as verbs

    if bool(role) == none:
        raise InvalidInput(
            "Which roles?", way_out="Give --role, several times if need be, or --none."
        )
    actor = shell.writer(by)
    place = shell.site_of(actor, site)
    verbs.set_roles(
        site_id=place.id, username=username, roles=role or [], by=actor, at=shell.now()
    )
    found = access.person(actor, place.id, username)
    held = ", ".join(r.value for r in found.roles) or "no role"
    shell.said(as_json, found, f"{found.username} holds {held} at {place.code}.")


@people.command("password")
def people_password(
    username: str, by: AsOption = None, password_stdin: StdinOption = False
) -> None:
    """Set a password; one's own takes the current one first (two lines with --password-stdin)."""
    shell.django()
    from firstoff.services import access as verbs

    actor = shell.writer(by)
    own = username.lower() == actor.username.lower()
    current = shell.password(password_stdin, "Your password now") if own else None
    password = shell.password(password_stdin, f"New password of {username}")
    verbs.set_password(
        username=username, password=password, current=current, by=actor, at=shell.now()
    )
    shell.out.print(f"The password of {username} is set; their sessions end.", markup=False)


@people.command("retire")
def people_retire(
    username: str,
    back: Annotated[bool, typer.Option("--back", help="Let them sign in again.")] = False,
    site: SiteOption = None,
    by: AsOption = None,
) -> None:
    """Nobody signs in under the name any more; what was recorded stays."""
    shell.django()
    from firstoff.services import access as verbs

    actor = shell.writer(by)
    place = shell.site_of(actor, site)
    verbs.update_person(site_id=place.id, username=username, active=back, by=actor, at=shell.now())
    said = "may sign in again" if back else "is retired"
    shell.out.print(f"{username} {said}.", markup=False)


@training.command("add")
def training_add(
    username: str,
    skill: str,
    valid_from: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"])],
    valid_until: Annotated[datetime | None, typer.Option("--until", formats=["%Y-%m-%d"])] = None,
    note: str = "",
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Record what somebody has learnt, and until when it holds."""
    shell.django()
    from firstoff.queries import access
    from firstoff.services import access as verbs

    actor = shell.writer(by)
    place = shell.site_of(actor, site)
    verbs.record_training(
        site_id=place.id,
        username=username,
        skill=skill,
        valid_from=valid_from.date(),
        valid_until=valid_until.date() if valid_until else None,
        note=note,
        by=actor,
        at=shell.now(),
    )
    found = access.person(actor, place.id, username)
    shell.said(as_json, found, f"{found.username} is trained for {skill}.")


@training.command("list")
def training_list(
    username: str, site: SiteOption = None, by: AsOption = None, as_json: JsonOption = False
) -> None:
    """What somebody has learnt."""
    shell.django()
    from firstoff.queries import access

    actor = shell.reader(by)
    found = access.person(actor, shell.site_of(actor, site).id, username).trainings
    if as_json:
        shell.show({"items": found, "next": None, "total": len(found)})
        return
    for t in found:
        shell.line(t.skill, str(t.valid_from), str(t.valid_until or "no end"), t.note)


@token.command("list")
def token_list(site: SiteOption = None, by: AsOption = None, as_json: JsonOption = False) -> None:
    """Every token of a site, revoked ones too. Takes an administrator (--as)."""
    shell.django()
    from firstoff.queries import access

    actor = shell.writer(by)
    place = shell.site_of(actor, site)
    found, total = access.tokens(actor, place.id, limit=5000)
    if as_json:
        shell.show({"items": found, "next": None, "total": total})
        return
    for t in found:
        ended = "revoked" if t.revoked_at else ""
        shell.line(str(t.id), t.prefix, t.name, t.person, " ".join(t.scopes), ended)


@token.command("create")
def token_create(
    name: str,
    acts_as: Annotated[str, typer.Option("--for", help="User name of whom it acts as.")],
    scope: Annotated[list[str], typer.Option(help="read, record, define, sign or manage.")],
    station: str = "",
    days: Annotated[int | None, typer.Option(help="Ends after so many days.", min=1)] = None,
    site: SiteOption = None,
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a token. The secret is printed once; only its hash is kept."""
    shell.django()
    from firstoff.services import access as verbs

    actor = shell.writer(by)
    place = shell.site_of(actor, site)
    at = shell.now()
    made = verbs.create_token(
        site_id=place.id,
        username=acts_as,
        name=name,
        scopes=scope,
        station=station,
        expires_at=at + timedelta(days=days) if days else None,
        by=actor,
        at=at,
    )
    shell.said(as_json, made, made.secret)


@token.command("revoke")
def token_revoke(token: int, by: AsOption = None) -> None:
    """A token opens nothing any more. Its number is in `token list`."""
    shell.django()
    from firstoff.services import access as verbs

    verbs.revoke_token(token_id=token, by=shell.writer(by), at=shell.now())
    shell.out.print(f"Token {token} is revoked.", markup=False)


@site.command("list")
def site_list(by: AsOption = None, as_json: JsonOption = False) -> None:
    """The sites you see."""
    shell.django()
    from firstoff.queries import access

    found = access.sites(shell.reader(by))
    if as_json:
        shell.show({"items": found, "next": None, "total": len(found)})
        return
    for s in found:
        shell.line(s.code, s.name, s.time_zone)


@site.command("add")
def site_add(
    code: str,
    name: str,
    time_zone: Annotated[str, typer.Option(help="For instance Europe/London.")] = "UTC",
    by: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Another site; whoever adds it administers it."""
    shell.django()
    from firstoff.queries import access
    from firstoff.services import access as verbs

    actor = shell.writer(by)
    made = verbs.create_site(code=code, name=name, time_zone=time_zone, by=actor, at=shell.now())
    shell.said(as_json, access.site(shell.writer(by), made.code), f"{made.code} is a site now.")
