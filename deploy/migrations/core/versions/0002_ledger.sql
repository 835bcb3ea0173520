-- The double-entry ledger
select 1;
