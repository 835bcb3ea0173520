"""An account's history: searched, categorised, added up. Read from the read model, and says up to when it has everything."""
