-- A closed day is finished once its interest is accrued, its charges are made and what was due has been tried: then no later run
-- accrues or charges for it again, by terms that came after it. What was closed before this migration has been gone through by
-- every night since.
alter table ledger.day_close add column finished_at timestamptz;
update ledger.day_close set finished_at = closed_at;
grant update (finished_at) on ledger.day_close to api;

-- As before, of what was sealed alone: a journal row between two that are sealed and that is not itself moves no other's place.
create or replace function chain.proof(p_transfer_id uuid)
returns table (
    height bigint, place integer, may_have_ended boolean, leaf bytea, digests bytea[], debit_owner text, credit_owner text
)
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
    select
        b.height, l.position, t.resolved_at is not null and l.states = 1, ledger.leaf(t, d.entry, c.entry, own.salt),
        (
            select array_agg(u.digest order by j.id, u.n)
            from chain.batch s
            join ledger.journal j on j.id = s.journal_id
            cross join unnest(j.digests) with ordinality as u (digest, n)
            where s.journal_id between b.first_journal_id and b.last_journal_id
        ),
        da.owner_id, ca.owner_id
    from ledger.transfer t
    join lateral (
        select x.height, x.position, count(*) over () as states
        from chain.leaf x
        where x.transfer_id = t.id
        order by x.height desc, x.position desc
        limit 1
    ) l on true
    join chain.block b on b.height = l.height
    join lateral (
        select j.id, j.salt
        from chain.batch s
        join ledger.journal j on j.id = s.journal_id
        where s.journal_id between b.first_journal_id and b.last_journal_id and j.transfer_ids @> array[t.id]
        order by j.id desc
        limit 1
    ) own on true
    left join ledger.account da on da.id = t.debit_account_id
    left join ledger.account ca on ca.id = t.credit_account_id
    -- An entry is booked no earlier than its transfer, and soon after: the index of moments leads to it.
    left join lateral (
        select row(e.*)::ledger.entry as entry
        from ledger.entry e
        where t.posted_minor > 0 and e.account_id = t.debit_account_id and e.booked_at >= t.booked_at and e.transfer_id = t.id
        order by e.booked_at, e.version
        limit 1
    ) d on true
    left join lateral (
        select row(e.*)::ledger.entry as entry
        from ledger.entry e
        where t.posted_minor > 0 and e.account_id = t.credit_account_id and e.booked_at >= t.booked_at and e.transfer_id = t.id
        order by e.booked_at, e.version
        limit 1
    ) c on true
    where t.id = p_transfer_id and t.tenant_id = public.current_tenant()
$$;
grant select on chain.batch to poster;
