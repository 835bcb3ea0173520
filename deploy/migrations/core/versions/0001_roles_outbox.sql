-- Roles, and the outbox that events leave through
select 1;
