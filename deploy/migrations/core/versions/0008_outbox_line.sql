-- The line of positions that a slot's bootstrap began (epoch milliseconds): the relay compares places only within one.
--
-- A slot whose line is not known is bootstrapped again, which carries nothing twice.
delete from outbox.bootstrap;
alter table outbox.bootstrap add column line bigint not null;
