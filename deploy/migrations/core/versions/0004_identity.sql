-- Tenants, users, machine clients, browser sessions and the audit log.
-- Every table is under forced row-level security. What must be found before a login knows its tenant is read by SECURITY
-- DEFINER functions of `poster`, each of which answers for one exact secret or name and lists nothing.
create schema identity;
grant usage on schema identity to api, poster, audit;

create table identity.tenant (
    tenant_id  text primary key check (tenant_id ~ '^[a-z0-9-]{1,32}$'),
    name       text not null check (length(name) between 1 and 128),
    created_at timestamptz not null default clock_timestamp()
);

-- A user's e-mail is unique over all tenants, because a login names no tenant. Roles are checked by the application's table.
create table identity.login_user (
    user_id       uuid primary key,
    tenant_id     text not null references identity.tenant,
    email         text not null check (email = lower(email) and length(email) between 3 and 254),
    display_name  text not null check (length(display_name) between 1 and 128),
    password_hash text not null,
    roles         text[] not null check (cardinality(roles) between 1 and 8),
    customer_id   text,
    disabled_at   timestamptz,
    created_at    timestamptz not null default clock_timestamp()
);
create unique index login_user_email on identity.login_user (email);

-- Partners and services. One secret (stored as its SHA-256: it has 256 random bits) works as an API key and for client credentials.
create table identity.client (
    client_id   text primary key check (client_id ~ '^[a-z0-9-]{3,48}$'),
    tenant_id   text not null references identity.tenant,
    name        text not null check (length(name) between 1 and 128),
    secret_hash bytea not null check (length(secret_hash) = 32),
    roles       text[] not null check (cardinality(roles) between 1 and 8),
    expires_at  timestamptz,
    revoked_at  timestamptz,
    created_at  timestamptz not null default clock_timestamp()
);

-- The browser holds a random token (its CSRF token is derived from it); this table holds the token's SHA-256.
create table identity.session (
    token_hash bytea primary key check (length(token_hash) = 32),
    tenant_id  text not null references identity.tenant,
    user_id    uuid not null references identity.login_user on delete cascade,
    created_at timestamptz not null default clock_timestamp(),
    expires_at timestamptz not null,
    revoked_at timestamptz
);
create index session_expiry on identity.session (expires_at);

-- Failed logins by the hash of the name that was tried, whether or not it exists.
create table identity.login_failure (
    name_hash    bytea primary key check (length(name_hash) = 32),
    failures     integer not null,
    first_at     timestamptz not null,
    locked_until timestamptz
);

-- Every write that was asked for: who, what, as part of which request, and how it ended. For a transfer `status` is null:
-- the row commits with the idempotency claim, before anything moves, and the transfer of the same id tells the end.
create table identity.audit (
    audit_id       bigint generated always as identity primary key,
    tenant_id      text not null,
    at             timestamptz not null default clock_timestamp(),
    actor          text not null,
    action         text not null,
    resource       text,
    correlation_id text not null,
    status         smallint,
    detail         jsonb
);
create index audit_by_time on identity.audit (tenant_id, at desc);
create index audit_by_resource on identity.audit (tenant_id, resource) where resource is not null;

do $$
declare
    name text;
begin
    foreach name in array array['tenant', 'login_user', 'client', 'session', 'audit'] loop
        execute format('alter table identity.%I enable row level security', name);
        execute format('alter table identity.%I force row level security', name);
        execute format(
            'create policy tenant_rows on identity.%I using (tenant_id = (select public.current_tenant())) '
            'with check (tenant_id = (select public.current_tenant()))', name);
    end loop;
end $$;

grant select on identity.tenant, identity.login_user to api;
grant select, insert on identity.client, identity.audit to api;
grant update (revoked_at) on identity.client to api;
grant insert on identity.session to api;
grant select on all tables in schema identity to audit;
grant select, insert, update, delete on identity.login_failure to poster;
grant select on identity.login_user, identity.client to poster;
grant insert on identity.audit to poster;
grant select, update, delete on identity.session to poster;

create function identity.find_login(p_email text)
returns table (user_id uuid, tenant_id text, display_name text, password_hash text, roles text[], customer_id text)
language sql stable security definer set search_path = '' as $$
    select u.user_id, u.tenant_id, u.display_name, u.password_hash, u.roles, u.customer_id
    from identity.login_user u where u.email = lower(p_email) and u.disabled_at is null
