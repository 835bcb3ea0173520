"""Pure decisions: compiled forests, ensemble, rules, policy, reason codes."""
