"""Histories that hypothesis thinks of, batch by batch beside the serial reference: answers, books and events never differ."""

import random
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from contracts.ledger_events import Purpose
from kit.postgres import connect
from kit.settings import PostgresServer
from ledger.accounts import NewAccount, open_accounts
from ledger.holds import expire_holds
from ledger.postings import LINKABLE, Kind, PostingRequest
from ledger.repository import post_batch
from ledger.trial_balance import differences
from tests.ledger.books import compare_books, events_after, newest_event
from tests.ledger.reference import Books, Reference

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]

START_MS = 1_750_000_000_000
MAX_ACCOUNTS, MAX_ROWS = 12, 50
TENANTS = ("one", "one", "one", "two")
WHAT = (
    "post", "post", "post", "hold", "hold", "post_pending", "post_pending", "void_pending", "expire", "reversal", "reversal",
    "opening", "deny", "observe", "abandon", "again", "again", "again with another field",
)  # fmt: skip
AMOUNTS = [1, 2, 7, 20, 60, 300]
CHANGES = [
    {"closed": True}, {"closed": False}, {"frozen_debits": True}, {"frozen_debits": False}, {"frozen_credits": True},
    {"frozen_credits": False}, {"min_balance": 10}, {"min_balance": -200}, {"frozen_debits": False, "frozen_credits": False},
]  # fmt: skip
# What every run must have come across.
WANTED = (
    "post posted", "hold held", "post_pending posted", "void_pending voided hold-voided", "expire expired hold-expired",
    "post duplicate", "post conflict", "post_pending duplicate", "post failed insufficient-funds", "post failed linked-failed",
    "post failed credit-limit-exceeded", "post failed exceeds-original",
    "post_pending failed linked-failed", "post_pending failed exceeds-hold", "post_pending failed hold-expired",
)  # fmt: skip
# One row as a few small numbers: what it is, two accounts, an earlier transfer, an amount, a linked group, a chance.
drafts = st.tuples(
    st.sampled_from(WHAT),
    st.integers(0, MAX_ACCOUNTS - 1),
    st.integers(0, MAX_ACCOUNTS - 1),
    st.integers(0, 40),
    st.sampled_from(AMOUNTS),
    st.sampled_from([None, None, None, None, 1, 2, 3]),
    st.integers(0, 99),
)


