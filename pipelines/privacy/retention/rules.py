"""For how long what is no authority is kept. What the broker, the relay and the sweeper drop by themselves is not here."""

# Copies of what the ledger and the decision log say: as long as the law has the ledger kept (Circular BCB 3.978/2020, art. 67).
COPIES_DAYS = 3_653
# Longer than the longest window of any feature, so that a model can be trained on a year.
PROFILES_DAYS = 800
# Backups under `<var>/backups`: what is not sealed in them is in clear. The newest one stays, however old.
BACKUPS_DAYS = 35
# Names of payers from outside: as long as a message that names one may be read again (`inbound.transactions.v1`).
PAYERS_DAYS = 400
# As the sweeper has it; a day at least is promised.
ANSWERS_DAYS = 7