$$;

create function identity.find_client(p_client_id text)
returns table (tenant_id text, name text, secret_hash bytea, roles text[], expires_at timestamptz)
language sql stable security definer set search_path = '' as $$
    select c.tenant_id, c.name, c.secret_hash, c.roles, c.expires_at
    from identity.client c
    where c.client_id = p_client_id and c.revoked_at is null and (c.expires_at is null or c.expires_at > now())
$$;

create function identity.find_session(p_token_hash bytea)
returns table (
    tenant_id text, user_id uuid, email text, display_name text, roles text[], customer_id text, expires_at timestamptz)
language sql stable security definer set search_path = '' as $$
    select s.tenant_id, s.user_id, u.email, u.display_name, u.roles, u.customer_id, s.expires_at
    from identity.session s join identity.login_user u using (user_id)
    where s.token_hash = p_token_hash and s.revoked_at is null and s.expires_at > now() and u.disabled_at is null
$$;

create function identity.end_session(p_token_hash bytea) returns void
language sql security definer set search_path = '' as $$
    update identity.session set revoked_at = now() where token_hash = p_token_hash and revoked_at is null
$$;

-- Seconds that a login under this name must still wait; 0 when it may be tried.
create function identity.login_wait_s(p_name_hash bytea) returns integer
language sql stable security definer set search_path = '' as $$
    select coalesce(max(greatest(0, ceil(extract(epoch from locked_until - now()))))::integer, 0)
    from identity.login_failure where name_hash = p_name_hash
$$;

-- Count a failure; after p_allowed within p_window_s the name waits, twice as long with each further failure, up to an hour.
create function identity.note_login_failure(p_name_hash bytea, p_allowed integer, p_window_s integer) returns void
language sql security definer set search_path = '' as $$
    insert into identity.login_failure as f (name_hash, failures, first_at) values (p_name_hash, 1, now())
    on conflict (name_hash) do update set
        failures = case when f.first_at < now() - make_interval(secs => p_window_s) then 1 else f.failures + 1 end,
        first_at = case when f.first_at < now() - make_interval(secs => p_window_s) then now() else f.first_at end,
        locked_until = case
            when f.first_at < now() - make_interval(secs => p_window_s) or f.failures + 1 < p_allowed then null
            else now() + make_interval(secs => least(3600, 15 * 2 ^ least(f.failures + 1 - p_allowed, 8)))
        end
$$;

create function identity.forget_login_failures(p_name_hash bytea) returns void
language sql security definer set search_path = '' as $$
    delete from identity.login_failure where name_hash = p_name_hash
$$;

-- Append many audit rows of any tenants at once: the API's claims are gathered, and each row commits with its claim.
create function identity.audit_writes(
    p_tenants text[], p_actors text[], p_actions text[], p_resources text[], p_correlation_ids text[]) returns void
language sql security definer set search_path = '' as $$
    insert into identity.audit (tenant_id, actor, action, resource, correlation_id)
    select * from unnest(p_tenants, p_actors, p_actions, p_resources, p_correlation_ids)
$$;

-- Drop what nobody can use any more. Returns how many rows went.
create function identity.sweep() returns bigint
language sql security definer set search_path = '' as $$
    with sessions as (
        delete from identity.session where expires_at < now() - interval '1 day' returning 1
    ), failures as (
        delete from identity.login_failure
        where first_at < now() - interval '1 day' and (locked_until is null or locked_until < now()) returning 1
    )
    select (select count(*) from sessions) + (select count(*) from failures)
$$;

do $$
declare
    signature text;
begin
    foreach signature in array array[
        'find_login(text)', 'find_client(text)', 'find_session(bytea)', 'end_session(bytea)', 'login_wait_s(bytea)',
        'note_login_failure(bytea, integer, integer)', 'forget_login_failures(bytea)',
        'audit_writes(text[], text[], text[], text[], text[])', 'sweep()'] loop
        execute format('alter function identity.%s owner to poster', signature);
        execute format('revoke all on function identity.%s from public', signature);
        execute format('grant execute on function identity.%s to api', signature);
    end loop;
end $$;
