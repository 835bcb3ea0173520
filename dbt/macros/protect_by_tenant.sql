{# Run in the transaction that swaps the new table in, so that nobody ever sees it without its policies.
   The API reads as `analytics`, which sees the tenant in `app.tenant_id` and, when none is set, nothing. #}
{% macro protect_by_tenant(relation) -%}
  alter table {{ relation }} enable row level security;
  alter table {{ relation }} force row level security;
  create policy built_by_transform on {{ relation }} to transform using (true) with check (true);
  create policy read_whole on {{ relation }} for select to audit using (true);
  create policy own_tenant on {{ relation }} for select to analytics
    using (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')));
  grant select on {{ relation }} to analytics, audit;
{%- endmacro %}

{% macro grant_usage(schema) -%}
  grant usage on schema {{ schema }} to analytics, audit
{%- endmacro %}
