"""The sealer's two steps: chain what has committed, and gather what was chained into a block that is worked for and signed."""

import time
from dataclasses import dataclass, replace
from pathlib import Path

from psycopg import Connection

from kit.clock import Clock
from kit.settings import Chain
from ledger.chain import merkle, repository, work
from ledger.chain.anchor import Anchor, read_anchor, write_anchor
from ledger.chain.canonical import GENESIS, SHARD, Block, batch_hash, header, signed
from ledger.chain.errors import ChainCutOff
from ledger.chain.keys import ALGORITHMS, ED25519, ML_DSA, PrivateKeys, PublicKey, active, endorser_of, moment_after

MAX_BLOCK_LEAVES = 16_384
US_PER_MS = 1_000


@dataclass(frozen=True, slots=True)
class _Gap:
    """An id is missing before `next_id`. A transaction before `xmax` drew it: once all those have ended, it was rolled back."""

    next_id: int
    xmax: int


class Sealer:
    """One shard's sealer on one connection. Every step is one transaction: a sealer that dies goes on where it was."""

    def __init__(self, connection: Connection, *, keys: PrivateKeys, anchor: Path, chain: Chain, clock: Clock) -> None:
        repository.read_raw(connection)
        self._connection = connection
        self._keys = keys
        self._anchor = anchor
        self._chain = chain
        self._clock = clock
        self._gap: _Gap | None = None
        self._head = repository.last_batch(connection) or (0, GENESIS)
        self._before = repository.last_block(connection)
        # Digests that no block holds yet; enough for a block until the first look says how many there are.
        self._waiting = MAX_BLOCK_LEAVES
        self._check_anchor()

    @property
    def head(self) -> int:
        """The journal id of the newest link."""
        return self._head[0]

    @property
    def waits_for_gap(self) -> bool:
        """Whether an id is missing of which it is not known yet that it was rolled back."""
        return self._gap is not None

    def seal(self) -> int:
        """Chain what has committed since, at most STEP_ROWS batches; returns how many.

        An id that is missing was rolled back, or its transaction is still running. All that drew an id before one that is seen
        had begun to write before, so their own ids are smaller than one that is drawn after that look: once every transaction
        before it has ended, a second look tells which.
        """
        last, link = self._head
        links = []
        for seen in repository.journal_after(self._connection, last):
            row = seen.row
            if row.journal_id != last + 1 and not self._rolled_back_before(row.journal_id, xmin=seen.xmin):
                if self._gap is None or seen.xmin >= self._gap.xmax:
                    self._gap = _Gap(row.journal_id, repository.next_transaction(self._connection))
                break
            last, link = row.journal_id, batch_hash(link, row)
            links.append((last, len(row.digests), link))
            self._waiting += len(row.digests)
            if self._gap and last >= self._gap.next_id:
                self._gap = None
        if links:
            repository.insert_batches(self._connection, links)
            self._head = last, link
        return len(links)

    def _rolled_back_before(self, journal_id: int, *, xmin: int) -> bool:
        return self._gap is not None and journal_id <= self._gap.next_id and xmin >= self._gap.xmax

    def gather(self) -> Block | None:
        """Make a block of what was chained since the last, when that is long enough ago or enough has come; None otherwise."""
        before, made_at_us = self._before, self._clock.now_ms() * US_PER_MS
        due = before is None or made_at_us - before.made_at_us >= self._chain.block_ms * US_PER_MS
        if not self._waiting or not (due or self._waiting >= MAX_BLOCK_LEAVES):
            return None
        with self._connection.transaction():
            repository.lock_blocks(self._connection)
            links = repository.links_to_gather(
                self._connection, after=before.last_journal_id if before else 0, most_leaves=MAX_BLOCK_LEAVES
            )
            full = bool(links) and links[-1][0] < self.head
            if not full:
                self._waiting = sum(len(digests) for _, _, digests in links)
            if not links or not (due or full):
                return None
            height = before.height + 1 if before else 0
            keys = [*repository.read_keys(self._connection)]
            signers = self._signers(keys, height=height, made_at_us=made_at_us)
            block = self._worked_for(before, links, signers, made_at_us=max(made_at_us, before.made_at_us if before else 0))
            message = signed(block.hash, work_us=block.work_us)
            signatures = [(key, self._keys.sign(key.key_id, message)) for key in signers]
            repository.insert_block(self._connection, block, signatures)
        first = min([*keys, *signers], key=lambda key: (key.from_height, key.made_at_us, key.algorithm))
        self._before = block
        self._waiting = max(0, self._waiting - block.leaves)
        write_anchor(self._anchor, Anchor(first_key=first.key_id, height=block.height, hash=block.hash.hex()))
        return block

    def lag_ms(self) -> int:
        """Return how long the oldest batch that is not chained has waited; 0 when there is none."""
        booked_at_us = repository.oldest_unsealed_us(self._connection, after=self.head)
        return 0 if booked_at_us is None else max(0, self._clock.now_ms() - booked_at_us // US_PER_MS)

    def _signers(self, keys: list[PublicKey], *, height: int, made_at_us: int) -> list[PublicKey]:
        """Return the keys that sign at `height`; those that are wanted and missing are made."""
        wanted = ALGORITHMS if self._chain.ml_dsa else (ED25519,)
        signers: list[PublicKey] = []
        for algorithm in wanted:
            key = active(keys, algorithm=algorithm, height=height)
            if key is None:
                present = [*keys, *signers]
                moment_us = moment_after(present, made_at_us)
                endorser = endorser_of(present, from_height=height, made_at_us=moment_us)
                key = self._keys.make(algorithm, from_height=height, made_at_us=moment_us, endorsed_by=endorser)
                repository.insert_key(self._connection, key)
            signers.append(key)
        return signers

    def _worked_for(
        self,
        before: Block | None,
        links: list[tuple[int, bytes, list[bytes]]],
        signers: list[PublicKey],
        *,
        made_at_us: int,
    ) -> Block:
        height = before.height + 1 if before else 0
        digests = [digest for _, _, of_batch in links for digest in of_batch]
        work_target_us = self._chain.work_ms * US_PER_MS
        unworked = Block(
            height=height,
            shard=SHARD,
            previous_hash=before.hash if before else GENESIS,
            merkle_root=merkle.root(digests),
            first_journal_id=links[0][0],
            last_journal_id=links[-1][0],
            leaves=len(digests),
            batch_hash=links[-1][1],
            made_at_us=made_at_us,
            difficulty=work.difficulty_at(
                height,
                before=before.difficulty if before else None,
                work_target_us=work_target_us,
                recent_work_us=lambda: repository.recent_work_us(self._connection, before=height, blocks=work.RETARGET_BLOCKS),
            ),
            work_target_us=work_target_us,
            key_ids=[key.key_id for key in signers],
            nonce=0,
            work_us=0,
            hash=GENESIS,
        )
        started_ns = time.perf_counter_ns()
        nonce, found = work.search(header(unworked), difficulty=unworked.difficulty)
        work_us = (time.perf_counter_ns() - started_ns) // 1_000
        return replace(unworked, nonce=nonce, work_us=work_us, hash=found)

    def _check_anchor(self) -> None:
        seen = read_anchor(self._anchor)
        if seen is None:
            return
        block = repository.block_at(self._connection, seen.height)
        if block is None or block.hash.hex() != seen.hash:
            raise ChainCutOff(f"block {seen.height} with hash {seen.hash} was seen and is not there", height=seen.height)


def rotate(connection: Connection, *, keys: PrivateKeys, clock: Clock) -> list[PublicKey]:
    """Make a new key of each algorithm in use, endorsed by the Ed25519 key that signs now, from the next block on.

    Returns the new keys; none when nothing was signed yet. Raises SigningKeyMissing.
    """
    with connection.transaction():
        repository.lock_blocks(connection)
        before = repository.last_block(connection)
        present = repository.read_keys(connection)
        if before is None or not present:
            return []
        height, made_at_us = before.height + 1, moment_after(present, clock.now_ms() * US_PER_MS)
        endorser = endorser_of(present, from_height=height, made_at_us=made_at_us)
        made = []
        for algorithm in (ED25519, ML_DSA):
            if active(present, algorithm=algorithm, height=height) is not None:
                key = keys.make(algorithm, from_height=height, made_at_us=made_at_us, endorsed_by=endorser)
                repository.insert_key(connection, key)
                made.append(key)
    return made
