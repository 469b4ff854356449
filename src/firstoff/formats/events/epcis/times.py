"""Times with offsets, as EPCIS writes them."""

from datetime import UTC, datetime, timedelta, timezone

from firstoff.formats.events.epcis.values import Event, Time

_FURTHEST = timedelta(hours=14)


def placed(at: datetime) -> datetime:
    """A time with an offset that EPCIS can write: whole minutes, up to 14 hours; UTC otherwise."""
    offset = at.utcoffset() or timedelta(0)
    if offset % timedelta(minutes=1) or abs(offset) > _FURTHEST:
        return at.astimezone(UTC)
    return at


def time_of(at: datetime) -> Time:
    return Time(placed(at).isoformat())


def offset_of(at: datetime) -> str:
    minutes = (placed(at).utcoffset() or timedelta(0)) // timedelta(minutes=1)
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def moment_of(event: Event) -> datetime:
    """When an event happened, at the offset that it says was local."""
    text = event.event_time_zone_offset
    sign = -1 if text[0] == "-" else 1
    offset = timedelta(hours=int(text[1:3]), minutes=int(text[4:6])) * sign
    at = event.event_time.at
    try:
        return at.astimezone(timezone(offset))
    except OverflowError:  # the first day there is, or the last
        return at
