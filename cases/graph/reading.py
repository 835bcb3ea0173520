"""Questions in one read transaction of one tenant, which ends when its time is up; the driver's errors in our words."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, LiteralString

from neo4j import READ_ACCESS, Driver, Transaction
from neo4j.exceptions import AuthError, ClientError, ConfigurationError, DriverError, Neo4jError, TransientError

from cases.graph import repository
from cases.graph.bounds import MOST_PAYMENTS, QUERY_S
from cases.graph.errors import GraphAway, GraphNotBuilt, NoGraph, QuestionTooLarge
from cases.graph.model import Flow, Scope, deployment_of
from kit.neo4j import driver
from kit.settings import Settings

Row = Mapping[str, Any]
RETRY_S = 5
_TOO_MUCH = ("TransactionTimedOut", "MemoryPoolOutOfMemory", "TransactionOutOfMemory", "TransactionTerminated")


class Reading:
    """What one tenant may ask, within one transaction."""

    def __init__(self, transaction: Transaction, *, scope: Scope, tenant_id: str) -> None:
        self._transaction = transaction
        self._named = {"scope": scope.name, "tenant_id": tenant_id}

    def rows(self, text: LiteralString, **parameters: object) -> list[Row]:
        """Return what a question of `repository` answers; scope and tenant are bound to it here."""
        bound = {"most_payments": MOST_PAYMENTS, **parameters, **self._named}
        return [record.data() for record in self._transaction.run(text, bound)]

    def flows(self, text: LiteralString, *, backwards: bool = False, **parameters: object) -> list[tuple[int, Flow]]:
        """Return the payments that a question of `repository` answers, each with the number of whom it was asked for."""
        return [(int(row["n"]), flow_of(row, backwards=backwards)) for row in self.rows(text, **parameters)]

    def account(self, account_id: str) -> Row | None:
        """Return an account with how often it paid and was paid; None where there is none."""
        found = self.rows(repository.ACCOUNT, id=account_id)
        return found[0] if found else None

    def too_busy(self, ids: Sequence[str]) -> set[str]:
        """Return those that are not gone beyond, for the number of their payments."""
        return {row["id"] for row in self.rows(repository.TOO_BUSY, ids=list(ids))} if ids else set()


def flow_of(row: Row, *, backwards: bool = False) -> Flow:
    """Return a row of `repository` as a payment; asked for `backwards`, its near end is the payee."""
    payer, payee = (row["far"], row["near"]) if backwards else (row["near"], row["far"])
    return Flow(
        event_id=row["event_id"],
        transfer_id=row["transfer_id"],
        payer=payer,
        payee=payee,
        at=row["at"],
        amount_minor=row["amount_minor"],
        currency=row["currency"],
        purpose=row["purpose"],
        to_bank=bool(row["bank"]) and not backwards,
    )


class GraphReader:
    """A client of the graph for readers. Thread-safe; connected when first asked."""

    def __init__(self, settings: Settings, *, application: str, driver_of: Driver | None = None) -> None:
        self._settings = settings
        self._deployment = deployment_of(settings.kafka.prefix)
        self._driver = driver_of or driver(settings.neo4j, application=application)

    def close(self) -> None:
        """Close its connections."""
        self._driver.close()

    @contextmanager
    def of(self, tenant_id: str, *, timeout_s: float = QUERY_S) -> Iterator[Reading]:
        """Let one tenant ask. Raises NoGraph, GraphAway, GraphNotBuilt, QuestionTooLarge."""
        if not (self._settings.neo4j.kept or self._settings.neo4j.external):
            raise NoGraph("no graph is kept here", retry_after_s=60)
        with (
            told(),
            self._driver.session(database=self._settings.neo4j.database, default_access_mode=READ_ACCESS) as session,
            session.begin_transaction(timeout=timeout_s) as transaction,
        ):
            found = transaction.run(repository.CURRENT, deployment=self._deployment).single()
            if found is None:
                raise GraphNotBuilt("the graph has no generation yet", retry_after_s=RETRY_S)
            yield Reading(transaction, scope=Scope(self._deployment, found["generation"]), tenant_id=tenant_id)


@contextmanager
def told() -> Iterator[None]:
    """Turn what the driver raises into what may be told. Raises GraphAway, QuestionTooLarge."""
    try:
        yield
    except (ClientError, TransientError) as problem:
        if isinstance(problem, AuthError) or not any(word in str(problem.code) for word in _TOO_MUCH):
            raise GraphAway("the graph's server refuses us", retry_after_s=RETRY_S) from problem
        raise QuestionTooLarge("the question was ended: it took more time or memory than one may") from problem
    except (Neo4jError, DriverError, ConfigurationError, OSError) as problem:
        raise GraphAway("the graph's server does not answer", retry_after_s=RETRY_S) from problem
