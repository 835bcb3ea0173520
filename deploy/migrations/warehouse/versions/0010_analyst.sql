-- What came after a build of the marts is found by its offset, of all tenants. Offsets grow, so that each row is added at the end.
create index decisions_arrived on raw.decisions (log_offset);
create index outcomes_arrived on raw.outcomes (log_offset);
create index overrides_arrived on raw.overrides (log_offset);
create index ledger_events_arrived on raw.ledger_events (log_offset);
create index labels_arrived on raw.labels (log_offset);
create index alerts_arrived on raw.alerts (log_offset);

-- By which project of dbt every mart was built last; none where they are to be built whole at the next turn.
create table monitoring.mart_build (
  only_row boolean primary key default true check (only_row),
  project_sha256 text not null,
  built_at timestamptz not null default now()
);
grant select, insert, update, delete on monitoring.mart_build to transform;
grant select on monitoring.mart_build to audit;

-- People who analyse. They read the marts through views that dbt makes beside them in `marts_masked`: of the tenant in
-- `app.tenant_id`, with pseudonyms under another key and without what says something of a person. No table is open to them.
do $$
begin
  create role analyst login nosuperuser nocreatedb nocreaterole;
exception when duplicate_object or unique_violation then
  null;
end
$$;
do $$
begin
  execute format('grant connect on database %I to analyst', current_database());
end
$$;
