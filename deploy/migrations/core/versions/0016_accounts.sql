-- Who customers are, and how their accounts stand: documents, statuses, holders, limits, payees, goals, accounts elsewhere.
--
-- What says who somebody is lies in bank.person, bank.beneficiary and bank.external_account, whose rows can be erased; everything
-- else here holds ids. `version` counts the changes of a row: an ETag is made of it.

alter table bank.customer add column version bigint not null default 1;
alter table bank.person
    add column document text check (document ~ '^([0-9]{11}|[0-9A-Z]{12}[0-9]{2})$'),
    add column phone text check (phone ~ '^\+[1-9][0-9]{7,14}$'),
    add column address jsonb check (jsonb_typeof(address) = 'object' and length(address::text) <= 2000);
create unique index person_document on bank.person (tenant_id, document) where document is not null;

-- `opened` stands until the first credit: an account that has been credited is active, and readers say so (nothing has to be
-- written when money arrives). A block says its cause and its sides; the ledger holds the same as flags.
alter table bank.account drop constraint account_status_check;
alter table bank.account alter column status set default 'opened';
update bank.account set status = 'opened' where status = 'open';
alter table bank.account
    add column version bigint not null default 1,
    add column block_cause text
        check (block_cause in ('customer-request', 'suspected-fraud', 'court-order', 'compliance', 'deceased', 'bank-decision')),
    add column blocked_debits boolean not null default false,
    add column blocked_credits boolean not null default false,
    add constraint account_status_check check (status in ('opened', 'active', 'dormant', 'blocked', 'closed')),
    add constraint account_block_check check (
        (status = 'blocked') = (block_cause is not null) and (status = 'blocked') = (blocked_debits or blocked_credits)
    );

-- Who uses an account beside the customer who opened it. Owners also say who holds it; viewers only look.
create table bank.account_holder (
    tenant_id   text not null,
    account_id  uuid not null references bank.account on delete cascade,
    customer_id text not null,
    role        text not null check (role in ('owner', 'holder', 'viewer')),
    added_at    timestamptz not null default clock_timestamp(),
    primary key (account_id, customer_id),
    foreign key (tenant_id, customer_id) references bank.customer
);
create index account_holder_customer on bank.account_holder (tenant_id, customer_id, account_id);

-- An account with a row here has limits. The row is locked while a transfer is counted, so that two cannot pass as one.
-- Minutes count from local midnight; the night goes past midnight when it starts later than it ends.
create table bank.limit_settings (
    account_id         uuid primary key references bank.account on delete cascade,
    tenant_id          text not null,
    time_zone          text not null default 'America/Sao_Paulo' check (length(time_zone) between 1 and 64),
    night_start_minute smallint not null default 1200 check (night_start_minute between 0 and 1439),
    night_end_minute   smallint not null default 360 check (night_end_minute between 0 and 1439),
    check (night_start_minute <> night_end_minute)
);

-- `coming_*` is a raise, or with a null amount the limit's end, that takes effect at its time.
create table bank.account_limit (
    account_id          uuid not null references bank.limit_settings on delete cascade,
    tenant_id           text not null,
    channel             text not null check (channel ~ '^[a-z]{1,16}$'),
    scope               text not null check (scope in ('transfer', 'night', 'day', 'month')),
    amount_minor        bigint not null check (amount_minor >= 0),
    coming_amount_minor bigint check (coming_amount_minor >= 0),
    coming_at           timestamptz,
    primary key (account_id, channel, scope),
    check (coming_at is not null or coming_amount_minor is null)
);

-- A transfer that was counted, under the key that it was claimed with. Whether it counts is read from what became of it.
create table bank.limit_use (
    transfer_id  uuid primary key,
    tenant_id    text not null,
    account_id   uuid not null references bank.limit_settings on delete cascade,
    key          text not null,
    channel      text not null,
    at           timestamptz not null,
    amount_minor bigint not null check (amount_minor > 0)
);
create index limit_use_of_account on bank.limit_use (account_id, at);

-- Whether each account has limits, in one round trip for all that arrived together; answers in order.
create function bank.limited_batch(p_tenants text[], p_accounts uuid[])
returns table (ord bigint, limited boolean)
language sql stable security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $$
    select asked.ord, s.account_id is not null
    from unnest(p_tenants, p_accounts) with ordinality as asked (tenant_id, account_id, ord)
    left join bank.limit_settings s on s.account_id = asked.account_id and s.tenant_id = asked.tenant_id
    order by asked.ord
