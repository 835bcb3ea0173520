-- A closed day is finished once its interest is accrued, its charges are made and what was due has been tried: then no later run
-- accrues or charges for it again, by terms that came after it. What was closed before this migration has been gone through by
-- every night since.
alter table ledger.day_close add column finished_at timestamptz;
update ledger.day_close set finished_at = closed_at;
grant update (finished_at) on ledger.day_close to api;
