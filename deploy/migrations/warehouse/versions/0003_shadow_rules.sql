-- Rules that a policy only tries: hit, and without effect. Decisions stored before this were tried by none.
alter table raw.decisions add column shadow_rules text[] not null default '{}';
alter table raw.overrides add column shadow_rules text[] not null default '{}';
