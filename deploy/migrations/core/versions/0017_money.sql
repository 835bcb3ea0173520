-- Interest. What each product paid and asked on each day: written when the day is first accrued, and never changed, so that a
-- day that is recomputed is recomputed by the terms of its own time.
create table bank.accrual_terms (
    tenant_id       text not null,
    product         text not null,
    currency        text not null,
    day             date not null,
    credit_rate_ppm integer not null,
    debit_rate_ppm  integer not null,
    day_count       text not null,
    primary key (tenant_id, product, currency, day)
);

-- How far an account is accrued: the day, and the version of the last entry that no later run has to read again.
create table bank.accrual_state (
    account_id      uuid primary key,
    tenant_id       text not null,
    product         text not null,
    since_day       date not null,
    through_day     date not null,
    through_version bigint not null default 0
);
create index accrual_state_of_tenant on bank.accrual_state (tenant_id, account_id);

-- What a day's interest is, by the balance of its end by value date. A later day that learns of a backdated entry adds the
-- difference under its own `accrued_on`; no row is changed. A part is 1/365,000,000,000 of a minor unit.
create table bank.accrual (
    tenant_id     text not null,
    account_id    uuid not null,
    kind          text not null check (kind in ('credit-interest', 'debit-interest')),
    day           date not null,
    accrued_on    date not null,
    balance_minor bigint not null,
    parts         numeric(40, 0) not null check (parts <> 0),
    primary key (account_id, kind, day, accrued_on),
    check (accrued_on >= day)
);

-- What an account owes the bank or is owed by it, once a (account, kind, period): posted by a transfer whose id is derived from
-- the charge and the attempt.
create table bank.charge (
    charge_id    uuid primary key,
    tenant_id    text not null,
    account_id   uuid not null,
    kind         text not null check (kind in ('credit-interest', 'debit-interest', 'monthly-fee')),
    period       text not null check (length(period) between 1 and 64),
    amount_minor bigint not null check (amount_minor > 0),
    currency     text not null check (currency ~ '^[A-Z]{3}$'),
    value_day    date not null,
    status       text not null default 'due' check (status in ('due', 'posted', 'waived')),
    attempts     integer not null default 0,
    problem      text check (length(problem) <= 64),
    transfer_id  uuid,
    due_at       timestamptz not null,
    settled_at   timestamptz,
    unique (account_id, kind, period),
    check ((status = 'posted') = (transfer_id is not null)),
    check ((status = 'due') = (settled_at is null))
);
create index charge_due on bank.charge (tenant_id, charge_id) where status = 'due';

-- Currency exchange. Rates are units of the quote currency for one of the base, in hundred-millionths (e8). `residue_nano` is
-- what the side that was worked out is exactly, beyond what it is rounded to.
create table bank.exchange_rate (
    tenant_id text not null,
    base      text not null check (base ~ '^[A-Z]{3}$'),
    quote     text not null check (quote ~ '^[A-Z]{3}$'),
    bid_e8    bigint not null check (bid_e8 > 0),
    ask_e8    bigint not null check (ask_e8 >= bid_e8),
    version   bigint not null default 1,
    set_by    text not null,
    set_at    timestamptz not null,
    primary key (tenant_id, base, quote),
    check (base <> quote)
);

create table bank.exchange_quote (
    quote_id        uuid primary key,
    tenant_id       text not null,
    customer_id     text not null,
    base            text not null,
    quote           text not null,
    rate_e8         bigint not null,
    rate_version    bigint not null,
    sell_currency   text not null,
    sell_minor      bigint not null check (sell_minor > 0),
    buy_currency    text not null,
    buy_minor       bigint not null check (buy_minor > 0),
    worked_out      text not null,
    residue_nano    bigint not null,
    quoted_at       timestamptz not null,
    expires_at      timestamptz not null,
    sell_account_id uuid,
    buy_account_id  uuid,
    exchanged_at    timestamptz,
    check (worked_out in (sell_currency, buy_currency)),
    check ((exchanged_at is null) = (sell_account_id is null)),
    check ((exchanged_at is null) = (buy_account_id is null))
);

