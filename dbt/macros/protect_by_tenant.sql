{# Run in the transaction that swaps the new table in, so that nobody ever sees it without its policies.
   The API reads as `analytics`, which sees the tenant in `app.tenant_id` and, when none is set, nothing. Dashboards read as
   `bi`, whose tenant is the server's to say: people write SQL of their own there. #}
{% macro protect_by_tenant(relation) -%}
  alter table {{ relation }} enable row level security;
  alter table {{ relation }} force row level security;
  create policy built_by_transform on {{ relation }} to transform using (true) with check (true);
  create policy read_whole on {{ relation }} for select to audit using (true);
  create policy own_tenant on {{ relation }} for select to analytics
    using (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')));
  create policy own_tenant_of_bi on {{ relation }} for select to bi using (tenant_id = (select bi.current_tenant()));
  grant select on {{ relation }} to analytics, audit, bi;
{%- endmacro %}

{% macro grant_usage(schema) -%}
  grant usage on schema {{ schema }} to analytics, audit, bi
{%- endmacro %}
