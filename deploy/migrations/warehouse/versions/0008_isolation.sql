-- A connection that has served a tenant says '' of its tenant from then on, and not null. A backtest of every tenant's history is
-- kept under '', so that a forgotten tenant would have read it: '' is nobody.
do $$
declare
  named record;
begin
  for named in select schemaname, tablename from pg_policies where policyname = 'own_tenant' and roles = array['analytics']::name[] loop
    execute format(
      'alter policy own_tenant on %I.%I using (tenant_id = (select nullif(current_setting(''app.tenant_id'', true), '''')))',
      named.schemaname, named.tablename);
  end loop;
end
$$;
