-- Inbound payments in line. What comes in by a topic names its payer by the rail's id alone; the rail's gateway tells who that is
-- beforehand. A party is whom one customer pays under one name, or whoever pays into the bank under an id: that one is nobody's
-- customer, has a key of their own, and may get another name.
alter table screening.party
    alter column customer_id drop not null,
    add column payer_id text check (payer_id ~ '^[A-Za-z0-9._:@-]{1,64}$'),
    add column kind text check (kind in ('person', 'business')),
    add column name_index bytea check (length(name_index) = 32),
    add column lists bytea check (length(lists) = 32),
    add constraint party_of_one check ((customer_id is null) <> (payer_id is null)),
    add constraint party_payer_named check ((payer_id is null) = (name_index is null)),
    add constraint party_payer_only check (payer_id is not null or (kind is null and lists is null));
create unique index party_of_a_payer on screening.party (tenant_id, payer_id) where payer_id is not null;

-- A hit of a payer is no customer's.
alter table screening.hit
    alter column customer_id drop not null,
    add constraint hit_of_somebody check (customer_id is not null or party_id is not null);
create index hit_of_a_party on screening.hit (tenant_id, party_id) where party_id is not null;

alter table screening.payment
    drop constraint payment_became_check,
    add constraint payment_became_check check (became in ('held', 'refused', 'suspended'));

-- Who paid what lies in suspense, and for whose account it is, as far as the intake knows. What two people have cleared is credited
-- by itself, so that nobody need have proposed it.
alter table bank.suspense_item
    add column party_id uuid,
    add column account_id uuid,
    add foreign key (tenant_id, party_id) references screening.party on delete set null (party_id),
    drop constraint suspense_item_check1,
    add constraint suspense_item_proposed check (status = 'open' or proposed_by is not null or resolved_by = 'screening');
create index suspense_of_a_party on bank.suspense_item (tenant_id, party_id) where party_id is not null;
create index suspense_listed on bank.suspense_item (opened_at) where status = 'open' and problem = 'payer-may-be-listed';

grant usage on schema screening to intake;
alter policy own_or_shared on screening.version to api, audit, intake;
alter policy own_or_shared on screening.entry to api, audit, intake;
grant select on screening.version, screening.entry to intake;
grant select on screening.party to intake;
grant update (lists) on screening.party to intake;
grant update (kind, country, sealed, name_index, lists, met_at) on screening.party to api;
grant select, insert on screening.hit to intake;
grant update (digest, name_index, score, found_at, status, verdict, note, proposed_by, proposed_at, judged_by, judged_at)
    on screening.hit to intake;
grant insert on screening.payment to intake;
grant select on bank.suspense_item to eraser, poster;
-- A payer is forgotten name first.
grant update (sealed) on screening.party to eraser;

-- Money of payers whose hits are all cleared, or have gone: for the sweeper, which credits each under its tenant.
create function screening.cleared_items(p_limit integer)
returns table (tenant_id text, item_id uuid)
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
    select i.tenant_id, i.item_id from bank.suspense_item i
    where i.status = 'open' and i.problem = 'payer-may-be-listed' and i.party_id is not null and i.account_id is not null
      and not exists (
        select from screening.hit h where h.tenant_id = i.tenant_id and h.party_id = i.party_id and h.status <> 'cleared')
    order by i.opened_at, i.item_id
    limit least(p_limit, 1000)
$$;
alter function screening.cleared_items(integer) owner to poster;
revoke all on function screening.cleared_items(integer) from public;
grant execute on function screening.cleared_items(integer) to api;
