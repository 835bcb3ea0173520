-- What a customer says that they earn in a month. A declaration holds from the day on which the bank was told (`valid_from`,
-- America/Sao_Paulo), of those of one day the newest; a day that has passed keeps what held on it.
create table bank.declared_income (
    tenant_id    text not null,
    customer_id  text not null,
    version      integer not null check (version between 1 and 1000),
    income_minor bigint not null check (income_minor between 0 and 100000000000),
    currency     text not null check (currency ~ '^[A-Z]{3}$'),
    source       text not null check (source in ('statement', 'payslip', 'tax-return', 'bank-statement', 'company-books')),
    declared_on  date not null,
    valid_from   date not null,
    kept_by      text not null check (length(kept_by) between 1 and 200),
    kept_at      timestamptz not null,
    primary key (tenant_id, customer_id, version),
    check (declared_on <= valid_from),
    foreign key (tenant_id, customer_id) references bank.customer on update cascade
);

-- Devices that a customer lets payments come from: registered from `confirmed_at` until `removed_at`. One that is removed may be
-- registered again, under the next number.
create table bank.device (
    tenant_id    text not null,
    customer_id  text not null,
    device_id    text not null check (device_id ~ '^[A-Za-z0-9._:@-]{1,64}$'),
    number       integer not null check (number between 1 and 1000),
    asked_at     timestamptz not null,
    asked_by     text not null check (length(asked_by) between 1 and 200),
    confirmed_at timestamptz check (confirmed_at >= asked_at),
    confirmed_by text check (length(confirmed_by) between 1 and 200),
    removed_at   timestamptz check (removed_at >= coalesce(confirmed_at, asked_at)),
    removed_by   text check (length(removed_by) between 1 and 200),
    primary key (tenant_id, customer_id, device_id, number),
    check ((confirmed_at is null) = (confirmed_by is null)),
    check ((removed_at is null) = (removed_by is null)),
    foreign key (tenant_id, customer_id) references bank.customer on update cascade
);
create unique index device_kept on bank.device (tenant_id, customer_id, device_id) where removed_at is null;
create index device_confirmed on bank.device (tenant_id, confirmed_at) where confirmed_at is not null;

-- What an account's customer said that they would take out in cash, by the day for which; 0 where they will not after all. Rows are
-- added and never changed: which of them count for a withdrawal follows from when they were given (risk/scenarios/notices.py).
create table bank.withdrawal_notice (
    tenant_id    text not null,
    account_id   uuid not null references bank.account,
    day          date not null,
    version      integer not null check (version between 1 and 100),
    amount_minor bigint not null check (amount_minor between 0 and 1000000000000),
    given_at     timestamptz not null,
    given_by     text not null check (length(given_by) between 1 and 200),
    primary key (tenant_id, account_id, day, version)
);
create index withdrawal_notice_day on bank.withdrawal_notice (tenant_id, day);

do $$
declare
    named text;
begin
    foreach named in array array['declared_income', 'device', 'withdrawal_notice'] loop
        execute format('alter table bank.%I enable row level security, force row level security', named);
        execute format(
            'create policy tenant_rows on bank.%I using (tenant_id = (select public.current_tenant())) '
            'with check (tenant_id = (select public.current_tenant()))', named);
        execute format('create policy backtested on bank.%I for select to backtester using (true)', named);
        execute format('grant select on bank.%I to api, alerts, audit, backtester', named);
        execute format('grant insert on bank.%I to api', named);
    end loop;
    foreach named in array array['declared_income', 'device'] loop
        execute format('grant select, delete on bank.%I to eraser', named);
        execute format('grant select, update on bank.%I to poster', named);
    end loop;
end $$;
grant update (confirmed_at, confirmed_by, removed_at, removed_by) on bank.device to api;

-- As before, and declared incomes and devices go by the new id too.
create or replace function bank.rename_customer(p_tenant text, p_old text, p_new text) returns boolean
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into bank.customer (tenant_id, customer_id, kind, status, created_at, version, closed_at, restricted_at)
    select c.tenant_id, p_new, c.kind, c.status, c.created_at, c.version + 1, c.closed_at, c.restricted_at
    from bank.customer c
    where c.tenant_id = p_tenant and c.customer_id = p_old and c.status = 'closed';
    if not found then
        return false;
    end if;
    update bank.account set customer_id = p_new where tenant_id = p_tenant and customer_id = p_old;
    update bank.account_holder set customer_id = p_new where tenant_id = p_tenant and customer_id = p_old;
    update bank.exchange_quote set customer_id = p_new where tenant_id = p_tenant and customer_id = p_old;
    update bank.schedule set customer_id = p_new where tenant_id = p_tenant and customer_id = p_old;
    update bank.legal_hold set customer_id = p_new where tenant_id = p_tenant and customer_id = p_old;
    update bank.erasure set customer_id = p_new where tenant_id = p_tenant and customer_id = p_old;
    update bank.budget set customer_id = p_new where tenant_id = p_tenant and customer_id = p_old;
    update bank.suitability set customer_id = p_new where tenant_id = p_tenant and customer_id = p_old;
    update screening.hit set customer_id = p_new where tenant_id = p_tenant and customer_id = p_old;
    update screening.screened set customer_id = p_new where tenant_id = p_tenant and customer_id = p_old;
    update screening.party set customer_id = p_new where tenant_id = p_tenant and customer_id = p_old;
    update bank.declared_income set customer_id = p_new where tenant_id = p_tenant and customer_id = p_old;
    update bank.device set customer_id = p_new where tenant_id = p_tenant and customer_id = p_old;
    update bank.history_change set subject_id = p_new
    where tenant_id = p_tenant and kind = 'customer' and subject_id = p_old;
    update ledger.account set owner_id = p_new where tenant_id = p_tenant and owner_id = p_old;
    delete from bank.customer where tenant_id = p_tenant and customer_id = p_old;
    return true;
end
$$;
