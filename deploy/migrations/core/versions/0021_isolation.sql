-- Forgets finished claims older than the promise of replay. The promise is a day at least by the server's own clock: a caller that
-- says otherwise would make a repeated payment of any tenant a second one.
create or replace function idempotency.forget(p_before_ms bigint, p_limit integer) returns bigint
language sql security definer
set search_path = pg_catalog, pg_temp
as $$
    with old as (
        select c.tenant_id, c.key from idempotency.claim c
        where c.state = 'done' and c.created_at < least(ledger.at(p_before_ms), clock_timestamp() - interval '1 day')
        limit least(p_limit, 10000)
    ),
    gone as (
        delete from idempotency.claim c using old where c.tenant_id = old.tenant_id and c.key = old.key
        returning 1
    )
    select count(*) from gone
$$;
