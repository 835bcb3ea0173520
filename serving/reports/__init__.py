"""Reports to the financial intelligence unit: exported, sent by a person, receipted."""
