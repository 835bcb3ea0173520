-- What people write beside their transfers and what they call them: text that can be erased without touching an entry. None of it
-- is in topics, chain or lake.

-- What the payer wrote; both sides read it.
create table bank.transfer_note (
    tenant_id   text not null,
    transfer_id uuid not null,
    description text not null check (length(description) between 1 and 140),
    primary key (tenant_id, transfer_id)
);

-- What one account's holder made of a transfer: a category of their own in place of the rules', and a note that only they read.
create table bank.transaction_mark (
    tenant_id   text not null,
    account_id  uuid not null references bank.account,
    transfer_id uuid not null,
    category    text check (category ~ '^[a-z_]{1,32}$'),
    note        text check (length(note) between 1 and 140),
    marked_at   timestamptz not null default clock_timestamp(),
    primary key (tenant_id, account_id, transfer_id),
    check (category is not null or note is not null)
);
create index mark_of_transfer on bank.transaction_mark (tenant_id, transfer_id);

-- What the read side has to read again: a transfer whose text or category changed, a customer whose name did. Read in the order of
-- (xid, id) up to the oldest transaction that still writes: within that everything has committed, and nothing comes in before it.
create table bank.history_change (
    xid        xid8 not null default pg_current_xact_id(),
    id         bigint generated always as identity,
    tenant_id  text not null,
    kind       text not null check (kind in ('transfer', 'customer')),
    subject_id text not null,
    at         timestamptz not null default clock_timestamp(),
    primary key (xid, id)
);

do $$
declare
    name text;
begin
    foreach name in array array['transfer_note', 'transaction_mark', 'history_change'] loop
        execute format('alter table bank.%I enable row level security', name);
        execute format('alter table bank.%I force row level security', name);
        execute format(
            'create policy tenant_rows on bank.%I using (tenant_id = (select public.current_tenant())) '
            'with check (tenant_id = (select public.current_tenant()))', name);
    end loop;
end $$;
grant select, insert, update, delete on bank.transfer_note, bank.transaction_mark to api;
grant select on bank.transfer_note, bank.transaction_mark, bank.history_change to audit;
grant select, insert, delete on bank.transfer_note, bank.history_change to poster;

-- Stores what payers wrote, of many tenants' claims at once. One that is there stays: the claim it belongs to was taken over.
create function bank.write_notes(p_tenants text[], p_transfer_ids uuid[], p_descriptions text[]) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    insert into bank.transfer_note (tenant_id, transfer_id, description)
    select * from unnest(p_tenants, p_transfer_ids, p_descriptions)
    on conflict do nothing
$$;

-- Says that something changed, and forgets what was said more than thirty days ago: a reader that was away longer rebuilds.
create function bank.say_history_change() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_row jsonb := to_jsonb(coalesce(new, old));
begin
    insert into bank.history_change (tenant_id, kind, subject_id)
    values (v_row ->> 'tenant_id', tg_argv[0], v_row ->> tg_argv[1]);
    delete from bank.history_change c
    using (
        select o.xid, o.id from bank.history_change o
        where o.at < clock_timestamp() - interval '30 days'
        order by o.xid, o.id limit 2
    ) old_row
    where c.xid = old_row.xid and c.id = old_row.id;
    return null;
end
$$;

alter function bank.write_notes(text[], uuid[], text[]) owner to poster;
alter function bank.say_history_change() owner to poster;
revoke all on function bank.write_notes(text[], uuid[], text[]) from public;
grant execute on function bank.write_notes(text[], uuid[], text[]) to api;

create trigger history_change after update or delete on bank.transfer_note
    for each row execute function bank.say_history_change('transfer', 'transfer_id');
create trigger history_change after insert or update or delete on bank.transaction_mark
    for each row execute function bank.say_history_change('transfer', 'transfer_id');
create trigger history_change after insert or update of full_name or delete on bank.person
    for each row execute function bank.say_history_change('customer', 'customer_id');

-- A claim that is given back takes what was written beside it along.
create or replace function idempotency.release(p_tenant text, p_key text, p_transfer_id uuid) returns boolean
language sql security definer
set search_path = pg_catalog, pg_temp
as $$
    with gone as (
        delete from idempotency.claim c
        where c.tenant_id = p_tenant and c.key = p_key and c.transfer_id = p_transfer_id and c.state = 'running'
        returning c.tenant_id, c.transfer_id
    ),
    unwritten as (
        delete from bank.transfer_note n using gone g where n.tenant_id = g.tenant_id and n.transfer_id = g.transfer_id
    )
    select exists (select from gone)
$$;
