-- Days whose payments all scenarios have looked at, the day after: what is not here yet is looked at next. One row a tenant and day;
-- `cut` where there were more payments between the bank's accounts than are looked at for loops and layers.
create table cases.scenario_night (
    tenant_id  text not null,
    day        date not null,
    judged_at  timestamptz not null,
    payments   bigint not null check (payments >= 0),
    findings   integer not null check (findings >= 0),
    fresh      integer not null check (fresh between 0 and findings),
    cut        boolean not null,
    primary key (tenant_id, day)
);
alter table cases.scenario_night enable row level security, force row level security;
create policy own_tenant on cases.scenario_night using (tenant_id = (select public.current_tenant()))
    with check (tenant_id = (select public.current_tenant()));
grant select, insert on cases.scenario_night to alerts;
grant update (judged_at, payments, findings, fresh, cut) on cases.scenario_night to alerts;
grant select on cases.scenario_night to api, audit;

-- Who judges live money selects for analysis too, as the policy says: a case is opened or joined in the transaction of its findings.
grant select, insert on cases.case, cases.case_alert, cases.trail to alerts;
grant update (operation_on, severity, version) on cases.case to alerts;
grant select on cases.quiet to alerts;
grant select (tenant_id, case_id) on cases.evidence to alerts;

-- Of which segment a customer is, and how old an account was that money went to.
grant select (opened_at, currency) on bank.account to alerts;
grant select (tenant_id, customer_id, kind) on bank.customer to alerts;

-- A trial of a version for a segment is about the accounts of that segment.
grant select (customer_id) on bank.account to backtester;
grant select (tenant_id, customer_id, kind) on bank.customer to backtester;
create policy backtested on bank.customer for select to backtester using (true);
