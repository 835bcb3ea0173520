-- What was found of each day of each set of data, and which days are held back. Written as `transform`. A set is every tenant's.
create schema quality;
grant usage on schema quality to transform, audit;

-- The newest look at a day: `up_to_offset` is the last offset that it saw, so that what came later is known to be late.
create table quality.checked (
  set_name text not null,
  day date not null,
  checked_at timestamptz not null,
  rows bigint not null check (rows >= 0),
  up_to_offset bigint not null,
  holds boolean not null,
  report jsonb not null,
  primary key (set_name, day)
);

-- A day that broke a promise, from when that was found until somebody lets it go, or until it holds again. What is built on the
-- set leaves out what was learned in [first_at, past_at).
create table quality.quarantine (
  quarantine_id bigint generated always as identity primary key,
  set_name text not null,
  day date not null,
  first_at timestamptz not null,
  past_at timestamptz not null check (past_at > first_at),
  reason text not null,
  report jsonb not null,
  opened_at timestamptz not null,
  released_at timestamptz,
  released_by text,
  release_reason text,
  check ((released_at is null) = (released_by is null) and (released_at is null) = (release_reason is null))
);
create unique index quarantine_open on quality.quarantine (set_name, day) where released_at is null;
create index quarantine_of_a_day on quality.quarantine (set_name, day, quarantine_id desc);

grant select, insert, update on quality.checked, quality.quarantine to transform;
grant select on quality.checked, quality.quarantine to audit;

-- What the batch side did. Written as `transform`.
create schema platform;
grant usage on schema platform to transform, audit;

-- One row a step of a run: which assets and partitions, how it ended, and what it took.
create table platform.asset_run (
  run_id text not null,
  step_key text not null,
  job text not null,
  assets text[] not null,
  partitions text[] not null,
  outcome text not null check (outcome in ('success', 'failure')),
  started_at timestamptz not null,
  ended_at timestamptz not null,
  cpu_ms bigint,
  peak_memory_bytes bigint,
  attempts integer not null check (attempts > 0),
  primary key (run_id, step_key)
);
create index asset_run_newest on platform.asset_run (ended_at desc);

-- One row a run that failed; mended once a later run of the same job and partition came to its end.
create table platform.run_failure (
  run_id text primary key,
  job text not null,
  partition text not null,
  step_key text,
  error text not null,
  failed_at timestamptz not null,
  mended_at timestamptz
);
create index run_failure_open on platform.run_failure (job, partition) where mended_at is null;

grant select, insert, update on platform.asset_run, platform.run_failure to transform;
grant select on platform.asset_run, platform.run_failure to audit;

-- Whom each value that is on a list had met before it was put there, one row a currency; empty where it had met nobody. Written as
-- `transform`, all of it anew.
create table monitoring.list_exposure (
  tenant_id text not null,
  list_id text not null,
  value text not null,
  currency text not null,
  listed_at timestamptz not null,
  since timestamptz not null,
  payments bigint not null check (payments >= 0),
  amount_minor bigint not null check (amount_minor >= 0),
  allowed bigint not null check (allowed >= 0 and allowed <= payments),
  found_at timestamptz not null,
  primary key (tenant_id, list_id, value, currency)
);
alter table monitoring.list_exposure enable row level security, force row level security;
create policy written_by_transform on monitoring.list_exposure to transform using (true) with check (true);
create policy read_whole on monitoring.list_exposure for select to audit using (true);
create policy own_tenant on monitoring.list_exposure for select to analytics
  using (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')));
grant select, insert, delete on monitoring.list_exposure to transform;
grant select on monitoring.list_exposure to analytics, audit;

-- A day of a set is found without reading the others: rows come in the order of time, more or less.
create index decisions_by_time on raw.decisions using brin (known_at) with (autosummarize = on);
create index outcomes_by_time on raw.outcomes using brin (occurred_at) with (autosummarize = on);
create index overrides_by_time on raw.overrides using brin (scored_at) with (autosummarize = on);
create index controls_by_time on raw.controls using brin (known_at) with (autosummarize = on);
create index ledger_events_by_time on raw.ledger_events using brin (occurred_at) with (autosummarize = on);
create index labels_by_time on raw.labels using brin (known_at) with (autosummarize = on);
create index alerts_by_time on raw.alerts using brin (occurred_at) with (autosummarize = on);

-- And what has come since an offset.
create index decisions_by_offset on raw.decisions using brin (log_offset) with (autosummarize = on);
create index outcomes_by_offset on raw.outcomes using brin (log_offset) with (autosummarize = on);
create index overrides_by_offset on raw.overrides using brin (log_offset) with (autosummarize = on);
create index controls_by_offset on raw.controls using brin (log_offset) with (autosummarize = on);
create index ledger_events_by_offset on raw.ledger_events using brin (log_offset) with (autosummarize = on);
create index labels_by_offset on raw.labels using brin (log_offset) with (autosummarize = on);
create index alerts_by_offset on raw.alerts using brin (log_offset) with (autosummarize = on);
