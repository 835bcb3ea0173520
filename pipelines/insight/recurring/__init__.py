"""What comes again on customers' accounts, found every night in the ledger's events and kept in the warehouse."""
