-- Idempotency claims: one row a (tenant, key), committed before anything happens, completed in the transaction that does it.
create schema idempotency;
grant usage on schema idempotency to api, intake, alerts, audit, poster;

create table idempotency.claim (
    tenant_id text not null,
    key text not null check (length(key) between 1 and 200),
    request_hash bytea not null,
    transfer_id uuid not null,
    state text not null default 'running' check (state in ('running', 'done')),
    leased_until timestamptz not null,
    intent bytea,
    outcome text,
    code text,
    response_status smallint,
    response_body bytea,
    created_at timestamptz not null,
    completed_at timestamptz,
    primary key (tenant_id, key),
    check ((state = 'done') = (completed_at is not null))
) with (fillfactor = 70);
create index claim_running on idempotency.claim (leased_until) where state = 'running';
create index claim_age on idempotency.claim using brin (created_at);

alter table idempotency.claim enable row level security, force row level security;
create policy own_tenant on idempotency.claim for select using (tenant_id = (select public.current_tenant()));
grant select on idempotency.claim to api, intake, alerts;
grant select, insert, update, delete on idempotency.claim to poster;

-- Claims each key, in one round trip for all that arrived together. Answers row by row, in order:
--   claimed   the key is new, or its last holder's lease has run out: go on with the transfer id of the answer
--   running   a twin holds the key and its lease has not run out
--   done      the work is finished: the stored answer is in the row
--   mismatch  the key was used for another request
-- A key that stands twice in one call is claimed by the first and running for the second.
create function idempotency.claim_batch(
    p_tenants text[], p_keys text[], p_hashes bytea[], p_transfer_ids uuid[], p_intents bytea[], p_now_ms bigint, p_lease_ms integer
)
returns table (answer text, transfer_id uuid, outcome text, code text, response_status smallint, response_body bytea)
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $$
#variable_conflict use_column
begin
    return query
    with asked as materialized (
        select a.*, row_number() over (partition by a.tenant_id, a.key order by a.ord) as turn
        from unnest(p_tenants, p_keys, p_hashes, p_transfer_ids, p_intents)
            with ordinality as a (tenant_id, key, request_hash, transfer_id, intent, ord)
    ),
    taken as (
        insert into idempotency.claim as c (tenant_id, key, request_hash, transfer_id, intent, leased_until, created_at)
        select
            a.tenant_id, a.key, a.request_hash, a.transfer_id, a.intent,
            ledger.at(p_now_ms) + p_lease_ms * interval '1 millisecond', ledger.at(p_now_ms)
        from asked a
        where a.turn = 1
        order by a.tenant_id, a.key
        on conflict (tenant_id, key) do update set leased_until = excluded.leased_until
        where c.state = 'running' and c.leased_until <= ledger.at(p_now_ms) and c.request_hash = excluded.request_hash
        returning c.tenant_id, c.key, c.transfer_id
    ),
    answered as (
        select a.ord, a.tenant_id, a.key, a.request_hash, a.transfer_id as asked_id, t.transfer_id as taken_id
        from asked a
        left join taken t on t.tenant_id = a.tenant_id and t.key = a.key and a.turn = 1
    )
    select
        case
            when a.taken_id is not null then 'claimed'
            when c.request_hash is distinct from a.request_hash and c.key is not null then 'mismatch'
            when c.state = 'done' then 'done'
            else 'running'
        end,
        coalesce(a.taken_id, c.transfer_id),
        c.outcome, c.code, c.response_status, c.response_body
    from answered a
    left join idempotency.claim c on a.taken_id is null and c.tenant_id = a.tenant_id and c.key = a.key
    order by a.ord;
end
$$;

-- Leases that ran out `p_grace_ms` ago: work that somebody began and nobody finished.
create function idempotency.expired(p_now_ms bigint, p_grace_ms integer, p_limit integer)
returns table (tenant_id text, key text, transfer_id uuid, intent bytea)
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
    select c.tenant_id, c.key, c.transfer_id, c.intent
    from idempotency.claim c
    where c.state = 'running' and c.leased_until <= ledger.at(p_now_ms) - p_grace_ms * interval '1 millisecond'
    order by c.leased_until
    limit least(p_limit, 10000)
$$;

-- Gives a key back when nothing was decided under it (the request was refused); the twin may try again at once.
create function idempotency.release(p_tenant text, p_key text, p_transfer_id uuid) returns boolean
language sql security definer
set search_path = pg_catalog, pg_temp
as $$
    with gone as (
        delete from idempotency.claim c
        where c.tenant_id = p_tenant and c.key = p_key and c.transfer_id = p_transfer_id and c.state = 'running'
        returning 1
    )
    select exists (select from gone)
$$;

-- Completes a claim whose work is no transfer (an account was opened): call it in the transaction of that work.
create function idempotency.complete(
    p_tenant text, p_key text, p_transfer_id uuid, p_status smallint, p_body bytea, p_now_ms bigint
) returns boolean
language sql security definer
set search_path = pg_catalog, pg_temp
as $$
    with done as (
        update idempotency.claim c
        set state = 'done', outcome = 'completed', response_status = p_status, response_body = p_body,
            completed_at = ledger.at(p_now_ms)
        where c.tenant_id = p_tenant and c.key = p_key and c.transfer_id = p_transfer_id and c.state = 'running'
        returning 1
    )
    select exists (select from done)
$$;

-- Forgets finished claims older than the promise of replay.
create function idempotency.forget(p_before_ms bigint, p_limit integer) returns bigint
language sql security definer
set search_path = pg_catalog, pg_temp
as $$
    with old as (
        select c.tenant_id, c.key from idempotency.claim c
        where c.state = 'done' and c.created_at < ledger.at(p_before_ms)
        limit least(p_limit, 10000)
    ),
    gone as (
        delete from idempotency.claim c using old where c.tenant_id = old.tenant_id and c.key = old.key
        returning 1
    )
    select count(*) from gone
$$;

alter function idempotency.claim_batch(text[], text[], bytea[], uuid[], bytea[], bigint, integer) owner to poster;
alter function idempotency.expired(bigint, integer, integer) owner to poster;
alter function idempotency.release(text, text, uuid) owner to poster;
alter function idempotency.complete(text, text, uuid, smallint, bytea, bigint) owner to poster;
alter function idempotency.forget(bigint, integer) owner to poster;
revoke all on all functions in schema idempotency from public;
grant execute on all functions in schema idempotency to api, intake;
