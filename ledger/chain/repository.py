"""The SQL of the chain: what the sealer reads of the journal and writes of batches, blocks, keys, signatures and leaves."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import Connection
from psycopg.adapt import Buffer, Loader
from psycopg.pq import Format
from psycopg.rows import class_row

from ledger.chain.canonical import Block, JournalRow
from ledger.chain.keys import PublicKey

# The sealer's turn, and the writing of one block or key; beside the migrations' and the relay's.
SEALER_LOCK, BLOCK_LOCK = 7_264_915, 7_264_916
STEP_ROWS = 200
_UUIDS, _BYTEAS, _UUID = 2951, 1001, 2950
_ARRAY_HEADER, _LENGTH, _ID, _DIGEST = 20, 4, 16, 32

_BOOKED_AT_US = "(extract(epoch from j.booked_at) * 1000000)::bigint"
_MADE_AT_US = "(extract(epoch from made_at) * 1000000)::bigint"
JOURNAL_COLUMNS = f"j.id as journal_id, {_BOOKED_AT_US} as booked_at_us, j.salt, j.transfer_ids, j.digests, j.held_reasons"
BLOCK_COLUMNS = (
    "height, shard, previous_hash, merkle_root, first_journal_id, last_journal_id, leaves, batch_hash, "
    f"{_MADE_AT_US} as made_at_us, difficulty, work_target_us, key_ids, nonce, work_us, hash"
)
KEY_COLUMNS = f"key_id, algorithm, public_key, from_height, {_MADE_AT_US} as made_at_us, endorsed_by, endorsement"
_MADE_AT = "timestamptz 'epoch' + %(made_at_us)s * interval '1 microsecond'"


@dataclass(frozen=True, slots=True)
class Seen:
    """A journal row, and the snapshot that saw it: every transaction before `xmin` had ended in it."""

    row: JournalRow
    xmin: int


class RawLoader(Loader):
    """Gives a value as it comes over the wire."""

    format = Format.BINARY

    def load(self, data: Buffer) -> Any:
        """Return the bytes."""
        return bytes(data)


class _Digests(RawLoader):
    """An array of hashes, without making an object of each length word."""

    def load(self, data: Buffer) -> Any:
        return _fixed(bytes(data), size=_DIGEST)


class _Ids(RawLoader):
    """An array of ids, 16 bytes each."""

    def load(self, data: Buffer) -> Any:
        return _fixed(bytes(data), size=_ID)


def _fixed(data: bytes, *, size: int) -> list[bytes]:
    """Return the items of an array in binary form. Those of another size are cut: their hashes will not be right then."""
    step = size + _LENGTH
    return [data[at : at + size] for at in range(_ARRAY_HEADER + _LENGTH, len(data), step)]


def read_raw(connection: Connection) -> None:
    """Let this connection's binary cursors give ids and hashes as bytes."""
    connection.adapters.register_loader(_UUIDS, _Ids)
    connection.adapters.register_loader(_BYTEAS, _Digests)
    connection.adapters.register_loader(_UUID, RawLoader)


def take_turn(connection: Connection) -> bool:
    """Become the one sealer, for as long as the connection lives; False while there is another."""
    row = connection.execute("select pg_try_advisory_lock(%s)", (SEALER_LOCK,)).fetchone()
    return bool(row and row[0])


def lock_blocks(connection: Connection) -> None:
    """Keep others from writing blocks and keys until this transaction ends."""
    connection.execute("select pg_advisory_xact_lock(%s)", (BLOCK_LOCK,))


def last_batch(connection: Connection) -> tuple[int, bytes] | None:
    """Return the journal id and hash of the newest link."""
    row = connection.execute("select journal_id, hash from chain.batch order by journal_id desc limit 1").fetchone()
    return (row[0], row[1]) if row else None


def journal_after(connection: Connection, journal_id: int) -> list[Seen]:
    """Return the journal rows after one, by id, at most STEP_ROWS, as one snapshot sees them."""
    with connection.cursor(binary=True) as cursor:
        cursor.execute(
            f"select {JOURNAL_COLUMNS}, pg_snapshot_xmin(pg_current_snapshot())::text::bigint "
            "from ledger.journal j where j.id > %s order by j.id limit %s",
            (journal_id, STEP_ROWS),
        )
        return [Seen(journal_row(row[:6]), row[6]) for row in cursor]


def next_transaction(connection: Connection) -> int:
    """Draw the id of a transaction: larger than that of any which has written something before this is called.

    A snapshot's xmax does not say so: it is the newest transaction that has *ended*, and others that run may be beyond it.
    """
    row = connection.execute("select pg_current_xact_id()::text::bigint").fetchone()
    assert row is not None  # noqa: S101 (a function's one row)
    return int(row[0])


def journal_row(values: Sequence[Any]) -> JournalRow:
    """Return a row that was read by JOURNAL_COLUMNS."""
    journal_id, booked_at_us, salt, transfer_ids, digests, held_reasons = values
    return JournalRow(
        journal_id=journal_id,
        booked_at_us=booked_at_us,
        salt=salt,
        transfer_ids=transfer_ids,
        digests=digests,
        held_reasons=held_reasons,
    )


