"""The SQL of the extract: what is read in the core as `audit`, and how it takes the place of what the warehouse has.

Nothing that says who somebody is leaves the core, and no sandbox: what is in one is not real.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import LiteralString

from psycopg import Connection

from contracts.locks import WarehouseLock
from insight.suitability import QUESTIONNAIRE

_REAL: LiteralString = "not exists (select from bank.sandbox_clock s where s.tenant_id = t.tenant_id)"


@dataclass(frozen=True, slots=True)
class Table:
    """A table of schema raw: its key, its other columns, and the core's query that gives both in that order."""

    name: LiteralString
    key: tuple[LiteralString, ...]
    others: tuple[LiteralString, ...]
    query: LiteralString

    @property
    def staging(self) -> LiteralString:
        """Where its rows wait until they are taken over."""
        return "incoming_" + self.name

    def create(self) -> LiteralString:
        """Make that table, of this transaction alone."""
        return (
            "create temporary table " + self.staging + " (like raw." + self.name + ") on commit drop; alter table "
            + self.staging + " alter column extracted_at drop not null"
        )  # fmt: skip

    def copy_out(self) -> LiteralString:
        """Give the core's rows."""
        return "copy (" + self.query + ") to stdout"

    def copy_in(self) -> LiteralString:
        """Take them."""
        return "copy " + self.staging + " (" + ", ".join(self.key + self.others) + ") from stdin"

    def count(self) -> LiteralString:
        """Have the planner know how many came."""
        return "analyze " + self.staging

    def remove(self) -> LiteralString:
        """Delete what is gone."""
        same = " and ".join("i." + name + " = r." + name for name in self.key)
        return "delete from raw." + self.name + " r where not exists (select from " + self.staging + " i where " + same + ")"

    def replace(self) -> LiteralString:
        """Write what is new or other than it was; takes the moment of the snapshot."""
        columns, key = ", ".join(self.key + self.others), ", ".join(self.key)
        taken = ", ".join(name + " = excluded." + name for name in (*self.others, "extracted_at"))
        had, has = ", ".join("r." + name for name in self.others), ", ".join("excluded." + name for name in self.others)
        return (
            "insert into raw." + self.name + " as r (" + columns + ", extracted_at) select " + columns + ", %s from "
            + self.staging + " on conflict (" + key + ") do update set " + taken + " where (" + had + ") is distinct from ("
            + has + ")"
        )  # fmt: skip


