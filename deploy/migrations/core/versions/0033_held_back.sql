-- Received money that is held back: precautionary blocks, and disputes of a received Pix (MED). The money is held by the ledger: how a
-- hold stands is said there, and nowhere twice.
create table cases.block (
    tenant_id     text not null,
    block_id      uuid not null,
    transfer_id   uuid not null,
    hold_id       uuid not null,
    account_id    uuid not null,
    customer_id   text not null,
    amount_minor  bigint not null check (amount_minor > 0),
    currency      text not null,
    case_id       uuid,
    placed_by     text not null,
    placed_at     timestamptz not null,
    expires_at    timestamptz not null check (expires_at > placed_at and expires_at <= placed_at + interval '72 hours'),
    proposal      text check (proposal in ('keep', 'release')),
    proposed_by   text,
    proposed_at   timestamptz,
    outcome       text check (outcome in ('kept', 'released')),
    judged_by     text check (judged_by <> proposed_by),
    judged_at     timestamptz,
    refund_id     uuid,
    salt          bytea not null check (length(salt) = 16),
    sealed        bytea check (length(sealed) <= 32768),
    version       integer not null default 1,
    primary key (tenant_id, block_id),
    -- A received payment is blocked once: 72 hours are all that there are.
    unique (tenant_id, transfer_id),
    foreign key (tenant_id, case_id) references cases.case,
    check ((proposal is null) = (proposed_by is null) and (proposed_by is null) = (proposed_at is null)),
    check ((outcome is null) = (judged_by is null)),
    check ((refund_id is not null) = (outcome is not distinct from 'kept'))
);
create index block_newest on cases.block (tenant_id, placed_at desc, block_id desc);

create table cases.dispute (
    tenant_id      text not null,
    dispute_id     uuid not null,
    external_id    text not null check (external_id ~ '^[0-9A-Za-z._:-]{1,64}$'),
    transfer_id    uuid not null,
    account_id     uuid not null,
    customer_id    text not null,
    situation      text not null
                   check (situation in ('scam', 'account-takeover', 'coercion', 'fraudulent-access', 'other', 'unknown')),
    amount_minor   bigint not null check (amount_minor > 0),
    currency       text not null,
    hold_id        uuid not null,
    held_minor     bigint not null check (held_minor >= 0 and held_minor <= amount_minor),
    state          text not null check (state in ('open', 'acknowledged', 'proposed', 'agreed', 'disagreed', 'refunded', 'rejected',
                                                  'cancelled')),
    reported_at    timestamptz not null,
    analysis_due_at timestamptz not null,
    refund_due_at  timestamptz not null check (refund_due_at > analysis_due_at),
    analysis       text check (analysis in ('agreed', 'disagreed')),
    proposed_by    text,
    proposed_at    timestamptz,
    judged_by      text check (judged_by <> proposed_by),
    judged_at      timestamptz,
    result         text check (result in ('totally-accepted', 'partially-accepted', 'no-balance', 'account-closure',
                                          'cannot-refund', 'other')),
    refund_id      uuid,
    refunded_minor bigint not null default 0 check (refunded_minor >= 0 and refunded_minor <= amount_minor),
    opened_by      text not null,
    opened_at      timestamptz not null,
    ended_at       timestamptz,
    version        integer not null default 1,
    primary key (tenant_id, dispute_id),
    unique (tenant_id, external_id),
    check ((analysis is null) = (proposed_by is null) and (proposed_by is null) = (proposed_at is null)),
    check ((state in ('agreed', 'disagreed', 'refunded', 'rejected')) = (judged_by is not null)),
    check ((state in ('disagreed', 'refunded', 'rejected', 'cancelled')) = (ended_at is not null)),
    check ((result is not null) = (state in ('refunded', 'rejected'))),
    check ((refunded_minor > 0) = (refund_id is not null))
);
-- Money is disputed by one at a time.
create unique index dispute_of on cases.dispute (tenant_id, transfer_id)
    where state in ('open', 'acknowledged', 'proposed', 'agreed');
create index dispute_due on cases.dispute (tenant_id, refund_due_at, dispute_id);

do $$
declare
    named text;
begin
    foreach named in array array['block', 'dispute'] loop
        execute format('alter table cases.%I enable row level security, force row level security', named);
        execute format(
            'create policy own_tenant on cases.%I using (tenant_id = (select public.current_tenant())) '
            'with check (tenant_id = (select public.current_tenant()))', named);
        execute format('grant select, insert on cases.%I to api', named);
        execute format('grant select on cases.%I to audit, eraser', named);
        execute format('grant select, update on cases.%I to poster', named);
    end loop;
end
$$;
grant update (proposal, proposed_by, proposed_at, outcome, judged_by, judged_at, refund_id, version) on cases.block to api;
grant update (sealed) on cases.block to eraser;
grant update (state, analysis, proposed_by, proposed_at, judged_by, judged_at, result, refund_id, refunded_minor, ended_at, version)
    on cases.dispute to api;

create or replace function cases.rename_customer(p_tenant text, p_old text, p_new text) returns void
language sql security definer
set search_path = pg_catalog, pg_temp
as $$
    update cases.case set customer_id = p_new where tenant_id = p_tenant and customer_id = p_old;
    update cases.freeze set customer_id = p_new where tenant_id = p_tenant and customer_id = p_old;
    update cases.block set customer_id = p_new where tenant_id = p_tenant and customer_id = p_old;
    update cases.dispute set customer_id = p_new where tenant_id = p_tenant and customer_id = p_old;
$$;
