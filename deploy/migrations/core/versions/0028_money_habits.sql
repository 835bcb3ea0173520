-- What a customer wants to spend at most in a month: on one category, or on all that is spending (`category` null).
create table bank.budget (
    budget_id   uuid primary key,
    tenant_id   text not null,
    customer_id text not null,
    category    text check (length(category) between 1 and 32),
    currency    text not null check (currency ~ '^[A-Z]{3}$'),
    limit_minor bigint not null check (limit_minor between 1 and 1000000000000000),
    created_at  timestamptz not null,
    version     integer not null default 1 check (version > 0),
    unique nulls not distinct (tenant_id, customer_id, category, currency),
    foreign key (tenant_id, customer_id) references bank.customer on update cascade
);

-- What customers answered about themselves as investors, each time they did, and the profile that it comes to. The newest counts
-- until it expires; earlier ones stay, because a recommendation was made by them.
create table bank.suitability (
    tenant_id       text not null,
    customer_id     text not null,
    version         integer not null check (version > 0),
    answers         jsonb not null check (jsonb_typeof(answers) = 'object'),
    profile         text not null check (profile in ('conservative', 'moderate', 'aggressive')),
    questionnaire   integer not null check (questionnaire > 0),
    answered_at     timestamptz not null,
    expires_at      timestamptz not null check (expires_at > answered_at),
    primary key (tenant_id, customer_id, version),
    foreign key (tenant_id, customer_id) references bank.customer on update cascade
);

do $$
declare
    named text;
begin
    foreach named in array array['budget', 'suitability'] loop
        execute format('alter table bank.%I enable row level security, force row level security', named);
        execute format(
            'create policy tenant_rows on bank.%I using (tenant_id = (select public.current_tenant())) '
            'with check (tenant_id = (select public.current_tenant()))', named);
        execute format('grant select on bank.%I to api, audit', named);
        execute format('grant select, delete on bank.%I to eraser', named);
        execute format('grant select, update on bank.%I to poster', named);
    end loop;
end $$;
grant insert, update (limit_minor, version), delete on bank.budget to api;
grant insert on bank.suitability to api;

-- As before, and budgets and profiles go by the new id too.
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
    update bank.history_change set subject_id = p_new
    where tenant_id = p_tenant and kind = 'customer' and subject_id = p_old;
    update ledger.account set owner_id = p_new where tenant_id = p_tenant and owner_id = p_old;
    delete from bank.customer where tenant_id = p_tenant and customer_id = p_old;
    return true;
end
$$;