-- Money that came in and could not be credited lies on `suspense:<rail>`; a row says what it is and what became of it.
create table bank.suspense_item (
    item_id      uuid primary key,
    tenant_id    text not null,
    rail         text not null check (rail ~ '^[a-z_]{1,32}$'),
    currency     text not null check (currency ~ '^[A-Z]{3}$'),
    amount_minor bigint not null check (amount_minor > 0),
    problem      text not null check (length(problem) between 1 and 64),
    note         text check (length(note) <= 500),
    opened_by    text not null,
    opened_at    timestamptz not null,
    status       text not null default 'open' check (status in ('open', 'proposed', 'resolved')),
    resolution   jsonb,
    proposed_by  text,
    proposed_at  timestamptz,
    resolved_by  text,
    resolved_at  timestamptz,
    transfer_id  uuid,
    check ((status = 'resolved') = (transfer_id is not null)),
    check (status = 'open' or proposed_by is not null),
    check (resolved_by is null or resolved_by <> proposed_by)
);
create index suspense_open on bank.suspense_item (tenant_id, opened_at, item_id) where status <> 'resolved';

-- Days that are closed. `totals` is the trial balance at the cut; `entries` how many entries were booked before it.
create table ledger.day_close (
    tenant_id text not null,
    day       date not null,
    ends_at   timestamptz not null,
    entries   bigint not null,
    totals    jsonb not null,
    suspense  jsonb not null,
    closed_at timestamptz not null,
    primary key (tenant_id, day)
);

-- Moves the moment from which each account is booked on to `p_end_ms`, in id order, a bounded number an account of the tenant
-- at a time: what is posted afterwards is booked at or after it. Answers the last id, or null when none was left.
create function ledger.cut_bookings(p_tenant text, p_end_ms bigint, p_after uuid, p_limit integer) returns uuid
language sql security definer
set search_path = pg_catalog, pg_temp
as $$
    with chosen as materialized (
        select a.id from ledger.account a
        where a.tenant_id = p_tenant and a.id > p_after and a.booked_at < ledger.at(p_end_ms)
        order by a.id limit least(p_limit, 10000) for update
    ),
    moved as (
        update ledger.account a set booked_at = greatest(a.booked_at, ledger.at(p_end_ms))
        from chosen c where a.id = c.id
    )
    select max(c.id::text)::uuid from chosen c
$$;

-- An account that is opened after a close is booked after it, as the others are.
create function ledger.begin_after_the_last_close() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    new.booked_at := greatest(
        new.booked_at,
        (select c.ends_at from ledger.day_close c where c.tenant_id = new.tenant_id order by c.day desc limit 1)
    );
    return new;
end
$$;
create trigger begin_after_the_last_close before insert on ledger.account
    for each row execute function ledger.begin_after_the_last_close();

do $$
declare
    named record;
begin
    for named in
        select * from (values
            ('bank', 'accrual_terms', 'select, insert'),
            ('bank', 'accrual_state', 'select, insert, update'),
            ('bank', 'accrual', 'select, insert'),
            ('bank', 'charge', 'select, insert, update'),
            ('bank', 'exchange_rate', 'select, insert, update'),
            ('bank', 'exchange_quote', 'select, insert, update'),
            ('bank', 'suspense_item', 'select, insert, update'),
            ('ledger', 'day_close', 'select, insert')
        ) as t (schema, name, granted)
    loop
        execute format('alter table %I.%I enable row level security, force row level security', named.schema, named.name);
        execute format(
            'create policy tenant_rows on %I.%I using (tenant_id = (select public.current_tenant())) '
            'with check (tenant_id = (select public.current_tenant()))', named.schema, named.name);
        execute format('grant %s on %I.%I to api', named.granted, named.schema, named.name);
        execute format('grant select on %I.%I to audit', named.schema, named.name);
    end loop;
end $$;

grant select on ledger.day_close to poster;
alter function ledger.begin_after_the_last_close() owner to poster;
revoke all on function ledger.begin_after_the_last_close() from public;
alter function ledger.cut_bookings(text, bigint, uuid, integer) owner to poster;
revoke all on function ledger.cut_bookings(text, bigint, uuid, integer) from public;
grant execute on function ledger.cut_bookings(text, bigint, uuid, integer) to api;

-- What the intake opens beside settlement accounts: suspense accounts, for what it cannot credit, with a row that says what it is.
create or replace function ledger.open_settlement_accounts(
    p_ids uuid[], p_tenants text[], p_currencies text[], p_codes text[], p_now_ms bigint
) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if exists (
        select from unnest(p_tenants, p_codes) as asked (tenant_id, code)
        where asked.code is null or asked.code !~ '^(settlement|suspense):[a-z_]{1,32}$'
            or not exists (select from ledger.account a where a.tenant_id = asked.tenant_id and a.code is null)
    ) then
        raise exception 'only rails'' accounts of a tenant with customers'' accounts are opened here' using errcode = '42501';
    end if;
    perform ledger.open_accounts(p_ids, p_tenants, p_currencies, null, p_codes, null, null, null, p_now_ms);
end
$$;
grant usage on schema bank to intake;
grant insert on bank.suspense_item to intake;
