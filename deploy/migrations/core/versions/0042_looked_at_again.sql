-- Money that came in and whose payer could not be held against the lists, or whom nobody has named where the tenant wants names: it
-- waits in suspense, and the intake looks again. `payment_id` is the payment that it came by, `payer_id` whom that names. What nobody
-- but screening keeps there goes on by itself; what the scorer wants a person to see does not.
alter table bank.suspense_item
    add column payment_id uuid,
    add column payer_id text check (length(payer_id) between 1 and 64),
    add column goes_on boolean not null default true;
create index suspense_looked_at_again on bank.suspense_item (tenant_id, opened_at, item_id)
    where status = 'open' and problem in ('payer-not-screened', 'payer-not-named');
drop index bank.suspense_listed;
create index suspense_goes_on on bank.suspense_item (opened_at)
    where status = 'open' and problem in ('payer-may-be-listed', 'payer-screened') and goes_on;
grant select, update (problem, party_id) on bank.suspense_item to intake;

-- Whose money waits so, of which kind and how much of it. For the intake, which looks at each tenant's under that tenant.
create function screening.waiting_items()
returns table (tenant_id text, problem text, items bigint)
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
    select i.tenant_id, i.problem, count(*)
    from bank.suspense_item i
    where i.status = 'open' and i.problem in ('payer-not-screened', 'payer-not-named')
    group by i.tenant_id, i.problem
$$;
alter function screening.waiting_items() owner to poster;
revoke all on function screening.waiting_items() from public;
grant execute on function screening.waiting_items() to intake;

-- What is credited by itself: no hit of its payer is there that is not cleared, or they were looked at again and met nobody.
create or replace function screening.cleared_items(p_limit integer)
returns table (tenant_id text, item_id uuid)
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
    select i.tenant_id, i.item_id from bank.suspense_item i
    where i.status = 'open' and i.problem in ('payer-may-be-listed', 'payer-screened') and i.goes_on
      and i.party_id is not null and i.account_id is not null
      and not exists (
        select from screening.hit h where h.tenant_id = i.tenant_id and h.party_id = i.party_id and h.status <> 'cleared')
    order by i.opened_at, i.item_id
    limit least(p_limit, 1000)
$$;

-- What a tenant wants of payers whom no gateway has named: their payments credited unscreened, or held until they are named. One person
-- proposes it and another approves; what was approved last holds, and where nothing was they are credited.
create table screening.unnamed_change (
    tenant_id   text not null,
    change_id   uuid not null,
    choice      text not null check (choice in ('credit', 'hold')),
    why         text not null check (length(why) between 1 and 500),
    status      text not null check (status in ('proposed', 'approved', 'rejected', 'withdrawn')),
    proposed_by text not null,
    proposed_at timestamptz not null,
    judged_by   text check (judged_by <> proposed_by),
    judged_at   timestamptz,
    note        text check (length(note) between 1 and 500),
    primary key (tenant_id, change_id),
    check ((status in ('approved', 'rejected')) = (judged_by is not null)),
    check ((judged_by is null) = (judged_at is null))
);
create index unnamed_change_newest on screening.unnamed_change (tenant_id, proposed_at desc, change_id desc);
create index unnamed_change_in_force on screening.unnamed_change (tenant_id, judged_at desc, change_id desc) where status = 'approved';
alter table screening.unnamed_change enable row level security, force row level security;
create policy tenant_rows on screening.unnamed_change
    using (tenant_id = (select public.current_tenant())) with check (tenant_id = (select public.current_tenant()));
grant select, insert on screening.unnamed_change to api;
grant update (status, judged_by, judged_at, note) on screening.unnamed_change to api;
grant select on screening.unnamed_change to audit, intake;
