-- What is only tried: rules that were hit without effect, and what a challenger would have said. Decisions stored before this
-- were tried by none.
alter table raw.decisions
  add column shadow_rules text[] not null default '{}',
  add column challenger text,
  add column challenger_probability double precision,
  add column challenger_verdict text;
alter table raw.overrides
  add column shadow_rules text[] not null default '{}',
  add column challenger text,
  add column challenger_probability double precision,
  add column challenger_verdict text;
