-- The read side: accounts' histories, folded from banking.transactions.v1 by the projector (`streams/projector`) and by nobody
-- else. Every row belongs to a generation: a rebuild folds the next one beside the one that is read, and then is read in its place.
create schema read_model;
grant usage on schema read_model to sinks, analytics, audit;

-- The generation that is read: one row.
create table read_model.serving (
  one boolean primary key default true check (one),
  generation integer not null check (generation > 0),
  since timestamptz not null default now()
);
insert into read_model.serving (generation) values (1);

-- How far each generation has come: in the topic, and in the core's bank.history_change. Written in the transaction that writes the
-- rows. What had happened by `as_of` is in the rows.
create table read_model.position (
  generation integer primary key,
  next_offset bigint not null check (next_offset >= 0),
  change_xid bigint not null default 0,
  change_id bigint not null default 0,
  as_of timestamptz not null
);

-- Where each account stands: `sequence` counts its movements from 1, as the ledger's versions do. The bank's own accounts are here
-- too, and only here.
create table read_model.balance (
  generation integer not null,
  tenant_id text not null,
  account_id uuid not null,
  currency text not null,
  sequence bigint not null check (sequence > 0),
  balance_minor bigint not null,
  primary key (generation, account_id)
);

-- One row a movement of a customer's account; negative when money left. `decided` once channel and merchant category are those of
-- the decision; until then they are what the accounts say. `words` has no index: row-level security keeps operators that are not
-- leakproof, as those of text search, away from one, and an account's own rows are next to each other.
create table read_model.movement (
  generation integer not null,
  tenant_id text not null,
  account_id uuid not null,
  sequence bigint not null,
  transfer_id uuid not null,
  amount_minor bigint not null check (amount_minor <> 0),
  balance_after_minor bigint not null,
  currency text not null,
  purpose text not null,
  channel text not null,
  mcc integer,
  decided boolean not null,
  category text not null,
  counterparty_account_id uuid not null,
  counterparty_kind text not null,
  counterparty_owner text,
  counterparty_name text,
  description text,
  note text,
  words tsvector,
  value_at timestamptz not null,
  booked_at timestamptz not null,
  folded_at timestamptz not null default now(),
  log_offset bigint not null,
  primary key (generation, account_id, sequence)
);
create index movement_booked on read_model.movement (generation, account_id, booked_at, sequence);
create index movement_of_transfer on read_model.movement (generation, tenant_id, transfer_id);
create index movement_with_customer on read_model.movement (generation, tenant_id, counterparty_owner)
  where counterparty_owner is not null;
create index movement_undecided on read_model.movement (generation, folded_at) where not decided;

-- What an account's movements of a month come to, by category. Months are those of America/Sao_Paulo, by when it was booked.
create table read_model.spending (
  generation integer not null,
  tenant_id text not null,
  account_id uuid not null,
  month date not null,
  category text not null,
  currency text not null,
  spent_minor bigint not null,
  spent_count bigint not null,
  received_minor bigint not null,
  received_count bigint not null,
  primary key (generation, account_id, month, category)
);

grant select, insert, update, delete on read_model.position, read_model.balance, read_model.movement, read_model.spending to sinks;
grant select, update on read_model.serving to sinks;
grant select on all tables in schema read_model to analytics, audit;

do $$
declare
  named text;
begin
  foreach named in array array['balance', 'movement', 'spending'] loop
    execute format('alter table read_model.%I enable row level security, force row level security', named);
    execute format('create policy written_by_sinks on read_model.%I to sinks using (true) with check (true)', named);
    execute format('create policy read_whole on read_model.%I for select to audit using (true)', named);
    execute format(
      'create policy own_tenant on read_model.%I for select to analytics using (tenant_id = current_setting(''app.tenant_id'', true))',
      named);
  end loop;
end
$$;
