-- Products: the terms that accounts are kept under. An account whose product has no row here is kept under plain terms: no
-- overdraft, no interest, no fees.
--
-- Rates are a year's, in millionths (ppm): 105000 is 10.5%. `transfer_fees` maps a channel to minor units a transfer.
create table bank.product (
    tenant_id             text not null,
    code                  text not null check (code ~ '^[a-z0-9-]{1,32}$'),
    currency              text not null check (currency ~ '^[A-Z]{3}$'),
    name                  text not null check (length(name) between 1 and 100),
    kind                  text not null check (kind in ('checking', 'savings', 'payment')),
    overdraft_limit_minor bigint not null default 0 check (overdraft_limit_minor >= 0),
    credit_rate_ppm       integer not null default 0 check (credit_rate_ppm between 0 and 10000000),
    debit_rate_ppm        integer not null default 0 check (debit_rate_ppm between 0 and 10000000),
    day_count             text not null default 'actual/365' check (day_count in ('actual/365', 'business/252')),
    monthly_fee_minor     bigint not null default 0 check (monthly_fee_minor >= 0),
    transfer_fees         jsonb not null default '{}' check (jsonb_typeof(transfer_fees) = 'object'),
    offered               boolean not null default true,
    version               bigint not null default 1,
    created_at            timestamptz not null default clock_timestamp(),
    primary key (tenant_id, code, currency)
);
alter table bank.product enable row level security, force row level security;
create policy tenant_rows on bank.product using (tenant_id = (select public.current_tenant()))
    with check (tenant_id = (select public.current_tenant()));
grant select, insert, update on bank.product to api;
grant select on bank.product to audit;

alter table bank.account
    drop constraint account_product_check,
    add constraint account_product_check check (product ~ '^[a-z0-9-]{1,32}$');
