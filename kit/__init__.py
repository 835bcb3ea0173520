"""What every part needs and no part owns: money, ids, clock, settings, logging, errors and clients. No domain word in it."""
