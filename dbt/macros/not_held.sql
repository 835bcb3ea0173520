{# Rows of days that are not held back (`baas quality status`). A day is a period of moments, so that with few held days this
   costs next to nothing. Used by the staging views alone: whatever is built on them leaves the day out and takes it in again. #}
{% macro not_held(name, moment) -%}
  not exists (
    select from {{ source('quality', 'quarantine') }} as held
    where held.set_name = 'raw.{{ name }}' and held.released_at is null
      and {{ moment }} >= held.first_at and {{ moment }} < held.past_at
  )
{%- endmacro %}
