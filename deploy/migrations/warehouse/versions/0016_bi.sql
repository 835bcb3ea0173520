-- The role of the dashboards, which reads the masked views. People write SQL of their own there, and a tenant that is said in a
-- setting (`app.tenant_id`) is one that they could set: whose rows it reads lies in a table instead, which it cannot touch.
do $$
declare
  wanted text;
begin
  foreach wanted in array array['bi', 'superset'] loop
    begin
      execute format('create role %I login nosuperuser nocreatedb nocreaterole', wanted);
    exception when duplicate_object or unique_violation then
      null;
    end;
  end loop;
end
$$;

do $$
begin
  execute format('grant connect on database %I to bi', current_database());
end
$$;

create schema bi;
grant usage on schema bi to bi, analyst, transform;

-- One row a login role: the tenant whose marts it reads. `baas up` writes it; a role sees its own row.
create table bi.reader (
  role_name name primary key,
  reads_tenant text not null check (reads_tenant <> '')
);
alter table bi.reader enable row level security;
alter table bi.reader force row level security;
create policy own_row on bi.reader for select to bi using (role_name = session_user);
create policy read_whole on bi.reader for select to audit using (true);
grant usage on schema bi to audit;
grant select on bi.reader to bi, analyst, transform, audit;

-- Whose rows a reader of the masked views sees: of the dashboards' role what the table says, and nothing where it says nothing;
-- of others the tenant in `app.tenant_id`. `session_user` is who logged in, whatever role is worn.
create function bi.current_tenant() returns text
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select case
    when session_user = 'bi' then (select r.reads_tenant from bi.reader r where r.role_name = session_user)
    else nullif(current_setting('app.tenant_id', true), '')
  end
$$;
revoke all on function bi.current_tenant() from public;
grant execute on function bi.current_tenant() to bi, analyst, transform;
