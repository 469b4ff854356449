"""What verify finds, and that it names the first broken entry."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firstoff.db import triggers
from firstoff.db.models import LedgerEntry, RoleGrant, Signature, Training
from firstoff.queries import ledger
from firstoff.rules.ledger import Link, link_hash
from firstoff.services import ledger as writing
from tests.conftest import NOW, World


def write(world: World, *records: Any, subject: str = "x", at: datetime = NOW) -> int:
    with writing.verb("test.write", by=world.ada, at=at, subject=subject) as entry:
        entry.add_all([r for r in records if isinstance(r, Signature)])
        for record in records:
            if not isinstance(record, Signature):
                entry.add(record)
    return entry.seq


def signature(meaning: str = "meant") -> Signature:
    return Signature(meaning=meaning, role="viewer", subject="s", content_digest="0" * 64)


def behind_the_back(*statements: str) -> None:
    """Somebody with the file and without manners."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = 'replica'")
        else:
            for table in ("firstoff_signature", "firstoff_ledgerentry", "firstoff_training"):
                for kind in ("update", "delete", "replace"):
                    cursor.execute(f"DROP TRIGGER IF EXISTS {table}_{kind}")
        for statement in statements:
            cursor.execute(statement)
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = 'origin'")
    if connection.vendor == "sqlite":
        triggers.install(connection)


@pytest.fixture
def chain(world: World) -> int:
    """Three entries with two signatures each; answers the number of the middle one."""
    seqs = [write(world, signature(f"{n} a"), signature(f"{n} b")) for n in range(3)]
    return seqs[1]


def test_an_untouched_ledger_holds(world: World, chain: int) -> None:
    verified = ledger.verify()
    assert (verified.holds, verified.head, verified.entries) == (True, ledger.head(), chain + 1)


ALTERATIONS = [
    ("UPDATE firstoff_signature SET meaning = 'forged' WHERE entry_id = {n}", 0, "was changed"),
    (
        "DELETE FROM firstoff_signature WHERE id = (SELECT MIN(id) FROM firstoff_signature "
        "WHERE entry_id = {n})",
        0,
        "removed or added",
    ),
    ("DELETE FROM firstoff_signature WHERE entry_id = {n}", 0, "removed or added"),
    (
        "INSERT INTO firstoff_signature (uid, entry_id, by_id, received_at, meaning, role, "
        "subject, content_digest) SELECT '{uid}', {n}, by_id, received_at, meaning, role, "
        "subject, content_digest FROM firstoff_signature WHERE entry_id = {n} LIMIT 1",
        0,
        "removed or added",
    ),
    (
        "UPDATE firstoff_signature SET entry_id = {n} - 1 WHERE entry_id = {n}",
        -1,
        "removed or added",
    ),
    ("UPDATE firstoff_signature SET by_id = {ben} WHERE entry_id = {n}", 0, "was changed"),
    (
        "UPDATE firstoff_signature SET received_at = '2026-05-08 09:00:00.000001' "
        "WHERE entry_id = {n}",
        0,
        "was changed",
    ),
    ("UPDATE firstoff_ledgerentry SET verb = 'nothing' WHERE seq = {n}", 0, "itself was changed"),
    ("UPDATE firstoff_ledgerentry SET by = 'cy' WHERE seq = {n}", 0, "itself was changed"),
    ("UPDATE firstoff_ledgerentry SET details = '{{}} ' WHERE seq = {n}", 0, "itself was changed"),
    ("UPDATE firstoff_ledgerentry SET hash = digest WHERE seq = {n}", 0, "itself was changed"),
    ("UPDATE firstoff_ledgerentry SET previous = digest WHERE seq = {n}", 0, "not chained"),
    (
        "DELETE FROM firstoff_signature WHERE entry_id = {n}; "
        "DELETE FROM firstoff_ledgerentry WHERE seq = {n}",
        0,
        "is missing",
    ),
]


@pytest.mark.parametrize(("change", "offset", "said"), ALTERATIONS)
def test_what_was_changed_behind_the_back_is_found(
    world: World, chain: int, change: str, offset: int, said: str
) -> None:
    uid = (
        "0" * 31 + "1"
        if connection.vendor == "sqlite"
        else "0" * 8 + "-0000-0000-0000-" + "1" * 12
    )
    written = change.format(n=chain, uid=uid, ben=world.ben.person_id)
    behind_the_back(*written.split("; "))
    verified = ledger.verify()
    assert (verified.broken, said in verified.sentence) == (chain + offset, True)


