{{ config(indexes=[{'columns': ['tenant_id', 'day'], 'unique': true}]) }}

with moved as (
  select tenant_id, day, sum(entries)::bigint as entries from {{ ref('trial_balance_daily') }} group by tenant_id, day
),

lines as (
  select
    tenant_id,
    day,
    count(*) as lines,
    count(*) filter (where difference_minor <> 0) as lines_differing
  from {{ ref('daily_close_lines') }}
  group by tenant_id, day
),

final as (
  select
    coalesce(moved.tenant_id, closes.tenant_id) as tenant_id,
    coalesce(moved.day, closes.day) as day,
    case
      when closes.day is not null then 'closed'
      when coalesce(moved.day, closes.day) < {{ bank_day('cut.cut_at') }} then 'due'
      else 'open'
    end as status,
    closes.closed_at,
    {{ minutes_between('closes.ends_at', 'closes.closed_at') }} as closed_after_minutes,
    coalesce(moved.entries, 0) as entries,
    closes.entries as entries_booked_by_then,
    lines.lines,
    lines.lines_differing,
    cut.cut_at as as_of
  from moved
  full join {{ ref('stg_day_closes') }} as closes on closes.tenant_id = moved.tenant_id and closes.day = moved.day
  left join lines
    on lines.tenant_id = coalesce(moved.tenant_id, closes.tenant_id)
    and lines.day = coalesce(moved.day, closes.day)
  cross join {{ ref('int_build_cut') }} as cut
)

select * from final
