-- Backtests that came to their end: what a proposal would have stopped and cost, beside what was decided. Written as `transform`.
-- `tenant_id` is empty for one of every tenant's history, which no tenant reads.
create table monitoring.backtest (
  backtest_id uuid primary key,
  tenant_id text not null,
  ended_at timestamptz not null default now(),
  from_day date not null,
  to_day date not null check (to_day >= from_day),
  model text,
  policy text not null,
  decisions bigint not null check (decisions >= 0),
  report jsonb not null
);
create index backtest_newest on monitoring.backtest (tenant_id, ended_at desc);

alter table monitoring.backtest enable row level security;
alter table monitoring.backtest force row level security;
create policy written_by_transform on monitoring.backtest to transform using (true) with check (true);
create policy read_whole on monitoring.backtest for select to audit using (true);
create policy own_tenant on monitoring.backtest for select to analytics
  using (tenant_id = current_setting('app.tenant_id', true));
grant select, insert on monitoring.backtest to transform;
grant select on monitoring.backtest to analytics, audit;
