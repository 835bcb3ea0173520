"""The Cypher that writes the graph: constraints, generations, who writes, rows and positions in one transaction."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import LiteralString

from neo4j import Session, Transaction

from cases.graph.erased import Digests
from cases.graph.model import NAMED, THINGS, Kind, Scope
from streams.graph.rows import Batch, Row

TopicPartition = tuple[str, int]
BATCH_ROWS = 5_000
# Nodes whose ids may tell of a person.
_PEOPLE = frozenset({Kind.CUSTOMER, Kind.PAYEE, Kind.DEVICE, Kind.IP, Kind.CARD})
WRITE_S = 120.0
# How long a writer that fell silent keeps others out; every batch says anew that it is there.
LEASE_MS = 10_000

_LABELS: dict[Kind, LiteralString] = {
    Kind.ACCOUNT: "Account", Kind.CUSTOMER: "Customer", Kind.DEVICE: "Device", Kind.IP: "Ip", Kind.CARD: "Card",
    Kind.PAYEE: "Payee", Kind.MERCHANT: "Merchant",
}  # fmt: skip
_ONCE: LiteralString = "CREATE CONSTRAINT graph_"
_SCHEMA: tuple[LiteralString, ...] = (
    *(
        _ONCE + label + "_once IF NOT EXISTS FOR (n:" + label + ") REQUIRE (n.scope, n.tenant_id, n.id) IS UNIQUE"
        for label in _LABELS.values()
    ),
    "CREATE CONSTRAINT graph_paid_once IF NOT EXISTS FOR ()-[r:PAID]-() REQUIRE (r.scope, r.tenant_id, r.event_id) IS UNIQUE",
    "CREATE INDEX graph_paid_transfer IF NOT EXISTS FOR ()-[r:PAID]-() ON (r.scope, r.tenant_id, r.transfer_id)",
    "CREATE CONSTRAINT graph_generation IF NOT EXISTS FOR (g:Generation) REQUIRE g.deployment IS UNIQUE",
    "CREATE CONSTRAINT graph_writer IF NOT EXISTS FOR (w:Writer) REQUIRE w.scope IS UNIQUE",
    "CREATE CONSTRAINT graph_erased IF NOT EXISTS FOR (e:Erased) REQUIRE (e.deployment, e.digest) IS UNIQUE",
    "CREATE CONSTRAINT graph_position IF NOT EXISTS FOR (p:Position) REQUIRE (p.scope, p.topic, p.partition) IS UNIQUE",
)
_READY: LiteralString = "CALL db.awaitIndexes(120)"
_GENERATION: LiteralString = """
MERGE (g:Generation {deployment: $deployment}) ON CREATE SET g.current = 1, g.newest = 1 RETURN g.current AS current
"""
_NEW_GENERATION: LiteralString = """
MATCH (g:Generation {deployment: $deployment}) SET g.newest = g.newest + 1 RETURN g.newest AS newest
"""
_SWITCH: LiteralString = """
MATCH (g:Generation {deployment: $deployment}) SET g.current = $generation
WITH g MATCH (old:Writer {scope: $before}) SET old.closed = true
"""
# Who asks writes first, and so has the node locked before looking at what stands on it.
_TAKE: LiteralString = """
MERGE (w:Writer {scope: $scope}) ON CREATE SET w.until = 0, w.closed = false SET w.asked = timestamp()
WITH w WHERE NOT w.closed AND (w.until < timestamp() OR w.holder = $holder)
SET w.holder = $holder, w.until = timestamp() + $lease_ms RETURN w.until AS until
"""
_KEEP: LiteralString = """
MATCH (w:Writer {scope: $scope}) SET w.asked = timestamp()
WITH w WHERE w.holder = $holder AND NOT w.closed
SET w.until = timestamp() + $lease_ms RETURN w.until AS until
"""
_LEAVE: LiteralString = "MATCH (w:Writer {scope: $scope, holder: $holder}) SET w.until = 0, w.holder = null"
_POSITIONS: LiteralString = """
MATCH (p:Position {scope: $scope}) RETURN p.topic AS topic, p.partition AS partition, p.next_offset AS next_offset
"""
_MOVE: LiteralString = """
UNWIND $moves AS move
MERGE (p:Position {scope: $scope, topic: move.topic, partition: move.partition}) ON CREATE SET p.next_offset = move.before
WITH p, move WHERE p.next_offset = move.before
SET p.next_offset = move.next RETURN count(*) AS moved
"""
_NODES: dict[Kind, LiteralString] = {
    kind: "UNWIND $rows AS row MERGE (n:"
    + label
    + " {scope: $scope, tenant_id: row.tenant_id, id: row.id})"
    + (" ON CREATE SET n.bank = row.bank" if kind is Kind.ACCOUNT else "")
    for kind, label in _LABELS.items()
}
# What is there already is found by its event, and nothing is made of it again.
_FLOWS: LiteralString = """
UNWIND $rows AS row
OPTIONAL MATCH ()-[there:PAID {scope: $scope, tenant_id: row.tenant_id, event_id: row.event_id}]->()
WITH row WHERE there IS NULL
MATCH (a:Account {scope: $scope, tenant_id: row.tenant_id, id: row.payer})
MATCH (b:Account {scope: $scope, tenant_id: row.tenant_id, id: row.payee})
CREATE (a)-[:PAID {scope: $scope, tenant_id: row.tenant_id, event_id: row.event_id, transfer_id: row.transfer_id, at: row.at,
  amount_minor: row.amount_minor, currency: row.currency, purpose: row.purpose}]->(b)
