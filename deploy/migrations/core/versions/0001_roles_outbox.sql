-- Roles, and the outbox that events leave through.
--
-- Roles belong to the whole server and two databases may migrate at once: whoever comes second finds the role and goes on.
-- They log in without a password until the process set, or an operator, gives them one.
do $$
declare
    wanted record;
begin
    for wanted in
        select *
        from (values
            ('api', 'login'),
            ('intake', 'login'),
            ('alerts', 'login'),
            ('relay', 'login replication'),
            ('audit', 'login bypassrls in role pg_read_all_data'),
            ('poster', 'nologin bypassrls')
        ) as role (name, attributes)
    loop
        begin
            if not exists (select from pg_roles where rolname = wanted.name) then
                execute format('create role %I %s', wanted.name, wanted.attributes);
            end if;
        exception
            when duplicate_object or unique_violation then null;
        end;
    end loop;
end
$$;

revoke create on schema public from public;

create schema outbox;
grant usage on schema outbox to api, intake, alerts, relay, audit, poster;

-- An event that must leave when, and only when, the transaction that writes it commits. Ids are unique, not in commit order:
-- the relay reads the order from the write-ahead log.
create table outbox.event (
    id bigint generated always as identity primary key,
    topic text not null check (length(topic) between 1 and 200),
    key text not null,
    payload bytea not null,
    headers jsonb,
    created_at timestamptz not null default clock_timestamp()
);
grant insert on outbox.event to api, intake, alerts, poster;
grant select, delete on outbox.event to relay;

-- Written once a slot has been made and everything that was in the outbox before it is on its topic.
create table outbox.bootstrap (
    slot text primary key,
    consistent_point pg_lsn not null,
    finished_at timestamptz not null default clock_timestamp()
);
grant select, insert, delete on outbox.bootstrap to relay;

create publication outbox for table outbox.event with (publish = 'insert');

-- The tenant of this transaction; null when none was set, so that a forgotten tenant sees nothing.
create function public.current_tenant() returns text
language sql stable parallel safe
as $$ select nullif(current_setting('app.tenant_id', true), '') $$;
