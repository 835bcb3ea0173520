-- Customers and the accounts they hold
select 1;
