-- Customers and the accounts they hold. The ledger knows accounts by id and owner by pseudonym; who that is lies in
-- bank.person, whose rows can be erased without touching a single entry.
create schema bank;
grant usage on schema bank to api, audit, poster;

create table bank.customer (
    tenant_id   text not null,
    customer_id text not null check (customer_id ~ '^[A-Za-z0-9._:@-]{1,64}$'),
    kind        text not null default 'person' check (kind in ('person', 'business')),
    status      text not null default 'active' check (status in ('active', 'blocked', 'closed')),
    created_at  timestamptz not null default clock_timestamp(),
    primary key (tenant_id, customer_id)
);

create table bank.person (
    tenant_id   text not null,
    customer_id text not null,
    full_name   text not null check (length(full_name) between 1 and 200),
    email       text check (length(email) <= 254),
    primary key (tenant_id, customer_id),
    foreign key (tenant_id, customer_id) references bank.customer
);

create table bank.account (
    account_id  uuid primary key,
    tenant_id   text not null,
    customer_id text not null,
    product     text not null default 'checking' check (product in ('checking', 'savings', 'payment')),
    currency    text not null check (currency ~ '^[A-Z]{3}$'),
    nickname    text check (length(nickname) between 1 and 64),
    status      text not null default 'open' check (status in ('open', 'closed')),
    opened_at   timestamptz not null default clock_timestamp(),
    foreign key (tenant_id, customer_id) references bank.customer
);
create index account_of_customer on bank.account (tenant_id, customer_id, account_id);

do $$
declare
    name text;
begin
    foreach name in array array['customer', 'person', 'account'] loop
        execute format('alter table bank.%I enable row level security', name);
        execute format('alter table bank.%I force row level security', name);
        execute format(
            'create policy tenant_rows on bank.%I using (tenant_id = (select public.current_tenant())) '
            'with check (tenant_id = (select public.current_tenant()))', name);
    end loop;
end $$;

grant select, insert, update on bank.customer, bank.person, bank.account to api;
grant delete on bank.person to api;
grant select on all tables in schema bank to audit;