"""
_SEEN: LiteralString = """
ON CREATE SET l.first_at = row.first_at, l.last_at = row.last_at
ON MATCH SET l.first_at = CASE WHEN row.first_at < l.first_at THEN row.first_at ELSE l.first_at END,
  l.last_at = CASE WHEN row.last_at > l.last_at THEN row.last_at ELSE l.last_at END
"""


def _link(source: LiteralString, relation: LiteralString, target: LiteralString) -> LiteralString:
    return (
        "UNWIND $rows AS row MATCH (a:" + source + " {scope: $scope, tenant_id: row.tenant_id, id: row.from})"
        + " MATCH (b:" + target + " {scope: $scope, tenant_id: row.tenant_id, id: row.to})"
        + " MERGE (a)-[l:" + relation + "]->(b)" + _SEEN
    )  # fmt: skip


_LINKS: dict[Kind, LiteralString] = {
    Kind.ACCOUNT: _link("Customer", "OWNS", "Account"),
    **{kind: _link("Customer", "USES", _LABELS[kind]) for kind in THINGS},
    **{kind: _link("Account", "NAMES", _LABELS[kind]) for kind in NAMED},
}
_ERASED: LiteralString = """
UNWIND $digests AS digest MATCH (e:Erased {deployment: $deployment, digest: digest}) RETURN e.digest AS digest
"""
# A generation that is read no more, in transactions of bounded size: payments, links, nodes, and who wrote it.
_OF_SCOPE: LiteralString = " WHERE n.scope = $scope AND n.tenant_id IS NOT NULL AND n.id IS NOT NULL "
_IN_PARTS: LiteralString = " IN TRANSACTIONS OF 10000 ROWS"
_FORGET: tuple[LiteralString, ...] = (
    "MATCH (n:Account)" + _OF_SCOPE + "MATCH (n)-[r:PAID|NAMES]->() CALL (r) { DELETE r }" + _IN_PARTS,
    "MATCH (n:Customer)" + _OF_SCOPE + "MATCH (n)-[r:OWNS|USES]->() CALL (r) { DELETE r }" + _IN_PARTS,
    *("MATCH (n:" + label + ")" + _OF_SCOPE + "CALL (n) { DETACH DELETE n }" + _IN_PARTS for label in _LABELS.values()),
    "MATCH (p:Position {scope: $scope}) DELETE p",
    "MATCH (w:Writer {scope: $scope}) DELETE w",
)
_OLD: LiteralString = """
MATCH (w:Writer), (g:Generation {deployment: $deployment})
WHERE w.scope STARTS WITH $deployment + '#' AND w.scope <> $deployment + '#' + toString(g.current) AND w.until < timestamp()
RETURN w.scope AS scope ORDER BY scope
"""


class Fenced(RuntimeError):
    """Another writer has taken over, or moved the positions, since this one read them."""


def prepare(session: Session) -> None:
    """Make what is missing of constraints and indexes, and wait until they can be used."""
    for statement in _SCHEMA:
        session.run(statement).consume()
    session.run(_READY).consume()


def current(session: Session, deployment: str) -> Scope:
    """Return the generation that is read; the first start makes the first."""
    row = session.run(_GENERATION, deployment=deployment).single(strict=True)
    return Scope(deployment, row["current"])


def new_generation(session: Session, deployment: str) -> Scope:
    """Return a generation that nobody reads yet."""
    row = session.run(_NEW_GENERATION, deployment=deployment).single(strict=True)
    return Scope(deployment, row["newest"])


def switch(session: Session, *, before: Scope, after: Scope) -> None:
    """Have another generation read from now on; nobody writes to the one before any more."""
    session.run(_SWITCH, deployment=after.deployment, generation=after.generation, before=before.name).consume()


def take(session: Session, scope: Scope, *, holder: str) -> bool:
    """Become the one writer of a generation; False while another is, or where nobody may any more."""
    return session.run(_TAKE, scope=scope.name, holder=holder, lease_ms=LEASE_MS).single() is not None


def keep(session: Session, scope: Scope, *, holder: str) -> None:
    """Say that the writer is there. Raises Fenced."""
    if session.run(_KEEP, scope=scope.name, holder=holder, lease_ms=LEASE_MS).single() is None:
        raise Fenced(f"{scope.name} has another writer")


def leave(session: Session, scope: Scope, *, holder: str) -> None:
    """Let another write at once."""
    session.run(_LEAVE, scope=scope.name, holder=holder).consume()


def positions(session: Session, scope: Scope) -> dict[TopicPartition, int]:
    """Return where to go on reading; a partition that was never read is absent."""
    rows = session.run(_POSITIONS, scope=scope.name)
    return {(row["topic"], row["partition"]): row["next_offset"] for row in rows}


def write(
    session: Session,
    scope: Scope,
    batch: Batch,
    *,
    holder: str,
    moves: Mapping[TopicPartition, tuple[int, int]],
    digests: Digests,
) -> None:
    """Write what a batch says and move each partition from `moves[...][0]` to `[1]`: all of it, or nothing. Raises Fenced."""
    with session.begin_transaction(timeout=WRITE_S) as transaction:
        named = {"scope": scope.name, "holder": holder, "lease_ms": LEASE_MS}
        if transaction.run(_KEEP, named).single() is None:
            raise Fenced(f"{scope.name} has another writer")
        steps = [
            {"topic": topic, "partition": partition, "before": before, "next": following}
            for (topic, partition), (before, following) in moves.items()
        ]
        moved = transaction.run(_MOVE, scope=scope.name, moves=steps).single(strict=True)["moved"]
        if moved != len(steps):
            raise Fenced(f"{scope.name} was not at {[step['before'] for step in steps]}")
        batch.without(_erased(transaction, scope.deployment, batch, digests))
        for text, rows in _written(batch):
            for first in range(0, len(rows), BATCH_ROWS):
                transaction.run(text, scope=scope.name, rows=rows[first : first + BATCH_ROWS]).consume()
        transaction.commit()


def _erased(transaction: Transaction, deployment: str, batch: Batch, digests: Digests) -> Iterable[tuple[str, str]]:
    """Who of a batch was erased."""
    asked = digests.by_digest((tenant_id, name) for kind, tenant_id, name in batch.nodes if kind in _PEOPLE)
    found = transaction.run(_ERASED, deployment=deployment, digests=list(asked)) if asked else ()
    return [asked[row["digest"]] for row in found]


def _written(batch: Batch) -> Iterator[tuple[LiteralString, Sequence[Row]]]:
    for kind, text in _NODES.items():
        yield text, [row for key, row in batch.nodes.items() if key[0] is kind]
    yield _FLOWS, list(batch.flows.values())
    for kind, text in _LINKS.items():
        yield text, [row for key, row in batch.links.items() if key[0] is kind]


def forget(session: Session, scope: Scope) -> None:
    """Remove a generation, in parts; again, it removes what is left."""
    for text in _FORGET:
        session.run(text, scope=scope.name).consume()


def left_over(session: Session, deployment: str) -> list[Scope]:
    """Return the generations that are not read and that nobody writes."""
    names = [row["scope"] for row in session.run(_OLD, deployment=deployment)]
    return [Scope(deployment, int(name.rpartition("#")[2])) for name in names]
