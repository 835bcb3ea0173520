-- What stands out in who pays whom, found once a day of the ledger's events and written as `transform`. One row a tenant: the day at
-- whose end it was known, how many accounts and pairs of accounts there were, and whether pairs were left out for their number.
create schema graph;
create table graph.made (
  tenant_id text not null primary key,
  as_of date not null,
  made_at timestamptz not null,
  days integer not null check (days > 0),
  accounts bigint not null check (accounts >= 0),
  pairs bigint not null check (pairs >= 0),
  payments bigint not null check (payments >= 0),
  cut boolean not null
);

-- One row an account that paid or was paid by another customer's. Components and communities are numbered from the largest, 1.
create table graph.account_structure (
  tenant_id text not null references graph.made (tenant_id) on delete cascade,
  account_id uuid not null,
  component integer not null check (component > 0),
  component_accounts integer not null check (component_accounts > 0),
  community integer not null check (community > 0),
  community_accounts integer not null check (community_accounts > 0 and community_accounts <= component_accounts),
  pagerank double precision not null check (pagerank > 0 and pagerank <= 1),
  pagerank_share_above double precision not null check (pagerank_share_above >= 0 and pagerank_share_above < 1),
  payers integer not null check (payers >= 0),
  payees integer not null check (payees >= 0 and payers + payees > 0),
  primary key (tenant_id, account_id)
);
create index accounts_of_community on graph.account_structure (tenant_id, community);

grant usage on schema graph to transform, analytics, analyst, audit;
grant select, insert, update, delete on graph.made, graph.account_structure to transform;
grant select on graph.made, graph.account_structure to analytics, analyst, audit;

do $$
declare
  named text;
begin
  foreach named in array array['graph.made', 'graph.account_structure'] loop
    execute format('alter table %s enable row level security, force row level security', named);
    execute format('create policy written_by_transform on %s to transform using (true) with check (true)', named);
    execute format('create policy read_whole on %s for select to audit using (true)', named);
    execute format(
      'create policy own_tenant on %s for select to analytics, analyst '
      'using (tenant_id = (select nullif(current_setting(''app.tenant_id'', true), '''')))', named);
  end loop;
end
$$;
