-- Watch-lists: those of authorities are every tenant's (`tenant_id` null), a tenant's own are its own. Who is on one is kept with the
-- versions from which and until which it said so, so that any version can be read again and two be compared. Hits name customers by
-- their ids: why a name met an entry is worked out again whenever it is asked for, so that no name lies here in clear.
create schema screening;
grant usage on schema screening to api, audit, eraser, poster;

do $$
begin
    if not exists (select from pg_roles where rolname = 'screener') then
        create role screener login;
    end if;
exception
    when duplicate_object or unique_violation then null;
end
$$;
grant usage on schema screening, bank, identity to screener;

create table screening.list (
    list_id     text primary key check (list_id ~ '^[a-z][a-z0-9-]{0,47}$'),
    tenant_id   text,
    format      text not null check (length(format) between 1 and 32),
    licence     text not null check (length(licence) between 1 and 1000),
    source      text not null check (length(source) between 1 and 500),
    made_at     timestamptz not null
);

create table screening.version (
    list_id     text not null references screening.list,
    version     integer not null check (version > 0),
    tenant_id   text,
    sha256      bytea not null check (length(sha256) = 32),
    entries     integer not null check (entries >= 0),
    added       integer not null check (added >= 0),
    removed     integer not null check (removed >= 0),
    changed     integer not null check (changed >= 0),
    forced      boolean not null,
    loaded_by   text not null,
    loaded_at   timestamptz not null,
    primary key (list_id, version)
);

-- `until_version` is the first version that does not say it any more; null while the newest does.
create table screening.entry (
    list_id       text not null references screening.list,
    entry_id      text not null check (length(entry_id) between 1 and 130),
    since_version integer not null,
    until_version integer check (until_version > since_version),
    tenant_id     text,
    digest        bytea not null check (length(digest) = 32),
    document      jsonb not null,
    primary key (list_id, entry_id, since_version),
    foreign key (list_id, since_version) references screening.version (list_id, version) deferrable initially deferred
);
create unique index entry_present on screening.entry (list_id, entry_id) where until_version is null;

-- That a customer may be somebody on a list. A verdict is proposed by one person and judged by another. Cleared, the pair is a good
-- guy: it is not asked about again while the entry says the same (`digest`) and the customer's name is the one that was judged
-- (`name_index`, a keyed digest of it).
create table screening.hit (
    hit_id           uuid primary key,
    tenant_id        text not null,
    customer_id      text not null,
    list_id          text not null references screening.list,
    entry_id         text not null,
    digest           bytea not null check (length(digest) = 32),
    name_index       bytea not null check (length(name_index) = 32),
    score            real not null check (score between 0 and 1),
    status           text not null check (status in ('open', 'proposed', 'cleared', 'confirmed')),
    found_at         timestamptz not null,
    verdict          text check (verdict in ('cleared', 'confirmed')),
    note             text check (length(note) between 1 and 500),
    proposed_by      text,
    proposed_at      timestamptz,
    judged_by        text check (judged_by <> proposed_by),
    judged_at        timestamptz,
    unique (tenant_id, customer_id, list_id, entry_id),
    foreign key (tenant_id, customer_id) references bank.customer on update cascade,
    check ((status = 'open') = (verdict is null)),
    check ((verdict is null) = (proposed_by is null)),
    check ((status in ('cleared', 'confirmed')) = (judged_by is not null))
);
create index hit_waiting on screening.hit (tenant_id, found_at, hit_id) where status in ('open', 'proposed');
create index hit_newest on screening.hit (tenant_id, found_at, hit_id);

-- Against what a customer was screened last: the lists as they were, and the customer's own record.
create table screening.screened (
    tenant_id        text not null,
    customer_id      text not null,
    customer_version integer not null,
    lists            bytea not null check (length(lists) = 32),
    screened_at      timestamptz not null,
    primary key (tenant_id, customer_id),
    foreign key (tenant_id, customer_id) references bank.customer on update cascade on delete cascade
);

do $$
declare
    named text;
begin
    foreach named in array array['list', 'version', 'entry'] loop
        execute format('alter table screening.%I enable row level security, force row level security', named);
        execute format(
            'create policy own_or_shared on screening.%I for select to api, audit '
            'using (tenant_id is null or tenant_id = (select public.current_tenant()))', named);
        execute format('create policy every_tenant on screening.%I to screener using (true) with check (true)', named);
        execute format('grant select on screening.%I to api, audit', named);
        execute format('grant select, insert on screening.%I to screener', named);
    end loop;
    foreach named in array array['hit', 'screened'] loop
        execute format('alter table screening.%I enable row level security, force row level security', named);
        execute format(
            'create policy tenant_rows on screening.%I using (tenant_id = (select public.current_tenant())) '
            'with check (tenant_id = (select public.current_tenant()))', named);
        execute format('create policy every_tenant on screening.%I to screener using (true) with check (true)', named);
        execute format('grant select on screening.%I to api, audit', named);
        execute format('grant select, delete on screening.%I to eraser', named);
        execute format('grant select, insert, update, delete on screening.%I to screener', named);
        execute format('grant select, update on screening.%I to poster', named);
    end loop;
end
$$;
grant update (until_version) on screening.entry to screener;
grant update (format, licence, source) on screening.list to screener;
grant update (status, verdict, note, proposed_by, proposed_at, judged_by, judged_at) on screening.hit to api;
grant update (note) on screening.hit to eraser;

-- Whoever is screened: the customers of every tenant, and who they are, sealed.
grant select on bank.customer, bank.person to screener;
create policy every_tenant on bank.customer for select to screener using (true);
create policy every_tenant on bank.person for select to screener using (true);

-- As before, and what screening keeps goes by the new id too.
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
    update bank.history_change set subject_id = p_new
    where tenant_id = p_tenant and kind = 'customer' and subject_id = p_old;
    update ledger.account set owner_id = p_new where tenant_id = p_tenant and owner_id = p_old;
    delete from bank.customer where tenant_id = p_tenant and customer_id = p_old;
    return true;
end
$$;
