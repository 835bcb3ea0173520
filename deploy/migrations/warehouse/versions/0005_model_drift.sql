-- What batch work finds about the models. Written as `transform`; the newest row of a tenant is also what the metrics say.
create schema monitoring;
grant usage on schema monitoring to transform, analytics, audit;

-- One row a tenant, day and model. What is not known yet is null; `drifted` names the checks that want a look, and `report`
-- holds all that was found.
create table monitoring.model_drift (
  tenant_id text not null,
  day date not null,
  model text not null,
  found_at timestamptz not null default now(),
  current_until timestamptz not null,
  reference_from timestamptz not null,
  reference_until timestamptz not null,
  decisions bigint not null check (decisions >= 0),
  reference_decisions bigint not null check (reference_decisions >= 0),
  features integer not null,
  features_moved integer not null,
  features_unknown_moved integer not null,
  largest_psi_to_limit double precision,
  score_psi double precision,
  calibration_error double precision,
  frauds_observed bigint,
  frauds_expected double precision,
  observed_to_expected double precision,
  average_precision double precision,
  auc double precision,
  recall_at_alert_share double precision,
  known_until timestamptz,
  drifted text[] not null,
  report jsonb not null,
  primary key (tenant_id, day, model)
);

alter table monitoring.model_drift enable row level security;
alter table monitoring.model_drift force row level security;
create policy written_by_transform on monitoring.model_drift to transform using (true) with check (true);
create policy read_whole on monitoring.model_drift for select to audit using (true);
create policy own_tenant on monitoring.model_drift for select to analytics
  using (tenant_id = current_setting('app.tenant_id', true));
grant select, insert, update on monitoring.model_drift to transform;
grant select on monitoring.model_drift to analytics, audit;
