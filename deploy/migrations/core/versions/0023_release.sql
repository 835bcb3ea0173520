-- Whoever stalls past its lease may find that a twin has taken the key over, with the same transfer's id. Giving it back then
-- would let a third request begin another transfer while the twin posts this one. A claim whose lease is not its first one was
-- taken over, and nobody gives it back: it ends by its work, or by the sweeper.
drop function idempotency.release(text, text, uuid);
create function idempotency.release(p_tenant text, p_key text, p_transfer_id uuid, p_lease_ms integer) returns boolean
language sql security definer
set search_path = pg_catalog, pg_temp
as $$
    with gone as (
        delete from idempotency.claim c
        where c.tenant_id = p_tenant and c.key = p_key and c.transfer_id = p_transfer_id and c.state = 'running'
            and c.leased_until <= c.created_at + p_lease_ms * interval '1 millisecond'
        returning c.tenant_id, c.transfer_id
    ),
    unwritten as (
        delete from bank.transfer_note n using gone g where n.tenant_id = g.tenant_id and n.transfer_id = g.transfer_id
    )
    select exists (select from gone)
$$;
alter function idempotency.release(text, text, uuid, integer) owner to poster;
revoke execute on function idempotency.release(text, text, uuid, integer) from public;
grant execute on function idempotency.release(text, text, uuid, integer) to api, intake;