$$;
grant select on bank.limit_settings to poster;
alter function bank.limited_batch(text[], uuid[]) owner to poster;
revoke all on function bank.limited_batch(text[], uuid[]) from public;
grant execute on function bank.limited_batch(text[], uuid[]) to api;

-- A payee whom a customer has saved: an account here, a Pix key, or an account at another bank.
create table bank.beneficiary (
    beneficiary_id uuid primary key,
    tenant_id      text not null,
    customer_id    text not null,
    nickname       text not null check (length(nickname) between 1 and 64),
    holder_name    text check (length(holder_name) between 1 and 200),
    account_id     uuid,
    pix_key_kind   text check (pix_key_kind in ('cpf', 'cnpj', 'email', 'phone', 'random')),
    pix_key        text check (length(pix_key) between 1 and 77),
    bank_code      text check (bank_code ~ '^[0-9]{8}$'),
    branch         text check (branch ~ '^[0-9]{1,6}$'),
    account_number text check (account_number ~ '^[0-9A-Za-z-]{1,20}$'),
    version        bigint not null default 1,
    created_at     timestamptz not null,
    cooling_until  timestamptz not null,
    check (num_nonnulls(account_id, pix_key, account_number) = 1),
    check ((pix_key is null) = (pix_key_kind is null)),
    check ((account_number is null) = (bank_code is null)),
    foreign key (tenant_id, customer_id) references bank.customer
);
create index beneficiary_of_customer on bank.beneficiary (tenant_id, customer_id, beneficiary_id);

-- Money set aside: `goal_id` is an account of the ledger of its own, whose owner is the parent's.
create table bank.goal (
    goal_id           uuid primary key,
    tenant_id         text not null,
    parent_account_id uuid not null references bank.account,
    name              text not null check (length(name) between 1 and 64),
    target_minor      bigint check (target_minor > 0),
    target_date       date,
    status            text not null default 'open' check (status in ('open', 'closed')),
    version           bigint not null default 1,
    created_at        timestamptz not null
);
create index goal_of_account on bank.goal (parent_account_id, goal_id);

-- A customer's account at another bank, and the proof that it is theirs: two small amounts that were sent to it and which the
-- customer repeats, or a statement that somebody of the bank has seen.
create table bank.external_account (
    external_account_id uuid primary key,
    tenant_id           text not null,
    customer_id         text not null,
    holder_name         text not null check (length(holder_name) between 1 and 200),
    bank_code           text not null check (bank_code ~ '^[0-9]{8}$'),
    branch              text not null check (branch ~ '^[0-9]{1,6}$'),
    account_number      text not null check (account_number ~ '^[0-9A-Za-z-]{1,20}$'),
    currency            text not null check (currency ~ '^[A-Z]{3}$'),
    status              text not null default 'pending' check (status in ('pending', 'verified', 'failed', 'removed')),
    first_minor         smallint not null check (first_minor between 1 and 99),
    second_minor        smallint not null check (second_minor between 1 and 99),
    tries_left          smallint not null check (tries_left >= 0),
    expires_at          timestamptz not null,
    proof               text check (proof in ('micro-deposits', 'statement')),
    statement_reference text check (length(statement_reference) between 1 and 200),
    verified_at         timestamptz,
    created_at          timestamptz not null,
    check ((status = 'verified') <= (proof is not null and verified_at is not null)),
    foreign key (tenant_id, customer_id) references bank.customer
);
create index external_account_of_customer on bank.external_account (tenant_id, customer_id, external_account_id);

do $$
declare
    name text;
begin
    foreach name in array array[
        'account_holder', 'limit_settings', 'account_limit', 'limit_use', 'beneficiary', 'goal', 'external_account'
    ] loop
        execute format('alter table bank.%I enable row level security, force row level security', name);
        execute format(
            'create policy tenant_rows on bank.%I using (tenant_id = (select public.current_tenant())) '
            'with check (tenant_id = (select public.current_tenant()))', name);
    end loop;
end $$;
grant select, insert, update, delete on bank.account_holder, bank.account_limit, bank.beneficiary, bank.external_account to api;
grant select, insert, update on bank.limit_settings, bank.goal to api;
grant select, insert on bank.limit_use to api;
grant select on all tables in schema bank to audit;
