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

-- Register many accounts of customers at once, as loading a history does; what is there already stays as it is. The ledger
-- accounts of the same ids are opened by the ledger. Arrays are parallel. Returns how many accounts were new.
create function bank.register_accounts(p_tenant_id text, p_account_ids uuid[], p_customer_ids text[], p_currency text)
returns bigint language sql as $$
    with wanted as (
        select * from unnest(p_account_ids, p_customer_ids) as given (account_id, customer_id)
    ), customers as (
        insert into bank.customer (tenant_id, customer_id)
        select distinct p_tenant_id, customer_id from wanted
        on conflict do nothing
        returning customer_id
    ), accounts as (
        insert into bank.account (account_id, tenant_id, customer_id, currency)
        select account_id, p_tenant_id, customer_id, p_currency from wanted
        on conflict do nothing
        returning 1
    )
    select count(*) from accounts
$$;
revoke all on function bank.register_accounts(text, uuid[], text[], text) from public;
grant execute on function bank.register_accounts(text, uuid[], text[], text) to api;
