"""Double entry on PostgreSQL: accounts, transfers, holds, reversals, statements. Knows no HTTP and no Kafka.

    request = PostingRequest(kind=Kind.POST, transfer_id=..., tenant_id="demo", amount_minor=1250, currency="BRL",
                             debit_account_id=..., credit_account_id=..., occurred_at_ms=...)
    [result] = post_batch(connection, [request], now_ms=clock.now_ms())

Modules: `postings` (what is asked and answered), `repository` (post_batch), `writer` (BatchingWriter), `claims`
(idempotency), `accounts` (open, read, statements), `holds` (expiry), `history` (bulk loading), `trial_balance`.
"""
