-- Models as risk teams see them, and the moves that they ask for: have one scored beside the champion, hold it to the gate and
-- have it decide, go back to the one before.
--
-- The registry (MLflow) is the truth about versions; a worker copies it here, so that the API asks no registry. A model belongs to
-- the tenant whose history it was trained on.
create table governance.model (
    tenant_id text not null,
    version integer not null check (version > 0),
    name text not null,
    run_id text not null,
    made_at timestamptz not null,
    known_until timestamptz not null,
    aliases text[] not null,
    metrics jsonb not null,
    promoted_by text,
    promoted_at timestamptz,
    promoted_why text,
    card text check (length(card) <= 400000),
    seen_at timestamptz not null,
    primary key (tenant_id, version)
);

-- A move and what came of it. A worker takes a queued one, says that it lives, and what it found; one that no longer lives is taken
-- again by the next.
create table governance.model_move (
    tenant_id text not null,
    move_id uuid not null,
    kind text not null check (kind in ('challenge', 'promote', 'rollback')),
    version integer check ((version is null) = (kind = 'rollback')),
    dry_run boolean not null default false check (not dry_run or kind = 'promote'),
    why text not null check (length(why) between 1 and 500),
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
    primary key (tenant_id, move_id),
    foreign key (tenant_id, version) references governance.model (tenant_id, version),
    check (status <> 'failed' or problem is not null),
    check ((status in ('done', 'failed')) = (ended_at is not null))
);
-- One at a time: a move that is judged by a champion who is replaced meanwhile says nothing.
create unique index model_move_open on governance.model_move (tenant_id) where status in ('queued', 'running');
create index model_move_newest on governance.model_move (tenant_id, asked_at desc, move_id desc);

do $$
declare
    named text;
begin
    foreach named in array array['model', 'model_move'] loop
        execute format('alter table governance.%I enable row level security, force row level security', named);
        execute format(
            'create policy own_tenant on governance.%I using (tenant_id = (select public.current_tenant())) '
            'with check (tenant_id = (select public.current_tenant()))',
            named);
        execute format('grant select on governance.%I to api, audit, backtester', named);
        execute format('create policy every_tenant on governance.%I to backtester using (true) with check (true)', named);
    end loop;
end
$$;
grant insert on governance.model_move to api;
grant insert, update on governance.model to backtester;
grant update (status, attempts, lives_until, done_records, all_records, result, problem, ended_at)
    on governance.model_move to backtester;