class LedgerHistory(RuleBasedStateMachine):
    """One world of accounts in both ledgers. The test gives the connections, and counts the answers that came."""

    connection: psycopg.Connection
    auditor: psycopg.Connection
    seen: Counter[str]

    @initialize(shapes=st.lists(st.tuples(st.booleans(), st.booleans(), st.sampled_from([None, None, -30, 10])), max_size=4))
    def open(self, shapes: list[tuple[bool, bool, int | None]]) -> None:
        self.now_ms = START_MS
        self.reference = Reference()
        self.known: list[PostingRequest] = []
        self.sent: list[list[PostingRequest]] = []
        self.place = newest_event(self.auditor)
        for floor, ceiling, minimum in [(False, False, None), (True, False, None), (True, False, None), *shapes]:
            self._open(floor=floor, ceiling=ceiling, minimum=minimum, currency="BRL", tenant="one")
        self._post([self._fresh("opening", 0, which, 300, 1, failing=False) for which in (1, 2)])

    def _open(self, *, floor: bool, ceiling: bool, minimum: int | None, currency: str, tenant: str) -> None:
        account = NewAccount(
            account_id=uuid.uuid4(), tenant_id=tenant, currency=currency, owner_id="c1", debits_must_not_exceed_credits=floor,
            credits_must_not_exceed_debits=ceiling, min_balance_minor=minimum,
        )  # fmt: skip
        open_accounts(self.connection, [account], now_ms=self.now_ms)
        self.reference.accounts[account.account_id] = Books(account)

    @precondition(lambda self: len(self.reference.accounts) < MAX_ACCOUNTS)
    @rule(
        floor=st.booleans(),
        ceiling=st.booleans(),
        minimum=st.sampled_from([None, None, -30, 10]),
        currency=st.sampled_from(["BRL", "BRL", "BRL", "USD"]),
        tenant=st.sampled_from(TENANTS),
    )
    def open_another(self, floor: bool, ceiling: bool, minimum: int | None, currency: str, tenant: str) -> None:
        self._open(floor=floor, ceiling=ceiling, minimum=minimum, currency=currency, tenant=tenant)

    @rule(which=st.integers(0, MAX_ACCOUNTS - 1), change=st.sampled_from(CHANGES), tenant=st.sampled_from(TENANTS))
    def change_account(self, which: int, change: dict[str, bool | int], tenant: str) -> None:
        account_id = self._account(which)
        expected = self.reference.change_account(account_id, tenant_id=tenant, **change)  # type: ignore[arg-type]
        asked = [change.get(name) for name in ("closed", "frozen_debits", "frozen_credits", "min_balance")]
        answer = self.connection.execute(
            "select ledger.change_account(%s, %s, %s, %s, %s, %s)", (tenant, account_id, *asked)
        ).fetchone()
        assert answer == (expected,)

    @rule(passes_ms=st.sampled_from([0, 1, 10, 60_000]))
    def pass_time(self, passes_ms: int) -> None:
        self.now_ms += passes_ms

    @rule(rows=st.lists(drafts, min_size=1, max_size=MAX_ROWS), failing_pct=st.sampled_from([0, 1, 30]))
    def batch(self, rows: list[tuple], failing_pct: int) -> None:
        self._post(self._gathered([self._row(draft, failing=draft[6] < failing_pct) for draft in rows]))

    @rule(seed=st.integers(0, 2**32 - 1), size=st.sampled_from([10, 25, MAX_ROWS]), failing_pct=st.sampled_from([1, 30]))
    def large_batch(self, seed: int, size: int, failing_pct: int) -> None:
        """Hypothesis draws short lists; a seed costs it one number."""
        chance = random.Random(seed)
        accounts, groups = range(MAX_ACCOUNTS), [None] * 8 + [1, 2, 3]
        self.batch(
            [
                (
                    chance.choice(WHAT), chance.choice(accounts), chance.choice(accounts), chance.randrange(41),
                    chance.choice(AMOUNTS), chance.choice(groups), chance.randrange(100),
                )
                for _ in range(size)
            ],
            failing_pct,
        )  # fmt: skip

    @precondition(lambda self: self.sent)
    @rule(which=st.integers(0, 20), backwards=st.booleans())
    def send_a_batch_again(self, which: int, backwards: bool) -> None:
        rows = self.sent[which % len(self.sent)]
        self._post(self._gathered(rows[::-1]) if backwards else rows)

    @rule()
    def expire_what_is_due(self) -> None:
        ours = self.reference.transfers
        due = {
            key
            for key, record in ours.items()
            if record.status == "held" and (record.request.expires_at_ms or self.now_ms + 1) <= self.now_ms
        }
        results = []
        while found := expire_holds(self.connection, now_ms=self.now_ms):  # those of earlier worlds too
            results += [result for result in found if result.transfer_id in ours]
        assert {result.transfer_id for result in results} == due
        for result in results:
            tenant_id = ours[result.transfer_id].request.tenant_id
            row = PostingRequest(
                kind=Kind.EXPIRE, transfer_id=result.transfer_id, tenant_id=tenant_id, occurred_at_ms=self.now_ms
            )
            assert self.reference.post_batch([row], now_ms=self.now_ms)[0][0] == result.outcome == "expired"
        self._compare()

    def _post(self, requests: list[PostingRequest]) -> None:
        expected = self.reference.post_batch(requests, now_ms=self.now_ms)
        results = post_batch(self.connection, requests, now_ms=self.now_ms)
        answers = [(r.outcome.value, r.code, r.field, None if r.status is None else r.status.value) for r in results]
        assert answers == expected
        self.seen.update(
            f"{row.kind.value} {answer[0]} {answer[1] or ''}".strip() for row, answer in zip(requests, answers, strict=True)
        )
        self.sent.append(requests)
        self._compare()

    def _compare(self) -> None:
        compare_books(self.auditor, self.reference)
        mine = [event for event in events_after(self.auditor, self.place) if event[0] in self.reference.transfers]
        assert mine == self.reference.events

    def _sound(self, status: str, number: int) -> PostingRequest | None:
        """An earlier row of this status, or one of this very batch that may come to it."""
        records = self.reference.transfers
        fit = [row for row in self.known if row.transfer_id not in records or records[row.transfer_id].status == status]
        fit = [row for row in fit if row.kind is (Kind.HOLD if status == "held" else Kind.POST)]
        return fit[-1 - number % len(fit)] if fit else None

    def _account(self, which: int) -> uuid.UUID:
        return list(self.reference.accounts)[which % len(self.reference.accounts)]

    def _row(self, draft: tuple, *, failing: bool) -> PostingRequest:
        what, debit, credit, number, amount, group, chance = draft
        earlier = self.known[-1 - number % len(self.known)] if self.known else None
        if not failing and what in ("post_pending", "void_pending", "expire"):
            earlier = self._sound("held", number) or earlier
        elif not failing and what == "reversal":
            earlier = self._sound("posted", number) or earlier
        if what in ("post_pending", "void_pending", "expire", "reversal", "again", "again with another field") and not earlier:
            what = "hold"
        if what in ("post_pending", "void_pending", "expire"):
            row = self._end(Kind(what), earlier, amount)
        elif what == "reversal":
            row = self._reversal(earlier, amount, failing=failing)
        elif what.startswith("again"):
            row = earlier if what == "again" else self._differing(earlier, debit, chance)
        else:
            row = self._fresh(what, debit, credit, amount, chance, failing=failing)
            self.known.append(row)
        return replace(row, group=group if row.kind in LINKABLE else None)

    def _fresh(self, what: str, debit: int, credit: int, amount: int, chance: int, *, failing: bool) -> PostingRequest:
        kind = Kind.POST if what == "opening" else Kind(what)
        payer = self._account(0 if what == "opening" else debit)
        if not failing and self._account(credit) == payer:
            credit += 1
        return PostingRequest(
            kind=kind,
            transfer_id=uuid.uuid4(),
            tenant_id=TENANTS[chance % 4] if failing else "one",
            occurred_at_ms=self.now_ms - chance * 1_000,
            booked_at_ms=self.now_ms - chance if chance % 5 == 0 else None,
            amount_minor=amount * 50 if failing else amount,
            currency="USD" if failing and chance % 7 == 0 else "BRL",
            debit_account_id=uuid.uuid4() if failing and chance % 11 == 0 else payer,
            credit_account_id=self._account(credit),
            purpose=Purpose.OPENING if what == "opening" else Purpose.TRANSFER,
            expires_at_ms=self.now_ms + (-1, 0, 1, 5, 100_000)[chance % 5] if kind is Kind.HOLD and chance % 3 else None,
            reason="because" if chance % 13 == 0 else None,
        )

    def _end(self, kind: Kind, hold: PostingRequest, amount: int) -> PostingRequest:
        part = amount if kind is Kind.POST_PENDING and amount in (1, 7, 300) else None
        return PostingRequest(
            kind=kind, transfer_id=hold.transfer_id, tenant_id=hold.tenant_id, occurred_at_ms=self.now_ms, amount_minor=part
        )

    def _reversal(self, earlier: PostingRequest, amount: int, *, failing: bool) -> PostingRequest:
        turned = (earlier.credit_account_id, earlier.debit_account_id)
        debit, credit = turned[::-1] if failing else turned
        row = PostingRequest(
            kind=Kind.POST,
            transfer_id=uuid.uuid4(),
            tenant_id=earlier.tenant_id,
            occurred_at_ms=self.now_ms,
            amount_minor=min(amount, earlier.amount_minor or amount),
            currency=earlier.currency,
            debit_account_id=debit,
            credit_account_id=credit,
            purpose=Purpose.REVERSAL,
            reverses_id=uuid.uuid4() if failing and amount == 7 else earlier.transfer_id,
        )
        self.known.append(row)
        return row

    def _differing(self, earlier: PostingRequest, which: int, chance: int) -> PostingRequest:
        changed = {
            0: {"amount_minor": (earlier.amount_minor or 0) + 1},
            1: {"debit_account_id": self._account(which)},
            2: {"credit_account_id": self._account(which)},
            3: {"tenant_id": "two" if earlier.tenant_id == "one" else "one"},
            4: {"currency": "USD" if earlier.currency == "BRL" else "BRL"},
            5: {"reason": "otherwise"},
        }[chance % 6]
        return replace(earlier, **changed)

    @staticmethod
    def _gathered(rows: list[PostingRequest]) -> list[PostingRequest]:
        """The rows of each group beside its first one: that is how a caller sends them."""
        result: list[PostingRequest] = []
        for row in rows:
            if row.group is None:
                result.append(row)
            elif not any(other.group == row.group for other in result):
                result += [other for other in rows if other.group == row.group]
        return result