TABLES: tuple[Table, ...] = (
    Table(
        name="accounts",
        key=("tenant_id", "account_id"),
        others=(
            "kind", "code", "customer_id", "parent_account_id", "product", "currency", "status", "opened_at", "balance_minor",
            "entries",
        ),
        query="select t.tenant_id, t.id, "
        "case when g.goal_id is not null then 'goal' when t.code is null then 'customer' else split_part(t.code, ':', 1) end, "
        "case when g.goal_id is null then t.code end, t.owner_id, g.parent_account_id, b.product, t.currency, "
        "case when b.status = 'opened' and t.credits_posted_minor > 0 then 'active' when b.status is not null then b.status "
        "when t.closed or g.status = 'closed' then 'closed' else 'active' end, "
        "t.opened_at, t.credits_posted_minor - t.debits_posted_minor, t.version "
        "from ledger.account t left join bank.account b on b.account_id = t.id left join bank.goal g on g.goal_id = t.id "
        "where " + _REAL,
    ),
    Table(
        name="customers",
        key=("tenant_id", "customer_id"),
        others=("kind", "status", "created_at", "birth_decade", "state"),
        query="select t.tenant_id, t.customer_id, t.kind, t.status, t.created_at, p.birth_year / 10 * 10, p.state "
        "from bank.customer t left join bank.person p on p.tenant_id = t.tenant_id and p.customer_id = t.customer_id "
        "where " + _REAL,
    ),
    Table(
        name="products",
        key=("tenant_id", "code", "currency"),
        others=(
            "name", "kind", "overdraft_limit_minor", "credit_rate_ppm", "debit_rate_ppm", "day_count", "monthly_fee_minor",
            "offered", "version", "created_at",
        ),
        query="select t.tenant_id, t.code, t.currency, t.name, t.kind, t.overdraft_limit_minor, t.credit_rate_ppm, "
        "t.debit_rate_ppm, t.day_count, t.monthly_fee_minor, t.offered, t.version, t.created_at from bank.product t where "
        + _REAL,
    ),
    Table(
        name="transfer_fees",
        key=("tenant_id", "product", "currency", "channel"),
        others=("fee_minor",),
        query="select t.tenant_id, t.code, t.currency, f.key, f.value::bigint "
        "from bank.product t cross join lateral jsonb_each_text(t.transfer_fees) f where " + _REAL,
    ),
    Table(
        name="product_terms",
        key=("tenant_id", "product", "currency", "day"),
        others=("credit_rate_ppm", "debit_rate_ppm", "day_count"),
        query="select t.tenant_id, t.product, t.currency, t.day, t.credit_rate_ppm, t.debit_rate_ppm, t.day_count "
        "from bank.accrual_terms t where " + _REAL,
    ),
    Table(
        name="charges",
        key=("tenant_id", "charge_id"),
        others=(
            "account_id", "kind", "period", "amount_minor", "currency", "value_day", "status", "due_at", "settled_at",
            "transfer_id",
        ),
        query="select t.tenant_id, t.charge_id, t.account_id, t.kind, t.period, t.amount_minor, t.currency, t.value_day, "
        "t.status, t.due_at, t.settled_at, t.transfer_id from bank.charge t where " + _REAL,
    ),
    Table(
        name="day_closes",
        key=("tenant_id", "day"),
        others=("ends_at", "entries", "closed_at"),
        query="select t.tenant_id, t.day, t.ends_at, t.entries, t.closed_at from ledger.day_close t where " + _REAL,
    ),
    Table(
        name="trial_balances",
        key=("tenant_id", "day", "line", "currency"),
        others=("accounts", "opening_minor", "debits_minor", "credits_minor"),
        query="select t.tenant_id, t.day, l.line, l.currency, l.accounts, l.opening_minor, l.debits_minor, l.credits_minor "
        "from ledger.day_close t cross join lateral jsonb_to_recordset(t.totals) as l "
        "(line text, currency text, accounts bigint, opening_minor numeric, debits_minor numeric, credits_minor numeric) "
        "where " + _REAL,
    ),
    Table(
        name="alert_states",
        key=("tenant_id", "alert_id"),
        others=("status", "opened_at", "changed_at", "moves", "moved_by_roles"),
        query="select t.tenant_id, t.alert_id, t.status, t.opened_at, t.changed_at, t.moves, u.roles "
        "from cases.alert t left join identity.login_user u on t.moved_by = 'user:' || u.user_id and u.tenant_id = t.tenant_id "
        "where " + _REAL,
    ),
    Table(
        name="alert_cases",
        key=("tenant_id", "alert_id"),
        others=("kind", "scenarios", "first_event_at", "case_id", "linked_at"),
        query="select t.tenant_id, t.alert_id, t.kind, t.scenarios, t.first_event_time, l.case_id, l.linked_at "
        "from cases.alert t left join cases.case_alert l on l.tenant_id = t.tenant_id and l.alert_id = t.alert_id "
        "where " + _REAL,
    ),
    Table(
        name="cases",
        key=("tenant_id", "case_id"),
        others=(
            "subject_kind", "scheme", "severity", "state", "operation_on", "selected_on", "opened_at", "proposed_at",
            "judged_at", "ended_at", "outcome", "label", "report_made_at", "report_due_on", "report_sent_at", "frozen_at",
            "freezes",
        ),
        query="select t.tenant_id, t.case_id, t.subject_kind, t.scheme, t.severity, t.state, t.operation_on, t.selected_on, "
        "t.opened_at, t.proposed_at, t.judged_at, t.ended_at, t.proposal ->> 'outcome', t.proposal ->> 'label', r.made_at, "
        "r.due_on, r.sent_at, f.frozen_at, coalesce(f.freezes, 0) from cases.case t "
        "left join (select tenant_id, case_id, min(made_at) as made_at, min(due_on) as due_on, min(sent_at) as sent_at "
        "from cases.report where kind = 'suspicion' group by 1, 2) r on (r.tenant_id, r.case_id) = (t.tenant_id, t.case_id) "
        "left join (select tenant_id, case_id, min(placed_at) as frozen_at, count(*) filter (where state <> 'lifted') "
        "as freezes from cases.freeze group by 1, 2) f on (f.tenant_id, f.case_id) = (t.tenant_id, t.case_id) where " + _REAL,
    ),
    Table(
        name="budgets",
        key=("tenant_id", "budget_id"),
        others=("customer_id", "category", "currency", "limit_minor", "created_at", "version"),
        query="select t.tenant_id, t.budget_id, t.customer_id, t.category, t.currency, t.limit_minor, t.created_at, t.version "
        "from bank.budget t where " + _REAL,
    ),
    Table(
        name="suitability",
        key=("tenant_id", "customer_id"),
        others=("version", "profile", "answered_at", "holds_until"),
        query="select distinct on (t.tenant_id, t.customer_id) t.tenant_id, t.customer_id, t.version, t.profile, "
        f"t.answered_at, case when t.questionnaire = {QUESTIONNAIRE} then t.expires_at end "
        "from bank.suitability t where " + _REAL + " order by t.tenant_id, t.customer_id, t.version desc",
    ),
)  # fmt: skip

