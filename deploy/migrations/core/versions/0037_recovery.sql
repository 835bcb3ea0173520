-- Money of a Pix that a customer of this bank was defrauded of, asked back from the institution that received it (MED, the payer's
-- side). `external_id` is the directory's, from when the request was sent; `due_at` is the deadline that runs (cases/recoveries).
create table cases.recovery (
    tenant_id      text not null,
    recovery_id    uuid not null,
    external_id    text check (external_id ~ '^[0-9A-Za-z._:-]{1,64}$'),
    transfer_id    uuid not null,
    account_id     uuid not null,
    customer_id    text not null,
    situation      text not null
                   check (situation in ('scam', 'account-takeover', 'coercion', 'fraudulent-access', 'other', 'unknown')),
    amount_minor   bigint not null check (amount_minor > 0),
    currency       text not null,
    state          text not null check (state in ('created', 'sent', 'analysed', 'refunding', 'returning', 'completed', 'refused',
                                                  'cancelled')),
    reported_at    timestamptz not null,
    analysed_at    timestamptz,
    due_at         timestamptz,
    proposed_minor bigint check (proposed_minor > 0 and proposed_minor <= amount_minor),
    proposed_by    text,
    proposed_at    timestamptz,
    judged_by      text check (judged_by <> proposed_by),
    judged_at      timestamptz,
    result         text check (result in ('totally-accepted', 'partially-accepted', 'disagreed', 'no-balance', 'account-closure',
                                          'cannot-refund', 'other')),
    return_id      uuid,
    returned_minor bigint not null default 0 check (returned_minor >= 0 and returned_minor <= amount_minor),
    opened_by      text not null,
    opened_at      timestamptz not null,
    ended_at       timestamptz,
    version        integer not null default 1,
    primary key (tenant_id, recovery_id),
    unique (tenant_id, external_id),
    check ((proposed_minor is null) = (proposed_by is null) and (proposed_by is null) = (proposed_at is null)),
    check ((state in ('completed', 'refused', 'cancelled')) = (ended_at is not null)),
    check ((due_at is null) = (ended_at is not null)),
    check ((result is not null) = (state in ('completed', 'refused'))),
    check ((state = 'completed') = (judged_by is not null)),
    check ((state = 'completed') = (returned_minor > 0) and (returned_minor > 0) = (return_id is not null)),
    check (external_id is not null or state in ('created', 'cancelled'))
);
-- Money is asked back once at a time.
create unique index recovery_of on cases.recovery (tenant_id, transfer_id)
    where state in ('created', 'sent', 'analysed', 'refunding', 'returning');
create index recovery_due on cases.recovery (tenant_id, due_at, recovery_id) where due_at is not null;
create index recovery_ended on cases.recovery (tenant_id, ended_at desc, recovery_id desc) where ended_at is not null;

alter table cases.recovery enable row level security, force row level security;
create policy own_tenant on cases.recovery using (tenant_id = (select public.current_tenant()))
    with check (tenant_id = (select public.current_tenant()));
grant select, insert on cases.recovery to api;
grant update (external_id, state, analysed_at, due_at, proposed_minor, proposed_by, proposed_at, judged_by, judged_at, result,
              return_id, returned_minor, ended_at, version) on cases.recovery to api;
grant select on cases.recovery to audit, eraser;
grant select, update on cases.recovery to poster;

create or replace function cases.rename_customer(p_tenant text, p_old text, p_new text) returns void
language sql security definer
set search_path = pg_catalog, pg_temp
as $$
    update cases.case set customer_id = p_new where tenant_id = p_tenant and customer_id = p_old;
    update cases.freeze set customer_id = p_new where tenant_id = p_tenant and customer_id = p_old;
    update cases.block set customer_id = p_new where tenant_id = p_tenant and customer_id = p_old;
    update cases.dispute set customer_id = p_new where tenant_id = p_tenant and customer_id = p_old;
    update cases.recovery set customer_id = p_new where tenant_id = p_tenant and customer_id = p_old;
$$;
