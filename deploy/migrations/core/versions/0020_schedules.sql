-- Scheduled transfers and standing orders. A schedule knows its next date and when that is due; a run is what became of a date.
--
-- `taken_until` is a lease by the clock on the wall: whoever carries a date out holds the schedule until then, and whoever comes
-- after a holder that died goes on with the same request under the same key.
create table bank.schedule (
    schedule_id       uuid primary key,
    tenant_id         text not null,
    customer_id       text,
    debit_account_id  uuid not null,
    credit_account_id uuid,
    amount_minor      bigint not null check (amount_minor > 0),
    currency          text not null check (currency ~ '^[A-Z]{3}$'),
    channel           text not null check (length(channel) between 1 and 16),
    payee_id          text check (length(payee_id) between 1 and 64),
    description       text check (length(description) between 1 and 140),
    frequency         text not null check (frequency in ('once', 'daily', 'weekly', 'monthly')),
    from_day          date not null,
    until_day         date check (until_day >= from_day),
    max_dates         integer check (max_dates between 1 and 10000),
    weekday           smallint check (weekday between 1 and 7),
    day_of_month      smallint check (day_of_month between 1 and 31),
    business_day      smallint check (business_day between 1 and 23),
    convention        text not null check (convention in ('following', 'modified_following', 'preceding', 'none')),
    at_time           time not null,
    timezone          text not null check (length(timezone) between 1 and 64),
    status            text not null default 'active' check (status in ('active', 'paused', 'ended', 'cancelled')),
    next_day          date,
    next_at           timestamptz,
    dates_passed      integer not null default 0,
    taken_until       timestamptz,
    version           bigint not null default 1,
    created_by        text not null,
    created_at        timestamptz not null default clock_timestamp(),
    check ((weekday is not null) = (frequency = 'weekly')),
    check ((num_nonnulls(day_of_month, business_day) = 1) = (frequency = 'monthly')),
    check ((next_day is null) = (next_at is null)),
    check ((next_day is not null) = (status in ('active', 'paused')))
);
create index schedule_due on bank.schedule (next_at) where status = 'active';
create index schedule_of_tenant on bank.schedule (tenant_id, schedule_id);
create index schedule_of_account on bank.schedule (debit_account_id);

-- `request` is the transfer's body as it is sent, the same one however often: it is what the idempotency key stands for.
create table bank.schedule_run (
    schedule_id uuid not null references bank.schedule,
    day         date not null,
    tenant_id   text not null,
    state       text not null check (state in ('open', 'posted', 'held', 'denied', 'failed', 'skipped', 'unknown')),
    attempts    integer not null default 1,
    request     bytea,
    transfer_id uuid,
    code        text check (length(code) <= 64),
    begun_at    timestamptz not null default clock_timestamp(),
    ended_at    timestamptz,
    primary key (schedule_id, day),
    check ((state = 'open') = (ended_at is null))
);
create index schedule_run_of_tenant on bank.schedule_run (tenant_id, schedule_id, day);

do $$
declare
    name text;
begin
    foreach name in array array['schedule', 'schedule_run'] loop
        execute format('alter table bank.%I enable row level security, force row level security', name);
        execute format(
            'create policy tenant_rows on bank.%I using (tenant_id = (select public.current_tenant())) '
            'with check (tenant_id = (select public.current_tenant()))', name);
        execute format('grant select, insert, update on bank.%I to api', name);
        execute format('grant select on bank.%I to audit', name);
    end loop;
end $$;
grant select on bank.schedule to poster;

-- Schedules with a date that is due by their tenant's clock and that nobody holds: for the sweeper, which takes each under its
-- tenant. A sandbox that was moved just now is its mover's, who asks for that tenant alone.
create function bank.due_schedules(p_now_ms bigint, p_tenant text, p_limit integer)
returns table (tenant_id text, schedule_id uuid)
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
    select s.tenant_id, s.schedule_id
    from bank.schedule s
    left join bank.sandbox_clock c on c.tenant_id = s.tenant_id
    where s.status = 'active'
        and s.next_at <= ledger.at(p_now_ms + coalesce(c.offset_ms, 0))
        and (s.taken_until is null or s.taken_until <= clock_timestamp())
        and case
            when p_tenant is null then coalesce(c.moved_at <= clock_timestamp() - interval '30 seconds', true)
            else s.tenant_id = p_tenant
        end
    order by s.next_at
    limit least(p_limit, 1000)
$$;
alter function bank.due_schedules(bigint, text, integer) owner to poster;
revoke all on function bank.due_schedules(bigint, text, integer) from public;
grant execute on function bank.due_schedules(bigint, text, integer) to api;
