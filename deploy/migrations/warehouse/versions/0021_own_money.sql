-- What customers want to spend, and how much risk suits them, as the core has it. Answers to the questionnaire stay there.
create table raw.budgets (
  tenant_id text not null,
  budget_id uuid not null,
  customer_id text not null,
  category text,
  currency text not null,
  limit_minor bigint not null,
  created_at timestamptz not null,
  version integer not null,
  extracted_at timestamptz not null,
  primary key (tenant_id, budget_id)
);
create index budgets_of_customer on raw.budgets (tenant_id, customer_id, currency);

-- One row a customer: what they answered last. `holds_until` is null where it was another questionnaire than the one of now.
create table raw.suitability (
  tenant_id text not null,
  customer_id text not null,
  version integer not null,
  profile text not null,
  answered_at timestamptz not null,
  holds_until timestamptz,
  extracted_at timestamptz not null,
  primary key (tenant_id, customer_id)
);
-- Holders are gone through in this order.
create index accounts_of_customer on raw.accounts (tenant_id, customer_id, currency) where customer_id is not null;

-- What customers' own money says, written as `transform` once a day. One row a tenant: the day at whose end it was known, and up to
-- when movements were in the histories that it was read from.
create table insight.money_made (
  tenant_id text not null primary key,
  as_of date not null,
  made_at timestamptz not null,
  histories_until timestamptz not null,
  holders bigint not null check (holders >= 0),
  movements bigint not null check (movements >= 0)
);

-- One row a customer and currency of whom a whole month is known (`insight/health.py`): parts that cannot be told are null.
create table insight.health (
  tenant_id text not null references insight.money_made (tenant_id) on delete cascade,
  customer_id text not null,
  currency text not null,
  score smallint not null check (score between 0 and 100),
  band text not null check (band in ('healthy', 'coping', 'vulnerable')),
  months smallint not null check (months > 0),
  moves_most text check (moves_most in ('liquidity', 'spending', 'debt', 'income', 'savings')),
  liquidity_points smallint not null check (liquidity_points between 0 and 100),
  liquidity_months double precision not null,
  spending_points smallint check (spending_points between 0 and 100),
  spending_pct double precision,
  debt_points smallint not null check (debt_points between 0 and 100),
  debt_pct double precision not null,
  income_points smallint check (income_points between 0 and 100),
  income_pct double precision,
  savings_points smallint check (savings_points between 0 and 100),
  savings_pct double precision,
  primary key (tenant_id, customer_id, currency),
  check ((spending_points is null) = (spending_pct is null) and (income_points is null) = (income_pct is null)
    and (savings_points is null) = (savings_pct is null))
);

-- One row a budget: how the month of the day stood against it. Where the month was likely to end is null where too little is known.
create table insight.budget_standing (
  tenant_id text not null references insight.money_made (tenant_id) on delete cascade,
  budget_id uuid not null,
  customer_id text not null,
  category text,
  currency text not null,
  version integer not null,
  month date not null check (extract(day from month) = 1),
  days_left smallint not null check (days_left between 0 and 30),
  limit_minor bigint not null,
  spent_minor bigint not null check (spent_minor >= 0),
  left_minor bigint not null,
  standing text not null check (standing in ('on-track', 'at-risk', 'over')),
  expected_minor bigint,
  low_80_minor bigint,
  high_80_minor bigint,
  chance_over_pct double precision check (chance_over_pct between 0 and 100),
  primary key (tenant_id, budget_id),
  check (left_minor = limit_minor - spent_minor),
  check ((expected_minor is null and low_80_minor is null and high_80_minor is null and chance_over_pct is null)
    or (spent_minor <= low_80_minor and low_80_minor <= expected_minor and expected_minor <= high_80_minor
      and chance_over_pct is not null))
);

-- One row a payment, or a month of a category (`transfer_id` null), unlike before, of the last 31 days.
create table insight.unusual (
  tenant_id text not null references insight.money_made (tenant_id) on delete cascade,
  customer_id text not null,
  currency text not null,
  kind text not null check (kind in ('payment', 'month')),
  day date not null,
  category text not null,
  transfer_id uuid,
  amount_minor bigint not null check (amount_minor > 0),
  usual_minor bigint not null,
  high_minor bigint not null,
  score double precision not null,
  check ((kind = 'payment') = (transfer_id is not null)),
  check (usual_minor <= high_minor)
);
create unique index unusual_once on insight.unusual (tenant_id, customer_id, currency, kind, day, category, transfer_id)
  nulls not distinct;

grant select, insert, update, delete on
  raw.budgets, raw.suitability, insight.money_made, insight.health, insight.budget_standing, insight.unusual to transform;
grant select on
  raw.budgets, raw.suitability, insight.money_made, insight.health, insight.budget_standing, insight.unusual to audit;

do $$
declare
  named text;
begin
  foreach named in array array[
    'raw.budgets', 'raw.suitability', 'insight.money_made', 'insight.health', 'insight.budget_standing', 'insight.unusual'
  ] loop
    execute format('alter table %s enable row level security, force row level security', named);
    execute format('create policy written_by_transform on %s to transform using (true) with check (true)', named);
    execute format('create policy read_whole on %s for select to audit using (true)', named);
  end loop;
end
$$;

-- It is made from histories: what moved, what for, the balance after it, and which account is on the other side; no text, no name.
grant usage on schema read_model to transform;
grant select (generation) on read_model.serving to transform;
grant select (generation, as_of) on read_model.position to transform;
grant select (generation, tenant_id, account_id, sequence, transfer_id, amount_minor, balance_after_minor, currency, category,
  counterparty_account_id, booked_at) on read_model.movement to transform;
create policy own_money_by_transform on read_model.movement for select to transform using (true);