def test_a_record_after_the_end_is_found(world: World, chain: int) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL keeps foreign keys")
    behind_the_back(
        f"DELETE FROM firstoff_ledgerentry WHERE seq = {chain + 1}",
    )
    assert ledger.verify().broken == chain + 1
    with connection.cursor() as cursor:  # leave no dangling row for the check at the end
        cursor.execute("DROP TRIGGER firstoff_signature_delete")
        cursor.execute(f"DELETE FROM firstoff_signature WHERE entry_id = {chain + 1}")
    triggers.install(connection)


def test_a_whole_entry_written_anew_breaks_the_next_one(world: World, chain: int) -> None:
    """Whoever recomputes the hash of one entry would have to recompute all that follow."""
    e = LedgerEntry.objects.get(pk=chain)
    forged = Link(
        seq=e.seq,
        at=e.at,
        by="cy",
        verb=e.verb,
        subject=e.subject,
        program=e.program_id,
        details=e.details,
        records=e.records,
        digest=e.digest,
        previous=e.previous,
    )
    behind_the_back(
        f"UPDATE firstoff_ledgerentry SET by = 'cy', hash = '{link_hash(forged)}' "
        f"WHERE seq = {chain}"
    )
    verified = ledger.verify()
    assert (verified.broken, "not chained" in verified.sentence) == (chain + 1, True)


def test_the_version_of_a_program_moves_with_its_entries(world: World) -> None:
    assert ledger.version(1) == 0


def test_the_hash_of_one_entry_is_found(world: World) -> None:
    last = LedgerEntry.objects.order_by("-seq")[0]
    assert (ledger.entry_hash(last.seq), ledger.entry_hash(10**9)) == (last.hash, None)


def test_an_empty_ledger_holds(db: None) -> None:
    verified = ledger.verify()
    assert (verified.holds, verified.entries, verified.rows) == (True, 0, 0)


# Text that both databases can hold: PostgreSQL refuses NUL, and nothing stores half a character.
words = st.text(st.characters(exclude_characters="\x00", exclude_categories=("Cs",)), max_size=40)
times = st.datetimes(
    datetime(1990, 1, 1),  # noqa: DTZ001 (the strategy adds the zone)
    datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
days = st.dates(date(1990, 1, 1), date(2100, 1, 1))
a_record = st.one_of(
    st.builds(signature, words),
    st.builds(
        lambda skill, day, until, note: Training(
            person_id=0, skill=skill, valid_from=day, valid_until=until, note=note
        ),
        words,
        days,
        st.none() | days,
        words,
    ),
    st.builds(
        lambda granted: RoleGrant(person_id=0, site_id=0, role="viewer", granted=granted),
        st.booleans(),
    ),
)
details = st.dictionaries(
    words,
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | words
        | times
        | days
        | st.decimals(allow_nan=False, allow_infinity=False)
        | st.floats(allow_nan=False)
        | st.binary(max_size=8),
        lambda inner: st.lists(inner, max_size=3),
        max_leaves=4,
    ),
    max_size=3,
)
verbs = st.lists(
    st.tuples(words, times, st.lists(a_record, max_size=4), details), min_size=1, max_size=4
)


@given(written=verbs)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_mix_of_records_holds(world: World, written: Any) -> None:
    with transaction.atomic():
        before = ledger.verify()
        records = 0
        for subject, at, rows, said in written:
            with writing.verb("test.mix", by=world.ada, at=at, subject=subject) as entry:
                entry.details.update(said)
                for row in rows:
                    if hasattr(row, "person_id"):
                        row.person_id = world.ben.person_id
                    if hasattr(row, "site_id"):
                        row.site_id = world.site.pk
                    row.pk = None
                    row.uid = type(row)().uid
                    entry.add(row)
            records += len(rows)
        verified = ledger.verify()
        transaction.set_rollback(True)
    assert (verified.broken, verified.rows) == (None, before.rows + records)


def test_progress_is_told_in_stretches(world: World, chain: int) -> None:
    told: list[tuple[int, int]] = []
    ledger.verify(lambda done, of: told.append((done, of)))
    assert told == [(chain + 1, chain + 1)]


def test_a_correction_of_the_clock_is_no_break(world: World) -> None:
    write(world, signature(), at=NOW + timedelta(days=1))
    write(world, signature(), at=NOW)
    assert ledger.verify().holds


def test_training_rows_are_covered_too(world: World) -> None:
    row = Training(person_id=world.ben.person_id, skill="glaze", valid_from=date(2026, 1, 1))
    seq = write(world, row)
    behind_the_back(
        f"UPDATE firstoff_training SET valid_until = NULL, note = 'x' WHERE id = {row.pk}"
    )
    assert ledger.verify().broken == seq
