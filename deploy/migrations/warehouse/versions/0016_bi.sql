-- The role of the dashboards. People write SQL of their own there, and a tenant that is said in a setting (`app.tenant_id`) is
-- one that they could set: whose marts a role reads lies in a table instead, which no role of theirs can touch.
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
grant usage on schema bi to bi, transform;

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
grant select on bi.reader to bi, audit;

-- The tenant of whoever logged in; null, and so nothing, for a role that is not named above. `session_user` is who logged in,
-- whatever role is worn.
create function bi.current_tenant() returns text
language sql stable set search_path = pg_catalog, pg_temp
as 'select r.reads_tenant from bi.reader r where r.role_name = session_user';
revoke all on function bi.current_tenant() from public;
grant execute on function bi.current_tenant() to bi, transform;
