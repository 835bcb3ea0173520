-- What is due of one tenant, for its sandbox's clock and for the sweeper, which goes from sandbox to sandbox.
create index transfer_held_of_tenant on ledger.transfer (tenant_id, expires_at) where status = 'held';
create index schedule_due_of_tenant on bank.schedule (tenant_id, next_at) where status = 'active';

-- As before, in two parts: what is real is due by one clock, so that the index of moments leads to it. A bound that depends on the
-- tenant, as that of a sandbox does, would read every schedule.
create or replace function bank.due_schedules(p_now_ms bigint, p_tenant text, p_limit integer)
returns table (tenant_id text, schedule_id uuid)
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
    (
        select s.tenant_id, s.schedule_id
        from bank.schedule s
        where p_tenant is null and s.status = 'active' and s.next_at <= ledger.at(p_now_ms)
            and (s.taken_until is null or s.taken_until <= clock_timestamp())
            and not exists (select from bank.sandbox_clock c where c.tenant_id = s.tenant_id)
        order by s.next_at
        limit least(p_limit, 1000)
    )
    union all
    (
        select c.tenant_id, own.schedule_id
        from bank.sandbox_clock c
        cross join lateral (
            select s.schedule_id, s.next_at
            from bank.schedule s
            where s.tenant_id = c.tenant_id and s.status = 'active' and s.next_at <= ledger.at(p_now_ms + c.offset_ms)
                and (s.taken_until is null or s.taken_until <= clock_timestamp())
            order by s.next_at
            limit least(p_limit, 1000)
        ) own
        where p_tenant is null and c.moved_at <= clock_timestamp() - interval '30 seconds'
        order by own.next_at
        limit least(p_limit, 1000)
    )
    union all
    (
        select s.tenant_id, s.schedule_id
        from bank.schedule s
        where s.tenant_id = p_tenant and s.status = 'active'
            and s.next_at <= ledger.at(
                p_now_ms + coalesce((select c.offset_ms from bank.sandbox_clock c where c.tenant_id = p_tenant), 0)
            )
            and (s.taken_until is null or s.taken_until <= clock_timestamp())
        order by s.next_at
        limit least(p_limit, 1000)
    )
$$;

-- As before, each sandbox by the index of its own.
create or replace function ledger.expired_holds(p_now_ms bigint, p_limit integer)
returns table (tenant_id text, transfer_id uuid)
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
    (
        select t.tenant_id, t.id
        from ledger.transfer t
        where t.status = 'held' and t.expires_at <= ledger.at(p_now_ms)
            and not exists (select from bank.sandbox_clock s where s.tenant_id = t.tenant_id)
        order by t.expires_at
        limit least(p_limit, 10000)
    )
    union all
    (
        select s.tenant_id, own.id
        from bank.sandbox_clock s
        cross join lateral (
            select t.id, t.expires_at
            from ledger.transfer t
            where t.tenant_id = s.tenant_id and t.status = 'held' and t.expires_at <= ledger.at(p_now_ms + s.offset_ms)
            order by t.expires_at
            limit least(p_limit, 10000)
        ) own
        where s.moved_at <= clock_timestamp() - interval '30 seconds'
        order by own.expires_at
        limit least(p_limit, 10000)
    )
$$;

-- As before; forgets of the two oldest those that are old, where it went through all in search of two. Those that somebody else
-- forgets at this moment are left to them.
create or replace function bank.say_history_change() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_row jsonb := to_jsonb(coalesce(new, old));
begin
    insert into bank.history_change (tenant_id, kind, subject_id)
    values (v_row ->> 'tenant_id', tg_argv[0], v_row ->> tg_argv[1]);
    delete from bank.history_change c
    using (
        select o.xid, o.id
        from (select f.xid, f.id from bank.history_change f order by f.xid, f.id limit 2) oldest
        join bank.history_change o on o.xid = oldest.xid and o.id = oldest.id
        where o.at < clock_timestamp() - interval '30 days'
        for update of o skip locked
    ) old_row
    where c.xid = old_row.xid and c.id = old_row.id;
    return null;
end
$$;
-- What is locked has to be something that may be changed.
grant update on bank.history_change to poster;

-- The rounding on each currency's liquidity account, from the index alone.
create index exchange_residue on bank.exchange_quote (tenant_id, worked_out) include (buy_currency, residue_nano)
    where exchanged_at is not null and residue_nano <> 0;

-- What has accrued and was charged in all, by side: interest goes on from it, and reads of accruals and charges only those of the
-- days that it computes. A row of either is never changed or taken away.
alter table bank.accrual_state
    add column credit_parts numeric(40, 0) not null default 0,
    add column debit_parts numeric(40, 0) not null default 0,
    add column credit_charged_minor bigint not null default 0,
    add column debit_charged_minor bigint not null default 0;
update bank.accrual_state s
set credit_parts = coalesce(a.credit, 0), debit_parts = coalesce(a.debit, 0)
from (
    select account_id, sum(parts) filter (where kind = 'credit-interest') as credit,
        sum(parts) filter (where kind = 'debit-interest') as debit
    from bank.accrual
    group by account_id
) a
where a.account_id = s.account_id;
update bank.accrual_state s
set credit_charged_minor = coalesce(c.credit, 0), debit_charged_minor = coalesce(c.debit, 0)
from (
    select account_id, sum(amount_minor) filter (where kind = 'credit-interest') as credit,
        sum(amount_minor) filter (where kind = 'debit-interest') as debit
    from bank.charge
    group by account_id
) c
where c.account_id = s.account_id;
