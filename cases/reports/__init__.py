"""Reports to the financial intelligence unit: facts, sentences made of them, a layout with its schema, states."""
