"""What a customer's own movements say about their money. Pure: rows in, findings out; nothing here reads or writes anywhere."""