def test_a_linked_group_that_failed_leaves_no_moment_of_booking(core: PostgresServer, auditor: psycopg.Connection) -> None:
    first, second = (NewAccount(account_id=uuid.uuid4(), tenant_id="one", currency="BRL", owner_id="c1") for _ in range(2))
    past_ms = START_MS - 35
    row = PostingRequest(
        kind=Kind.POST, transfer_id=uuid.uuid4(), tenant_id="one", occurred_at_ms=past_ms, amount_minor=1, currency="BRL",
        debit_account_id=first.account_id, credit_account_id=second.account_id,
    )  # fmt: skip
    undone = replace(row, transfer_id=uuid.uuid4(), group=1)
    failing = replace(row, transfer_id=uuid.uuid4(), group=1, credit_account_id=first.account_id)
    with connect(core.dsn("api"), application="test") as connection:
        open_accounts(connection, [first, second], now_ms=START_MS)
        post_batch(connection, [undone, failing, replace(row, booked_at_ms=past_ms)], now_ms=START_MS)
    booked = auditor.execute(
        "select (extract(epoch from booked_at) * 1000)::bigint from ledger.entry where transfer_id = %s", (row.transfer_id,)
    ).fetchall()
    assert booked == [(past_ms,), (past_ms,)]


@pytest.fixture(scope="module")
def auditor(core: PostgresServer) -> Iterator[psycopg.Connection]:
    with connect(core.dsn("audit"), application="test") as opened:
        yield opened


def test_no_history_tells_the_ledger_from_the_reference(
    core: PostgresServer, auditor: psycopg.Connection, pytestconfig: pytest.Config
) -> None:
    examples = 60 * pytestconfig.getoption("--soak")
    with connect(core.dsn("api"), application="test") as connection:
        seen: Counter[str] = Counter()
        world = type("World", (LedgerHistory,), {"connection": connection, "auditor": auditor, "seen": seen})
        run_state_machine_as_test(
            world,
            settings=settings(
                max_examples=examples, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
            ),
        )
    assert {answer for answer in WANTED if not seen[answer]} == set()


def test_the_books_agree_with_their_own_entries_after_all_that(auditor: psycopg.Connection) -> None:
    found = differences(auditor)
    assert found.none, found
