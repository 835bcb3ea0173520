"""A ledger in a few dictionaries: one row after another, in memory. Slow, obvious, and independent of the real one."""

import copy
import uuid
from dataclasses import dataclass, field

from ledger.accounts import NewAccount
from ledger.postings import ENDING, Kind, Outcome, PostingRequest, Status

Answer = tuple[str, str | None, str | None, str | None]


@dataclass(frozen=True)
class Line:
    """One entry."""

    transfer_id: uuid.UUID
    delta: int
    balance_after: int
    value_at_ms: int
    booked_at_ms: int


@dataclass
class Books:
    """One account's counters and its entries. `min_balance` begins as the account's own, and can be changed."""

    about: NewAccount
    closed: bool = False
    frozen_debits: bool = False
    frozen_credits: bool = False
    debits: int = 0
    credits: int = 0
    debits_pending: int = 0
    credits_pending: int = 0
    entries: list[Line] = field(default_factory=list)
    min_balance: int | None = None

    def __post_init__(self) -> None:
        self.min_balance = self.about.min_balance_minor


@dataclass
class Record:
    """One transfer."""

    request: PostingRequest
    status: str
    reason: str | None
    posted: int = 0
    reversed: int = 0


Snapshot = tuple[dict[uuid.UUID, Books], dict[uuid.UUID, Record | None], int]


class Refused(Exception):
    """A row that fails, with its code."""


