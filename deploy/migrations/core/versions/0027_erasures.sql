-- Erasing a person: who asked, what holds it back, how far it is, and the proof. While the law has somebody's records kept they are
-- blocked: `restricted_at` says since when.
alter table bank.customer add column closed_at timestamptz, add column restricted_at timestamptz;
update bank.customer c
set closed_at = coalesce(
    (
        select max(a.at) from identity.audit a
        where a.tenant_id = c.tenant_id and a.resource = 'customers/' || c.customer_id and a.detail ->> 'to' = 'closed'
    ),
    clock_timestamp())
where c.status = 'closed';
alter table bank.customer add constraint customer_closed_check check (status <> 'closed' or closed_at is not null);

-- When somebody left, by their tenant's clock: the law counts from it.
create function bank.note_leaving() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if new.status = 'closed' and old.status <> 'closed' then
        new.closed_at := clock_timestamp() + coalesce(
            (select s.offset_ms from bank.sandbox_clock s where s.tenant_id = new.tenant_id), 0) * interval '1 millisecond';
    end if;
    return new;
end
$$;
create trigger leaving before update of status on bank.customer for each row execute function bank.note_leaving();

-- A reason to keep somebody's records that compliance knows of: a court's order, an inquiry. `name` is chosen by whoever places it.
create table bank.legal_hold (
    tenant_id   text not null,
    customer_id text not null,
    name        text not null check (name ~ '^[a-z0-9-]{1,48}$'),
    law         text not null check (length(law) between 1 and 200),
    reason      text not null check (length(reason) between 1 and 500),
    until       timestamptz,
    placed_by   text not null,
    placed_at   timestamptz not null,
    lifted_by   text,
    lifted_at   timestamptz,
    primary key (tenant_id, customer_id, name),
    foreign key (tenant_id, customer_id) references bank.customer on update cascade,
    check ((lifted_by is null) = (lifted_at is null))
);

-- `memory` is what the worker looks for in the stores, sealed under a key of the request's own, which is destroyed at its end;
-- `replacement` takes the place of what in pseudonymous stores is no pseudonym.
create table bank.erasure (
    erasure_id   uuid primary key,
    tenant_id    text not null,
    customer_id  text not null,
    status       text not null check (status in ('held', 'queued', 'running', 'done')),
    requested_by text not null,
    requested_at timestamptz not null,
    due_at       timestamptz,
    holds        jsonb not null default '[]' check (jsonb_typeof(holds) = 'array'),
    memory       bytea check (length(memory) <= 65536),
    replacement  text,
    taken_until  timestamptz,
    attempts     integer not null default 0,
    problem      text check (length(problem) <= 2000),
    ended_at     timestamptz,
    proof        jsonb,
    unique (tenant_id, customer_id),
    foreign key (tenant_id, customer_id) references bank.customer on update cascade,
    check ((status = 'done') = (proof is not null)),
    check (status <> 'done' or memory is null)
);
create index erasure_waiting on bank.erasure (due_at) where status <> 'done';

create table bank.erasure_step (
    erasure_id  uuid not null references bank.erasure,
    tenant_id   text not null,
    position    smallint not null,
    store       text not null,
    rows_before bigint not null check (rows_before >= 0),
    rows_after  bigint check (rows_after >= 0),
    note        text check (length(note) <= 500),
    ended_at    timestamptz check ((ended_at is null) = (rows_after is null)),
    primary key (erasure_id, store)
);

do $$
declare
    named text;
begin
    foreach named in array array['legal_hold', 'erasure', 'erasure_step'] loop
        execute format('alter table bank.%I enable row level security, force row level security', named);
        execute format(
            'create policy tenant_rows on bank.%I using (tenant_id = (select public.current_tenant())) '
            'with check (tenant_id = (select public.current_tenant()))', named);
        execute format('grant select on bank.%I to api, audit', named);
    end loop;
end $$;
grant insert, update on bank.legal_hold to api;
grant insert, update (status, due_at, holds, memory, replacement) on bank.erasure to api;

-- The worker that erases. It works for one tenant at a time, as the API does, and may write only what tells of people.
do $$
begin
    if not exists (select from pg_roles where rolname = 'eraser') then
        create role eraser login;
    end if;
exception
    when duplicate_object or unique_violation then null;
end
$$;
grant usage on schema bank, ledger, identity, idempotency, cases, governance to eraser;
grant select on
    bank.customer, bank.account, bank.account_holder, bank.goal, bank.schedule, bank.schedule_run, bank.suspense_item,
    bank.legal_hold, bank.sandbox_clock, ledger.account, ledger.transfer, identity.login_user, identity.audit,
    idempotency.claim, cases.alert, cases.alert_member, governance.list_entry to eraser;
grant select, insert, update on bank.erasure, bank.erasure_step to eraser;
grant select, delete on
    bank.person, bank.beneficiary, bank.external_account, bank.transfer_note, bank.transaction_mark to eraser;
grant delete on bank.account_holder, identity.login_user to eraser;
grant insert, update (resource, detail) on identity.audit to eraser;
grant update (restricted_at, version) on bank.customer to eraser;
grant update (nickname) on bank.account to eraser;
grant update (name) on bank.goal to eraser;
grant update (description, payee_id) on bank.schedule to eraser;
grant update (request) on bank.schedule_run to eraser;
grant update (note, resolution) on bank.suspense_item to eraser;
grant update (reason) on bank.legal_hold to eraser;
grant update (description) on bank.transfer_note to eraser;
grant update (note) on bank.transaction_mark to eraser;
grant update (subject_id) on cases.alert to eraser;
grant update (transaction) on cases.alert_member to eraser;
grant update (value, reason) on governance.list_entry to eraser;
grant update (response_body, intent) on idempotency.claim to eraser;
create policy erased on idempotency.claim for update to eraser
    using (tenant_id = (select public.current_tenant())) with check (tenant_id = (select public.current_tenant()));

-- Erasures that may be worked on by their tenant's clock and that nobody holds: for the worker, which takes each under its tenant.
create function bank.due_erasures(p_now_ms bigint, p_limit integer) returns table (tenant_id text, erasure_id uuid)
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
    select e.tenant_id, e.erasure_id
    from bank.erasure e
    left join bank.sandbox_clock c on c.tenant_id = e.tenant_id
    where e.status <> 'done'
        and e.due_at <= ledger.at(p_now_ms + coalesce(c.offset_ms, 0))
        and (e.taken_until is null or e.taken_until <= clock_timestamp())
    order by e.due_at
    limit least(p_limit, 1000)
$$;

-- Gives a customer another id wherever the core has theirs: for one whose id told who they were. Entries know accounts alone.
create function bank.rename_customer(p_tenant text, p_old text, p_new text) returns boolean
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
    update bank.history_change set subject_id = p_new
    where tenant_id = p_tenant and kind = 'customer' and subject_id = p_old;
    update ledger.account set owner_id = p_new where tenant_id = p_tenant and owner_id = p_old;
    delete from bank.customer where tenant_id = p_tenant and customer_id = p_old;
    return true;
end
$$;
grant select on bank.erasure to poster;
grant select, insert, delete on bank.customer to poster;
grant select, update on
    bank.account, bank.account_holder, bank.exchange_quote, bank.schedule, bank.legal_hold, bank.erasure, bank.history_change
    to poster;
alter function bank.due_erasures(bigint, integer) owner to poster;
alter function bank.rename_customer(text, text, text) owner to poster;
revoke all on function bank.due_erasures(bigint, integer), bank.rename_customer(text, text, text) from public;
grant execute on function bank.due_erasures(bigint, integer), bank.rename_customer(text, text, text) to eraser;
