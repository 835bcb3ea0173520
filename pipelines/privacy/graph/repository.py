"""The Cypher of an erasure: who is counted and removed, in every generation of a deployment's graph."""

from collections.abc import Sequence
from typing import LiteralString

from neo4j import Session

ROWS = 1_000
_LABELS: tuple[LiteralString, ...] = ("Customer", "Payee", "Merchant", "Device", "Ip", "Card", "Account")
_SCOPES: LiteralString = """
MATCH (w:Writer) WHERE w.scope STARTS WITH $deployment + '#' RETURN w.scope AS scope ORDER BY scope
"""
_COUNT: LiteralString = " {scope: scope, tenant_id: $tenant_id, id: id}) RETURN count(n) AS n"
_COUNTED: dict[LiteralString, LiteralString] = {
    label: "UNWIND $scopes AS scope UNWIND $ids AS id MATCH (n:" + label + _COUNT for label in _LABELS
}
# What only this customer acted from goes with them; links go a bounded number at a time.
_UNUSED: LiteralString = """
UNWIND $scopes AS scope UNWIND $ids AS id
MATCH (c:Customer {scope: scope, tenant_id: $tenant_id, id: id})-[:USES]->(t) WHERE COUNT { (t)<-[:USES]-() } = 1
WITH t LIMIT $rows DETACH DELETE t RETURN count(*) AS done
"""
_UNLINK: dict[LiteralString, LiteralString] = {
    label: "UNWIND $scopes AS scope UNWIND $ids AS id MATCH (n:" + label
    + " {scope: scope, tenant_id: $tenant_id, id: id})-[r]-() WITH r LIMIT $rows DELETE r RETURN count(*) AS done"
    for label in _LABELS
}  # fmt: skip
_REMOVE: dict[LiteralString, LiteralString] = {
    label: "UNWIND $scopes AS scope UNWIND $ids AS id MATCH (n:" + label
    + " {scope: scope, tenant_id: $tenant_id, id: id}) DELETE n RETURN count(*) AS done"
    for label in _LABELS
}  # fmt: skip
# Writers are held up for a moment, so that no batch that began before is written after.
_NOTE: LiteralString = """
OPTIONAL MATCH (w:Writer) WHERE w.scope STARTS WITH $deployment + '#' SET w.asked = timestamp()
WITH count(w) AS held
UNWIND $digests AS digest MERGE (e:Erased {deployment: $deployment, digest: digest}) RETURN count(*) AS done
"""


def scopes(session: Session, deployment: str) -> list[str]:
    """Return every generation that there is, one that is being made too."""
    return [row["scope"] for row in session.run(_SCOPES, deployment=deployment)]


def count(session: Session, scopes: Sequence[str], *, tenant_id: str, customers: Sequence[str], telling: Sequence[str]) -> int:
    """Return how many nodes are the person's, or have an id that tells."""
    return sum(
        session.run(text, scopes=list(scopes), tenant_id=tenant_id, ids=list(ids)).single(strict=True)["n"]
        for label, text in _COUNTED.items()
        if (ids := _ids(label, customers, telling))
    )


def note(session: Session, deployment: str, digests: Sequence[str]) -> None:
    """Note who is not to be written any more: first, so that nothing comes back while the rest goes."""
    session.run(_NOTE, deployment=deployment, digests=list(digests)).consume()


def remove_some(
    session: Session, scopes: Sequence[str], *, tenant_id: str, customers: Sequence[str], telling: Sequence[str]
) -> int:
    """Remove up to `ROWS` of each kind; 0 when nothing is left."""
    named = {"scopes": list(scopes), "tenant_id": tenant_id, "rows": ROWS}
    done = int(session.run(_UNUSED, named | {"ids": list(customers)}).single(strict=True)["done"])
    if done:
        return done
    for label in _LABELS:
        ids = _ids(label, customers, telling)
        if not ids:
            continue
        done += session.run(_UNLINK[label], named | {"ids": ids}).single(strict=True)["done"]
        if not done:
            done += session.run(_REMOVE[label], named | {"ids": ids}).single(strict=True)["done"]
    return done


def _ids(label: str, customers: Sequence[str], telling: Sequence[str]) -> list[str]:
    return [*telling, *(customers if label == "Customer" else ())]
