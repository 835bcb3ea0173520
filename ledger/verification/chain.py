"""The chain recounted: keys, each batch's link, each block's root, work, difficulty, signatures and leaves, the anchor."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from psycopg import Connection

from ledger.chain import merkle, work
from ledger.chain.anchor import Anchor
from ledger.chain.canonical import GENESIS, Block, JournalRow, batch_hash, header, signed
from ledger.chain.keys import ED25519, PublicKey, active, endorser_of, fingerprint
from ledger.chain.repository import journal_row, read_keys
from ledger.verification import repository
from ledger.verification.finding import Wrong

Item = TypeVar("Item")


@dataclass(slots=True, kw_only=True)
class ChainCounted:
    """What a chain holds. `unsealed` batches are newer than the newest link: they wait for the sealer, which is not wrong."""

    blocks: int = 0
    batches: int = 0
    unsealed: int = 0
    digests: int = 0
    keys: int = 0
    last_hash: str | None = None
    first_key: str | None = None


class _Ahead(Generic[Item]):
    """A stream whose next item can be looked at."""

    def __init__(self, source: Iterator[Item]) -> None:
        self._source = source
        self.next: Item | None = next(source, None)

    def take(self) -> Item | None:
        """Return the next item and go on."""
        taken, self.next = self.next, next(self._source, None)
        return taken


def verify_chain(connection: Connection, *, anchor: Anchor | None, progress: Callable[[int], None]) -> ChainCounted:
    """Recount the chain from the journal; `progress` hears the number of digests so far. Raises Wrong."""
    return _Recount(connection, anchor, progress).run()


class _Recount:
    def __init__(self, connection: Connection, anchor: Anchor | None, progress: Callable[[int], None]) -> None:
        def rows(query: str, name: str, at_once: int = repository.ROWS_AT_ONCE) -> _Ahead[tuple[Any, ...]]:
            return _Ahead(repository.stream(connection, query, name=name, at_once=at_once))

        self._keys = verify_keys(read_keys(connection), anchor=anchor)
        self._anchor = anchor
        self._progress = progress
        self._blocks = rows(repository.BLOCKS, "blocks")
        self._journal = rows(repository.JOURNAL, "journal", repository.JOURNAL_ROWS_AT_ONCE)
        self._batches = rows(repository.BATCHES, "batches")
        self._signatures = rows(repository.SIGNATURES, "signatures")
        self._leaves = rows(repository.LEAVES, "leaves")
        self._link = GENESIS
        self._works: deque[int] = deque(maxlen=work.RETARGET_BLOCKS)
        self._counted = ChainCounted(keys=len(self._keys), first_key=self._keys[0].key_id if self._keys else None)

    def run(self) -> ChainCounted:
        previous: Block | None = None
        while (row := self._blocks.take()) is not None:
            block = Block(**dict(zip(Block.__slots__, row, strict=True)))
            self._block(block, previous)
            previous = block
            self._counted.blocks += 1
            self._counted.last_hash = block.hash.hex()
            self._progress(self._counted.digests)
        self._end(previous)
        return self._counted

    def _block(self, block: Block, previous: Block | None) -> None:
        height = previous.height + 1 if previous else 0
        if block.height != height:
            raise Wrong(f"the next block after {height - 1} has height {block.height}", ("chain.block", height))
        rows = []
        while self._batches.next is not None and self._batches.next[0] <= block.last_journal_id:
            rows.append(self._batch())
        digests = [digest for row in rows for digest in row.digests]
        here = ("chain.block", block.height)
        if not rows or (rows[0].journal_id, rows[-1].journal_id) != (block.first_journal_id, block.last_journal_id):
            raise Wrong(
                f"it names batches {block.first_journal_id} to {block.last_journal_id}, which are not those that follow",
                here, ("chain.batch", block.last_journal_id),
            )  # fmt: skip
        self._header(block, previous, digests)
        self._signed(block)
        self._placed(block, [transfer_id for row in rows for transfer_id in row.transfer_ids])
        self._seen(block)

    def _batch(self) -> JournalRow:
        """Check one link against its journal row."""
        batch = self._batches.take()
        assert batch is not None  # noqa: S101 (the caller has looked)
        journal_id, shard, leaves, stored = batch
        found = self._journal.next
        if found is None or found[0] != journal_id:
            missing = journal_id if found is None or found[0] > journal_id else found[0]
            raise Wrong(
                f"of batch {missing} there is only one of the two", ("ledger.journal", missing), ("chain.batch", missing)
            )
        row = journal_row(found)
        self._journal.take()
        self._link = batch_hash(self._link, row, shard=shard)
        if self._link != stored:
            raise Wrong(
                f"the row's bytes give the hash {self._link.hex()}, and {stored.hex()} is stored",
                ("ledger.journal", journal_id), ("chain.batch", journal_id),
            )  # fmt: skip
        if leaves != len(row.digests):
            raise Wrong(f"leaves is {leaves} and should be {len(row.digests)}", ("chain.batch", journal_id))
        self._counted.batches += 1
        self._counted.digests += len(row.digests)
        return row

    def _header(self, block: Block, previous: Block | None, digests: list[bytes]) -> None:
        should_be = {
            "previous_hash": previous.hash if previous else GENESIS,
            "merkle_root": merkle.root(digests),
            "leaves": len(digests),
            "batch_hash": self._link,
            "difficulty": work.difficulty_at(
                block.height,
                before=previous.difficulty if previous else None,
                work_target_us=block.work_target_us,
                recent_work_us=lambda: self._works,
            ),
            "hash": work.block_hash(header(block), nonce=block.nonce),
        }
        here = ("chain.block", block.height)
        for column, value in should_be.items():
            stored = getattr(block, column)
            if stored != value:
                raise Wrong(f"{column} is {_shown(stored)} and should be {_shown(value)}", here)
        if not block.hash < work.limit(block.difficulty):
            raise Wrong(f"the hash shows no work of difficulty {block.difficulty}", here)
        if previous and block.made_at_us < previous.made_at_us:
            raise Wrong("it was made before the block before it", here)
        self._works.append(block.work_us)

    def _signed(self, block: Block) -> None:
        here = ("chain.block", block.height)
        self._right_signers(block)
        for key_id in sorted(block.key_ids):
            row = self._signatures.take()
            if row is None or row[:2] != (block.height, key_id):
                raise Wrong(f"its signature by {key_id} is missing", ("chain.signature", f"({block.height}, {key_id})"), here)
            key = next(key for key in self._keys if key.key_id == key_id)
            if row[2] != key.algorithm or not key.signed(signed(block.hash, work_us=block.work_us), row[3]):
                raise Wrong(
                    "the signature is not one of this key over this hash and work time",
                    ("chain.signature", f"({block.height}, {key_id})"), here, ("chain.key", key_id),
                )  # fmt: skip
        following = self._signatures.next
        if following is not None and following[0] <= block.height:
            raise Wrong("the block does not name this key", ("chain.signature", f"({following[0]}, {following[1]})"), here)

    def _right_signers(self, block: Block) -> None:
        known = {key.key_id: key for key in self._keys}
        for key_id in block.key_ids:
            key = known.get(key_id)
            if key is None:
                raise Wrong(f"block {block.height} names this key, and it is not there", ("chain.key", key_id))
            if active(self._keys, algorithm=key.algorithm, height=block.height) is not key:
                raise Wrong(f"at height {block.height} another key was in force", ("chain.key", key_id))
        signing = active(self._keys, algorithm=ED25519, height=block.height)
        if signing is None or signing.key_id not in block.key_ids:
            raise Wrong("the Ed25519 key that was in force is not among its keys", ("chain.block", block.height))

    def _placed(self, block: Block, transfer_ids: list[bytes]) -> None:
        for position, transfer_id in enumerate(transfer_ids):
            row = self._leaves.take()
            if row != (block.height, position, transfer_id):
                where = (block.height, position) if row is None else min(row[:2], (block.height, position))
                raise Wrong("the leaf there is not that of the journal", ("chain.leaf", where))

    def _seen(self, block: Block) -> None:
        seen = self._anchor
        if seen is not None and block.height == seen.height and block.hash.hex() != seen.hash:
            raise Wrong(f"it was seen with the hash {seen.hash}", ("chain.block", block.height))

    def _end(self, last: Block | None) -> None:
        height = last.height if last else -1
        if self._anchor is not None and height < self._anchor.height:
            raise Wrong(
                f"the chain ends before it, and it was seen with the hash {self._anchor.hash}",
                ("chain.block", self._anchor.height),
            )
        if self._signatures.next is not None:
            at, key_id = self._signatures.next[:2]
            raise Wrong("there is no such block", ("chain.signature", f"({at}, {key_id})"))
        if self._leaves.next is not None:
            raise Wrong("there is no such leaf", ("chain.leaf", self._leaves.next[:2]))
        while self._batches.next is not None:
            self._batch()
        while (row := self._journal.take()) is not None:
            self._counted.unsealed += 1
            self._counted.digests += len(row[4])


def verify_keys(keys: list[PublicKey], *, anchor: Anchor | None) -> list[PublicKey]:
    """Return the keys in the order in which they came, each endorsed by the one in force before it. Raises Wrong."""
    accepted: list[PublicKey] = []
    for key in sorted(keys, key=lambda key: (key.from_height, key.made_at_us, key.algorithm)):
        here = ("chain.key", key.key_id)
        if key.key_id != fingerprint(key.public_key):
            raise Wrong(f"its id should be {fingerprint(key.public_key)}", here)
        # The first of all endorses itself.
        endorser = endorser_of(accepted or [key], from_height=key.from_height, made_at_us=key.made_at_us)
        if endorser is None or endorser.key_id != key.endorsed_by or not endorser.signed(key.message, key.endorsement):
            raise Wrong(
                "the Ed25519 key that was in force before it has not endorsed it as it is",
                here, ("chain.key", key.endorsed_by),
            )  # fmt: skip
        if any(_came_together(key, other) for other in accepted):
            raise Wrong("another key of its algorithm is from the same height and moment", here)
        if not accepted and anchor is not None and key.key_id != anchor.first_key:
            raise Wrong(f"it is the first key, and {anchor.first_key} was seen as the first", here)
        accepted.append(key)
    return accepted


def _came_together(one: PublicKey, other: PublicKey) -> bool:
    """Whether nobody could say which of two keys is in force."""
    return (one.algorithm, one.from_height, one.made_at_us) == (other.algorithm, other.from_height, other.made_at_us)


def _shown(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)
