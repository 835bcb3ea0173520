-- What each account may still pay, in one round trip for all that arrived together: answers in order, null for an account that is
-- not the tenant's. Pending debits count as gone, pending credits do not count.
create function ledger.available_batch(p_tenants text[], p_accounts uuid[])
returns table (ord bigint, available_minor bigint)
language sql stable security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $$
    select asked.ord, a.credits_posted_minor - a.debits_posted_minor - a.debits_pending_minor
    from unnest(p_tenants, p_accounts) with ordinality as asked (tenant_id, account_id, ord)
    left join ledger.account a on a.id = asked.account_id and a.tenant_id = asked.tenant_id
    order by asked.ord
$$;
alter function ledger.available_batch(text[], uuid[]) owner to poster;
revoke all on function ledger.available_batch(text[], uuid[]) from public;
grant execute on function ledger.available_batch(text[], uuid[]) to api;
