"""What customers' own money says, looked at every night: budgets, unusual spending, financial health."""