def insert_batches(connection: Connection, links: Sequence[tuple[int, int, bytes]]) -> None:
    """Write links as (journal id, number of digests, hash).

    They follow from the journal: those that a crash takes away are made again the same, so that nothing waits for the disk.
    """
    with connection.transaction():
        connection.execute("set local synchronous_commit = off")
        connection.execute(
            "insert into chain.batch (journal_id, leaves, hash) select * from unnest(%s::bigint[], %s::integer[], %s::bytea[])",
            [list(column) for column in zip(*links, strict=True)],
        )


def last_block(connection: Connection) -> Block | None:
    """Return the newest block."""
    with connection.cursor(row_factory=class_row(Block)) as cursor:
        return cursor.execute(f"select {BLOCK_COLUMNS} from chain.block order by height desc limit 1").fetchone()


def block_at(connection: Connection, height: int) -> Block | None:
    """Return the block at a height."""
    with connection.cursor(row_factory=class_row(Block)) as cursor:
        return cursor.execute(f"select {BLOCK_COLUMNS} from chain.block where height = %s", (height,)).fetchone()


def recent_work_us(connection: Connection, *, before: int, blocks: int) -> list[int]:
    """Return how long the work of the `blocks` blocks before a height took."""
    rows = connection.execute("select work_us from chain.block where height >= %s and height < %s", (before - blocks, before))
    return [row[0] for row in rows]


def links_to_gather(connection: Connection, *, after: int, most_leaves: int) -> list[tuple[int, bytes, list[bytes]]]:
    """Return links that no block holds yet as (journal id, hash, digests), of at most `most_leaves` digests or one batch."""
    with connection.cursor(binary=True) as cursor:
        cursor.execute(
            "select b.journal_id, b.hash, j.digests from ("
            "  select *, sum(leaves) over (order by journal_id) as so_far"
            "  from (select * from chain.batch where journal_id > %(after)s order by journal_id limit %(most)s) waiting"
            ") b join ledger.journal j on j.id = b.journal_id "
            "where b.so_far <= %(most)s or b.so_far = b.leaves order by b.journal_id",
            {"after": after, "most": most_leaves},
        )
        return cursor.fetchall()


def insert_block(connection: Connection, block: Block, signatures: Sequence[tuple[PublicKey, bytes]]) -> None:
    """Write a block with its signatures and where each of its transfers is, in the transaction of the caller."""
    values = {name: getattr(block, name) for name in Block.__slots__}
    connection.execute(
        "insert into chain.block (height, shard, previous_hash, merkle_root, first_journal_id, last_journal_id, leaves, "
        "batch_hash, made_at, difficulty, work_target_us, key_ids, nonce, work_us, hash) values (%(height)s, %(shard)s, "
        "%(previous_hash)s, %(merkle_root)s, %(first_journal_id)s, %(last_journal_id)s, %(leaves)s, %(batch_hash)s, "
        f"{_MADE_AT}, %(difficulty)s, %(work_target_us)s, %(key_ids)s, %(nonce)s, %(work_us)s, %(hash)s)",
        values,
    )
    connection.execute(
        "insert into chain.leaf (transfer_id, height, position) "
        "select u.transfer_id, %(height)s, (row_number() over (order by j.id, u.n) - 1)::integer "
        "from chain.batch b join ledger.journal j on j.id = b.journal_id, "
        "unnest(j.transfer_ids) with ordinality as u (transfer_id, n) "
        "where b.journal_id between %(first_journal_id)s and %(last_journal_id)s",
        values,
    )
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into chain.signature (height, key_id, algorithm, signature) values (%s, %s, %s, %s)",
            [(block.height, key.key_id, key.algorithm, signature) for key, signature in signatures],
        )


def read_keys(connection: Connection) -> list[PublicKey]:
    """Return every key, the oldest first."""
    with connection.cursor(row_factory=class_row(PublicKey)) as cursor:
        return cursor.execute(f"select {KEY_COLUMNS} from chain.key order by from_height, made_at, key_id").fetchall()


def insert_key(connection: Connection, key: PublicKey) -> None:
    """Write the public half of a key."""
    connection.execute(
        "insert into chain.key (key_id, algorithm, public_key, from_height, made_at, endorsed_by, endorsement) values "
        f"(%(key_id)s, %(algorithm)s, %(public_key)s, %(from_height)s, {_MADE_AT}, %(endorsed_by)s, "
        "%(endorsement)s)",
        {name: getattr(key, name) for name in PublicKey.__slots__},
    )


def oldest_unsealed_us(connection: Connection, *, after: int) -> int | None:
    """Return when the oldest journal row after a link was booked, in microseconds since 1970; None when there is none."""
    row = connection.execute(
        f"select {_BOOKED_AT_US} from ledger.journal j where j.id > %s order by j.id limit 1", (after,)
    ).fetchone()
    return row[0] if row else None
