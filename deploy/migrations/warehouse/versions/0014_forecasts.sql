-- Forecasts of money, written as `transform`. Each was made at the end of a day and is called after the first day that it speaks
-- of; made again for the same day, it takes its own place. What was said earlier stays for a while, beside what came.
create schema forecast;
grant usage on schema forecast to transform, audit;

-- One row a forecast: how it was made, and how right the same would have been before (`backtest`, a row a model).
create table forecast.made (
  tenant_id text not null,
  kind text not null check (kind in ('cash_flow', 'liquidity')),
  first_day date not null,
  made_at timestamptz not null,
  horizon_days integer not null check (horizon_days > 0),
  history_days integer not null check (history_days > 0),
  series integer not null check (series > 0),
  backtests integer not null check (backtests >= 0),
  rmse_scaled double precision,
  rmse_scaled_seasonal_naive double precision,
  month_error_pct double precision,
  month_error_pct_seasonal_naive double precision,
  coverage_80_pct double precision,
  coverage_95_pct double precision,
  backtest jsonb not null,
  mlflow_run_id text,
  primary key (tenant_id, kind, first_day)
);

-- One row a series, day and flow: `subject` is a customer's id, or a rail. `expected_minor` is the mean of what may come; the bands are
-- those that hold it in 80 and in 95 of a hundred cases.
create table forecast.flow (
  tenant_id text not null,
  kind text not null,
  first_day date not null,
  subject text not null,
  currency text not null,
  day date not null check (day >= first_day),
  flow text not null check (flow in ('inflow', 'outflow', 'net')),
  expected_minor bigint not null,
  low_80_minor bigint not null,
  high_80_minor bigint not null,
  low_95_minor bigint not null,
  high_95_minor bigint not null,
  primary key (tenant_id, kind, first_day, subject, currency, day, flow),
  foreign key (tenant_id, kind, first_day) references forecast.made (tenant_id, kind, first_day) on delete cascade,
  check (low_95_minor <= low_80_minor and low_80_minor <= expected_minor
    and expected_minor <= high_80_minor and high_80_minor <= high_95_minor)
);

grant select, insert, update, delete on forecast.made, forecast.flow to transform;
grant select on forecast.made, forecast.flow to audit;

do $$
declare
  named text;
begin
  foreach named in array array['made', 'flow'] loop
    execute format('alter table forecast.%I enable row level security, force row level security', named);
    execute format('create policy written_by_transform on forecast.%I to transform using (true) with check (true)', named);
    execute format('create policy read_whole on forecast.%I for select to audit using (true)', named);
  end loop;
end
$$;
