-- Inbound money comes from and goes to other banks through a tenant's settlement account of the channel. Which channels and
-- currencies will come in is not known beforehand, so the intake opens the account that its first posting needs. It may open
-- nothing else: an account of this one kind, without an owner or a limit, at a tenant who has customers' accounts. One that
-- is there stays as it is.
create function ledger.open_settlement_accounts(
    p_ids uuid[], p_tenants text[], p_currencies text[], p_codes text[], p_now_ms bigint
) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if exists (
        select from unnest(p_tenants, p_codes) as asked (tenant_id, code)
        where asked.code is null or asked.code !~ '^settlement:[a-z_]{1,32}$'
            or not exists (select from ledger.account a where a.tenant_id = asked.tenant_id and a.code is null)
    ) then
        raise exception 'only settlement accounts of a tenant with customers'' accounts are opened here' using errcode = '42501';
    end if;
    perform ledger.open_accounts(p_ids, p_tenants, p_currencies, null, p_codes, null, null, null, p_now_ms);
end
$$;

alter function ledger.open_settlement_accounts(uuid[], text[], text[], text[], bigint) owner to poster;
revoke all on function ledger.open_settlement_accounts(uuid[], text[], text[], text[], bigint) from public;
grant execute on function ledger.open_settlement_accounts(uuid[], text[], text[], text[], bigint) to intake;
