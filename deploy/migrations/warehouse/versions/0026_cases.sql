-- What became of alerts, as the core has it: which scenarios they are of, which case they are in, and what that came to. No name, no
-- word of anybody, and not whom a case is about.
create table raw.alert_cases (
  tenant_id text not null,
  alert_id uuid not null,
  kind text not null,
  scenarios text[] not null,
  first_event_at timestamptz not null,
  case_id uuid,
  linked_at timestamptz,
  extracted_at timestamptz not null,
  primary key (tenant_id, alert_id)
);

-- One row a case. `severity` is its rank, 1 for the most severe; `frozen_at` when money was first frozen for it, and `freezes` how many
-- of those freezes hold still.
create table raw.cases (
  tenant_id text not null,
  case_id uuid not null,
  subject_kind text not null,
  scheme text not null,
  severity smallint not null,
  state text not null,
  operation_on date not null,
  selected_on date not null,
  opened_at timestamptz not null,
  proposed_at timestamptz,
  judged_at timestamptz,
  ended_at timestamptz,
  outcome text,
  label text,
  report_made_at timestamptz,
  report_due_on date,
  report_sent_at timestamptz,
  frozen_at timestamptz,
  freezes integer not null,
  extracted_at timestamptz not null,
  primary key (tenant_id, case_id)
);

grant select, insert, update, delete on raw.alert_cases, raw.cases to transform;
grant select on raw.alert_cases, raw.cases to audit;

do $$
declare
  named text;
begin
  foreach named in array array['raw.alert_cases', 'raw.cases'] loop
    execute format('alter table %s enable row level security, force row level security', named);
    execute format('create policy written_by_transform on %s to transform using (true) with check (true)', named);
    execute format('create policy read_whole on %s for select to audit using (true)', named);
  end loop;
end
$$;
