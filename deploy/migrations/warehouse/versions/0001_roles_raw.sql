-- Roles, raw tables and sink offsets.
--
-- Roles are shared by every database of the server, and two databases may be migrated at once, so "is it there already" is
-- answered by trying. Passwords are given by whoever runs the server.
do $$
declare
  wanted text;
begin
  foreach wanted in array array['sinks', 'transform', 'analytics', 'audit', 'mlflow', 'dagster', 'feast'] loop
    begin
      execute format('create role %I login nosuperuser nocreatedb nocreaterole', wanted);
    exception when duplicate_object or unique_violation then
      null;
    end;
  end loop;
end
$$;

-- dbt makes its own schemas; nobody else makes any.
do $$
begin
  execute format('revoke all on database %I from public', current_database());
  execute format('grant connect, temporary on database %I to sinks, transform, analytics, audit', current_database());
  execute format('grant create on database %I to transform', current_database());
end
$$;
revoke create on schema public from public;

create schema raw;
grant usage on schema raw to sinks, transform, analytics, audit;

-- One row a decided transaction. An override replaces the answer's columns; the log keeps what was there before.
-- `log_offset` is the record's offset in the decision log: it grows with time, so pages are cut by it.
create table raw.decisions (
  tenant_id text not null,
  transaction_id uuid not null,
  epoch bigint not null,
  n bigint not null,
  door text not null,
  adopted boolean not null,
  event_time timestamptz not null,
  known_at timestamptz not null,
  channel text not null,
  direction text not null,
  amount_minor bigint not null check (amount_minor > 0),
  currency text not null,
  customer_id text,
  account_id text,
  card_id text,
  device_id text,
  payee_id text,
  merchant_id text,
  mcc integer,
  country text,
  entry_mode text,
  verdict text not null check (verdict in ('allow', 'review', 'step_up', 'deny')),
  source text not null,
  probability double precision,
  anomaly double precision,
  rules text[] not null,
  reasons text[] not null,
  model text,
  policy text not null,
  feature_set text not null,
  truncated boolean not null,
  late boolean not null,
  control_group boolean not null,
  scored_at timestamptz not null,
  duration_us bigint,
  log_offset bigint not null,
  primary key (tenant_id, transaction_id)
);
create index decisions_newest on raw.decisions (tenant_id, log_offset desc);
create index decisions_of_a_customer on raw.decisions (tenant_id, customer_id, log_offset desc) where customer_id is not null;
create index decisions_flagged on raw.decisions (tenant_id, verdict, log_offset desc) where verdict <> 'allow';

-- What became of each decided transaction. The event's id is in the key, so that a second outcome would show.
create table raw.outcomes (
  tenant_id text not null,
  transaction_id uuid not null,
  event_id uuid not null,
  outcome text not null,
  occurred_at timestamptz not null,
  epoch bigint not null,
  n bigint not null,
  log_offset bigint not null,
  primary key (tenant_id, transaction_id, event_id)
);

-- The answers that took the place of what the log said first.
create table raw.overrides (
  tenant_id text not null,
  transaction_id uuid not null,
  epoch bigint not null,
  n bigint not null,
  verdict text not null,
  source text not null,
  probability double precision,
  anomaly double precision,
  rules text[] not null,
  reasons text[] not null,
  model text,
  policy text not null,
  feature_set text not null,
  truncated boolean not null,
  late boolean not null,
  control_group boolean not null,
  scored_at timestamptz not null,
  log_offset bigint not null,
  primary key (tenant_id, transaction_id, n)
);

-- Changes of model, policy or profile, where the scorer applied them. No tenant: it holds for all of them.
create table raw.controls (
  tenant_id text,
  control_id uuid not null,
  kind text not null,
  known_at timestamptz not null,
  body jsonb not null,
  epoch bigint not null,
  n bigint not null,
  log_offset bigint not null,
  primary key (epoch, n)
);

create table raw.ledger_events (
  tenant_id text not null,
  event_id uuid not null,
  transfer_id uuid not null,
  status text not null,
  purpose text not null,
  occurred_at timestamptz not null,
  amount_minor bigint not null,
  currency text not null,
  debit_account_id uuid,
  credit_account_id uuid,
  door text,
  reason text,
  log_offset bigint not null,
  primary key (tenant_id, event_id)
);

-- One row a verdict about a transaction; the newest known_at holds.
create table raw.labels (
  tenant_id text not null,
  transaction_id uuid not null,
  label_id uuid not null,
  fraud boolean not null,
  kind text not null,
  known_at timestamptz not null,
  source text not null,
  log_offset bigint not null,
  primary key (tenant_id, label_id)
);
create index labels_of_a_transaction on raw.labels (tenant_id, transaction_id);

-- One row an alert event; an alert's present state is its newest row.
create table raw.alerts (
  tenant_id text not null,
  event_id uuid not null,
  alert_id uuid not null,
  status text not null,
  change text not null,
  subject_kind text not null,
  subject_id text not null,
  transaction_id uuid not null,
  verdict text not null,
  amount_minor bigint not null,
  currency text not null,
  first_event_time timestamptz not null,
  last_event_time timestamptz not null,
  occurred_at timestamptz not null,
  decisions integer not null,
  total_amount_minor bigint not null,
  probability double precision,
  reasons text[] not null,
  stand_outs jsonb not null,
  log_offset bigint not null,
  primary key (tenant_id, event_id)
);
create index alerts_of_an_alert on raw.alerts (tenant_id, alert_id, log_offset desc);

-- Where each sink goes on reading; written in the transaction that writes the rows. It belongs to no tenant.
create table raw.sink_offset (
  topic text not null,
  partition integer not null,
  next_offset bigint not null check (next_offset >= 0),
  updated_at timestamptz not null default now(),
  primary key (topic, partition)
);
grant select, insert, update on raw.sink_offset to sinks;
grant select on raw.sink_offset to transform, audit;

do $$
declare
  named text;
begin
  foreach named in array array['decisions', 'outcomes', 'overrides', 'controls', 'ledger_events', 'labels', 'alerts'] loop
    execute format('alter table raw.%I enable row level security', named);
    execute format('alter table raw.%I force row level security', named);
    execute format('create policy written_by_sinks on raw.%I to sinks using (true) with check (true)', named);
    execute format('create policy read_whole on raw.%I for select to transform, audit using (true)', named);
    execute format(
      'create policy own_tenant on raw.%I for select to analytics using (tenant_id = current_setting(''app.tenant_id'', true))',
      named);
    execute format('grant select, insert on raw.%I to sinks', named);
    execute format('grant select on raw.%I to transform, analytics, audit', named);
  end loop;
end
$$;
grant update on raw.decisions to sinks;
