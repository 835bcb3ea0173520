-- Alerts and their members.
--
-- A flagged decision is a member of exactly one alert (the key of alert_member says so). Alerts are opened and grow under an
-- advisory lock a tenant, and their ids are derived from the decision that opened them, so that a replay changes nothing.
create schema cases;
grant usage on schema cases to api, alerts, audit;

create table cases.alert (
    tenant_id text not null,
    alert_id uuid not null,
    subject_kind text not null check (subject_kind in ('customer', 'account', 'payee', 'transaction')),
    subject_id text not null,
    currency text not null,
    status text not null check (status in ('open', 'in_review', 'confirmed', 'dismissed')),
    first_event_time timestamptz not null,
    last_event_time timestamptz not null check (last_event_time - first_event_time < interval '24 hours'),
    decisions integer not null check (decisions > 0),
    total_amount_minor bigint not null check (total_amount_minor > 0),
    highest_probability double precision,
    opened_at timestamptz not null,
    changed_at timestamptz not null,
    moved_by text,
    moves integer not null default 0,
    primary key (tenant_id, alert_id)
) with (fillfactor = 80);
create index alert_of_a_subject on cases.alert (tenant_id, subject_kind, subject_id, first_event_time)
    where status in ('open', 'in_review');
create index alert_newest on cases.alert (tenant_id, opened_at desc, alert_id desc);
create index alert_newest_of_a_status on cases.alert (tenant_id, status, opened_at desc, alert_id desc);

create table cases.alert_member (
    tenant_id text not null,
    transaction_id uuid not null,
    alert_id uuid not null,
    position integer not null check (position > 0),
    event_time timestamptz not null,
    verdict text not null check (verdict in ('review', 'step_up', 'deny')),
    amount_minor bigint not null check (amount_minor > 0),
    currency text not null,
    probability double precision,
    reasons text[] not null,
    stand_outs jsonb not null,
    transaction jsonb not null,
    joined_at timestamptz not null,
    primary key (tenant_id, transaction_id),
    unique (tenant_id, alert_id, position),
    foreign key (tenant_id, alert_id) references cases.alert
);

do $$
declare
    named text;
begin
    foreach named in array array['alert', 'alert_member'] loop
        execute format('alter table cases.%I enable row level security, force row level security', named);
        execute format(
            'create policy own_tenant on cases.%I using (tenant_id = (select public.current_tenant())) '
            'with check (tenant_id = (select public.current_tenant()))',
            named);
        execute format('grant select, insert on cases.%I to alerts', named);
        execute format('grant select on cases.%I to api, audit', named);
    end loop;
end
$$;
grant update on cases.alert to alerts;
grant update (status, moved_by, moves, changed_at) on cases.alert to api;
