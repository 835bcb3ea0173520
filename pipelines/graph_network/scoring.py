"""A night's scores: every account that paid or was paid in 90 days, tenant by tenant, with the reasons of the highest.

torch is not needed: the network that was registered is run by numpy (`risk.graph_network`).
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
import polars as pl

from feature_store.vocabulary import DAY_MS
from kit.clock import Clock
from kit.postgres import connect
from kit.settings import Settings
from ledger.days import end_ms
from pipelines.graph_network import registry, repository
from pipelines.graph_network.found import Reason
from pipelines.graph_network.history import DAYS, MAX_PAYMENTS, STATEMENT_TIMEOUT_MS, History
from risk.aml.graph import Floats, Ints, PaymentGraph
from risk.graph_network.explain import explain
from risk.graph_network.inputs import Inputs, Period, inputs_of
from risk.graph_network.network import Network

APPLICATION, ROLE = "graph-scores", "transform"
# Of so many accounts with the highest scores it is kept which neighbours made them, and of each so many neighbours.
EXPLAINED, REASONS = 200, 10


@dataclass(frozen=True, slots=True)
class Scored:
    """What was found of one tenant."""

    tenant_id: str
    model_version: int
    accounts: int
    payments: int
    explained: int

    @property
    def summary(self) -> str:
        """One line for whoever looks at the run."""
        return f"network {self.model_version}: {self.accounts} accounts by {self.payments} payments; {self.explained} explained"


def score(settings: Settings, *, last_day: date, clock: Clock, max_payments: int = MAX_PAYMENTS) -> list[Scored]:
    """Score the accounts as known at the end of a day, in the place of what was there; again, it writes the same.

    A tenant of which a later day's scores are kept is left as it is. Returns nothing where no network is registered yet.
    """
    used = registry.champion(settings)
    if used is None:
        return []
    version, network = used
    past = datetime.fromtimestamp(end_ms(last_day) / 1000, UTC)
    done = []
    dsn = settings.warehouse.dsn(ROLE)
    with connect(dsn, application=APPLICATION, statement_timeout_ms=STATEMENT_TIMEOUT_MS) as connection:
        for tenant_id in repository.tenants(connection):
            known = repository.scored_as_of(connection, tenant_id=tenant_id)
            if isinstance(known, date) and known > last_day:
                continue
            start = datetime.fromtimestamp((end_ms(last_day) - DAYS * DAY_MS) / 1000, UTC)
            payments = repository.payments(connection, tenant_id=tenant_id, start=start, past=past, most=max_payments + 1)
            cut, payments = len(payments) > max_payments, payments.head(max_payments)
            scores, reasons = found(network, payments, past_ms=end_ms(last_day))
            row = {
                "tenant_id": tenant_id, "as_of": last_day, "made_at": datetime.fromtimestamp(clock.now_ms() / 1000, UTC),
                "model_version": version, "days": DAYS, "accounts": len(scores), "payments": len(payments),
                "cut": cut,
            }  # fmt: skip
            repository.keep(connection, row, scores, reasons)
            explained = len({each.account_id for each in reasons})
            done.append(Scored(tenant_id, version, len(scores), len(payments), explained))
    return done


def found(network: Network, payments: pl.DataFrame, *, past_ms: int) -> tuple[pl.DataFrame, list[Reason]]:
    """Return account_id, score and score_share_above of each account of payments, and the reasons of the highest."""
    history = History.of(payments, pl.DataFrame(schema={"account": pl.String, "at_ms": pl.Int64, "known_at_ms": pl.Int64}))
    if not len(payments):
        return pl.DataFrame(schema={"account_id": pl.String, "score": pl.Float64, "score_share_above": pl.Float64}), []
    graph, period = history.before(past_ms)
    inputs = inputs_of(graph, period)
    scores = network.score(inputs)
    active = np.unique(np.concatenate((graph.payer, graph.payee)))
    table = pl.DataFrame({"account_id": [history.accounts[each] for each in active.tolist()], "score": scores[active]})
    above = (pl.col("score").rank("min", descending=True) - 1) / pl.len()
    reasons = _reasons(network, graph, inputs, period, history.accounts, _highest(scores, active))
    return table.with_columns(above.alias("score_share_above")), reasons


def _highest(scores: Floats, active: Ints) -> list[int]:
    order = np.lexsort((active, -scores[active]))
    return [int(each) for each in active[order[:EXPLAINED]]]


def _reasons(
    network: Network, payments: PaymentGraph, inputs: Inputs, period: Period, ids: tuple[str, ...], accounts: list[int]
) -> list[Reason]:
    reasons = []
    for account in accounts:
        explained = explain(network, payments, inputs, period, account=account)
        for place, each in enumerate(() if explained is None else explained.neighbours[:REASONS], start=1):
            reasons.append(
                Reason(
                    account_id=ids[account], place=place, neighbour_account_id=ids[each.account], effect=each.effect,
                    score_without=each.score_without, paid_payments=each.paid_payments, paid_minor=each.paid_cents,
                    received_payments=each.received_payments, received_minor=each.received_cents,
                    last_payment_at=datetime.fromtimestamp(each.last_at / 1000, UTC),
                )
            )  # fmt: skip
    return reasons
