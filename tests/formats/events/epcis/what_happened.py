"""One happening of each kind, with every field filled, and hypothesis's idea of any."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from types import NoneType, UnionType
from typing import Any, get_args, get_origin
from uuid import UUID

from hypothesis import strategies as st

from firstoff.formats.events.epcis import happenings as h
from firstoff.formats.events.epcis.extension import described
from firstoff.formats.events.epcis.naming import Naming

NAMING = Naming(
    base="https://acme.example/",
    gtins={"CC-1": "09521141012345", "PCB": "9521141012352"},
    glns={"MAIN": "9521141111116"},
)
AT = datetime(2026, 11, 20, 9, 0, 0, 250000, tzinfo=timezone(timedelta(hours=1)))


def record(number: int) -> UUID:
    return UUID(f"019a9d3e-0000-7000-8000-{number:012d}")


def _common(number: int) -> dict[str, Any]:
    at = AT + timedelta(minutes=number)
    return {"id": record(number), "at": at, "operator": "ben", "note": "ä", "site": "MAIN"}


UNIT = {"part": "CC-1", "serial": "CC1-021"}
PLAIN = {"part": "Lid / left", "serial": "007 ä"}
LATER = AT + timedelta(seconds=90)
VALUES = (
    h.Value("gap", Decimal("0.20"), "mm", Decimal("0.1"), Decimal("0.30"), "pass", "cold"),
    h.Value("seated", True),
    h.Value("colour", "grey"),
    h.Value("wobble", Decimal(3), "wob"),
    h.Value("missing"),
)

EVERY: tuple[h.Happening, ...] = (
    h.UnitBorn(
        **_common(1),
        **UNIT,
        batch="CC1-P2",
        lot="L1",
        equipment="JIG-1",
        instruction="WI-3",
        previous_serial="CC1-020",
    ),
    h.OperationDone(
        **_common(2),
        **UNIT,
        batch="CC1-P2",
        operation=20,
        began_at=AT,
        ended_at=LATER,
        equipment="OVEN-2",
        tools=("T1", "T2"),
        parameters=VALUES[:1],
        instruction="WI-4",
        outcome="pass",
        defects=(h.Defect("scratch", "on the lid", "process", "tongs"),),
        measures=VALUES,
    ),
    h.Judged(
        **_common(3),
        **UNIT,
        batch="CC1-P2",
        attempt="first",
        fit="pass",
        finish="fail",
        function="pass",
        build_seconds=Decimal("912.5"),
        defects=(h.Defect("scratch"),),
        measures=VALUES,
    ),
    h.Tested(
        **_common(4),
        **UNIT,
        batch="CC1-P2",
        procedure=h.Procedure("function test", "3"),
        values=VALUES,
        outcome="fail",
        station="ICT-1",
        began_at=AT,
        ended_at=LATER,
        attachments=(h.File("log.txt", "ab" * 32),),
    ),
    h.LotReceived(
        **_common(5),
        part="glaze",
        lot="GLZ-7781",
        quantity=Decimal("12.50"),
        unit="kg",
        supplier="Potts & Co",
        supplier_lot="P/9",
        date_code="2611",
        manufacturer="Potts",
        mpn="GZ-1",
        certificate=h.File("coc.pdf", "cd" * 32),
        expires=date(2027, 1, 31),
        receipt="R-1",
    ),
    h.LotJudged(**_common(6), part="glaze", lot="GLZ-7781", status="rejected", reason="wet"),
    h.LotSplit(
        **_common(7),
        part="glaze",
        lot="GLZ-7781",
        into=(h.LotPart("A", Decimal(4), "glaze", (), "kg"), h.LotPart("B", Decimal("8.5"))),
    ),
    h.LotsMerged(
        **_common(8),
        part="glaze",
        lots=(h.LotPart("A", Decimal(4), "glaze"), h.LotPart("B", Decimal("8.5"), "glaze")),
        into="C",
    ),
    h.LotAdjusted(**_common(22), part="glaze", lot="C", by=Decimal("-0.5"), reason="spilt"),
    h.Consumed(
        **_common(9),
        **UNIT,
        batch="CC1-P2",
        operation=20,
        items=(
            h.LotPart("GLZ-7781", Decimal("0.02"), "glaze", unit="kg"),
            h.LotPart("R-77", Decimal(2), "R10k", ("R1", "R2")),
        ),
    ),
    h.Loaded(
        **_common(23),
        batch="CC1-P2",
        operation=10,
        position="F1 / 2",
        lot="R-77",
        part="R10k",
        per_unit=Decimal(2),
    ),
    h.Unloaded(**_common(24), batch="CC1-P2", operation=10, position="F1 / 2", lot="R-77"),
    h.Installed(**_common(10), **UNIT, child=h.UnitName("PCB", "77"), position="A1", operation=30),
    h.Removed(
        **_common(11),
        **UNIT,
        child=h.UnitName("PCB", "77"),
        position="A1",
        operation=30,
        reason="dead",
        replaced_by=h.UnitName("PCB", "78"),
    ),
    h.Reworked(**_common(12), **UNIT, reason="scratch", from_operation=20),
    h.Repaired(**_common(13), **PLAIN, what="resoldered", defect="bridge", reason="test"),
    h.Scrapped(**_common(14), **PLAIN, reason="cracked"),
    h.Packed(
        **_common(15),
        package="395011010530000015",
        package_kind="carton",
        units=(h.UnitName("CC-1", "CC1-021"), h.UnitName("Lid / left", "007 ä")),
        packages=("inner 1",),
        batch="CC1-P2",
    ),
    h.Unpacked(
        **_common(16), package="inner 1", units=(h.UnitName("CC-1", "CC1-021"),), reason="wrong"
    ),
    h.Shipped(
        **_common(17),
        shipment="S/1",
        customer="Bolt & Söhne",
        units=(h.UnitName("CC-1", "CC1-021"),),
        packages=("395011010530000015",),
        reference="PO 12",
    ),
    h.ShipmentCancelled(**_common(18), shipment="S/1", customer="Bolt", reason="late"),
    h.Returned(**_common(19), **UNIT, customer="Bolt", failure="no power"),
    h.Labelled(
        **_common(25), **UNIT, batch="CC1-P2", template="unit", expected="(01)", scanned="(01)"
    ),
    h.Calibrated(
        **_common(26),
        equipment="GAUGE-3",
        result="pass",
        due=date(2027, 11, 20),
        as_left="fail",
        certificate="CAL-9",
    ),
    h.Held(
        **_common(20),
        units=(h.UnitName("CC-1", "CC1-021"),),
        lots=(h.LotPart("GLZ-7781", None, "glaze"),),
        containment="C-1",
        reason="glaze",
        recalled=True,
    ),
    h.Released(**_common(21), units=(h.UnitName("CC-1", "CC1-021"),), containment="C-1"),
)
VOID = h.Voided(
    id=record(90),
    at=AT.astimezone(UTC),
    supersedes=record(9),
    reason="wrong lot",
    operator="ada",
    corrected_by=(record(91),),
)

# ---------------------------------------------------------------- any happening

_TEXT = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
_SAID = st.text(st.characters(codec="utf-8"), max_size=8)
_NUMBER = st.decimals(allow_nan=False, allow_infinity=False, places=4)
_PART = st.sampled_from(["CC-1", "PCB", "Lid / left"]) | _TEXT
_ZONES = st.integers(-840, 840).map(lambda m: timezone(timedelta(minutes=m)))
_SPAN = datetime.fromisoformat("1971-01-01"), datetime.fromisoformat("2100-01-01")
_TIME = st.datetimes(*_SPAN, timezones=_ZONES)
_VALUE = st.builds(
    h.Value,
    name=_TEXT,
    value=st.none() | _NUMBER | st.booleans() | _SAID,
    unit=st.sampled_from(["", "mm", "Ohm", "furlong"]),
    lower=st.none() | _NUMBER,
    upper=st.none() | _NUMBER,
    outcome=_SAID,
    phase=_SAID,
)
_UNIT_NAME = st.builds(h.UnitName, _PART, _TEXT)
_LOT_PART = st.builds(
    h.LotPart,
    lot=_TEXT,
    quantity=st.none() | _NUMBER,
    part=_PART | st.just(""),
    designators=st.lists(_TEXT, max_size=2).map(tuple),
    unit=st.sampled_from(["", "kg", "pcs", "spoon"]),
)
_BY_TYPE: dict[Any, st.SearchStrategy[Any]] = {
    str: _SAID,
    int: st.integers(0, 10**12),
    bool: st.booleans(),
    UUID: st.uuids(version=4),
    datetime: _TIME,
    h.Value: _VALUE,
    h.UnitName: _UNIT_NAME,
    h.LotPart: _LOT_PART,
    h.Procedure: st.builds(h.Procedure, _TEXT, _SAID),
    h.File: st.builds(h.File, _TEXT, _SAID),
    h.Defect: st.builds(h.Defect, _TEXT, _SAID),
    Decimal: _NUMBER,
    date: st.dates(date(1971, 1, 1), date(2100, 1, 1)),
}
# What a happening cannot do without.
_NAMED = {"serial", "lot", "package", "shipment", "status", "equipment"}


def _of(kind: Any, least: int = 0) -> st.SearchStrategy[Any]:
    if get_origin(kind) is tuple:
        return st.lists(_of(get_args(kind)[0]), min_size=least, max_size=2).map(tuple)
    if isinstance(kind, UnionType):
        return st.one_of([st.none() if one is NoneType else _of(one) for one in get_args(kind)])
    return _BY_TYPE[kind]


_HOLD = {"into", "lots", "units"}


def _any_of(made: type[h.Happening]) -> st.SearchStrategy[h.Happening]:
    types = described(made).types
    ways = {
        name: _TEXT if name in _NAMED else _of(kind, int(name in _HOLD))
        for name, kind in types.items()
    }
    ways["part"] = _PART
    if made is h.LotsMerged:
        ways["into"] = _TEXT
    if made in (h.Consumed, h.OperationDone, h.Labelled):
        ways["batch"] = _TEXT
    return st.builds(made, **{name: way for name, way in ways.items() if name in types})


HAPPENINGS = st.one_of([_any_of(made) for made in h.KINDS if made is not h.Voided])
