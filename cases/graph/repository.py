"""The Cypher of every question. Each names scope and tenant on both ends of what it follows, and has bounds as parameters.

Within what is followed, the far end of a relationship has neither label nor property: with one there, the planner begins at
every node that has it while there are few, and keeps to that plan. Its tenant is asked for behind the bound.
"""

from typing import LiteralString

CURRENT: LiteralString = "MATCH (g:Generation {deployment: $deployment}) RETURN g.current AS generation"
ACCOUNT: LiteralString = """
MATCH (a:Account {scope: $scope, tenant_id: $tenant_id, id: $id})
RETURN a.id AS id, a.bank AS bank, COUNT { (a)-[:PAID]->() } AS paid, COUNT { (a)<-[:PAID]-() } AS received
"""
_OWN: LiteralString = "WITH * WHERE b.tenant_id = $tenant_id AND b.scope = $scope"
_FLOW: LiteralString = (
    _OWN
    + """ RETURN f.n AS n, r.event_id AS event_id, r.transfer_id AS transfer_id, a.id AS near, b.id AS far,
  r.at AS at, r.amount_minor AS amount_minor, r.currency AS currency, r.purpose AS purpose, b.bank AS bank"""
)
# Payments that each of some accounts made in [since, until), of the first moment those past the event `beyond`, the earliest
# `fan_out`; accounts of the bank's own and those with too many payments are not gone beyond.
AFTER: LiteralString = (
    """
UNWIND $frontier AS f
MATCH (a:Account {scope: $scope, tenant_id: $tenant_id, id: f.id})
WHERE NOT a.bank AND COUNT { (a)-[:PAID]->() } <= $most_payments
CALL (a, f) {
  MATCH (a)-[r:PAID]->(b)
  WHERE r.at >= f.since AND r.at < f.until
    AND (r.at > f.since OR r.event_id > f.beyond) AND r.amount_minor >= f.least AND r.amount_minor <= f.most
    AND (f.currency IS NULL OR r.currency = f.currency) AND r.scope = $scope AND r.tenant_id = $tenant_id
  RETURN r, b ORDER BY r.at, r.event_id LIMIT $fan_out
}
"""
    + _FLOW
)
# The earliest payment of each of some accounts to each of up to `fan_out` others: what a path in time needs of them.
EARLIEST: LiteralString = (
    """
UNWIND $frontier AS f
MATCH (a:Account {scope: $scope, tenant_id: $tenant_id, id: f.id})
WHERE NOT a.bank AND COUNT { (a)-[:PAID]->() } <= $most_payments
CALL (a, f) {
  MATCH (a)-[r:PAID]->(b)
  WHERE r.at >= f.since AND r.at < $until AND r.scope = $scope AND r.tenant_id = $tenant_id
  WITH b, r ORDER BY r.at, r.event_id
  WITH b, head(collect(r)) AS r ORDER BY r.at, r.event_id LIMIT $fan_out
  RETURN b, r
}
"""
    + _FLOW
)
# And backwards: the latest payment to each of some accounts before a moment, from each of up to `fan_out` others.
LATEST: LiteralString = (
    """
UNWIND $frontier AS f
MATCH (a:Account {scope: $scope, tenant_id: $tenant_id, id: f.id})
WHERE NOT a.bank AND COUNT { (a)<-[:PAID]-() } <= $most_payments
CALL (a, f) {
  MATCH (a)<-[r:PAID]-(b)
  WHERE r.at >= $since AND r.at < f.until AND r.scope = $scope AND r.tenant_id = $tenant_id
  WITH b, r ORDER BY r.at DESC, r.event_id DESC
  WITH b, head(collect(r)) AS r ORDER BY r.at DESC, r.event_id DESC LIMIT $fan_out
  RETURN b, r
}
"""
    + _FLOW
)
TOO_BUSY: LiteralString = """
UNWIND $ids AS id
MATCH (a:Account {scope: $scope, tenant_id: $tenant_id, id: id})
WHERE NOT a.bank AND (COUNT { (a)-[:PAID]->() } > $most_payments OR COUNT { (a)<-[:PAID]-() } > $most_payments)
RETURN a.id AS id
"""
TRANSFER: LiteralString = """
MATCH (a)-[r:PAID {scope: $scope, tenant_id: $tenant_id, transfer_id: $transfer_id}]->(b)
WHERE a.tenant_id = $tenant_id AND b.tenant_id = $tenant_id
RETURN r.event_id AS event_id, r.transfer_id AS transfer_id, a.id AS near, b.id AS far, r.at AS at,
  r.amount_minor AS amount_minor, r.currency AS currency, r.purpose AS purpose, b.bank AS bank
ORDER BY r.at, r.event_id LIMIT 1
"""
# Whom each of some accounts paid or was paid by, summed by currency, those with most payments first.
AROUND: LiteralString = """
UNWIND $ids AS id
MATCH (a:Account {scope: $scope, tenant_id: $tenant_id, id: id})
WHERE NOT a.bank AND COUNT { (a)-[:PAID]-() } <= $most_payments
CALL (a) {
  MATCH (a)-[r:PAID]-(b)
  WHERE r.at >= $since AND r.at < $until AND r.scope = $scope AND r.tenant_id = $tenant_id
  WITH b, startNode(r) = a AS pays, r.currency AS currency, count(*) AS payments, sum(r.amount_minor) AS amount_minor,
    min(r.at) AS first_at, max(r.at) AS last_at
  ORDER BY payments DESC, amount_minor DESC, b.id, currency, pays LIMIT $fan_out
  RETURN b, pays, currency, payments, amount_minor, first_at, last_at
}
WITH * WHERE b.tenant_id = $tenant_id AND b.scope = $scope
RETURN a.id AS near, b.id AS far, b.bank AS bank, pays, currency, payments, amount_minor, first_at, last_at
"""
OWNERS: LiteralString = """
UNWIND $ids AS id
MATCH (a:Account {scope: $scope, tenant_id: $tenant_id, id: id})
CALL (a) {
  MATCH (a)<-[o:OWNS]-(c) RETURN c, o ORDER BY c.id LIMIT $fan_out
}
WITH * WHERE c.tenant_id = $tenant_id AND c.scope = $scope
RETURN a.id AS account, c.id AS customer, o.first_at AS first_at, o.last_at AS last_at
"""
THINGS_OF: LiteralString = """
UNWIND $customers AS customer
MATCH (c:Customer {scope: $scope, tenant_id: $tenant_id, id: customer})
CALL (c) {
  MATCH (c)-[u:USES]->(t) RETURN t, u ORDER BY u.last_at DESC, t.id LIMIT $fan_out
}
WITH * WHERE t.tenant_id = $tenant_id AND t.scope = $scope
RETURN c.id AS customer, labels(t)[0] AS kind, t.id AS id, u.first_at AS first_at, u.last_at AS last_at,
  COUNT { (t)<-[:USES]-() } AS users
"""
# Who else acts from what the owners of an account act from; `users` counts all of them, `others` lists up to `fan_out`.
SHARED: LiteralString = """
MATCH (a:Account {scope: $scope, tenant_id: $tenant_id, id: $id})<-[:OWNS]-(c)-[:USES]->(t)
WITH DISTINCT t, c, COUNT { (t)<-[:USES]-() } AS users
WHERE users > 1 AND c.tenant_id = $tenant_id AND c.scope = $scope AND t.tenant_id = $tenant_id AND t.scope = $scope
WITH t, c, users ORDER BY users, t.id LIMIT $fan_out
CALL (t, c) {
  MATCH (t)<-[u:USES]-(o) WHERE o <> c
  WITH o, u ORDER BY u.last_at DESC, o.id LIMIT $fan_out
  WITH o, u WHERE o.tenant_id = $tenant_id AND o.scope = $scope
  CALL (o) {
    MATCH (o)-[:OWNS]->(b) RETURN b ORDER BY b.id LIMIT $fan_out
  }
  WITH o, u, collect(b.id) AS accounts
  RETURN collect({customer_id: o.id, first_at: u.first_at, last_at: u.last_at, accounts: accounts}) AS others
}
RETURN labels(t)[0] AS kind, t.id AS id, c.id AS customer, users, others
"""
