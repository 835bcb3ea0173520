{{ config(indexes=[{'columns': ['tenant_id', 'day', 'model', 'feature'], 'unique': true}]) }}

with found as (
  select
    tenant_id,
    day,
    model,
    jsonb_array_elements(report -> 'features') as feature
  from {{ ref('stg_model_drift') }}
),

unnested as (
  select
    tenant_id,
    day,
    model,
    feature ->> 'name' as feature,
    feature ->> 'sentence' as sentence,
    (feature ->> 'importance')::double precision as importance,
    (feature ->> 'filling')::boolean as filling,
    (feature #>> '{shift,psi}')::double precision as psi,
    (feature #>> '{shift,usual}')::double precision as usual_psi,
    (feature #>> '{shift,limit}')::double precision as psi_limit,
    (feature #>> '{shift,unknown_reference}')::double precision as unknown_reference,
    (feature #>> '{shift,unknown_current}')::double precision as unknown_current,
    (feature #>> '{shift,unknown_change}')::double precision as unknown_change,
    (feature #>> '{shift,unknown_limit}')::double precision as unknown_limit
  from found
),

final as (
  select
    *,
    (psi > psi_limit and not filling) as moved,
    (unknown_change > unknown_limit and not filling) as unknown_moved
  from unnested
)

select * from final
