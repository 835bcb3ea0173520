"""Every night all scenarios over the days that nobody has looked at yet; what they find becomes findings, alerts and cases."""
