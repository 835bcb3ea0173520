"""What is decided is carried out: posted, held or denied in the ledger, and held back where a party may be on a watch-list."""

from dataclasses import dataclass, replace
from uuid import UUID

import msgspec
import psycopg
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from contracts.decisions import Answer, Verdict
from kit.errors import Unavailable
from kit.postgres import tenant_transaction
from kit.trial import on_trial
from ledger.postings import Kind, Outcome, PostingRequest, PostingResult
from ledger.repository import post_batch_async
from ledger.writer import BatchingWriter, OutcomeUnknown, WriterBusy
from serving.edge.clocks import Present
from serving.edge.correlation import Trace
from serving.edge.presented import moment
from serving.payments.answers import response_tail
from serving.payments.claims import LEASE_MS, Claims, LedgerAway
from serving.payments.fees import TransferFees
from serving.payments.intents import TransferRequest, moment_of
from serving.payments.payees import SavedPayees
from serving.payments.repository import ClaimAnswer
from serving.payments.screened import shown, stiffened
from serving.screening.met import Became, Met, Outside, Stands
from serving.screening.parties import PaymentScreening

DOOR = "rpc"
HOLD_LIFETIME_MS = 7 * 24 * 3_600_000
_KINDS = {Verdict.ALLOW: Kind.POST, Verdict.REVIEW: Kind.HOLD, Verdict.STEP_UP: Kind.HOLD, Verdict.DENY: Kind.DENY}
_STATUSES = {Kind.POST: 201, Kind.HOLD: 202, Kind.DENY: 403}
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Intent:
    """A transfer whose accounts are known."""

    request: TransferRequest
    owner_id: str | None
    debit_account_id: UUID
    credit_account_id: UUID
    ip: str | None


@dataclass(frozen=True, slots=True)
class Postings:
    """What a claimed transfer may become in the ledger."""

    intent: Intent
    transaction: bytes
    transfer_id: UUID
    tenant_id: str
    key: str
    trace: Trace
    present: Present

    def of(self, answer: Answer, *, decided: Answer | None = None) -> PostingRequest:
        """Return the posting of a decision; `decided` is what it was before screening stiffened it: its reasons are shown."""
        kind, amount = _KINDS[answer.verdict], self.intent.request.amount
        told = answer if decided is None else shown(answer, decided)
        return PostingRequest(
            kind=kind,
            transfer_id=self.transfer_id,
            tenant_id=self.tenant_id,
            occurred_at_ms=moment_of(self.transfer_id),
            amount_minor=amount.amount_minor,
            currency=amount.currency,
            debit_account_id=self.intent.debit_account_id,
            credit_account_id=self.intent.credit_account_id,
            door=DOOR,
            transaction=self.transaction,
            answer=_encode(answer),
            reason=(told.reasons[0] if told.reasons else "denied") if kind is Kind.DENY else None,
            expires_at_ms=self.present.now_ms + HOLD_LIFETIME_MS if kind is Kind.HOLD else None,
            headers={"correlation_id": self.trace.correlation_id, "traceparent": self.trace.traceparent},
            idempotency_key=self.key,
            response_status=_STATUSES[kind],
            response=response_tail(
                self.intent.request, transfer_id=self.transfer_id, credit_account_id=self.intent.credit_account_id, answer=told
            ),
        )


