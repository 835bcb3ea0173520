-- Payments in line: both parties of a transfer are held against the lists in force before money moves. A party that is no customer is
-- whom one customer pays under one name. Who that is lies sealed under that customer's key, as their payees do, and goes with it.
create table screening.party (
    tenant_id    text not null,
    party_id     uuid not null,
    customer_id  text not null,
    country      text check (country ~ '^[A-Z]{2}$'),
    sealed       bytea not null check (length(sealed) between 1 and 4096),
    met_at       timestamptz not null,
    primary key (tenant_id, party_id),
    foreign key (tenant_id, customer_id) references bank.customer on update cascade
);
create index party_of_a_customer on screening.party (tenant_id, customer_id);

-- A hit of a customer, or of somebody whom `customer_id` pays.
alter table screening.hit
    add column party_id uuid,
    add foreign key (tenant_id, party_id) references screening.party,
    drop constraint hit_tenant_id_customer_id_list_id_entry_id_key,
    add constraint hit_once unique nulls not distinct (tenant_id, customer_id, party_id, list_id, entry_id);

-- That a payment waits for the verdict on a hit, or was refused for it. `goes_on` says that nothing but screening held it back.
create table screening.payment (
    tenant_id    text not null,
    transfer_id  uuid not null,
    hit_id       uuid not null references screening.hit on delete cascade,
    side         text not null check (side in ('payer', 'payee')),
    became       text not null check (became in ('held', 'refused')),
    goes_on      boolean not null,
    at           timestamptz not null,
    primary key (tenant_id, transfer_id, hit_id)
);
create index payment_of_a_hit on screening.payment (hit_id, at desc);

do $$
declare
    named text;
begin
    foreach named in array array['party', 'payment'] loop
        execute format('alter table screening.%I enable row level security, force row level security', named);
        execute format(
            'create policy tenant_rows on screening.%I using (tenant_id = (select public.current_tenant())) '
            'with check (tenant_id = (select public.current_tenant()))', named);
        execute format('grant select, insert on screening.%I to api', named);
        execute format('grant select on screening.%I to audit', named);
        execute format('grant select, delete on screening.%I to eraser', named);
    end loop;
end
$$;
grant select, update on screening.party to poster;
grant insert on screening.hit to api;
grant update (digest, name_index, score, found_at) on screening.hit to api;

-- How whoever an account belongs to stands, for all payments that arrived together: the customer and their version, the worst hit of
-- theirs ('confirmed', 'open' while it waits for people, else 'clear'), and the lists that they were screened against as they are now.
-- Nulls where an account is nobody's.
create function screening.standing_batch(p_tenants text[], p_accounts uuid[])
returns table (ord bigint, customer_id text, version integer, stands text, lists bytea)
language sql stable security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $$
    select asked.ord, c.customer_id, c.version,
        case
            when c.customer_id is null then null
            when exists (
                select from screening.hit h where h.tenant_id = c.tenant_id and h.customer_id = c.customer_id
                and h.party_id is null and h.status = 'confirmed') then 'confirmed'
            when exists (
                select from screening.hit h where h.tenant_id = c.tenant_id and h.customer_id = c.customer_id
                and h.party_id is null and h.status in ('open', 'proposed')) then 'open'
            else 'clear'
        end,
        s.lists
    from unnest(p_tenants, p_accounts) with ordinality as asked (tenant_id, account_id, ord)
    left join bank.account a on a.account_id = asked.account_id and a.tenant_id = asked.tenant_id
    left join bank.customer c on c.tenant_id = a.tenant_id and c.customer_id = a.customer_id
    left join screening.screened s on s.tenant_id = c.tenant_id and s.customer_id = c.customer_id and s.customer_version = c.version
    order by asked.ord
$$;
grant select on bank.account, bank.customer to poster;
alter function screening.standing_batch(text[], uuid[]) owner to poster;
revoke all on function screening.standing_batch(text[], uuid[]) from public;
grant execute on function screening.standing_batch(text[], uuid[]) to api;

-- As before, and the parties that somebody paid go by the new id too.
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
    update bank.history_change set subject_id = p_new
    where tenant_id = p_tenant and kind = 'customer' and subject_id = p_old;
    update ledger.account set owner_id = p_new where tenant_id = p_tenant and owner_id = p_old;
    delete from bank.customer where tenant_id = p_tenant and customer_id = p_old;
    return true;
end
$$;
