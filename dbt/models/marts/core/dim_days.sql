{{ config(meta={'of_no_tenant': true}, indexes=[{'columns': ['day'], 'unique': true}]) }}

with days as (
  select generate_series('{{ var("first_day") }}'::timestamp, '{{ var("last_day") }}', interval '1 day')::date as day
),

named as (
  select
    days.day,
    holidays.name as holiday,
    holidays.kind as holiday_kind,
    extract(isodow from days.day) < 6 and holidays.day is null as is_business_day
  from days
  left join {{ ref('holidays') }} as holidays on holidays.day = days.day
),

counted as (
  select
    *,
    count(*) filter (where is_business_day) over (order by day) as business_day_number,
    count(*) filter (where is_business_day) over (
      partition by date_trunc('month', day) order by day
    ) as business_day_of_month,
    count(*) filter (where is_business_day) over (partition by date_trunc('month', day)) as business_days_in_month,
    min(day) filter (where is_business_day) over (order by day rows between 1 following and 12 following) as next_business_day,
    max(day) filter (where is_business_day) over (order by day rows between 12 preceding and 1 preceding)
      as previous_business_day
  from named
)

select
  day,
  extract(year from day)::smallint as year,
  extract(quarter from day)::smallint as quarter,
  extract(month from day)::smallint as month,
  extract(day from day)::smallint as day_of_month,
  extract(doy from day)::smallint as day_of_year,
  extract(isodow from day)::smallint as weekday,
  extract(week from day)::smallint as iso_week,
  date_trunc('week', day)::date as week_start,
  date_trunc('month', day)::date as month_start,
  (date_trunc('month', day) + interval '1 month' - interval '1 day')::date as month_end,
  date_trunc('quarter', day)::date as quarter_start,
  to_char(day, 'YYYY-MM') as year_month,
  extract(isodow from day) >= 6 as is_weekend,
  holiday,
  holiday_kind,
  is_business_day,
  business_day_number,
  business_day_of_month::smallint as business_day_of_month,
  business_days_in_month::smallint as business_days_in_month,
  next_business_day,
  previous_business_day
from counted
