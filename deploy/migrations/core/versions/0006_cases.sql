-- Alerts and their members
select 1;
