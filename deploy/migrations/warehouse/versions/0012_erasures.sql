-- Erasing people: the worker may write, for one tenant at a time, what tells of somebody. Marts are the transform role's own.
do $$
begin
  begin
    create role eraser login nosuperuser nocreatedb nocreaterole;
  exception when duplicate_object or unique_violation then
    null;
  end;
  execute format('grant connect, temporary on database %I to eraser', current_database());
end
$$;
grant usage on schema raw, read_model to eraser;

do $$
declare
  named text;
begin
  foreach named in array array['raw.decisions', 'raw.alerts', 'raw.controls', 'read_model.movement'] loop
    execute format('grant select on %s to eraser', named);
    execute format(
      'create policy own_tenant_erased on %s to eraser '
      'using (tenant_id = (select nullif(current_setting(''app.tenant_id'', true), ''''))) '
      'with check (tenant_id = (select nullif(current_setting(''app.tenant_id'', true), '''')))', named);
  end loop;
end
$$;
-- What is past its time goes, a tenant at a time.
do $$
declare
  named text;
begin
  foreach named in array array['outcomes', 'overrides', 'ledger_events', 'labels'] loop
    execute format('grant select on raw.%I to eraser', named);
    execute format(
      'create policy own_tenant_erased on raw.%I to eraser '
      'using (tenant_id = (select nullif(current_setting(''app.tenant_id'', true), ''''))) '
      'with check (tenant_id = (select nullif(current_setting(''app.tenant_id'', true), '''')))', named);
  end loop;
end
$$;
grant delete on raw.decisions, raw.outcomes, raw.overrides, raw.ledger_events, raw.labels, raw.alerts to eraser;
grant update (customer_id, account_id, card_id, device_id, payee_id, merchant_id) on raw.decisions to eraser;
grant update (subject_id, stand_outs) on raw.alerts to eraser;
grant update (body) on raw.controls to eraser;
grant update (counterparty_owner, counterparty_name, description, note, words) on read_model.movement to eraser;
