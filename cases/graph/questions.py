"""What may be asked of the graph, each within the bounds of `bounds`; answers are plain values, ready to be sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cases.graph import repository
from cases.graph.bounds import MAX_ACCOUNTS, MAX_FLOWS
from cases.graph.errors import NotInGraph
from cases.graph.model import Flow, Kind
from cases.graph.reading import Reading, Row, flow_of
from cases.graph.tracing import Trace, trace
from kit.money import MAX_AMOUNT_MINOR


@dataclass(frozen=True, slots=True)
class Around:
    """Who is around an account: nodes with the hops at which they were met, payments summed a pair, and who acts from what."""

    nodes: tuple[Mapping[str, Any], ...]
    payments: tuple[Row, ...]
    links: tuple[Mapping[str, Any], ...]
    cut: bool


def required_account(reading: Reading, account_id: str) -> Row:
    """Return an account. Raises NotInGraph."""
    found = reading.account(account_id)
    if found is None:
        raise NotInGraph(f"the graph has no account {account_id}")
    return found


def around(reading: Reading, *, account: str, since: int, until: int, hops: int, fan_out: int) -> Around:
    """Return who paid whom within `hops` of an account in [since, until), their owners, and what those act from.

    Raises NotInGraph.
    """
    start = required_account(reading, account)
    seen: dict[str, tuple[int, bool]] = {account: (0, bool(start["bank"]))}
    payments: dict[tuple[str, str, str], Row] = {}
    layer, cut = [account], False
    for hop in range(1, hops + 1):
        rows = reading.rows(repository.AROUND, ids=layer, since=since, until=until, fan_out=fan_out + 1)
        counts: dict[str, int] = {}
        for row in rows:
            counts[row["near"]] = counts.get(row["near"], 0) + 1
            if counts[row["near"]] > fan_out:
                cut = True
                continue
            pair = (row["near"], row["far"]) if row["pays"] else (row["far"], row["near"])
            payments[(*pair, row["currency"])] = row
            seen.setdefault(row["far"], (hop, bool(row["bank"])))
        cut |= bool(reading.too_busy(layer)) or len(seen) > MAX_ACCOUNTS
        layer = sorted(name for name, (at, bank) in seen.items() if at == hop and not bank)[:MAX_ACCOUNTS]
        if not layer:
            break
    ours = sorted(name for name, (_, bank) in seen.items() if not bank)[:MAX_ACCOUNTS]
    owners = reading.rows(repository.OWNERS, ids=ours, fan_out=fan_out)
    customers = sorted({row["customer"] for row in owners})
    things = reading.rows(repository.THINGS_OF, customers=customers, fan_out=fan_out)
    nodes = [_node(Kind.ACCOUNT, name, hop=hop, bank=bank) for name, (hop, bank) in sorted(seen.items())]
    nodes += [_node(Kind.CUSTOMER, name) for name in customers]
    nodes += [
        _node(kind, name, users=users) for kind, name, users in sorted({(t["kind"], t["id"], t["users"]) for t in things})
    ]
    links = [
        {"kind": "owns", "from": row["customer"], "to": row["account"], "first_at": row["first_at"], "last_at": row["last_at"]}
        for row in owners
    ]
    links += [
        {"kind": "uses", "from": row["customer"], "to": row["id"], "first_at": row["first_at"], "last_at": row["last_at"]}
        for row in things
    ]
    return Around(tuple(nodes), tuple({**payments[key], "payer": key[0], "payee": key[1]} for key in sorted(payments)),
                  tuple(links), cut)  # fmt: skip


def _node(kind: str, name: str, *, hop: int | None = None, bank: bool = False, users: int | None = None) -> dict[str, Any]:
    return {"kind": kind.lower(), "id": name, "hop": hop, "bank": bank, "users": users}


def shared(reading: Reading, *, account: str, fan_out: int) -> tuple[Row, ...]:
    """Return from what devices, addresses and cards the owners of an account act that somebody else acts from too.

    Those with fewest users come first: what half the town acts from says little. Raises NotInGraph.
    """
    required_account(reading, account)
    return tuple(reading.rows(repository.SHARED, id=account, fan_out=fan_out))


def traced(reading: Reading, *, transfer_id: str, within_ms: int, max_hops: int, fan_out: int) -> Trace:
    """Return where the money of a payment lies, by what was paid less than `within_ms` after it. Raises NotInGraph."""
    rows = reading.rows(repository.TRANSFER, transfer_id=transfer_id)
    if not rows:
        raise NotInGraph(f"no money moved by a transfer {transfer_id}")
    start = flow_of(rows[0])
    until = start.at + within_ms

    def after(account: str, order: tuple[int, str]) -> tuple[list[Flow], bool]:
        asked = {
            "n": 0, "id": account, "since": order[0], "beyond": order[1], "until": until, "currency": start.currency,
            "least": 1, "most": MAX_AMOUNT_MINOR,
        }  # fmt: skip
        found = [flow for _, flow in reading.flows(repository.AFTER, frontier=[asked], fan_out=fan_out)]
        return sorted(found, key=lambda flow: flow.order), len(found) == fan_out

    return trace(
        start,
        after=after,
        busy=lambda account: bool(reading.too_busy([account])),
        max_hops=max_hops,
        max_accounts=MAX_ACCOUNTS,
        max_flows=MAX_FLOWS,
    )
