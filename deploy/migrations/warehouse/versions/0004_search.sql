-- What people look decisions up by: a payee, a rule that was hit, and from a decision to the alert that it is in.
create index decisions_of_a_payee on raw.decisions (tenant_id, payee_id, log_offset desc) where payee_id is not null;
create index decisions_of_a_rule on raw.decisions using gin (rules) where rules <> '{}';
create index alerts_of_a_transaction on raw.alerts (tenant_id, transaction_id);
