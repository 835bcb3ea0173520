-- Tenants, users, API keys, sessions and the audit log
select 1;
