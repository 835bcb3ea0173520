-- With somebody who is erased their registered devices go: nothing can be said any more of the device of a payment of theirs.
-- Whoever compares payments with devices sees of an erasure whose it is and how it stands, and nothing else of it.
grant select (tenant_id, customer_id, status) on bank.erasure to alerts, backtester;
create policy backtested on bank.erasure for select to backtester using (true);