class Reference:
    """Carries out batches row by row; a linked group is undone when not every row of it succeeds."""

    def __init__(self) -> None:
        self.accounts: dict[uuid.UUID, Books] = {}
        self.transfers: dict[uuid.UUID, Record] = {}
        self.events: list[tuple[uuid.UUID, str, int]] = []

    def change_account(
        self,
        account_id: uuid.UUID,
        *,
        tenant_id: str,
        closed: bool | None = None,
        frozen_debits: bool | None = None,
        frozen_credits: bool | None = None,
        min_balance: int | None = None,
    ) -> str:
        books = self.accounts.get(account_id)
        if books is None or books.about.tenant_id != tenant_id:
            return "not-found"
        if closed and (books.credits != books.debits or books.debits_pending or books.credits_pending):
            return "not-empty"
        asked = {"closed": closed, "frozen_debits": frozen_debits, "frozen_credits": frozen_credits, "min_balance": min_balance}
        for name, value in asked.items():
            if value is not None:
                setattr(books, name, value)
        return "changed"

    def post_batch(self, requests: list[PostingRequest], *, now_ms: int) -> list[Answer]:
        answers: list[Answer] = []
        position = 0
        while position < len(requests):
            group = requests[position].group
            end = position + 1
            while group is not None and end < len(requests) and requests[end].group == group:
                end += 1
            answers += self._group(requests[position:end], now_ms, linked=group is not None)
            position = end
        return answers

    def _group(self, rows: list[PostingRequest], now_ms: int, *, linked: bool) -> list[Answer]:
        if not linked:
            return [self._row(rows[0], now_ms)]
        before = self._snapshot(rows)
        answers: list[Answer] = []
        broke: int | None = None
        for position, row in enumerate(rows):
            answer = self._row(row, now_ms)
            answers.append(answer)
            if self._breaks(row, answer):
                broke = position
                break
        if broke is None:
            return answers
        # Whatever the group did is undone; then every row of it is answered against what stands, in order.
        before_breaking, failed = answers[:broke], answers[broke]
        self._restore(before)
        answers = []
        for position, row in enumerate(rows):
            if position == broke and (failed[0] != Outcome.FAILED or row.kind in ENDING):
                answers.append((*failed[:3], failed[3] and self.transfers[row.transfer_id].status))
            elif position == broke:
                answers.append(self._failed(row, failed[1], now_ms))
            elif position < broke and row.kind in ENDING and self._executed_here(row, before_breaking[position]):
                answers.append(("failed", "linked-failed", None, self.transfers[row.transfer_id].status))
            else:
                answers.append(self._failed(row, "linked-failed", now_ms))
        return answers

    def _snapshot(self, rows: list[PostingRequest]) -> Snapshot:
        """What these rows could change, as it is."""
        named = {name for row in rows for name in (row.transfer_id, row.reverses_id) if name is not None}
        records = {name: copy.copy(self.transfers.get(name)) for name in named}
        about = [*rows, *(record.request for record in records.values() if record is not None)]
        touched = {name for row in about for name in (row.debit_account_id, row.credit_account_id) if name in self.accounts}
        accounts = {name: copy.copy(self.accounts[name]) for name in touched if name is not None}
        for books in accounts.values():
            books.entries = list(books.entries)
        return accounts, records, len(self.events)

    def _restore(self, before: Snapshot) -> None:
        accounts, records, events = before
        self.accounts.update(accounts)
        for name, record in records.items():
            self.transfers.pop(name, None)
            if record is not None:
                self.transfers[name] = record
        del self.events[events:]

    def _executed_here(self, row: PostingRequest, answer: Answer) -> bool:
        return self.transfers[row.transfer_id].status != answer[3]

    def _breaks(self, row: PostingRequest, answer: Answer) -> bool:
        if answer[0] in (Outcome.FAILED, Outcome.CONFLICT):
            return True
        effective = answer[3] in (Status.POSTED, Status.HELD) or row.kind is Kind.VOID_PENDING
        return answer[0] == Outcome.DUPLICATE and not effective

    def _failed(self, row: PostingRequest, code: str | None, now_ms: int) -> Answer:
        record = self.transfers.get(row.transfer_id)
        if row.kind in (Kind.POST, Kind.HOLD):
            if record is not None:
                return self._existing(row)
            self._record(row, "failed", code)
            return ("failed", code, None, "failed")
        if record is None or record.request.tenant_id != row.tenant_id:
            return ("failed", "transfer-not-found", None, None)
        if record.status != "held":
            return self._row(row, now_ms)
        return ("failed", code, None, "held")

    def _record(self, row: PostingRequest, status: str, reason: str | None, posted: int = 0) -> None:
        self.transfers[row.transfer_id] = Record(row, status, reason or row.reason, posted)
        assert row.amount_minor is not None
        self.events.append((row.transfer_id, status, row.amount_minor))

    def _existing(self, row: PostingRequest) -> Answer:
        record = self.transfers[row.transfer_id]
        first = record.request
        for name in (
            "tenant_id",
            "debit_account_id",
            "credit_account_id",
            "amount_minor",
            "currency",
            "purpose",
            "reverses_id",
        ):
            ours, theirs = getattr(first, name), getattr(row, name)
            if ours != theirs and (name == "reverses_id" or (ours is not None and theirs is not None)):
                return ("conflict", None, name, None if name == "tenant_id" else record.status)
        return ("duplicate", record.reason, None, record.status)

    def _row(self, row: PostingRequest, now_ms: int) -> Answer:
        if row.kind in (Kind.POST_PENDING, Kind.VOID_PENDING, Kind.EXPIRE):
            return self._end_hold(row, now_ms)
        if row.transfer_id in self.transfers:
            return self._existing(row)
        if row.kind in (Kind.DENY, Kind.OBSERVE, Kind.ABANDON):
            status = {Kind.DENY: "denied", Kind.OBSERVE: "observed", Kind.ABANDON: "abandoned"}[row.kind]
            self._record(row, status, row.reason)
            return (status, row.reason, None, status)
        try:
            debit, credit = self._checked(row)
        except Refused as refusal:
            self._record(row, "failed", str(refusal))
            return ("failed", str(refusal), None, "failed")
        assert row.amount_minor is not None
        if row.kind is Kind.HOLD:
            debit.debits_pending += row.amount_minor
            credit.credits_pending += row.amount_minor
            self._record(row, "held", None)
            return ("held", None, None, "held")
        if row.reverses_id is not None:
            self.transfers[row.reverses_id].reversed += row.amount_minor
        self._move(row, now_ms, debit, credit, row.amount_minor)
        self._record(row, "posted", None, row.amount_minor)
        return ("posted", None, None, "posted")

    def _checked(self, row: PostingRequest) -> tuple[Books, Books]:
        assert row.debit_account_id is not None
        assert row.credit_account_id is not None
        assert row.amount_minor is not None
        debit, credit = self.accounts.get(row.debit_account_id), self.accounts.get(row.credit_account_id)
        if debit is None or credit is None or {debit.about.tenant_id, credit.about.tenant_id} != {row.tenant_id}:
            raise Refused("account-not-found")
        if debit is credit:
            raise Refused("same-account")
        if {debit.about.currency, credit.about.currency} != {row.currency}:
            raise Refused("currency-mismatch")
        if debit.closed or credit.closed:
            raise Refused("account-closed")
        if debit.frozen_debits or credit.frozen_credits:
            raise Refused("account-frozen")
        if row.reverses_id is not None:
            self._check_reversal(row)
        floors = [debit.min_balance] if debit.min_balance is not None else []
        floors += [0] if debit.about.debits_must_not_exceed_credits else []
        left = debit.credits - debit.debits - debit.debits_pending - row.amount_minor
        if any(left < floor for floor in floors):
            raise Refused("insufficient-funds")
        owed = credit.credits + credit.credits_pending + row.amount_minor
        if credit.about.credits_must_not_exceed_debits and owed > credit.debits:
            raise Refused("credit-limit-exceeded")
        return debit, credit

    def _check_reversal(self, row: PostingRequest) -> None:
        assert row.reverses_id is not None
        assert row.amount_minor is not None
        original = self.transfers.get(row.reverses_id)
        if original is None or original.request.tenant_id != row.tenant_id:
            raise Refused("original-not-found")
        if original.status != "posted":
            raise Refused("original-not-posted")
        swapped = (original.request.credit_account_id, original.request.debit_account_id)
        if (row.debit_account_id, row.credit_account_id) != swapped:
            raise Refused("reversal-mismatch")
        if original.reversed + row.amount_minor > original.posted:
            raise Refused("exceeds-original")

    def _end_hold(self, row: PostingRequest, now_ms: int) -> Answer:
        record = self.transfers.get(row.transfer_id)
        if record is None or record.request.tenant_id != row.tenant_id:
            return ("failed", "transfer-not-found", None, None)
        held = record.request
        if record.status != "held":
            if row.kind is Kind.POST_PENDING and record.status == "posted":
                differs = "amount_minor" if row.amount_minor not in (None, record.posted) else None
            else:
                right = {Kind.VOID_PENDING: "voided", Kind.EXPIRE: "expired"}.get(row.kind)
                differs = None if right == record.status else "status"
            return ("conflict", None, differs, record.status) if differs else ("duplicate", record.reason, None, record.status)
        assert held.debit_account_id is not None
        assert held.credit_account_id is not None
        assert held.amount_minor is not None
        debit, credit = self.accounts[held.debit_account_id], self.accounts[held.credit_account_id]
        due = held.expires_at_ms is not None and held.expires_at_ms <= now_ms
        if row.kind is Kind.POST_PENDING:
            amount = row.amount_minor or held.amount_minor
            code = self._refusal_of_posting(debit, credit, amount, held.amount_minor, due)
            if code:
                return ("failed", code, None, "held")
            self._move(row, now_ms, debit, credit, amount)
            record.posted, record.status, record.reason = amount, "posted", None
        elif row.kind is Kind.VOID_PENDING:
            record.status, record.reason = "voided", row.reason or "hold-voided"
        elif due:
            record.status, record.reason = "expired", "hold-expired"
        else:
            return ("failed", "hold-not-expired", None, "held")
        debit.debits_pending -= held.amount_minor
        credit.credits_pending -= held.amount_minor
        told = {"voided": "denied", "expired": "abandoned"}.get(record.status, record.status)
        self.events.append((held.transfer_id, told, record.posted or held.amount_minor))
        return (record.status, record.reason, None, record.status)

    def _refusal_of_posting(self, debit: Books, credit: Books, amount: int, held: int, due: bool) -> str | None:
        if amount > held:
            return "exceeds-hold"
        if due:
            return "hold-expired"
        if debit.closed or credit.closed:
            return "account-closed"
        return "account-frozen" if debit.frozen_debits or credit.frozen_credits else None

    def _move(self, row: PostingRequest, now_ms: int, debit: Books, credit: Books, amount: int) -> None:
        booked_ms = now_ms if row.booked_at_ms is None else row.booked_at_ms
        debit.debits += amount
        credit.credits += amount
        for books, delta in ((debit, -amount), (credit, amount)):
            # Within an account the moment of booking never goes back.
            last_ms = books.entries[-1].booked_at_ms if books.entries else 0
            balance = books.credits - books.debits
            books.entries.append(Line(row.transfer_id, delta, balance, row.occurred_at_ms, max(booked_ms, last_ms)))
