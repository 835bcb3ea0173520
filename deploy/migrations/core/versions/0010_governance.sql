-- How decisions are made, and who changed it: policy versions, lists, and the jobs that try a policy on history.
--
-- A policy version is written once and never changed; only its status moves. Whoever wrote it does not approve it (four eyes: the
-- check says so), and what is activated was approved and tried on history. At most one version of a tenant is active.
create schema governance;
grant usage on schema governance to api, audit;

create table governance.policy (
    tenant_id text not null,
    version integer not null check (version > 0),
    document jsonb not null,
    document_sha256 bytea not null check (length(document_sha256) = 32),
    based_on integer,
    note text not null check (length(note) between 1 and 500),
    status text not null check (status in ('draft', 'approved', 'rejected', 'active', 'retired')),
    author text not null,
    written_at timestamptz not null,
    judged_by text check (judged_by <> author),
    judged_at timestamptz,
    activated_by text,
    activated_at timestamptz,
    retired_at timestamptz,
    primary key (tenant_id, version),
    foreign key (tenant_id, based_on) references governance.policy (tenant_id, version),
    check ((status = 'draft') = (judged_by is null)),
    check (status not in ('active', 'retired') or activated_by is not null)
);
create unique index policy_active on governance.policy (tenant_id) where status = 'active';

-- What was done with versions, in order.
create table governance.policy_move (
    tenant_id text not null,
    move_id bigint generated always as identity,
    version integer not null,
    action text not null check (action in ('write', 'approve', 'reject', 'activate', 'retire')),
    actor text not null,
    note text,
    moved_at timestamptz not null,
    primary key (tenant_id, move_id),
    foreign key (tenant_id, version) references governance.policy (tenant_id, version)
);
create index policy_move_of_a_version on governance.policy_move (tenant_id, version, move_id);

create table governance.list (
    tenant_id text not null,
    list_id text not null check (list_id ~ '^[a-z][a-z0-9_]{0,47}$'),
    kind text not null check (kind in ('allow', 'deny', 'watch')),
    field text not null,
    sentence text not null check (length(sentence) between 1 and 200),
    made_by text not null,
    made_at timestamptz not null,
    primary key (tenant_id, list_id)
);

create table governance.list_entry (
    tenant_id text not null,
    list_id text not null,
    value text not null check (length(value) between 1 and 64),
    reason text not null check (length(reason) between 1 and 500),
    expires_at timestamptz,
    added_by text not null,
    added_at timestamptz not null,
    removed_by text,
    removed_at timestamptz,
    entry_id bigint generated always as identity,
    primary key (tenant_id, list_id, entry_id),
    foreign key (tenant_id, list_id) references governance.list (tenant_id, list_id),
    check ((removed_by is null) = (removed_at is null))
);
create unique index list_entry_present on governance.list_entry (tenant_id, list_id, value) where removed_at is null;

-- A policy tried on history. A worker takes a queued one, says that it lives, and what it found; one that no longer lives is
-- taken again by the next.
create table governance.simulation (
    tenant_id text not null,
    simulation_id uuid not null,
    policy_version integer not null,
    model text not null,
    from_day date not null,
    to_day date not null check (to_day >= from_day),
    status text not null check (status in ('queued', 'running', 'done', 'failed', 'cancelled')),
    asked_by text not null,
    asked_at timestamptz not null,
    attempts integer not null default 0,
    lives_until timestamptz,
    done_records bigint not null default 0,
    all_records bigint,
    result jsonb,
    problem text,
    ended_at timestamptz,
    primary key (tenant_id, simulation_id),
    foreign key (tenant_id, policy_version) references governance.policy (tenant_id, version),
    check ((status = 'done') = (result is not null)),
    check (status <> 'failed' or problem is not null)
);
create index simulation_waiting on governance.simulation (asked_at) where status in ('queued', 'running');
create index simulation_newest on governance.simulation (tenant_id, asked_at desc, simulation_id desc);

do $$
declare
    named text;
begin
    foreach named in array array['policy', 'policy_move', 'list', 'list_entry', 'simulation'] loop
        execute format('alter table governance.%I enable row level security, force row level security', named);
        execute format(
            'create policy own_tenant on governance.%I using (tenant_id = (select public.current_tenant())) '
            'with check (tenant_id = (select public.current_tenant()))',
            named);
        execute format('grant select, insert on governance.%I to api', named);
        execute format('grant select on governance.%I to audit', named);
    end loop;
end
$$;
grant update (status, judged_by, judged_at, activated_by, activated_at, retired_at) on governance.policy to api;
grant update (removed_by, removed_at) on governance.list_entry to api;
grant update (status, ended_at) on governance.simulation to api;

-- The worker serves every tenant and sees nothing but simulations and the policies that they name.
do $$
begin
    if not exists (select from pg_roles where rolname = 'backtester') then
        create role backtester login;
    end if;
exception
    when duplicate_object or unique_violation then null;
end
$$;
grant usage on schema governance to backtester;
grant select on governance.simulation, governance.policy to backtester;
grant update (status, attempts, lives_until, done_records, all_records, result, problem, ended_at)
    on governance.simulation to backtester;
create policy every_tenant on governance.simulation to backtester using (true) with check (true);
create policy every_tenant on governance.policy for select to backtester using (true);
