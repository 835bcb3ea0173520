-- An open hit goes when its list lets go of the entry, or the entry or the name says something else that does not meet. What it held
-- back and nothing else did has to move then. Whoever screens may move no money: in the transaction in which the hit goes they say
-- here which payments waited for it, and the sweeper ends those, each once, and takes the row away.
create table screening.let_go (
    tenant_id    text not null,
    transfer_id  uuid not null,
    hit_id       uuid not null,
    list_id      text not null,
    entry_id     text not null,
    at           timestamptz not null,
    primary key (tenant_id, transfer_id, hit_id)
);
alter table screening.let_go enable row level security, force row level security;
create policy tenant_rows on screening.let_go
    using (tenant_id = (select public.current_tenant())) with check (tenant_id = (select public.current_tenant()));
create policy every_tenant on screening.let_go for insert to screener with check (true);
grant select, delete on screening.let_go to api;
grant select on screening.let_go to audit, poster;
grant insert on screening.let_go to screener;

-- Whoever is paid by somebody is screened again too, when what they met is not on the list any more as it was.
create policy every_tenant on screening.party for select to screener using (true);
create policy every_tenant on screening.payment for select to screener using (true);
grant select on screening.party, screening.payment to screener;

-- What may be ended: payments that no hit holds any more, and those that have ended otherwise. For the sweeper, which takes each under
-- its tenant.
grant select on screening.payment to poster;
create function screening.let_go_payments(p_limit integer)
returns table (tenant_id text, transfer_id uuid)
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
    select g.tenant_id, g.transfer_id
    from screening.let_go g
    join ledger.transfer t on t.tenant_id = g.tenant_id and t.id = g.transfer_id
    where t.status <> 'held' or not exists (
        select from screening.payment p join screening.hit h on h.tenant_id = p.tenant_id and h.hit_id = p.hit_id
        where p.tenant_id = g.tenant_id and p.transfer_id = g.transfer_id and h.status <> 'cleared')
    group by g.tenant_id, g.transfer_id
    order by min(g.at), g.transfer_id
    limit least(p_limit, 1000)
$$;
alter function screening.let_go_payments(integer) owner to poster;
revoke all on function screening.let_go_payments(integer) from public;
grant execute on function screening.let_go_payments(integer) to api;
