-- Findings of money laundering. One is an account in a scenario, from the first payment of it to the last; its id follows from
-- them, so that a replay changes nothing. Alerts are of flagged decisions, or of findings: then `decisions` counts findings, and
-- the payments of the findings are what there is to look at.
alter table cases.alert
    add column kind text not null default 'decision' check (kind in ('decision', 'scenario')),
    add column scenarios text[] not null default '{}',
    drop constraint alert_check,
    add constraint alert_spans check (last_event_time - first_event_time
        < case kind when 'decision' then interval '24 hours' else interval '90 days' end),
    add constraint alert_of_scenarios check ((kind = 'scenario') = (cardinality(scenarios) > 0));

create table cases.finding (
    tenant_id     text not null,
    finding_id    uuid not null,
    scenario      text not null check (length(scenario) between 1 and 48),
    account_id    uuid not null,
    customer_id   text,
    alert_id      uuid not null,
    currency      text not null,
    first_at      timestamptz not null,
    last_at       timestamptz not null check (last_at >= first_at),
    payments      integer not null check (payments > 0),
    amount_minor  bigint not null check (amount_minor > 0),
    measures      jsonb not null,
    parameters    jsonb not null,
    job           text not null,
    growth        integer not null check (growth > 0),
    found_at      timestamptz not null,
    changed_at    timestamptz not null,
    primary key (tenant_id, finding_id),
    foreign key (tenant_id, alert_id) references cases.alert
) with (fillfactor = 80);
create index finding_of_an_account on cases.finding (tenant_id, account_id, scenario, last_at desc);
create index finding_of_an_alert on cases.finding (tenant_id, alert_id);

create table cases.finding_payment (
    tenant_id      text not null,
    finding_id     uuid not null,
    transaction_id uuid not null,
    at             timestamptz not null,
    amount_minor   bigint not null check (amount_minor > 0),
    payment        jsonb not null,
    joined_at      timestamptz not null,
    primary key (tenant_id, finding_id, transaction_id),
    foreign key (tenant_id, finding_id) references cases.finding
);

-- What an account reached of a measure that its past is told by: a row each time that it was more than ever before.
create table cases.reached (
    tenant_id   text not null,
    scenario    text not null check (length(scenario) between 1 and 48),
    account_id  uuid not null,
    reached_at  timestamptz not null,
    measure     bigint not null check (measure > 0),
    primary key (tenant_id, account_id, scenario, reached_at)
);

do $$
declare
    named text;
begin
    foreach named in array array['finding', 'finding_payment', 'reached'] loop
        execute format('alter table cases.%I enable row level security, force row level security', named);
        execute format(
            'create policy own_tenant on cases.%I using (tenant_id = (select public.current_tenant())) '
            'with check (tenant_id = (select public.current_tenant()))',
            named);
        execute format('grant select, insert on cases.%I to alerts', named);
        execute format('grant select on cases.%I to audit', named);
    end loop;
end
$$;
grant select on cases.finding, cases.finding_payment to api;
grant update on cases.finding to alerts;
grant update (measure) on cases.reached to alerts;
grant select on cases.finding, cases.finding_payment to eraser;
grant update (customer_id) on cases.finding to eraser;
grant update (payment) on cases.finding_payment to eraser;

-- Whose account it is, where no payment of a candidate said so.
grant usage on schema bank to alerts;
grant select (tenant_id, account_id, customer_id) on bank.account to alerts;
