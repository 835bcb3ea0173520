-- Roles, raw tables and sink offsets
select 1;
