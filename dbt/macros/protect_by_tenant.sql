{# Run in the transaction that makes a table or swaps it in, so that nobody ever sees it without its policies.
   The API reads as `analytics`, which sees the tenant in `app.tenant_id` and, when none is set, nothing. A table that goes on
   where it was has them already. What is no tenant's (`of_no_tenant` in its meta: the calendar) everybody reads. #}
{% macro protect_by_tenant(relation) -%}
  {%- if (config.get('meta') or {}).get('of_no_tenant') -%}
  grant select on {{ relation }} to analytics, audit
  {%- else -%}
  do $protect$
  begin
    if not exists (
      select from pg_policies
      where schemaname = '{{ relation.schema }}' and tablename = '{{ relation.identifier }}' and policyname = 'own_tenant'
    ) then
      alter table {{ relation }} enable row level security;
      alter table {{ relation }} force row level security;
      create policy built_by_transform on {{ relation }} to transform using (true) with check (true);
      create policy read_whole on {{ relation }} for select to audit using (true);
      create policy own_tenant on {{ relation }} for select to analytics
        using (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')));
      grant select on {{ relation }} to analytics, audit;
    end if;
  end
  $protect$
  {%- endif -%}
{%- endmacro %}

{% macro grant_usage(schema) -%}
  grant usage on schema {{ schema }} to analytics, audit
{%- endmacro %}