# The rate in force, under the day on which it was set; and the last one that customers were offered on each day. Where one of
# the two sides was not offered, the other stands for it.
_RATES = """
select t.tenant_id, (t.set_at at time zone %(zone)s)::date, t.base, t.quote, 'bank', t.bid_e8, t.ask_e8
from bank.exchange_rate t
where not exists (select from bank.sandbox_clock s where s.tenant_id = t.tenant_id)
union all
select tenant_id, day, base, quote, 'quotes', least(coalesce(bid, ask), coalesce(ask, bid)),
    greatest(coalesce(bid, ask), coalesce(ask, bid))
from (
    select t.tenant_id, (t.quoted_at at time zone %(zone)s)::date as day, t.base, t.quote,
        (array_agg(t.rate_e8 order by t.quoted_at desc) filter (where t.sell_currency = t.base))[1] as bid,
        (array_agg(t.rate_e8 order by t.quoted_at desc) filter (where t.sell_currency = t.quote))[1] as ask
    from bank.exchange_quote t
    where t.quoted_at >= %(since)s::date and not exists (select from bank.sandbox_clock s where s.tenant_id = t.tenant_id)
    group by 1, 2, 3, 4
) offered
"""
_NEWEST_QUOTES = "select coalesce(max(day), '1990-01-01') - 1 from raw.exchange_rates where source = 'quotes'"
_KEEP_RATES = """
insert into raw.exchange_rates as r (tenant_id, day, base, quote, source, bid_e8, ask_e8, extracted_at)
values (%s, %s, %s, %s, %s, %s, %s, %s)
on conflict (tenant_id, day, base, quote, source) do update
set bid_e8 = excluded.bid_e8, ask_e8 = excluded.ask_e8, extracted_at = excluded.extracted_at
where (r.bid_e8, r.ask_e8) is distinct from (excluded.bid_e8, excluded.ask_e8)
"""
_KEEP_EXTRACT = """
insert into raw.reference_extract as e (extracted_at, changes) values (%(at)s, %(changes)s)
on conflict (only_row) do update
set extracted_at = greatest(e.extracted_at, excluded.extracted_at), changes = e.changes + excluded.changes
"""
# An extract and whoever loads a file of rates take turns; each holds it until its transaction ends.
_LOCK = "select pg_advisory_xact_lock(%s)"
_TURN_WAIT = "set local lock_timeout = '5min'"


@dataclass(frozen=True, slots=True)
class DayRate:
    """A pair's rate of a day, in hundred-millionths (e8), and where it is from: `bank`, `quotes` or `file`."""

    tenant_id: str
    day: date
    base: str
    quote: str
    source: str
    bid_e8: int
    ask_e8: int


def read_only_snapshot(core: Connection) -> datetime:
    """Have everything that follows in this transaction read the core as it is now, and return that moment."""
    core.execute("set transaction isolation level repeatable read, read only")
    [[at]] = core.execute("select now()").fetchall()
    return at  # type: ignore[no-any-return]


def take_turn(warehouse: Connection) -> None:
    """Be the only one who writes these tables until the transaction ends."""
    warehouse.execute(_TURN_WAIT)
    warehouse.execute(_LOCK, (int(WarehouseLock.REFERENCE),))


def stage(core: Connection, warehouse: Connection, table: Table) -> None:
    """Stream a table's rows from the core to a temporary table of the warehouse's transaction."""
    warehouse.execute(table.create())
    with core.cursor().copy(table.copy_out()) as found, warehouse.cursor().copy(table.copy_in()) as incoming:
        for block in found:
            incoming.write(block)


def take_over(warehouse: Connection, table: Table, *, at: datetime) -> int:
    """Make the table what was staged; return how many rows are new, other than they were, or gone."""
    warehouse.execute(table.count())
    gone = warehouse.execute(table.remove()).rowcount
    return gone + warehouse.execute(table.replace(), (at,)).rowcount


def newest_quotes(warehouse: Connection) -> date:
    """Return the day from which offers are read again: the one before the newest that is known."""
    [[day]] = warehouse.execute(_NEWEST_QUOTES).fetchall()
    return day  # type: ignore[no-any-return]


def rates(core: Connection, *, since: date, zone: str) -> list[DayRate]:
    """Return the rates in force, and those offered on each day of the time zone from `since` on."""
    return [DayRate(*row) for row in core.execute(_RATES, {"since": since, "zone": zone})]


def keep_rates(warehouse: Connection, found: Sequence[DayRate], *, at: datetime) -> int:
    """Write rates by day; one that is there already is replaced. Returns how many are new or other than they were."""
    with warehouse.cursor() as cursor:
        cursor.executemany(
            _KEEP_RATES, [(r.tenant_id, r.day, r.base, r.quote, r.source, r.bid_e8, r.ask_e8, at) for r in found]
        )
        return max(cursor.rowcount, 0)


def keep_extract(warehouse: Connection, *, at: datetime, changes: int) -> None:
    """Say as of when the tables are, and that so many rows of them have changed."""
    warehouse.execute(_KEEP_EXTRACT, {"at": at, "changes": changes})
