-- What else the ledger moves money for: interest, currency exchange, sub-accounts, corrections of the bank's own books.
alter table ledger.transfer
    drop constraint transfer_purpose_check,
    add constraint transfer_purpose_check check (purpose in (
        'transfer', 'opening', 'fee', 'reversal', 'interest', 'exchange', 'allocation', 'adjustment'
    ));
