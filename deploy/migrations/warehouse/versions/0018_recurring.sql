-- What customers' own movements say about their money, written as `transform` once a day.
create schema insight;
grant usage on schema insight to transform, audit;

-- One row a tenant: the day at whose end what comes again was last looked for.
create table insight.made (
  tenant_id text not null primary key,
  as_of date not null,
  made_at timestamptz not null,
  accounts bigint not null check (accounts >= 0),
  movements bigint not null check (movements >= 0),
  series bigint not null check (series >= 0)
);

-- One row a payment or an income that comes again on an account, as known at the end of the day that insight.made says. Amounts are
-- positive; the next days are null once it has ended.
create table insight.recurring (
  tenant_id text not null references insight.made (tenant_id) on delete cascade,
  series_id text not null,
  customer_id text not null,
  account_id uuid not null,
  direction text not null check (direction in ('in', 'out')),
  category text not null,
  counterparty text not null,
  currency text not null,
  period text not null check (period in ('weekly', 'fortnightly', 'monthly', 'yearly')),
  first_day date not null,
  last_day date not null check (last_day > first_day),
  payments integer not null check (payments > 1),
  amount_minor bigint not null check (amount_minor > 0),
  next_day date,
  earliest_day date,
  latest_day date,
  low_minor bigint not null check (low_minor > 0),
  high_minor bigint not null,
  subscription boolean not null,
  primary key (tenant_id, series_id),
  check (low_minor <= amount_minor and amount_minor <= high_minor),
  check ((next_day is null and earliest_day is null and latest_day is null)
    or (last_day < earliest_day and earliest_day <= next_day and next_day <= latest_day))
);

grant select, insert, update, delete on insight.made, insight.recurring to transform;
grant select on insight.made, insight.recurring to audit;

do $$
declare
  named text;
begin
  foreach named in array array['made', 'recurring'] loop
    execute format('alter table insight.%I enable row level security, force row level security', named);
    execute format('create policy written_by_transform on insight.%I to transform using (true) with check (true)', named);
    execute format('create policy read_whole on insight.%I for select to audit using (true)', named);
  end loop;
end
$$;
