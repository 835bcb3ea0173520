-- Which values the parameters of a scenario have, from which day on. A version is written once and stays; what was said to it is a row
-- beside it, at most one, written once as well: approved by somebody else with the trial that they had read, rejected by somebody else,
-- or withdrawn by whoever proposed it. What holds on a day follows from the approved ones alone.
create table governance.scenario_version (
    tenant_id text not null,
    version_id uuid not null,
    scenario text not null check (scenario ~ '^[a-z][a-z0-9-]{0,47}$'),
    segment text check (length(segment) between 1 and 48),
    valid_from date not null,
    parameters jsonb not null check (jsonb_typeof(parameters) = 'object'),
    why text not null check (length(why) between 1 and 500),
    proposed_by text not null,
    proposed_at timestamptz not null,
    primary key (tenant_id, version_id),
    unique (tenant_id, version_id, proposed_by)
);
create index scenario_version_newest on governance.scenario_version (tenant_id, scenario, proposed_at desc, version_id desc);

-- A version tried on history before it holds. Taken and ended like a simulation of a policy.
create table governance.scenario_trial (
    tenant_id text not null,
    trial_id uuid not null,
    version_id uuid not null,
    days integer not null check (days between 1 and 366),
    status text not null check (status in ('queued', 'running', 'done', 'failed')),
    asked_by text not null,
    asked_at timestamptz not null,
    attempts integer not null default 0,
    lives_until timestamptz,
    done_records bigint not null default 0,
    all_records bigint,
    result jsonb,
    problem text,
    ended_at timestamptz,
    primary key (tenant_id, trial_id),
    unique (tenant_id, trial_id, version_id),
    foreign key (tenant_id, version_id) references governance.scenario_version (tenant_id, version_id),
    check ((status = 'done') = (result is not null)),
    check (status <> 'failed' or problem is not null)
);
create index scenario_trial_waiting on governance.scenario_trial (asked_at) where status in ('queued', 'running');
create index scenario_trial_of_a_version on governance.scenario_trial (tenant_id, version_id, asked_at desc, trial_id desc);

create table governance.scenario_verdict (
    tenant_id text not null,
    version_id uuid not null,
    proposed_by text not null,
    action text not null check (action in ('approve', 'reject', 'withdraw')),
    trial_id uuid,
    said_by text not null,
    note text check (length(note) between 1 and 500),
    said_at timestamptz not null,
    primary key (tenant_id, version_id),
    foreign key (tenant_id, version_id, proposed_by)
        references governance.scenario_version (tenant_id, version_id, proposed_by),
    foreign key (tenant_id, trial_id, version_id) references governance.scenario_trial (tenant_id, trial_id, version_id),
    check ((action = 'approve') = (trial_id is not null)),
    check ((action = 'withdraw') = (said_by = proposed_by))
);

do $$
declare
    named text;
begin
    foreach named in array array['scenario_version', 'scenario_trial', 'scenario_verdict'] loop
        execute format('alter table governance.%I enable row level security, force row level security', named);
        execute format(
            'create policy own_tenant on governance.%I using (tenant_id = (select public.current_tenant())) '
            'with check (tenant_id = (select public.current_tenant()))', named);
        execute format('create policy every_tenant on governance.%I to backtester using (true) with check (true)', named);
        execute format('grant select, insert on governance.%I to api', named);
        execute format('grant select on governance.%I to audit, backtester', named);
    end loop;
end
$$;
grant update (status, attempts, lives_until, done_records, all_records, result, problem, ended_at)
    on governance.scenario_trial to backtester;

-- Whoever judges live money reads what holds; a trial reads when accounts were opened, and nothing else of them.
grant usage on schema governance to alerts;
grant select on governance.scenario_version, governance.scenario_verdict to alerts;
grant usage on schema bank to backtester;
grant select (tenant_id, account_id, opened_at) on bank.account to backtester;
create policy every_tenant on bank.account for select to backtester using (true);

-- A tenant's own watch-list, made or replaced: proposed whole, approved by somebody else, then loaded as the list's next version.
-- Who is on it lies here only until it has ended, one way or the other.
create table screening.list_change (
    tenant_id text not null,
    change_id uuid not null,
    list_id text not null check (list_id ~ '^[a-z][a-z0-9-]{0,47}$'),
    licence text not null check (length(licence) between 1 and 1000),
    why text not null check (length(why) between 1 and 500),
    based_on integer not null check (based_on >= 0),
    entries jsonb check (jsonb_typeof(entries) = 'array'),
    entry_count integer not null check (entry_count > 0),
    added integer not null check (added >= 0),
    removed integer not null check (removed >= 0),
    changed integer not null check (changed >= 0),
    status text not null check (status in ('proposed', 'approved', 'rejected', 'withdrawn', 'loaded', 'refused')),
    proposed_by text not null,
    proposed_at timestamptz not null,
    judged_by text check (judged_by <> proposed_by),
    judged_at timestamptz,
    note text check (length(note) between 1 and 500),
    version integer,
    problem text,
    ended_at timestamptz,
    primary key (tenant_id, change_id),
    check ((status in ('proposed', 'approved')) = (entries is not null)),
    check ((status in ('approved', 'rejected', 'loaded', 'refused')) = (judged_by is not null)),
    check ((status = 'loaded') = (version is not null)),
    check ((status = 'refused') = (problem is not null))
);
create index list_change_newest on screening.list_change (tenant_id, proposed_at desc, change_id desc);
create index list_change_waiting on screening.list_change (judged_at) where status = 'approved';
alter table screening.list_change enable row level security, force row level security;
create policy tenant_rows on screening.list_change using (tenant_id = (select public.current_tenant()))
    with check (tenant_id = (select public.current_tenant()));
create policy every_tenant on screening.list_change to screener using (true) with check (true);
grant select, insert on screening.list_change to api;
grant update (status, judged_by, judged_at, note, entries, ended_at) on screening.list_change to api;
grant select on screening.list_change to audit, screener;
grant update (status, version, problem, entries, ended_at) on screening.list_change to screener;
