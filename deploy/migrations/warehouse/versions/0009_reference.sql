-- What the core knows and no topic carries: accounts, customers without anything that names them, products and their terms, charges,
-- closed days, how alerts stand, and rates of exchange. `pipelines.reference` copies it as `transform`; sandboxes are left out.
-- `extracted_at` is the moment of the core's snapshot at which a row was first found as it is.

-- Every account of the ledger. `kind` is `customer`, `goal` (money set aside, of the account it belongs to) or the first word of a
-- system account's code. `entries` counts what has been booked on it, and `balance_minor` is what that comes to.
create table raw.accounts (
  tenant_id text not null,
  account_id uuid not null,
  kind text not null,
  code text,
  customer_id text,
  parent_account_id uuid,
  product text,
  currency text not null,
  status text not null,
  opened_at timestamptz not null,
  balance_minor bigint not null,
  entries bigint not null,
  extracted_at timestamptz not null,
  primary key (tenant_id, account_id),
  check ((kind in ('customer', 'goal')) = (code is null))
);

-- `birth_decade` and `state` are as coarse as groups need, and null once the person is erased.
create table raw.customers (
  tenant_id text not null,
  customer_id text not null,
  kind text not null,
  status text not null,
  created_at timestamptz not null,
  birth_decade smallint,
  state text,
  extracted_at timestamptz not null,
  primary key (tenant_id, customer_id)
);

create table raw.products (
  tenant_id text not null,
  code text not null,
  currency text not null,
  name text not null,
  kind text not null,
  overdraft_limit_minor bigint not null,
  credit_rate_ppm integer not null,
  debit_rate_ppm integer not null,
  day_count text not null,
  monthly_fee_minor bigint not null,
  offered boolean not null,
  version bigint not null,
  created_at timestamptz not null,
  extracted_at timestamptz not null,
  primary key (tenant_id, code, currency)
);

-- What a transfer costs, by product and channel.
create table raw.transfer_fees (
  tenant_id text not null,
  product text not null,
  currency text not null,
  channel text not null,
  fee_minor bigint not null,
  extracted_at timestamptz not null,
  primary key (tenant_id, product, currency, channel)
);

-- By what terms each day was accrued.
create table raw.product_terms (
  tenant_id text not null,
  product text not null,
  currency text not null,
  day date not null,
  credit_rate_ppm integer not null,
  debit_rate_ppm integer not null,
  day_count text not null,
  extracted_at timestamptz not null,
  primary key (tenant_id, product, currency, day)
);

-- What an account owes the bank or is owed by it: interest and fees, once a period.
create table raw.charges (
  tenant_id text not null,
  charge_id uuid not null,
  account_id uuid not null,
  kind text not null,
  period text not null,
  amount_minor bigint not null,
  currency text not null,
  value_day date not null,
  status text not null,
  due_at timestamptz not null,
  settled_at timestamptz,
  transfer_id uuid,
  extracted_at timestamptz not null,
  primary key (tenant_id, charge_id)
);

-- The days that are closed. `entries` counts all that was booked before their end.
create table raw.day_closes (
  tenant_id text not null,
  day date not null,
  ends_at timestamptz not null,
  entries bigint not null,
  closed_at timestamptz not null,
  extracted_at timestamptz not null,
  primary key (tenant_id, day)
);

-- Their trial balances. Balances are credits minus debits.
create table raw.trial_balances (
  tenant_id text not null,
  day date not null,
  line text not null,
  currency text not null,
  accounts bigint not null,
  opening_minor numeric(38, 0) not null,
  debits_minor numeric(38, 0) not null,
  credits_minor numeric(38, 0) not null,
  extracted_at timestamptz not null,
  primary key (tenant_id, day, line, currency)
);

-- How each alert stands, and as which roles whoever moved it last signs in; who that is stays in the core.
create table raw.alert_states (
  tenant_id text not null,
  alert_id uuid not null,
  status text not null,
  opened_at timestamptz not null,
  changed_at timestamptz not null,
  moves integer not null,
  moved_by_roles text[],
  extracted_at timestamptz not null,
  primary key (tenant_id, alert_id)
);

-- Rates by day, never deleted: units of the quote currency for one of the base, in hundred-millionths (e8). `bank` is the rate that
-- was set last on that day, `quotes` what customers were offered last, `file` what somebody loaded.
create table raw.exchange_rates (
  tenant_id text not null,
  day date not null,
  base text not null,
  quote text not null,
  source text not null check (source in ('bank', 'quotes', 'file')),
  bid_e8 bigint not null check (bid_e8 > 0),
  ask_e8 bigint not null check (ask_e8 >= bid_e8),
  extracted_at timestamptz not null,
  primary key (tenant_id, day, base, quote, source),
  check (base <> quote)
);

-- One row: the moment of the core's snapshot that the tables above hold, and how many rows have changed in them so far.
create table raw.reference_extract (
  only_row boolean primary key default true check (only_row),
  extracted_at timestamptz not null,
  changes bigint not null
);
grant select, insert, update on raw.reference_extract to transform;
grant select on raw.reference_extract to audit;

do $$
declare
  named text;
begin
  foreach named in array array[
    'accounts', 'customers', 'products', 'transfer_fees', 'product_terms', 'charges', 'day_closes', 'trial_balances', 'alert_states',
    'exchange_rates'
  ] loop
    execute format('alter table raw.%I enable row level security, force row level security', named);
    execute format('create policy written_by_transform on raw.%I to transform using (true) with check (true)', named);
    execute format('create policy read_whole on raw.%I for select to audit using (true)', named);
    execute format('grant select, insert, update on raw.%I to transform', named);
    execute format('grant select on raw.%I to audit', named);
    if named <> 'exchange_rates' then
      execute format('grant delete on raw.%I to transform', named);
    end if;
  end loop;
end
$$;
