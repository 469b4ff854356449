"""GS1 Digital Link: the same elements as a web address that a phone opens.

Source: GS1 Digital Link Standard, URI Syntax 1.6; keys and their order from the syntax dictionary.
"""

from urllib.parse import parse_qsl, quote, unquote, urlsplit

from firstoff.errors import InvalidInput

from .elements import Element, Elements, associated, elements
from .table import identifiers

DOMAIN = "https://id.gs1.org"


def digital_link(made: Elements, domain: str = DOMAIN) -> str:
    """``https://id.gs1.org/01/09506000134352/21/ABC?11=261120``. Raises InvalidInput where no
    identifier is a key, or one may not stand in a link."""
    associated(made)
    key, qualifiers = _path(made)
    rest = [one for one in made if one not in (key, *qualifiers)]
    for one in rest:
        if not identifiers()[one.ai].attribute:
            raise InvalidInput(f"({one.ai}) may not stand in a GS1 Digital Link.", field=one.ai)
    path = "".join(f"/{one.ai}/{quote(one.value, safe='')}" for one in (key, *qualifiers))
    query = "&".join(f"{one.ai}={quote(one.value, safe='')}" for one in rest)
    return domain.rstrip("/") + path + (f"?{query}" if query else "")


def _path(made: Elements) -> tuple[Element, list[Element]]:
    """The key, and those after it in the order that the key asks for."""
    key = next((one for one in made if identifiers()[one.ai].qualifiers is not None), None)
    if key is None:
        raise InvalidInput(
            "No identifier is the key of a GS1 Digital Link; expected one like (01)."
        )
    given = {one.ai: one for one in made}
    ways = identifiers()[key.ai].qualifiers or ()
    found = [[given[ai] for ai in way if ai in given] for way in ways]
    return key, max(found, key=len, default=[])


def from_digital_link(uri: str) -> Elements:
    """Elements of a Digital Link of any domain. Raises InvalidInput."""
    try:
        parts = urlsplit(uri.strip())
    except ValueError as error:
        raise InvalidInput(f"“{uri[:80]}” is no web address.") from error
    steps = [unquote(step) for step in parts.path.split("/") if step]
    start = _key_at(steps)
    if parts.scheme.lower() not in ("http", "https") or start is None:
        raise InvalidInput(f"“{uri[:80]}” is no GS1 Digital Link; expected .../01/ and a GTIN.")
    pairs = list(zip(steps[start::2], steps[start + 1 :: 2], strict=True))
    key, *others = [ai for ai, _ in pairs]
    ways = identifiers()[key].qualifiers or ()
    if others and not any([ai for ai in way if ai in others] == others for way in ways):
        raise InvalidInput(f"({'), ('.join(others)}) may not follow ({key}) in this order.")
    pairs += [(ai, value) for ai, value in parse_qsl(parts.query) if ai in identifiers()]
    return elements((ai, value.zfill(14) if ai == "01" else value) for ai, value in pairs)


def _key_at(steps: list[str]) -> int | None:
    """Where the key stands: the first from which pairs go to the end. A domain's own path may
    come before."""
    known = identifiers()
    for at, step in enumerate(steps):
        is_key = step in known and known[step].qualifiers is not None
        if is_key and (len(steps) - at) % 2 == 0 and all(s in known for s in steps[at::2]):
            return at
    return None