class CarryingOut:
    """Screens a transfer's parties, and does in the ledger what was decided."""

    def __init__(
        self,
        core: AsyncConnectionPool,
        *,
        claims: Claims,
        fees: TransferFees,
        screening: PaymentScreening,
        payees: SavedPayees,
        writer: BatchingWriter,
    ) -> None:
        self._core = core
        self._claims = claims
        self._fees = fees
        self._screening = screening
        self._payees = payees
        self._writer = writer

    async def lists(self, tenant_id: str) -> bytes | None:
        """Return what names the watch-lists that hold for a tenant; None where there are none."""
        return await self._screening.lists(tenant_id)

    async def met(self, intent: Intent, claimed: ClaimAnswer, lists: bytes, *, tenant_id: str, key: str) -> Met:
        """Return what the parties met on watch-lists. Where that cannot be said the key goes back, and nothing is decided."""
        try:
            outside = await self._outside(intent, claimed.payer, tenant_id)
            return await self._screening.meet(tenant_id, lists, payer=claimed.payer, payee=claimed.payee, outside=outside)
        except Unavailable:
            await self._claims.release(tenant_id=tenant_id, key=key, transfer_id=claimed.transfer_id)
            raise

    async def _outside(self, intent: Intent, payer: Stands | None, tenant_id: str) -> Outside | None:
        """Return whom the money leaves the bank for, where that is known."""
        request = intent.request
        if request.credit_account_id is not None or payer is None:
            return None
        name = request.payee_name or await self._payees.name(tenant_id, payer.customer_id, request.payee_id)
        return None if name is None else Outside(name, request.payee_country)

    async def carry_out(self, postings: Postings, answer: Answer, met: Met) -> tuple[PostingRequest, PostingResult]:
        """Do what was decided, or hold it back or refuse it for what its parties met."""
        if met.hits and answer.verdict is not Verdict.DENY:
            done = await self._hold_back(postings, answer, met)
            if done is not None:
                return done
        posting = postings.of(answer)
        fee = await self._fees.posting(posting, channel=postings.intent.request.channel)
        return posting, await self._post(posting, fee, postings.present)

    async def _hold_back(self, postings: Postings, answer: Answer, met: Met) -> tuple[PostingRequest, PostingResult] | None:
        """Hold a payment or refuse it, in one transaction with its hits; None when all of them were cleared meanwhile."""
        ways = {became: postings.of(stiffened(answer, became), decided=answer) for became in Became}
        fee = await self._fees.posting(ways[Became.HELD], channel=postings.intent.request.channel)
        tenant_id, present = postings.tenant_id, postings.present
        now = moment(present.now_ms)
        try:
            async with self._core.connection() as connection, tenant_transaction(connection, tenant_id):
                became = await self._screening.keep(connection, tenant_id, met, now=now)
                if became is None:
                    return None
                posting = ways[became]
                result = await _post_on(connection, posting, fee if became is Became.HELD else None, present)
                if result.outcome in (Outcome.HELD, Outcome.DENIED):
                    await self._screening.note(
                        connection, tenant_id, posting.transfer_id, met,
                        became=became, goes_on=answer.verdict is Verdict.ALLOW, now=now,
                    )  # fmt: skip
        except (psycopg.OperationalError, PoolTimeout) as problem:
            raise LedgerAway("the ledger does not answer", retry_after_s=LEASE_MS // 1000) from problem
        return posting, result

    async def _post(self, posting: PostingRequest, fee: PostingRequest | None, present: Present) -> PostingResult:
        """Post a transfer, together with its fee where it has one: the two take effect together or not at all."""
        if on_trial() or present.sandbox:
            # The writer gathers rows of all tenants into one batch, which has one present, one topic and is there to stay.
            async with self._core.connection() as connection:
                return await _post_on(connection, posting, fee, present)
        try:
            if fee is None:
                return await self._writer.post(posting)
            return (await self._writer.post_linked([fee, posting]))[1]
        except (WriterBusy, OutcomeUnknown) as problem:
            raise LedgerAway(problem.detail, retry_after_s=LEASE_MS // 1000) from problem


async def _post_on(
    connection: AsyncConnection, posting: PostingRequest, fee: PostingRequest | None, present: Present
) -> PostingResult:
    rows = [posting] if fee is None else [replace(fee, group=1), replace(posting, group=1)]
    return (await post_batch_async(connection, rows, now_ms=present.now_ms, topic=present.topic))[-1]
