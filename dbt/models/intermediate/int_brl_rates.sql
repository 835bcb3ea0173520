{{ config(materialized='table', indexes=[{'columns': ['tenant_id', 'currency', 'from_day'], 'unique': true}]) }}

-- What somebody loaded goes before the rate that the bank set, and that before what customers were offered.
with told as (
  select distinct on (tenant_id, day, base, quote)
    tenant_id,
    day,
    case when quote = 'BRL' then base else quote end as currency,
    case
      when quote = 'BRL' then (bid_e8 + ask_e8)::numeric / 200000000
      else 200000000::numeric / (bid_e8 + ask_e8)
    end as brl_for_one,
    rate_source
  from {{ ref('stg_exchange_rates') }}
  where 'BRL' in (base, quote)
  order by tenant_id, day, base, quote, array_position(array['file', 'bank', 'quotes'], rate_source)
),

-- A pair may be told both ways round.
once as (
  select distinct on (tenant_id, currency, day) *
  from told
  order by tenant_id, currency, day, array_position(array['file', 'bank', 'quotes'], rate_source)
)

select
  once.tenant_id,
  once.currency,
  once.day as from_day,
  coalesce(
    lead(once.day) over (partition by once.tenant_id, once.currency order by once.day), 'infinity'::date
  ) as until_day,
  once.brl_for_one::numeric(38, 18) as brl_for_one,
  (once.brl_for_one * power(10::numeric, 2 - currencies.exponent))::numeric(38, 18) as brl_minor_for_one_minor,
  once.rate_source
from once
inner join {{ ref('currencies') }} as currencies on currencies.currency = once.currency
