-- Money that waits for a look at its payer brings what compliance is to be told if the look finds a hit: the decision, as
-- `risk.screened.v1` has it. It leaves by the outbox in the transaction that says so, and is not kept after that. What lay there before
-- has none, and its hit is in the queue alone.
alter table bank.suspense_item add column if_listed bytea check (length(if_listed) between 1 and 65536);
grant update (if_listed) on bank.suspense_item to intake;
grant select on screening.unnamed_change to poster;

-- What is credited by itself: no hit of its payer is there that is not cleared, or they were looked at again and met nobody; and what was
-- held only because nobody has said who its payer is, of a bank that has chosen to credit such. Whoever credits looks again at each,
-- in the transaction that moves the money.
create or replace function screening.cleared_items(p_limit integer)
returns table (tenant_id text, item_id uuid)
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
    with credits as (
        select newest.tenant_id from (
            select distinct on (c.tenant_id) c.tenant_id, c.choice from screening.unnamed_change c
            where c.status = 'approved' order by c.tenant_id, c.judged_at desc, c.change_id desc
        ) newest
        where newest.choice = 'credit'
    ),
    found as (
        (
            select i.tenant_id, i.item_id, i.opened_at from bank.suspense_item i
            where i.status = 'open' and i.problem in ('payer-may-be-listed', 'payer-screened') and i.goes_on
              and i.party_id is not null and i.account_id is not null
              and not exists (
                select from screening.hit h where h.tenant_id = i.tenant_id and h.party_id = i.party_id and h.status <> 'cleared')
            order by i.opened_at, i.item_id limit least(p_limit, 1000)
        )
        union all
        (
            select i.tenant_id, i.item_id, i.opened_at from credits c join bank.suspense_item i using (tenant_id)
            where i.status = 'open' and i.problem = 'payer-not-named' and i.account_id is not null
              and not exists (
                select from screening.party y
                where y.tenant_id = i.tenant_id and y.payer_id = i.payer_id and y.sealed <> '\x00'::bytea)
            order by i.opened_at, i.item_id limit least(p_limit, 1000)
        )
    )
    select f.tenant_id, f.item_id from found f order by f.opened_at, f.item_id limit least(p_limit, 1000)
$$;
