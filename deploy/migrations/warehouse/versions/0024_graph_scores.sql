-- What the graph network makes of who pays whom, written as `transform` once a day. One row a tenant: the day at whose end it was
-- known, which version of the network said it, and whether payments were left out for their number.
create table graph.scored (
  tenant_id text not null primary key,
  as_of date not null,
  made_at timestamptz not null,
  model_version integer not null check (model_version > 0),
  days integer not null check (days > 0),
  accounts bigint not null check (accounts >= 0),
  payments bigint not null check (payments >= 0),
  cut boolean not null
);

-- One row an account that paid or was paid by another customer's.
create table graph.account_score (
  tenant_id text not null references graph.scored (tenant_id) on delete cascade,
  account_id uuid not null,
  score double precision not null check (score >= 0 and score <= 1),
  score_share_above double precision not null check (score_share_above >= 0 and score_share_above < 1),
  primary key (tenant_id, account_id)
);

-- Of the highest scores: the neighbours without whose payments they would differ most. `effect` is in log odds.
create table graph.score_reason (
  tenant_id text not null,
  account_id uuid not null,
  place integer not null check (place > 0),
  neighbour_account_id uuid not null check (neighbour_account_id <> account_id),
  effect double precision not null,
  score_without double precision not null check (score_without >= 0 and score_without <= 1),
  paid_payments integer not null check (paid_payments >= 0),
  paid_minor bigint not null check (paid_minor >= 0),
  received_payments integer not null check (received_payments >= 0),
  received_minor bigint not null check (received_minor >= 0),
  last_payment_at timestamptz not null,
  primary key (tenant_id, account_id, place),
  foreign key (tenant_id, account_id) references graph.account_score (tenant_id, account_id) on delete cascade,
  check (paid_payments + received_payments > 0)
);

grant select, insert, update, delete on graph.scored, graph.account_score, graph.score_reason to transform;
grant select on graph.scored, graph.account_score, graph.score_reason to analytics, analyst, audit;

do $$
declare
  named text;
begin
  foreach named in array array['graph.scored', 'graph.account_score', 'graph.score_reason'] loop
    execute format('alter table %s enable row level security, force row level security', named);
    execute format('create policy written_by_transform on %s to transform using (true) with check (true)', named);
    execute format('create policy read_whole on %s for select to audit using (true)', named);
    execute format(
      'create policy own_tenant on %s for select to analytics, analyst '
      'using (tenant_id = (select nullif(current_setting(''app.tenant_id'', true), '''')))', named);
  end loop;
end
$$;
