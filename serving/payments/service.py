"""A transfer, step by step: claim the key, ask the scorer, carry out what was decided, answer once the ledger has committed."""

import time
from dataclasses import replace
from functools import lru_cache
from typing import Literal
from uuid import UUID

import msgspec
from psycopg_pool import AsyncConnectionPool

from contracts.decisions import Answer
from contracts.transactions import Transaction
from kit.clock import FixedClock
from kit.errors import NotFound
from kit.ids import uuid7
from kit.postgres import tenant_transaction
from kit.trial import on_trial
from ledger.events import decode_tail, event_tail
from ledger.postings import FailureCode, Kind, Outcome, PostingRequest, PostingResult
from serving.edge import metrics
from serving.edge.addresses import AddressPseudonyms
from serving.edge.clocks import TenantClocks
from serving.edge.correlation import Trace
from serving.edge.errors import InvalidRequest
from serving.edge.principals import Principal, Role
from serving.identity.audit import record
from serving.payments import repository, stand_in
from serving.payments.answers import Answered, answered, presented, with_status
from serving.payments.carrying_out import DOOR, CarryingOut, Intent, Postings
from serving.payments.claims import LEASE_MS, Claims, request_hash, stored_key
from serving.payments.directory import AccountDirectory
from serving.payments.errors import (
    DecisionUnavailable,
    HeldByScreening,
    HoldEnded,
    HoldOfABlock,
    IntentRefused,
    TransferFailed,
)
from serving.payments.fees import TransferFees
from serving.payments.holds import end_hold
from serving.payments.intents import TransferRequest, parse, transaction_of
from serving.payments.limits import TransferLimits
from serving.payments.repository import ClaimAnswer, ClaimWish, Row
from serving.sandbox import decisions as sandbox
from serving.scoring.client import ScorerAway, ScorerClient, ScorerRefused
from serving.screening.met import NOTHING
from serving.screening.party_repository import waits

ROUTE = "POST /v1/transfers"
_transfers = lru_cache(metrics.TRANSFERS.labels)
_encode = msgspec.json.Encoder().encode


