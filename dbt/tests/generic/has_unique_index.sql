{# The database itself keeps these columns unique together: said of tables that are too long to be counted at every build. #}
{% test has_unique_index(model, columns) %}
select '{{ model }}' as missing
where not exists (
  select
  from pg_index
  where pg_index.indrelid = '{{ model }}'::regclass
    and pg_index.indisunique
    and pg_index.indisvalid
    and pg_index.indpred is null
    and (
      select array_agg(pg_attribute.attname::text order by pg_attribute.attname)
      from pg_attribute
      where pg_attribute.attrelid = pg_index.indrelid and pg_attribute.attnum = any(pg_index.indkey)
    ) = array{{ columns | sort }}
)
{% endtest %}
