-- Idempotency claims
select 1;
