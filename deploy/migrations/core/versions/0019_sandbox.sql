-- A tenant with a row here is a sandbox: nothing of it is real, and its present lies `offset_ms` ahead of the clock on the wall.
-- It is one from its beginning: the row is written in the transaction that makes the tenant, by whoever makes tenants.
create table bank.sandbox_clock (
    tenant_id text primary key references identity.tenant,
    -- At most a hundred years; what it was never comes back.
    offset_ms bigint not null default 0 check (offset_ms between 0 and 3155760000000),
    moved_at  timestamptz not null default clock_timestamp(),
    moved_by  text check (length(moved_by) <= 128)
);
alter table bank.sandbox_clock enable row level security, force row level security;
create policy tenant_rows on bank.sandbox_clock using (tenant_id = (select public.current_tenant()))
    with check (tenant_id = (select public.current_tenant()));
grant select, update on bank.sandbox_clock to api;
grant select on bank.sandbox_clock to audit, poster;

-- How far ahead each sandbox is: for the sweeper, which works for all tenants.
create function bank.sandbox_offsets() returns table (tenant_id text, offset_ms bigint)
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$ select s.tenant_id, s.offset_ms from bank.sandbox_clock s $$;
alter function bank.sandbox_offsets() owner to poster;
revoke all on function bank.sandbox_offsets() from public;
grant execute on function bank.sandbox_offsets() to api;

-- Holds whose time has run out, of every tenant, each by its own clock: for the sweeper, which expires each through post_batch.
-- A sandbox that was moved just now is its mover's for half a minute: it stops at each moment and counts what was due there.
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
        select t.tenant_id, t.id
        from bank.sandbox_clock s
        join ledger.transfer t on t.tenant_id = s.tenant_id and t.status = 'held'
            and t.expires_at <= ledger.at(p_now_ms + s.offset_ms)
        where s.moved_at <= clock_timestamp() - interval '30 seconds'
        order by t.expires_at
        limit least(p_limit, 10000)
    )
$$;