class TransfersService:
    """What the transfers routes do."""

    def __init__(
        self,
        core: AsyncConnectionPool,
        *,
        claims: Claims,
        directory: AccountDirectory,
        limits: TransferLimits,
        fees: TransferFees,
        carrying: CarryingOut,
        scorer: ScorerClient,
        addresses: AddressPseudonyms,
        clocks: TenantClocks,
    ) -> None:
        self._core = core
        self._claims = claims
        self._directory = directory
        self._limits = limits
        self._fees = fees
        self._carrying = carrying
        self._scorer = scorer
        self._addresses = addresses
        self._clocks = clocks

    async def create(
        self, principal: Principal, body: bytes, *, idempotency_key: str | None, connection: str, trace: Trace
    ) -> Answered:
        """Carry out a transfer exactly once for its key, and return its answer. Raises what refuses it before it is decided.

        `connection` is the address that the request comes from. It is no part of what tells a repetition from another request.
        """
        key = stored_key(principal, idempotency_key)
        intent = await self._intent(principal, parse(body), connection=connection)
        present = await self._clocks.present(principal.tenant_id)
        lists = await self._carrying.lists(principal.tenant_id)
        wish = self._wish(principal, intent, key=key, body=body, trace=trace, now_ms=present.now_ms, screened=lists is not None)
        claimed = await self._claims.claim(wish)
        if claimed.answer == "done":
            return await self._replay(principal.tenant_id, claimed)
        # A claim that was taken over may have been decided under its first holder.
        taken_over = claimed.transfer_id != wish.transfer_id
        if taken_over:
            intent = await self._as_at_first(intent, tenant_id=principal.tenant_id, key=key)
        met = (
            NOTHING
            if lists is None
            else await self._carrying.met(intent, claimed, lists, tenant_id=principal.tenant_id, key=key)
        )
        transaction = transaction_of(
            intent.request,
            transfer_id=claimed.transfer_id,
            tenant_id=principal.tenant_id,
            customer_id=intent.owner_id,
            ip=intent.ip,
            balance_minor=claimed.available_minor,
        )
        if claimed.limited:
            await self._limits.count(transaction, key=key)
        encoded = _encode(transaction)
        if present.sandbox:
            answer = sandbox.decide(transaction, now_ms=present.now_ms)
        else:
            answer = await self._decide(transaction, encoded, key=key, transfer_id=claimed.transfer_id, taken_over=taken_over)
        # The present again: it went on while somebody decided.
        present = await self._clocks.present(principal.tenant_id)
        postings = Postings(intent, encoded, claimed.transfer_id, principal.tenant_id, key, trace, present)
        posting, result = await self._carrying.carry_out(postings, answer, met)
        if result.outcome in (Outcome.DUPLICATE, Outcome.CONFLICT):
            # Our lease ran out and a twin ended it first: its answer is the answer.
            return await self._replay(principal.tenant_id, await self._claims.claim(wish))
        if not on_trial():
            _transfers(result.outcome.value, answer.source.value).inc()
        return answered(
            transfer_id=claimed.transfer_id,
            outcome=result.outcome.value,
            code=await self._fees.why_failed(tenant_id=principal.tenant_id, transfer_id=claimed.transfer_id, code=result.code),
            body=with_status(result.outcome.value, result.code, posting.response or b""),
            replayed=False,
        )

    async def check(self, principal: Principal, body: bytes) -> str | None:
        """Return the owner of the account that would pay. Raises what refuses a transfer before it is decided."""
        return (await self._intent(principal, parse(body), connection="")).owner_id

    async def get(self, principal: Principal, transfer_id: UUID) -> Row:
        """Return a transfer as it stands; a customer sees those that touch their accounts. Raises NotFound."""
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            row = await repository.find_transfer(
                connection, tenant_id=principal.tenant_id, transfer_id=transfer_id, customer_id=principal.own_only
            )
        if row is None:
            raise NotFound(f"there is no transfer {transfer_id}")
        if row["status"] == Outcome.FAILED:
            stored = str(row["reason"])
            row["reason"] = await self._fees.why_failed(tenant_id=principal.tenant_id, transfer_id=transfer_id, code=stored)
        return presented(row, whole=principal.own_only is None and principal.roles != {Role.PARTNER})

    async def resolve(
        self, principal: Principal, transfer_id: UUID, *, action: Literal["release", "deny"], note: str | None, trace: Trace
    ) -> Row:
        """End a hold, and its fee's: release posts them, deny voids them.

        Raises NotFound, HoldEnded, HeldByScreening, TransferFailed.
        """
        present = await self._clocks.present(principal.tenant_id)
        async with self._core.connection() as connection, tenant_transaction(connection, principal.tenant_id):
            if await repository.is_block(connection, tenant_id=principal.tenant_id, transfer_id=transfer_id):
                raise HoldOfABlock(f"{transfer_id} holds received money back")
            if action == "release" and await waits(connection, tenant_id=principal.tenant_id, transfer_id=transfer_id):
                raise HeldByScreening(f"{transfer_id} waits for a verdict on whom a watch-list means")
            result = await end_hold(
                connection, principal.tenant_id, transfer_id, posted=action == "release", present=present,
                headers={"correlation_id": trace.correlation_id, "traceparent": trace.traceparent},
            )  # fmt: skip
            _raise_unless_resolved(result)
            await record(
                connection,
                principal,
                "POST /v1/transfers/{transfer_id}/resolution",
                resource=str(transfer_id),
                correlation_id=trace.correlation_id,
                detail={"action": action, "note": note},
            )
        return await self.get(principal, transfer_id)

    async def _intent(self, principal: Principal, request: TransferRequest, *, connection: str) -> Intent:
        tenant_id, currency = principal.tenant_id, request.amount.currency
        ip = self._addresses.of_customer(principal, connection=connection, named=request.customer_ip)
        debit = await self._directory.find(tenant_id, request.debit_account_id)
        if principal.own_only is not None and debit.owner_id != principal.own_only:
            await self._directory.require_holder(principal, request.debit_account_id)
        if debit.currency != currency:
            raise InvalidRequest(f"amount.currency: the debited account is in {debit.currency}", field="amount.currency")
        if request.credit_account_id is None:
            credit_id = await self._directory.settlement(tenant_id, channel=request.channel, currency=currency)
            return Intent(request, debit.owner_id, debit.account_id, credit_id, ip)
        credit = await self._directory.find(tenant_id, request.credit_account_id)
        if credit.currency != currency:
            raise InvalidRequest(f"amount.currency: the credited account is in {credit.currency}", field="amount.currency")
        return Intent(request, debit.owner_id, debit.account_id, credit.account_id, ip)

    async def _replay(self, tenant_id: str, claimed: ClaimAnswer) -> Answered:
        code = await self._fees.why_failed(tenant_id=tenant_id, transfer_id=claimed.transfer_id, code=claimed.code)
        return answered(
            transfer_id=claimed.transfer_id,
            outcome=claimed.outcome or "abandoned",
            code=code,
            body=claimed.response_body,
            replayed=True,
        )

    def _wish(
        self, principal: Principal, intent: Intent, *, key: str, body: bytes, trace: Trace, now_ms: int,
        screened: bool,
    ) -> ClaimWish:  # fmt: skip
        transfer_id = uuid7(FixedClock(now_ms))
        request, tenant_id = intent.request, principal.tenant_id
        transaction = transaction_of(
            request, transfer_id=transfer_id, tenant_id=tenant_id, customer_id=intent.owner_id, ip=intent.ip
        )
        abandoned = PostingRequest(
            kind=Kind.ABANDON,
            transfer_id=transfer_id,
            tenant_id=tenant_id,
            occurred_at_ms=transaction.event_time,
            amount_minor=request.amount.amount_minor,
            currency=request.amount.currency,
            door=DOOR,
            transaction=_encode(transaction),
        )
        return ClaimWish(
            tenant_id=tenant_id,
            key=key,
            request_hash=request_hash(ROUTE, body),
            transfer_id=transfer_id,
            intent=event_tail(abandoned),
            actor=principal.subject,
            action=ROUTE,
            correlation_id=trace.correlation_id,
            debit_account_id=intent.debit_account_id,
            description=intent.request.description,
            screened=(intent.debit_account_id, intent.credit_account_id) if screened else (None, None),
        )

    async def _as_at_first(self, intent: Intent, *, tenant_id: str, key: str) -> Intent:
        """Return the intent from where it was first sent, so that ledger and decision say the same of it."""
        async with self._core.connection() as connection, tenant_transaction(connection, tenant_id):
            stored = await repository.find_intent(connection, tenant_id=tenant_id, key=key)
        first = decode_tail(stored, status=Outcome.ABANDONED).transaction if stored else None
        return replace(intent, ip=first.ip) if first else intent

    async def _decide(
        self, transaction: Transaction, encoded: bytes, *, key: str, transfer_id: UUID, taken_over: bool
    ) -> Answer:
        started_s = time.perf_counter()
        try:
            return await (self._scorer.suppose(encoded) if on_trial() else self._scorer.score(encoded))
        except ScorerRefused as refused:
            await self._claims.release(tenant_id=transaction.tenant_id, key=key, transfer_id=transfer_id)
            raise IntentRefused(refused.detail, refusal=refused.refusal) from refused
        except ScorerAway as away:
            metrics.SCORER_AWAY.labels(away.reason).inc()
            answer = stand_in.decide(transaction, now_ms=await self._clocks.now_ms(transaction.tenant_id))
            if answer is not None:
                return answer
            asked = away.asked or taken_over
            raise await self._undecided(transaction, asked=asked, key=key, transfer_id=transfer_id) from away
        finally:
            metrics.SCORER_LATENCY.observe(time.perf_counter() - started_s)

    async def _undecided(self, transaction: Transaction, *, asked: bool, key: str, transfer_id: UUID) -> DecisionUnavailable:
        """Say when to come back. A scorer that was asked may hold a decision: its claim stays, for the sweeper to abandon."""
        retry_after_s = LEASE_MS // 1000
        if not asked:
            await self._claims.release(tenant_id=transaction.tenant_id, key=key, transfer_id=transfer_id)
            retry_after_s = 1
        return DecisionUnavailable(
            f"above {stand_in.limit_minor(transaction.currency)} minor units nothing is allowed without a score",
            retry_after_s=retry_after_s,
            limit_minor=stand_in.limit_minor(transaction.currency),
        )


def _raise_unless_resolved(result: PostingResult) -> None:
    if result.code == FailureCode.TRANSFER_NOT_FOUND:
        raise NotFound(f"there is no transfer {result.transfer_id}")
    if result.outcome is Outcome.CONFLICT:
        raise HoldEnded(f"the transfer is {result.status}", status=str(result.status))
    if result.outcome is Outcome.FAILED:
        raise TransferFailed(f"the ledger answered {result.code}", transfer_id=str(result.transfer_id), reason=result.code)
