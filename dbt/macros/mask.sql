{# What analysts see of a mart: a view of the same name in `marts_masked`, made in the mart's own transaction from the columns' meta.

   `pii: pseudonym` stands for somebody. The view shows another pseudonym, made with a key that its readers cannot see: the same one
   in every view, so that joins and counts hold, and of no use outside of them. `pii: sensitive` says something of a person; the view
   shows null. A view reads as its owner does, who sees all tenants: the tenant is in its own condition. That of the
   dashboards' role is the server's to say (`bi.reader`), whatever the setting says: people write SQL of their own there. #}
{% macro mask(relation) -%}
  {%- set name = 'marts_masked.' ~ relation.identifier -%}
  {%- if is_incremental() and load_relation(api.Relation.create(
    database=relation.database, schema='marts_masked', identifier=relation.identifier
  )) is not none -%}
  select 1
  {%- else -%}
  drop view if exists {{ name }};
  create view {{ name }} with (security_barrier = true) as
  select
    {%- for column in model.columns.values() %}
    {{ masked(column) }} as {{ column.name }}{{ ',' if not loop.last }}
    {%- endfor %}
  from {{ relation }}
  {%- if not (config.get('meta') or {}).get('of_no_tenant') %}
  where tenant_id = (select bi.current_tenant())
  {%- endif %};
  grant select on {{ name }} to analyst, bi
  {%- endif -%}
{%- endmacro %}

{% macro masked(column) -%}
  {%- set pii = column.config.meta.get('pii') -%}
  {%- if pii == 'pseudonym' -%}
    substr(encode(sha256(convert_to(
      (select key::text from intermediate.mask_key) || ':' || {{ column.name }}::text, 'UTF8'
    )), 'hex'), 1, 24)
  {%- elif pii == 'sensitive' -%}
    null::{{ column.data_type }}
  {%- else -%}
    {{ column.name }}
  {%- endif -%}
{%- endmacro %}

{# Made before the first mart. The key is made once, and read by the owner of the views alone. #}
{% macro prepare_masks() -%}
  create schema if not exists marts_masked;
  grant usage on schema marts_masked to analyst, bi;
  create schema if not exists intermediate;
  create table if not exists intermediate.mask_key (only_row boolean primary key default true check (only_row), key uuid not null);
  insert into intermediate.mask_key (key) values (gen_random_uuid()) on conflict do nothing
{%- endmacro %}
